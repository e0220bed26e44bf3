//! Whether a verdict would mean anything: what cannot fail, or would fail the wrong client, is no proof.

use std::collections::BTreeSet;

use mock_humd::script::Op;
use serde_json::{Map, Value};

use super::Look;
use super::bees::CAPTURED;
use crate::rule::Level;
use crate::vector::fault::Log;
use crate::vector::json::escape;
use crate::vector::model::{Answer, Body, Event, Happening, Raises, Status, Step, Verb, Window};

/// A negative shows afterwards that the client still works.
pub(super) fn liveness(look: &Look<'_>, log: &mut Log<'_>) {
    if !look.draft.case.negative {
        return;
    }
    let alive = match &look.draft.case.body {
        Body::Call { examples, .. } => {
            examples.iter().any(|example| matches!(example.answer, Answer::Returns(_)))
        }
        Body::Wire { steps, .. } => {
            let last = steps.iter().rposition(|step| matches!(step.verb, Verb::Never { .. }));
            steps.iter().skip(last.map_or(0, |last| last + 1)).any(shows_life)
        }
    };
    if !alive {
        let hint = "(hint: a good tone observed or answered, a call that returns)";
        log.add(look.at("polarity"), format!("a negative without a liveness probe after it {hint}"));
    }
}

fn shows_life(step: &Step) -> bool {
    match &step.verb {
        Verb::Observe(Event::Delivered { .. }) | Verb::Call { .. } | Verb::Probe => true,
        Verb::Play(op) => matches!(op, Op::Expect { .. }),
        _ => false,
    }
}

/// A scored case that decides more than a MAY has something that can fail.
pub(super) fn can_fail(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    let only_may = look.decided().all(|(_, rule)| rule.level == Level::May);
    if case.status != Status::Scored || only_may {
        return;
    }
    let can = match &case.body {
        Body::Wire { steps, .. } => steps.iter().any(judges),
        Body::Call { examples, .. } => {
            examples.iter().any(|example| !matches!(example.answer, Answer::Record))
        }
    };
    if !can {
        log.add(&look.draft.pointer, "a scored case that cannot fail: nothing in it is expected with a code");
    }
}

fn judges(step: &Step) -> bool {
    let coded = step.cite.as_ref().is_some_and(|cite| cite.code.is_some());
    let looks = match &step.verb {
        Verb::Drive { raises, .. } => *raises == Raises::Must,
        Verb::Record { .. } => false,
        _ => true,
    };
    (coded && looks) || !step.checks.is_empty()
}

/// Where steps greet the client themselves, a `connect` that waits may wait for them.
pub(super) fn waiting_connects(look: &Look<'_>, log: &mut Log<'_>) {
    let Body::Wire { greets, .. } = &look.draft.case.body else { return };
    // a bee comes back by itself: only its first connection belongs to a `connect`
    let driven = if look.draft.case.is_for_bees { &greets[..greets.len().min(1)] } else { &greets[..] };
    if driven.iter().all(|greets| *greets) {
        return;
    }
    for (index, step, _) in look.steps() {
        if let Verb::Drive { act, wait: true, raises: Raises::Never, .. } = &step.verb
            && act == "connect"
        {
            let hint = "(hint: `wait`: false)";
            let message = format!("a `connect` that waits, in a case that names hello or breath {hint}");
            log.add(look.draft.part(index), message);
        }
    }
}

/// "Nothing was delivered" is false of a tone that was sent, so it must say what it means.
pub(super) fn silent_nevers(look: &Look<'_>, log: &mut Log<'_>) {
    let steps = look.steps();
    for (index, step, node) in &steps {
        let Verb::Never { what: Happening::Event(Event::Delivered { to: None, .. }), window } = &step.verb
        else {
            continue;
        };
        let from = if *window == Window::Stimulus { window_start(&steps[..*index]) } else { 0 };
        let sent = steps[from..*index].iter().any(|(_, step, _)| sends_tone(step));
        if sent && node["never"].get("tone").is_none() {
            let message = "a tone was sent since the last barrier, so this needs a `tone` or a `to`";
            log.add(format!("{}/never", look.draft.part(*index)), message);
        }
    }
}

/// The last barrier before the last stimulus; the beginning, where there is none.
fn window_start(before: &[(usize, &Step, &Map<String, Value>)]) -> usize {
    let stimulus = before.iter().rposition(|(_, step, _)| is_stimulus(step)).unwrap_or(0);
    before[..stimulus].iter().rposition(|(_, step, _)| is_barrier(step)).unwrap_or(0)
}

fn is_stimulus(step: &Step) -> bool {
    match &step.verb {
        Verb::Drive { .. } => true,
        Verb::Play(op) => matches!(op, Op::Send { .. } | Op::Raw { .. } | Op::Close { .. }),
        _ => false,
    }
}

/// A barrier, or a `connect` that waits, after which the runner does one.
fn is_barrier(step: &Step) -> bool {
    match &step.verb {
        Verb::Barrier { .. } => true,
        Verb::Drive { act, wait: true, raises: Raises::Never, .. } => act == "connect",
        _ => false,
    }
}

fn sends_tone(step: &Step) -> bool {
    matches!(&step.verb, Verb::Play(Op::Send { .. }))
}

/// A `$ref` stands for something that a `$bind` took before.
pub(super) fn bindings(look: &Look<'_>, log: &mut Log<'_>) {
    let mut bound = BTreeSet::new();
    if look.draft.case.is_for_bees {
        bound.extend(CAPTURED.map(str::to_owned));
    }
    for (index, node) in look.draft.parts() {
        let mut refs = Vec::new();
        for (key, value) in node {
            scan(value, &format!("{}/{}", look.draft.part(index), escape(key)), &mut bound, &mut refs);
        }
        for (at, name) in refs.into_iter().filter(|(_, name)| !bound.contains(name)) {
            log.add(at, format!("nothing was bound to `{name}` before"));
        }
    }
}

fn scan(value: &Value, at: &str, bound: &mut BTreeSet<String>, refs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) if object.contains_key("$literal") => {}
        Value::Object(object) => {
            for (key, inner) in object {
                let at = format!("{at}/{}", escape(key));
                match (key.as_str(), inner.as_str()) {
                    ("$bind", Some(name)) => {
                        bound.insert(name.to_owned());
                    }
                    ("$ref", Some(name)) => refs.push((at, name.to_owned())),
                    _ => scan(inner, &at, bound, refs),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                scan(item, &format!("{at}/{index}"), bound, refs);
            }
        }
        _ => {}
    }
}
