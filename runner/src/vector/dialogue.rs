//! A case in words: what is done and what must follow, a line for each step or example.

use mock_humd::script::{Op, Part};

use super::model::{Answer, Body, Case, Example, Raises, Step, Verb};

/// The case as a dialogue; each line begins with its number.
pub fn dialogue(case: &Case) -> Vec<String> {
    match &case.body {
        Body::Wire { steps, .. } => {
            let line = |(number, step): (usize, &Step)| format!("{:>2}  {}", number + 1, of_step(step));
            steps.iter().enumerate().map(line).collect()
        }
        Body::Call { examples, .. } => examples.iter().map(of_example).collect(),
    }
}

fn of_example(example: &Example) -> String {
    let wanted = match &example.answer {
        Answer::Returns(_) => "a value",
        Answer::Raises => "a refusal",
        Answer::SameAs(_) => "the same as another",
        Answer::Record => "anything, written down",
    };
    format!("#{:<3} wants {wanted}, for {}, line {}", example.tc, example.cite.rule, example.line)
}

/// A step in words.
fn of_step(step: &Step) -> String {
    let what = match &step.verb {
        Verb::Play(Op::Send { tones }) => format!("daemon ─▶ {} tone(s)", tones.len()),
        Verb::Play(Op::Raw { parts, .. }) => {
            let count = |part: &Part| match part {
                Part::Bytes(bytes) => format!("{} raw bytes", bytes.len()),
                Part::Fields(_) => "fields".to_owned(),
            };
            format!("daemon ─▶ {}", parts.iter().map(count).collect::<Vec<_>>().join(", "))
        }
        Verb::Play(Op::Expect { patterns, .. }) => {
            let chi: Vec<&str> =
                patterns.iter().map(|pattern| pattern.names_chi().unwrap_or("a tone")).collect();
            format!("client ─▶ {}", chi.join(", "))
        }
        Verb::Play(Op::Accept) => "the next connection arrives".to_owned(),
        Verb::Play(Op::Listen { state, .. }) => {
            format!("the socket is {}", format!("{state:?}").to_lowercase())
        }
        Verb::Play(Op::Hold) => "the daemon stops reading".to_owned(),
        Verb::Play(Op::Resume) => "the daemon reads again".to_owned(),
        Verb::Play(Op::Close { how }) => format!("the daemon closes ({how:?})").to_lowercase(),
        Verb::Play(Op::AwaitEnd) => "the client has ended the connection".to_owned(),
        Verb::Drive { act, raises, .. } => match raises {
            Raises::Never => format!("the client is driven to {act}"),
            Raises::Must => format!("the client is driven to {act}, and must refuse"),
            Raises::May { .. } => format!("the client is driven to {act}, and may refuse"),
        },
        Verb::Observe(event) => format!("observe {}", event.name()),
        Verb::Never { .. } => "never seen in the window".to_owned(),
        Verb::Record { seen, unseen, .. } => format!("written down: `{seen}` or `{unseen}`"),
        Verb::Call { function, .. } => format!("the helper `{function}` is called"),
        Verb::Probe => "the bee has read everything, and answers".to_owned(),
        Verb::Barrier { .. } => "everything before has been handled".to_owned(),
        Verb::Stalled => "the client's writes are stuck".to_owned(),
        Verb::Clock { now } => format!("the client's clock stands at {now}"),
    };
    match &step.cite {
        Some(cite) => format!("{what:<44} {} {}", cite.rule, cite.code.as_deref().unwrap_or_default()),
        None => what,
    }
}
