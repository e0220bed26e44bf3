//! Stored reports: one with everything that a format must have a place for, and others with one way to end each.

use std::collections::BTreeSet;
use std::time::Duration;

use thrum_conform::baseline::{Change, Expected, Fault, Finding};
use thrum_conform::exit::Exit;
use thrum_conform::judge::{Arrow, Difference, Failure, Raw, Scene, Way};
use thrum_conform::report::{
    CaseRow, CaseVerdict, Diagnosis, FailureRow, Idle, Report, RuleRow, Standing, Twin, Waiver,
};
use thrum_conform::rule::{Level, Party, Profile, Side};
use thrum_conform::run::{Order, Times, Unsteady};
use thrum_conform::testee::Identity;

/// What a client may write wherever it has a say: it ends and forges the syntax of each format.
pub const HOSTILE: &str = "<script>alert(1)</script> ]]> &amp; \0 \u{1b}[31m \u{9b} \u{fffe} \u{202e} \\ud800 | ` ``` ~~~ \
                           @everyone <img src=x> [a](https://evil.example) https://evil.example ##[add-path]/x %0A, a:b,c=d # SKIP \\# \"q\"\r\n\
                           not ok 1 - forged\n1..0\nBail out!\n  ...\n::error title=forged::yes\n</testsuite>\n```\n</details>\n## forged\n\u{2028}end";

pub const WORKER_LIVE: Side = Side { profile: Profile::Live, party: Party::Worker };

/// Everything at once.
pub fn everything() -> Report {
    let mut report = empty(Exit::Failed);
    report.cases = vec![
        case("framing/one-line", CaseVerdict::Pass),
        failing("framing/split-inside-a-two-byte-character"),
        CaseRow {
            failures: vec![FailureRow { level: Level::Should, ..failure("encoding.replaced") }],
            ..case("encoding/overlong-form", CaseVerdict::Warn)
        },
        because("socket/refused", CaseVerdict::Inconclusive, "blocked by SOCK-01 (socket.silent)"),
        because("tools/limit", CaseVerdict::NotExercised, "the client does not claim the seam `timeouts`"),
        CaseRow { scored: false, ..failing("framing/draft-of-a-case") },
        waived("envelope/sid-kept", CaseVerdict::Xfail, "envelope.sid-lost"),
        waived("envelope/rid-kept", CaseVerdict::Xpass, "it passes"),
        waived("turns/two-at-once", CaseVerdict::Flaky, "3 of 4 times held"),
        case("delivery/in-order", CaseVerdict::Pass),
        hostile(),
        CaseRow {
            took: Duration::ZERO,
            scene: None,
            twin: None,
            stderr: String::new(),
            ..failing("ambient/frame-02")
        },
        CaseRow { side: WORKER_LIVE, ..case("worker/answers-a-prompt", CaseVerdict::Pass) },
        CaseRow { side: WORKER_LIVE, ..failing("worker/chunk-has-its-fields") },
    ];
    report.sides = vec![Side::PLAIN, WORKER_LIVE];
    report.rules = vec![
        rule("FRAME-01", Level::Must, Standing::Held),
        rule("FRAME-10", Level::Must, Standing::Violated),
        rule("ENC-03", Level::Should, Standing::Warned),
        rule("SOCK-02", Level::Must, Standing::Undecided),
        rule("TOOL-04", Level::Must, Standing::NotExercised),
        rule("ENV-06", Level::Must, Standing::Waived),
        rule("CLI-03", Level::May, Standing::Observed),
        rule("TEND-01", Level::Must, Standing::NotApplicable),
        RuleRow { side: WORKER_LIVE, ..rule("CHI-11", Level::Must, Standing::Violated) },
    ];
    report.not_applicable = vec![Idle {
        id: "tendrils/round-trip".to_owned(),
        why: "the client does not claim the surface `tendrils`".to_owned(),
    }];
    report.unsteady = vec![Unsteady {
        case: "delivery/in-order".to_owned(),
        side: Side::PLAIN,
        outcomes: times("DLV-01 held", "DLV-01 observed late"),
        broken: BTreeSet::new(),
        open: false,
    }];
    report.waivers = vec![Finding {
        fault: Fault::Passed,
        entry: "envelope/rid-kept".to_owned(),
        file: "conformance.toml".to_owned(),
        line: 12,
        why: "it passes now".to_owned(),
        changes: vec![Change { line: 12, old: "[[expect]]".to_owned(), new: None }],
    }];
    report.notes = vec!["the shim left other processes behind when it stopped".to_owned()];
    report
}

/// Ends well: what it holds besides passes leaves a CI system green.
pub fn fine() -> Report {
    let all = everything();
    let good = |row: &CaseRow| {
        use CaseVerdict::{Flaky, NotExercised, Pass, Warn, Xfail};
        matches!(row.verdict, Pass | Warn | NotExercised | Xfail | Flaky) || !row.scored
    };
    Report {
        cases: all.cases.into_iter().filter(good).collect(),
        rules: all
            .rules
            .into_iter()
            .filter(|row| !matches!(row.standing, Standing::Violated | Standing::Undecided))
            .collect(),
        unsteady: Vec::new(),
        waivers: Vec::new(),
        exit: Exit::Fine,
        ..all
    }
}

/// Every case passed, and yet a rule was not decided.
pub fn incomplete() -> Report {
    let mut report = fine();
    let why = "a shim would decide it".to_owned();
    report.rules.push(RuleRow { why, ..rule("HELLO-16", Level::Must, Standing::Undecided) });
    Report { exit: Exit::Incomplete, ..report }
}

/// Every case that was played passed, until the user ended it.
pub fn interrupted() -> Report {
    Report { exit: Exit::Interrupted, unplayed: 411, ..fine() }
}

/// Every case that was played passed, until the shim broke.
pub fn broken() -> Report {
    let diagnosis = Some(diagnosis(&format!("a reply with the id 1000\n  | {HOSTILE}"), "look at the shim"));
    Report { exit: Exit::Broken, unplayed: 411, diagnosis, ..fine() }
}

/// The shim did not start.
pub fn unstarted() -> Report {
    let diagnosis = Some(diagnosis("cannot run `shim`: no such file", ""));
    Report { identity: Identity::default(), sides: Vec::new(), diagnosis, ..empty(Exit::Broken) }
}

/// Wherever a client has a say, it says this.
pub fn says(said: &str) -> Report {
    let text = || said.to_owned();
    let mut report = everything();
    report.identity = Identity { name: text(), version: text(), lang: text(), ..Identity::default() };
    report.diagnosis = Some(diagnosis(said, said));
    report.notes = vec![text()];
    report.not_applicable = vec![Idle { id: "tendrils/round-trip".to_owned(), why: text() }];
    for row in &mut report.rules {
        row.why = text();
    }
    for row in &mut report.unsteady {
        row.outcomes = times(said, said);
    }
    for case in &mut report.cases {
        case.why = text();
        case.stderr = text();
        for FailureRow { failure, .. } in &mut case.failures {
            failure.got = text();
            failure.wanted = text();
            failure.hint = Some(text());
            failure.differences = vec![Difference { at: text(), wanted: text(), got: Some(text()) }];
        }
        for arrow in case.scene.iter_mut().flat_map(|scene| &mut scene.arrows) {
            arrow.label = text();
            arrow.note = text();
        }
    }
    report
}

/// A case with a client's text where reports show it.
fn hostile() -> CaseRow {
    let mut row = failing("encoding/hostile");
    row.stderr = String::from(HOSTILE);
    for FailureRow { failure, .. } in &mut row.failures {
        let difference = &mut failure.differences[0];
        difference.at = format!("/{HOSTILE}");
        difference.got = Some(HOSTILE.to_owned());
    }
    for arrow in row.scene.iter_mut().flat_map(|scene| &mut scene.arrows) {
        arrow.note = String::from(HOSTILE);
    }
    row
}

fn empty(exit: Exit) -> Report {
    Report {
        identity: Identity {
            name: "thrum-py".to_owned(),
            version: "0.7.0".to_owned(),
            lang: "python 3.11".to_owned(),
            ..Identity::default()
        },
        level: 2,
        command: "-- python3 shim.py".to_owned(),
        config: None,
        wire: "0.7.0".to_owned(),
        vectors: "0.7.0+1".to_owned(),
        sides: vec![Side::PLAIN],
        shard: None,
        took: Duration::from_millis(1234),
        rules: Vec::new(),
        cases: Vec::new(),
        not_applicable: Vec::new(),
        without_case: Vec::new(),
        unclaimed: Vec::new(),
        unplayed: 0,
        diagnosis: None,
        unsteady: Vec::new(),
        order: Order::default(),
        waivers: Vec::new(),
        notes: Vec::new(),
        facts: None,
        exit,
    }
}

fn diagnosis(what: &str, hint: &str) -> Diagnosis {
    Diagnosis { what: what.to_owned(), hint: hint.to_owned() }
}

fn times(often: &str, once: &str) -> Vec<Times> {
    [(often, 7), (once, 1)].map(|(what, times)| Times { what: what.to_owned(), times }).into()
}

fn rule(id: &str, level: Level, standing: Standing) -> RuleRow {
    RuleRow {
        id: id.to_owned(),
        side: Side::PLAIN,
        level,
        text: "A receiver collects bytes until LF. More of it.".to_owned(),
        anchor: "framing".to_owned(),
        standing,
        why: String::new(),
        cases: Vec::new(),
    }
}

fn case(id: &str, verdict: CaseVerdict) -> CaseRow {
    CaseRow {
        id: id.to_owned(),
        side: Side::PLAIN,
        title: "A line is a line".to_owned(),
        verdict,
        scored: true,
        why: String::new(),
        took: Duration::from_micros(1300),
        rules: vec!["FRAME-10".to_owned()],
        examples: 0,
        steps: vec!["daemon ─▶ 1 tone".to_owned()],
        failures: Vec::new(),
        scene: None,
        stderr: String::new(),
        twin: None,
        waiver: None,
    }
}

fn because(id: &str, verdict: CaseVerdict, why: &str) -> CaseRow {
    CaseRow { why: why.to_owned(), ..case(id, verdict) }
}

fn waived(id: &str, verdict: CaseVerdict, why: &str) -> CaseRow {
    let waiver = Waiver {
        status: Expected::Fail,
        reason: "decodes each read on its own until the reader is rewritten".to_owned(),
        issue: Some("reader#12".to_owned()),
        until: None,
        file: "conformance.toml".to_owned(),
        line: 12,
    };
    CaseRow { waiver: Some(waiver), ..because(id, verdict, why) }
}

pub fn failing(id: &str) -> CaseRow {
    let arrow = |ms, way, label: &str, note: &str, wrong| Arrow {
        at: Duration::from_millis(ms),
        conn: 0,
        way,
        label: label.to_owned(),
        note: note.to_owned(),
        wrong,
        raw: None,
    };
    let text = Raw { bytes: 26, text: Some("{\"chi\":\"hello\",\"rid\":\"h-1\"}\n".to_owned()), hex: None };
    let hex = Raw { bytes: 4, text: None, hex: Some("7bc37d0a".to_owned()) };
    let scene = Scene {
        arrows: vec![
            Arrow { raw: Some(text), ..arrow(1, Way::ToDaemon, "hello", "rid h-1", false) },
            Arrow { raw: Some(hex), ..arrow(2, Way::ToClient, "chunk", "sid hum-x  rid c-1", false) },
            arrow(3, Way::Reported, "chunk delivered", "to hum-x", true),
        ],
    };
    CaseRow {
        failures: vec![failure("framing.split-corrupts")],
        scene: Some(scene),
        stderr: "a line of the client\n".to_owned(),
        twin: Some(Twin { id: "framing/one-line".to_owned(), passed: true }),
        ..because(id, CaseVerdict::Fail, "framing.split-corrupts")
    }
}

fn failure(code: &str) -> FailureRow {
    FailureRow {
        failure: Failure {
            rule: "FRAME-10".to_owned(),
            code: code.to_owned(),
            step: 5,
            steps: 5,
            example: None,
            wanted: "a chunk".to_owned(),
            got: "another chunk".to_owned(),
            differences: vec![Difference {
                at: "/part/text".to_owned(),
                wanted: "\"é\"".to_owned(),
                got: Some("\"\u{fffd}\u{fffd}\"".to_owned()),
            }],
            hint: None,
            at: None,
            also: Vec::new(),
        },
        level: Level::Must,
        text: "A receiver collects bytes until LF. More of it.".to_owned(),
        anchor: "framing".to_owned(),
        means: "a tone that arrived in pieces was lost or altered".to_owned(),
        fix: "buffer bytes until LF and decode the whole line".to_owned(),
        waived: false,
    }
}
