//! Transcripts: that a case judged from its transcript comes to what it came to when it was played, and what becomes of
//! those that no longer fit.

use std::sync::LazyLock;

use serde_json::Value;
use thrum_conform::judge::{self, Outcome, ambient};
use thrum_conform::limits::{Limits, STACK_BYTES};
use thrum_conform::plan::{Selection, glob};
use thrum_conform::rule::RuleBook;
use thrum_conform::run::{Judged, Keep, Order, Results, Run, run};
use thrum_conform::testee::Command;
use thrum_conform::transcript::{About, Transcript, replay, take};
use thrum_conform::vector::{Bodies, Source, Suite, load};

/// Rules, cases and bodies.
struct Loaded {
    book: RuleBook,
    suite: Suite,
    bodies: Bodies,
}

static LOADED: LazyLock<Loaded> = LazyLock::new(|| {
    let book = RuleBook::parse(thrum_vectors::WIRE_DOC).expect("WIRE.md is well-formed");
    let suite = load(&Source::Embedded, &book).expect("the vectors are well-formed");
    Loaded { book, suite, bodies: Bodies::load().expect("the bodies are schemas") }
});

/// Plays cases against the built-in testee, and gives what came of it and every transcript.
fn played<T: Send>(
    testee: &[&str],
    cases: &[&str],
    keep: Keep,
    look: impl FnOnce(&Results<'_>, Vec<Transcript>) -> T + Send,
) -> T {
    let mut argv = vec![env!("CARGO_BIN_EXE_thrum-conform").to_owned(), "testee".to_owned()];
    argv.extend(testee.iter().map(|argument| (*argument).to_owned()));
    let command = Command { argv, ..Command::default() };
    on_stack(move || {
        let loaded = &*LOADED;
        let run_globs = cases.iter().map(|case| glob(case).expect("it is a glob")).collect();
        let selection = Selection { run: run_globs, ..Selection::all(loaded.book.version) };
        let limits = Limits::default().scaled(0.25);
        let asked = Run {
            suite: &loaded.suite,
            book: &loaded.book,
            bodies: &loaded.bodies,
            command: &command,
            black_box: testee.contains(&"--bee"),
            selection: &selection,
            limits: &limits,
            order: Order::default(),
            workers: 3,
            fail_fast: false,
            keep,
            trace: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("it starts");
        let results = runtime.block_on(run(&asked, &|_| (), std::future::pending()));
        let mut results = results.expect("the run is possible");
        let about = About { wire: loaded.book.version.to_string(), ..About::default() };
        let kept = take(&mut results, &about);
        look(&results, kept)
    })
}

/// Deeply nested tones need it.
fn on_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        thread.expect("a thread starts").join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Everything that a case came to, as text.
fn came_to(judged: &Judged<'_>) -> String {
    let Judged { case, side, verdicts, sightings, leaked, .. } = judged;
    format!("{} {side} {leaked} {verdicts:#?} {sightings:#?}", case.id)
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schemas = thrum_vectors::schemas();
    let (_, text) = schemas.iter().find(|(name, _)| name == "schema/transcript.json").expect("it is there");
    jsonschema::validator_for(&serde_json::from_str(text).expect("it is JSON")).expect("it is a schema")
});

/// Replays every transcript of a run through its file; gives how many cases were compared, and how many had broken.
fn replays_as_played(testee: &[&str]) -> (usize, usize) {
    played(testee, &[], Keep::Everything, |results, kept| {
        let gated = results.gate.is_some();
        assert!(gated || kept.len() == results.cases.len(), "{testee:?}: a transcript is missing");
        let stored: Vec<(String, Transcript)> = kept
            .iter()
            .map(|transcript| {
                let text = transcript.to_text();
                // what is nested for thousands of levels is no fare for a validator
                if text.len() < 200_000 {
                    let value: Value = serde_json::from_str(&text).expect("it is JSON");
                    let faults: Vec<String> = SCHEMA
                        .iter_errors(&value)
                        .map(|fault| format!("{}: {fault}", fault.instance_path()))
                        .collect();
                    assert!(faults.is_empty(), "{}: {faults:?}", transcript.case);
                }
                let back = Transcript::parse(text.as_bytes()).expect("what was written can be read");
                assert_eq!(back.to_text(), text, "{} changes when it is read", transcript.case);
                (transcript.case.clone(), back)
            })
            .collect();
        let loaded = &*LOADED;
        let again = replay(stored, &loaded.suite, &loaded.book, &loaded.bodies).expect("it can be replayed");
        assert!(again.is_whole || gated, "{testee:?}");
        assert_eq!(again.notes, [""; 0]);
        let mut live = results
            .cases
            .iter()
            .filter(|judged| kept.iter().any(|kept| kept.case == judged.case.id && kept.side == judged.side));
        for second in &again.results.cases {
            let first = live.next().expect("a case for each");
            assert_eq!(came_to(second), came_to(first), "{testee:?}");
        }
        assert!(live.next().is_none());
        (again.results.cases.len(), again.results.cases.iter().filter(|judged| judged.is_broken()).count())
    })
}

#[test]
fn each_transcript_comes_to_what_the_run_came_to() {
    let (all, broken) = replays_as_played(&[]);
    assert!(all > 400 && broken == 0, "{broken} of {all}");
    for mutant in [
        "decode-per-read",    // altered tones
        "die-on-bad-utf8",    // a process that ends
        "hello-without-rid",  // a rule that is judged on every line
        "sigil-no-separator", // examples of a call case
    ] {
        let (all, broken) = replays_as_played(&["--mutant", mutant]);
        assert!(all > 400 && broken > 0, "{mutant}: {broken} of {all}");
    }
}

#[test]
fn a_whole_bee_and_a_client_that_cannot_be_tested_come_to_the_same_too() {
    let (all, broken) = replays_as_played(&["--bee"]);
    assert!(all > 20 && broken == 0, "{broken} of {all}");
    let (_, broken) = replays_as_played(&["--bee", "--mutant", "die-on-bad-utf8"]);
    assert!(broken > 0);
    replays_as_played(&["--null", "delivers-only-barriers"]);
}

#[test]
fn faults_are_kept_and_what_passes_is_not() {
    let kept = |testee: &[&str]| {
        played(testee, &["framing/*"], Keep::Faults, |results, kept| {
            let broken: Vec<String> = results
                .cases
                .iter()
                .filter(|case| case.is_broken())
                .map(|case| case.case.id.clone())
                .collect();
            let kept: Vec<String> = kept.into_iter().map(|kept| kept.case).collect();
            assert!(broken.iter().all(|id| kept.contains(id)), "{broken:?} {kept:?}");
            kept.len()
        })
    };
    assert_eq!(kept(&[]), 0);
    assert!(kept(&["--mutant", "decode-per-read"]) > 0);
}

const CASE: &str = "framing/split-inside-a-two-byte-character";

/// The suite with the vector file of the case changed.
fn changed(change: impl Fn(String) -> String) -> Suite {
    let files = thrum_vectors::vectors().into_iter().map(|(name, text)| {
        let text =
            if text.contains(&format!("\"{CASE}\"")) { change(text.to_owned()) } else { text.to_owned() };
        (name, text)
    });
    match load(&Source::Texts(files.collect()), &LOADED.book) {
        Ok(suite) => suite,
        Err(faults) => panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// What the transcript of the built-in client comes to with other vectors.
fn outcome(suite: &Suite) -> String {
    let text = played(&[], &[CASE], Keep::Everything, |_, kept| {
        let kept = kept.into_iter().find(|kept| kept.case == CASE).expect("it was played");
        kept.to_text()
    });
    on_stack(|| {
        let transcript = Transcript::parse(text.as_bytes()).expect("it is one");
        let loaded = &*LOADED;
        match replay(vec![("t".to_owned(), transcript)], suite, &loaded.book, &loaded.bodies) {
            Ok(again) => {
                let judged = again.results.cases.first().expect("it is judged");
                let outcomes = judged.verdicts.iter().map(|verdict| match &verdict.outcome {
                    Outcome::Broken(failure) => format!("broken {}", failure.code),
                    Outcome::Inconclusive(cause) => format!("inconclusive: {}", cause.why),
                    other => format!("{other:?}").to_lowercase(),
                });
                format!("{} {}", judged.case.id, outcomes.collect::<Vec<_>>().join(" "))
            }
            Err(why) => why,
        }
    })
}

#[test]
fn newer_vectors_judge_a_transcript_until_the_case_goes_another_way() {
    let own = |text: String, old: &str, new: &str| {
        let at = text.find(&format!("\"{CASE}\"")).expect("the case is here");
        let (before, after) = text.split_at(at);
        assert!(after.contains(old), "`{old}` stands in the case");
        format!("{before}{}", after.replacen(old, new, 1))
    };
    assert_eq!(outcome(&changed(|text| text)), format!("{CASE} held"));
    // what is wanted may change, and the transcript shows that it did not come
    let wants = changed(|text| own(text, "\"tone\": {\"rid\"", "\"tone\": {\"index\": 77, \"rid\""));
    assert_eq!(outcome(&wants), format!("{CASE} broken framing.split-corrupts"));
    // what is sent may not
    let sends = changed(|text| own(text, "hum-x", "hum-y"));
    let said = outcome(&sends);
    assert!(said.contains("inconclusive: the transcript does not decide it: step 1 has changed"), "{said}");
    // a new name is followed
    let renamed = changed(|text| {
        let text = text.replace(&format!("\"{CASE}\""), "\"framing/renamed\"");
        own_was(&text)
    });
    assert_eq!(outcome(&renamed), "framing/renamed held");
    // and one that is gone is told
    let gone = changed(|text| text.replace(&format!("\"{CASE}\""), "\"framing/other\""));
    let said = outcome(&gone);
    assert!(
        said.starts_with(&format!("t: these vectors have no case `{CASE}` (hint: the nearest are ")),
        "{said}"
    );
}

/// The renamed case says what it was called.
fn own_was(text: &str) -> String {
    let at = text.find("\"framing/renamed\"").expect("the case is here");
    let (before, after) = text.split_at(at);
    format!(
        "{before}{}",
        after.replacen("\"steps\":", &format!("\"was\": [\"{CASE}\"],\n      \"steps\":"), 1)
    )
}

#[test]
fn what_is_no_transcript_says_why() {
    let text = played(&[], &[CASE], Keep::Everything, |_, kept| kept[0].to_text());
    let edited = |old: &str, new: &str| {
        assert!(text.contains(old), "{old}\n{text}");
        text.replacen(old, new, 1)
    };
    for (text, wanted) in [
        (String::new(), "is no transcript, or not all of one: EOF"),
        (text[..text.len() / 2].to_owned(), "is no transcript, or not all of one: EOF"),
        ("{\"schema\": 1}".to_owned(), "is no transcript: there is no `transcript`"),
        (
            edited("\"transcript\": 1", "\"transcript\": 2"),
            "has the format 2, and this program reads 1\n(hint:",
        ),
        (edited("\"leaked\"", "\"leeked\""), "is no transcript: missing field `leaked`"),
        (edited("\"role\": \"client\"", "\"role\": \"clients\""), "unknown variant `clients`"),
        (
            edited("\"before\":{\"wire\":0", "\"before\":{\"wire\":9999"),
            "a step saw something that is not there",
        ),
        (
            edited("\"stop\": null", "\"stop\": {\"step\":99,\"why\":\"silent\"}"),
            "it tells of a step that is not there",
        ),
    ] {
        let said = Transcript::parse(text.as_bytes()).err().unwrap_or_default();
        assert!(said.contains(wanted), "`{wanted}` is not said: {said}");
    }
}

#[test]
fn transcripts_of_two_clients_are_not_judged_together() {
    let two = |first: &str, other: &str| {
        let read = |text: &str| Transcript::parse(text.as_bytes()).expect("it is one");
        let loaded = &*LOADED;
        let both = vec![("a".to_owned(), read(first)), ("b".to_owned(), read(other))];
        replay(both, &loaded.suite, &loaded.book, &loaded.bodies).map(|_| ()).unwrap_err()
    };
    let text = played(&[], &[CASE], Keep::Everything, |_, kept| kept[0].to_text());
    let said = on_stack(|| two(&text, &text.replacen("thrum-reference", "another", 1)));
    assert!(said.starts_with("b: is of another client or run than a\n"), "{said}");
    let said = on_stack(|| two(&text, &text));
    assert!(said.starts_with("b: is of the same case as a\n"), "{said}");
}

#[test]
fn a_transcript_alone_is_enough_to_judge() {
    // no clock, no process, no file: the evidence as it comes out of the text
    let text = played(&["--mutant", "decode-per-read"], &[CASE], Keep::Faults, |_, kept| kept[0].to_text());
    on_stack(|| {
        let transcript = Transcript::parse(text.as_bytes()).expect("it is one");
        let case = LOADED.suite.case(&transcript.case).expect("it is there");
        let verdicts = judge::judge(case, &transcript.evidence, &LOADED.book);
        assert!(matches!(&verdicts[0].outcome, Outcome::Broken(failure) if failure.at.is_some()));
        let sightings = ambient::look(&transcript.evidence, &LOADED.bodies, transcript.side);
        assert!(sightings.iter().all(|sighting| sighting.offence.is_none()) && !sightings.is_empty());
    });
}
