//! Known failures against what a run saw: what is waived, and which entries no longer tell the truth.
//!
//! Nothing is run here. Every case of the suite is said to have passed, but for what a row says otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use mock_humd::wire::chi::REGISTRY;
use thrum_conform::baseline::Baseline;
use thrum_conform::config::Config;
use thrum_conform::exit::Exit;
use thrum_conform::judge::ambient::{Offence, Sighting};
use thrum_conform::judge::{Cause, Failure, Outcome, Root, Verdict};
use thrum_conform::plan::{Job, Plan, Selection, glob, plan};
use thrum_conform::report::Report;
use thrum_conform::rule::{Level, Party, Profile, RuleBook};
use thrum_conform::run::{End, Judged, Order, Results, Times, Unsteady};
use thrum_conform::score::{Scoring, score};
use thrum_conform::testee::{CAPABILITIES, Identity};
use thrum_conform::vector::{Body, Case, Source, Suite, load};
use time::{Date, Month};

static BOOK: LazyLock<RuleBook> =
    LazyLock::new(|| RuleBook::parse(thrum_vectors::WIRE_DOC).expect("WIRE.md is well-formed"));
static SUITE: LazyLock<Suite> =
    LazyLock::new(|| load(&Source::Embedded, &BOOK).expect("the vectors are well-formed"));

/// The day on which the runs are said to be.
const TODAY: (i32, Month, u8) = (2026, Month::November, 25);

/// What a run saw, an entry for it, and what comes of the two.
#[derive(Default)]
struct Row {
    about: &'static str,
    /// The `[[expect]]` entries.
    entries: &'static str,
    /// What did not pass: the case, or an example of it, and how.
    seen: &'static [(&'static str, How)],
    /// What the user asked for; everything where it is empty.
    asked: &'static [Asked],
    /// What a case, or a rule, is to come to.
    wanted: &'static [(&'static str, &'static str)],
    /// What is to be found: the fault, part of why, and what the lines become (`-` for each that goes).
    found: &'static [(&'static str, &'static str, &'static str)],
    exit: Option<Exit>,
}

#[derive(Clone, Copy)]
enum How {
    Fails(&'static str),
    /// Only as a worker, or only as an asker.
    FailsAs(Party, &'static str),
    Unsupported,
    /// For a broken rule on the way, and its code.
    Blocked(&'static str, &'static str),
    Hidden,
    Idle,
    /// The run ended before it.
    NotRun,
    /// It failed under the code at times, and passed at others.
    AtTimes(&'static str),
    /// The same, and it failed under the other code at times too.
    AtTimesEither(&'static str, &'static str),
    /// A rule was broken on some line.
    OnALine(&'static str),
}
use How::*;

#[derive(Clone, Copy)]
enum Asked {
    Run(&'static str),
    Skip(&'static str),
    Rule(&'static str),
    Role(Party),
    Profile(Profile),
    Without(&'static str),
}

fn identity(asked: &[Asked]) -> Identity {
    let verbs = REGISTRY.iter().map(|row| format!("verb.{}", row.chi));
    let all = CAPABILITIES.iter().map(|cap| (*cap).to_owned()).chain(verbs);
    let lacks =
        |cap: &String| asked.iter().any(|asked| matches!(asked, Asked::Without(lacks) if lacks == cap));
    Identity {
        name: "a client".to_owned(),
        version: "1.0.0".to_owned(),
        lang: "any".to_owned(),
        wire: BOOK.version.to_string(),
        profiles: BTreeSet::from(["document".to_owned(), "live".to_owned()]),
        caps: all.filter(|cap| !lacks(cap)).collect(),
        habits: None,
    }
}

fn selection(asked: &[Asked]) -> Selection {
    let mut selection = Selection::all(BOOK.version);
    for asked in asked {
        match asked {
            Asked::Run(id) => selection.run.push(glob(id).expect("it is a glob")),
            Asked::Skip(id) => selection.skip.push(glob(id).expect("it is a glob")),
            Asked::Rule(rule) => selection.rules.push((*rule).to_owned()),
            Asked::Role(role) => selection.role = Some(*role),
            Asked::Profile(profile) => selection.profile = Some(*profile),
            Asked::Without(_) => {}
        }
    }
    selection
}

/// The rule that a code is about in a case, and in which example.
fn rule_of(case: &Case, tc: Option<u64>, code: &str) -> String {
    let example = match &case.body {
        Body::Call { examples, .. } => examples.iter().find(|example| Some(example.tc) == tc),
        Body::Wire { .. } => None,
    };
    let cited = match &case.body {
        Body::Wire { steps, .. } => {
            let cites = steps.iter().filter_map(|step| step.cite.as_ref());
            cites.into_iter().find(|cite| cite.code.as_deref() == Some(code)).map(|cite| cite.rule.clone())
        }
        Body::Call { .. } => None,
    };
    example.map(|example| example.cite.rule.clone()).or(cited).unwrap_or_else(|| case.decides[0].clone())
}

fn failure(rule: &str, tc: Option<u64>, code: &str) -> Failure {
    Failure {
        rule: rule.to_owned(),
        code: code.to_owned(),
        step: 1,
        steps: 1,
        example: tc,
        wanted: String::new(),
        got: String::new(),
        differences: Vec::new(),
        hint: None,
        at: None,
        also: Vec::new(),
    }
}

/// One job, as the row says that it went; `None` where it was not run.
fn judged(job: &Job<'static>, row: &Row) -> Option<Judged<'static>> {
    let mut judged = Judged {
        case: job.case,
        side: job.side,
        verdicts: Vec::new(),
        sightings: Vec::new(),
        took: Duration::ZERO,
        scene: None,
        stderr: String::new(),
    };
    let mut outcomes: BTreeMap<String, Outcome> =
        job.case.decides.iter().map(|rule| (rule.clone(), Outcome::Held)).collect();
    for (name, how) in row.seen {
        let (id, tc) = match name.split_once('#') {
            Some((id, tc)) => (id, tc.parse().ok()),
            None => (*name, None),
        };
        if id != job.case.id {
            continue;
        }
        let cause = |root| Outcome::Inconclusive(Cause { why: "it could not be seen".to_owned(), root });
        match how {
            FailsAs(party, _) if *party != job.side.party => {}
            Fails(code) | FailsAs(_, code) | AtTimes(code) | AtTimesEither(code, _) => {
                let rule = rule_of(job.case, tc, code);
                let one = failure(&rule, tc, code);
                match outcomes.get_mut(&rule).expect("the case decides the rule") {
                    Outcome::Broken(first) => first.also.push(one),
                    own => *own = Outcome::Broken(Box::new(one)),
                }
            }
            Unsupported => all(&mut outcomes, &cause(Root::Unsupported)),
            Blocked(rule, code) => {
                let root = Root::Broken { rule: (*rule).to_owned(), code: (*code).to_owned() };
                all(&mut outcomes, &cause(root));
            }
            Hidden => all(&mut outcomes, &cause(Root::Itself)),
            Idle => all(&mut outcomes, &Outcome::NotExercised("nothing came to pass".to_owned())),
            NotRun => return None,
            OnALine(rule) => {
                let offence = Offence { why: "it is wrong".to_owned(), line: "{}".to_owned() };
                judged.sightings.push(Sighting { rule, offence: Some(offence) });
            }
        }
    }
    let outcomes = outcomes.into_iter();
    judged.verdicts = outcomes.map(|(rule, outcome)| Verdict { rule, outcome }).collect();
    Some(judged)
}

fn all(outcomes: &mut BTreeMap<String, Outcome>, outcome: &Outcome) {
    for own in outcomes.values_mut() {
        *own = outcome.clone();
    }
}

/// What came to different things, as the row says.
fn unsteady(plan: &Plan<'static>, row: &Row) -> Vec<Unsteady> {
    let at_times = row.seen.iter().filter_map(|(id, how)| match how {
        AtTimes(code) => Some((*id, vec![*code])),
        AtTimesEither(code, other) => Some((*id, vec![*code, *other])),
        _ => None,
    });
    at_times
        .map(|(id, codes)| {
            let job = plan.jobs.iter().find(|job| job.case.id == id).expect("the case is run");
            Unsteady {
                case: id.to_owned(),
                side: job.side,
                outcomes: [("held", 3), ("broken", 2)]
                    .map(|(what, times)| Times { what: what.to_owned(), times })
                    .into(),
                broken: codes
                    .into_iter()
                    .map(|code| (rule_of(job.case, None, code), None, code.to_owned()))
                    .collect(),
                open: false,
            }
        })
        .collect()
}

fn report(row: &Row) -> Report {
    let config = Config::parse("c.toml", row.entries.to_owned(), PathBuf::new())
        .unwrap_or_else(|faults| panic!("{}: {faults:?}", row.about));
    let (identity, selection) = (identity(row.asked), selection(row.asked));
    let plan = plan(&SUITE, &BOOK, &identity, &selection).expect("something is selected");
    let cases = plan.jobs.iter().filter_map(|job| judged(job, row)).collect();
    let unsteady = unsteady(&plan, row);
    let results = Results {
        identity,
        cases,
        unsteady,
        plan,
        order: Order::default(),
        gate: None,
        took: Duration::ZERO,
        end: End::Whole,
        left_behind: false,
    };
    let (year, month, day) = TODAY;
    let today = Date::from_calendar_date(year, month, day).expect("it is a day");
    let scoring = Scoring {
        book: &BOOK,
        suite: &SUITE,
        required: Level::Must,
        rules: &selection.rules,
        all: selection.is_all(),
        baseline: Some(Baseline { entries: &config.entries, today, selection: &selection }),
        command: String::new(),
        config: Some("c.toml".to_owned()),
        wire: BOOK.version,
        vectors: String::new(),
    };
    score(results, &scoring)
}

#[track_caller]
fn check(row: &Row) {
    let report = report(row);
    let about = row.about;
    for (name, word) in row.wanted {
        let (name, who) = name.split_once(' ').map_or((*name, None), |(name, who)| (name, Some(who)));
        let is_who = |party: Party| who.is_none_or(|who| party.word() == who);
        let case = report.cases.iter().find(|case| case.id == name && is_who(case.side.party));
        let rule = report.rules.iter().find(|rule| rule.id == name && is_who(rule.side.party));
        let found = case.map(|case| case.verdict.word()).or(rule.map(|rule| rule.standing.word()));
        assert_eq!(found, Some(*word), "{about}: {name}");
    }
    let found: Vec<String> =
        report.waivers.iter().map(|finding| format!("{} {}", finding.fault.word(), finding.why)).collect();
    assert_eq!(found.len(), row.found.len(), "{about}: {found:?}");
    for (finding, (fault, why, lines)) in report.waivers.iter().zip(row.found) {
        assert_eq!(finding.fault.word(), *fault, "{about}: {found:?}");
        assert!(finding.why.contains(why), "{about}: `{why}` is not in `{}`", finding.why);
        let new: Vec<&str> =
            finding.changes.iter().map(|change| change.new.as_deref().unwrap_or("-")).collect();
        assert_eq!(new.join("|"), *lines, "{about}");
        for change in &finding.changes {
            let line = row.entries.lines().nth(change.line - 1);
            assert_eq!(line, Some(change.old.as_str()), "{about}: line {}", change.line);
        }
    }
    assert_eq!(report.exit, row.exit.unwrap_or(Exit::Fine), "{about}");
}

const SPLIT: &str = r#"[[expect]]
case = "framing/split-inside-a-two-byte-character"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#;

#[test]
fn what_is_known_is_waived_and_nothing_else() {
    for row in [
        Row { about: "nothing known, nothing wrong", exit: Some(Exit::Fine), ..Row::default() },
        Row {
            about: "nothing is known of a failure",
            seen: &[("framing/split-inside-a-two-byte-character", Fails("framing.split-corrupts"))],
            wanted: &[("framing/split-inside-a-two-byte-character", "fail"), ("FRAME-10", "violated")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "a case",
            entries: SPLIT,
            seen: &[("framing/split-inside-a-two-byte-character", Fails("framing.split-corrupts"))],
            wanted: &[
                ("framing/split-inside-a-two-byte-character", "xfail"),
                ("framing/split-at-every-byte", "pass"),
                ("FRAME-10", "waived"),
            ],
            ..Row::default()
        },
        Row {
            about: "a case, and another that breaks the same rule",
            entries: SPLIT,
            seen: &[
                ("framing/split-inside-a-two-byte-character", Fails("framing.split-corrupts")),
                ("framing/split-at-every-byte", Fails("framing.split-corrupts")),
            ],
            wanted: &[
                ("framing/split-inside-a-two-byte-character", "xfail"),
                ("framing/split-at-every-byte", "fail"),
                ("FRAME-10", "violated"),
            ],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "an example of a call case",
            entries: r#"[[expect]]
case = "sigil/known-answers#4"
status = "fail"
code = "sigil.hex"
reason = "upper-case digits in the old release""#,
            seen: &[("sigil/known-answers#4", Fails("sigil.hex"))],
            wanted: &[("sigil/known-answers", "xfail"), ("SIGIL-01", "waived")],
            ..Row::default()
        },
        Row {
            about: "an example, and another that fails alike",
            entries: r#"[[expect]]
case = "sigil/known-answers#4"
status = "fail"
code = "sigil.hex"
reason = "upper-case digits in the old release""#,
            seen: &[
                ("sigil/known-answers#4", Fails("sigil.hex")),
                ("sigil/known-answers#5", Fails("sigil.hex")),
            ],
            wanted: &[("sigil/known-answers", "fail"), ("SIGIL-01", "violated")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "all examples that fail by a code, and one that fails by another",
            entries: r#"[[expect]]
case = "sigil/known-answers"
status = "fail"
code = "sigil.hex"
reason = "upper-case digits in the old release""#,
            seen: &[
                ("sigil/known-answers#1", Fails("sigil.value")),
                ("sigil/known-answers#4", Fails("sigil.hex")),
                ("sigil/known-answers#5", Fails("sigil.hex")),
            ],
            wanted: &[("sigil/known-answers", "fail")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "a rule, whatever case breaks it",
            entries: r#"[[expect]]
case = "rule:FRAME-10"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            seen: &[
                ("framing/split-inside-a-two-byte-character", Fails("framing.split-corrupts")),
                ("framing/split-at-every-byte", Fails("framing.split-corrupts")),
            ],
            wanted: &[("framing/split-at-every-byte", "xfail"), ("FRAME-10", "waived")],
            ..Row::default()
        },
        Row {
            about: "a glob, and what passes in it",
            entries: r#"[[expect]]
case = "framing/split-*"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            seen: &[("framing/split-at-every-byte", Fails("framing.split-corrupts"))],
            wanted: &[
                ("framing/split-at-every-byte", "xfail"),
                ("framing/split-inside-a-two-byte-character", "pass"),
            ],
            ..Row::default()
        },
        Row {
            about: "a glob, and what fails otherwise in it",
            entries: r#"[[expect]]
case = "framing/split-*"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            seen: &[
                ("framing/split-at-every-byte", Fails("framing.split-corrupts")),
                ("framing/split-inside-an-escape", Fails("framing.died")),
            ],
            wanted: &[("framing/split-at-every-byte", "xfail"), ("framing/split-inside-an-escape", "fail")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "in one role, and passing in the other",
            entries: r#"[[expect]]
case = "handshake/hello-comes-at-once"
status = "fail"
code = "handshake.hello-not-at-once"
reason = "the worker waits for a breath""#,
            seen: &[("handshake/hello-comes-at-once", FailsAs(Party::Worker, "handshake.hello-not-at-once"))],
            wanted: &[
                ("handshake/hello-comes-at-once client", "pass"),
                ("handshake/hello-comes-at-once worker", "xfail"),
                ("HELLO-02 client", "held"),
                ("HELLO-02 worker", "waived"),
            ],
            ..Row::default()
        },
        Row {
            about: "a rule that is judged on every line, by its name among the cases",
            entries: r#"[[expect]]
case = "ambient/frame-02"
status = "fail"
code = "ambient.frame-02"
reason = "the encoder ends lines too""#,
            seen: &[("tools/round-trip", OnALine("FRAME-02"))],
            wanted: &[("ambient/frame-02", "xfail"), ("FRAME-02 client", "waived")],
            ..Row::default()
        },
        Row {
            about: "a rule that is judged on every line, by its id",
            entries: r#"[[expect]]
case = "rule:FRAME-02"
status = "fail"
code = "ambient.frame-02"
reason = "the encoder ends lines too""#,
            seen: &[("tools/round-trip", OnALine("FRAME-02"))],
            wanted: &[("ambient/frame-02", "xfail")],
            ..Row::default()
        },
        Row {
            about: "a negative whose twin is waived",
            entries: r#"[[expect]]
case = "framing/object-line-is-delivered"
status = "fail"
code = "framing.good-line-lost"
reason = "the reader loses every other line""#,
            seen: &[("framing/object-line-is-delivered", Fails("framing.good-line-lost"))],
            wanted: &[
                ("framing/object-line-is-delivered", "xfail"),
                ("framing/array-line-is-no-tone", "xfail"),
                ("FRAME-12", "waived"),
            ],
            ..Row::default()
        },
        Row {
            about: "a negative whose twin is not",
            seen: &[("framing/object-line-is-delivered", Fails("framing.good-line-lost"))],
            wanted: &[("framing/array-line-is-no-tone", "inconclusive")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "what a waived break stood in the way of",
            entries: SPLIT,
            seen: &[
                ("framing/split-inside-a-two-byte-character", Fails("framing.split-corrupts")),
                ("tools/round-trip", Blocked("FRAME-10", "framing.split-corrupts")),
            ],
            wanted: &[("tools/round-trip", "xfail")],
            ..Row::default()
        },
        Row {
            about: "what another break of the same rule stood in the way of",
            entries: SPLIT,
            seen: &[
                ("framing/split-inside-a-two-byte-character", Fails("framing.split-corrupts")),
                ("tools/round-trip", Blocked("FRAME-10", "framing.died")),
            ],
            wanted: &[("tools/round-trip", "inconclusive")],
            exit: Some(Exit::Incomplete),
            ..Row::default()
        },
        Row {
            about: "what the shim does not support",
            entries: r#"[[expect]]
case = "tools/round-trip"
status = "unsupported"
reason = "the shim has no tools yet""#,
            seen: &[("tools/round-trip", Unsupported)],
            wanted: &[("tools/round-trip", "xfail"), ("TOOL-02", "waived")],
            ..Row::default()
        },
        Row {
            about: "what the shim does not support, and nobody knows",
            seen: &[("tools/round-trip", Unsupported)],
            wanted: &[("tools/round-trip", "inconclusive")],
            exit: Some(Exit::Incomplete),
            ..Row::default()
        },
        Row {
            about: "a flaky case that passes",
            entries: FLAKY,
            wanted: &[("framing/split-at-every-byte", "flaky"), ("FRAME-10", "held")],
            ..Row::default()
        },
        Row {
            about: "a flaky case that fails",
            entries: FLAKY,
            seen: &[("framing/split-at-every-byte", Fails("framing.split-corrupts"))],
            wanted: &[("framing/split-at-every-byte", "flaky"), ("FRAME-10", "waived")],
            ..Row::default()
        },
        Row {
            about: "a flaky case that does both",
            entries: FLAKY,
            seen: &[("framing/split-at-every-byte", AtTimes("framing.split-corrupts"))],
            wanted: &[("framing/split-at-every-byte", "flaky")],
            ..Row::default()
        },
        Row {
            about: "a flaky case that fails under another code too",
            entries: FLAKY,
            seen: &[("framing/split-at-every-byte", AtTimesEither("framing.split-corrupts", "framing.died"))],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "a case that does both, and nobody knows",
            seen: &[("framing/split-at-every-byte", AtTimes("framing.split-corrupts"))],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "on its last day",
            entries: r#"[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
until = 2026-11-25"#,
            seen: &[("framing/split-at-every-byte", Fails("framing.split-corrupts"))],
            wanted: &[("framing/split-at-every-byte", "xfail")],
            ..Row::default()
        },
    ] {
        check(&row);
    }
}

const FLAKY: &str = r#"[[expect]]
case = "framing/split-at-every-byte"
status = "flaky"
code = "framing.split-corrupts"
reason = "depends on the reads of the kernel""#;

#[test]
fn an_entry_that_does_not_tell_the_truth_is_found_with_the_lines_that_mend_it() {
    for row in [
        Row {
            about: "it passes",
            entries: SPLIT,
            wanted: &[("framing/split-inside-a-two-byte-character", "xpass"), ("FRAME-10", "held")],
            found: &[("passed", "it passes", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "the example passes, and another is known to fail",
            entries: r#"[[expect]]
case = "sigil/known-answers#4"
status = "fail"
code = "sigil.hex"
reason = "upper-case digits in the old release"

[[expect]]
case = "sigil/known-answers#5"
status = "fail"
code = "sigil.hex"
reason = "upper-case digits in the old release""#,
            seen: &[("sigil/known-answers#5", Fails("sigil.hex"))],
            wanted: &[("sigil/known-answers", "xfail")],
            found: &[("passed", "it passes", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "nothing in the glob fails so",
            entries: r#"[[expect]]
case = "framing/split-*"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            found: &[(
                "passed",
                "none of the 6 cases that it is about fails with `framing.split-corrupts`",
                "-|-|-|-|-",
            )],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "no case of the rule fails so",
            entries: r#"[[expect]]
case = "rule:FRAME-10"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            seen: &[("framing/split-at-every-byte", Fails("framing.died"))],
            wanted: &[("framing/split-at-every-byte", "fail")],
            found: &[("passed", "none of the 8 cases", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "the shim supports it",
            entries: r#"[[expect]]
case = "tools/round-trip"
status = "unsupported"
reason = "the shim has no tools yet""#,
            wanted: &[("tools/round-trip", "xpass")],
            found: &[("passed", "the shim supports it", "-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "the rule that is judged on every line is kept",
            entries: r#"[[expect]]
case = "ambient/frame-02"
status = "fail"
code = "ambient.frame-02"
reason = "the encoder ends lines too""#,
            found: &[("passed", "it passes", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "it fails otherwise",
            entries: SPLIT,
            seen: &[("framing/split-inside-a-two-byte-character", Fails("framing.died"))],
            wanted: &[("framing/split-inside-a-two-byte-character", "fail"), ("FRAME-10", "violated")],
            found: &[(
                "otherwise",
                "it fails with `framing.died`, instead of failing with `framing.split-corrupts`",
                r#"code = "framing.died""#,
            )],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "a flaky case fails otherwise",
            entries: FLAKY,
            seen: &[("framing/split-at-every-byte", Fails("framing.died"))],
            found: &[("otherwise", "it fails with `framing.died`", r#"code = "framing.died""#)],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "it fails, where the shim was to lack it",
            entries: r#"[[expect]]
case = "tools/round-trip"
status = "unsupported"
reason = "the shim has no tools yet""#,
            seen: &[("tools/round-trip", Fails("tools.died"))],
            found: &[(
                "otherwise",
                "it fails with `tools.died`, instead of being answered with `unsupported`",
                "status = \"fail\"\ncode = \"tools.died\"",
            )],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "the shim lacks it, where it was to fail",
            entries: SPLIT,
            seen: &[("framing/split-inside-a-two-byte-character", Unsupported)],
            found: &[("otherwise", "the shim answers `unsupported`", "status = \"unsupported\"|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "it fails at times",
            entries: r#"[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            seen: &[("framing/split-at-every-byte", AtTimes("framing.split-corrupts"))],
            found: &[("otherwise", "each of the 5 times", r#"status = "flaky""#)],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "one of two codes of a case is gone",
            entries: r#"[[expect]]
case = "sigil/known-answers"
status = "fail"
code = "sigil.hex"
reason = "upper-case digits in the old release"
[[expect]]
case = "sigil/known-answers"
status = "fail"
code = "sigil.value"
reason = "upper-case digits in the old release""#,
            seen: &[("sigil/known-answers#1", Fails("sigil.value"))],
            found: &[("passed", "it no longer fails with `sigil.hex`, only with `sigil.value`", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "no such case, example, rule, glob",
            entries: r#"[[expect]]
case = "framing/split-inside-a-two-byte-charakter"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
[[expect]]
case = "sigil/known-answers#99"
status = "fail"
code = "sigil.hex"
reason = "upper-case digits in the old release"
[[expect]]
case = "framing/split-at-every-byte#1"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
[[expect]]
case = "rule:FRAME-99"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
[[expect]]
case = "framign/*"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            found: &[
                ("unmatched", "`framing/split-inside-a-two-byte-character`", "-|-|-|-|-"),
                ("unmatched", "has no example #99 (hint: it has #1 to #17)", "-|-|-|-|-"),
                ("unmatched", "has steps, and no examples", "-|-|-|-|-"),
                ("unmatched", "no case decides that rule (hint: the nearest are `FRAME-09`", "-|-|-|-|-"),
                ("unmatched", "no case matches (hint: the nearest are `framing/", "-|-|-|-|-"),
            ],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "it does not bind this client",
            entries: r#"[[expect]]
case = "tools/round-trip"
status = "fail"
code = "tools.died"
reason = "dies when a tool is called""#,
            asked: &[Asked::Without("tools")],
            found: &[("not_applicable", "the client does not claim the surface `tools`", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "the example cannot be shown",
            entries: r#"[[expect]]
case = "dusk/boundary-is-alive#1"
status = "fail"
code = "dusk.boundary"
reason = "compares with less or equal""#,
            asked: &[Asked::Without("clock.virtual")],
            found: &[("not_applicable", "lacks what would make the example visible", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "nothing came to pass on which it could fail",
            entries: SPLIT,
            seen: &[("framing/split-inside-a-two-byte-character", Idle)],
            found: &[("not_applicable", "nothing was judged: nothing came to pass", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "twice the same",
            entries: r#"[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
[[expect]]
case = "framing/split-at-every-byte"
status = "flaky"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            seen: &[("framing/split-at-every-byte", Fails("framing.split-corrupts"))],
            wanted: &[("framing/split-at-every-byte", "xfail")],
            found: &[("doubled", "the same as the entry in line 1", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "a glob of which cases leave nothing",
            entries: r#"[[expect]]
case = "framing/split-*"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own""#,
            seen: &[("framing/split-at-every-byte", Fails("framing.split-corrupts"))],
            found: &[("doubled", "waived by `framing/split-at-every-byte` in line 6", "-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "the day after its last",
            entries: r#"[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
until = 2026-11-24"#,
            seen: &[("framing/split-at-every-byte", Fails("framing.split-corrupts"))],
            wanted: &[("framing/split-at-every-byte", "fail"), ("FRAME-10", "violated")],
            found: &[("expired", "it expired with 2026-11-24", "until = YYYY-MM-DD")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "expired, but it passes by now",
            entries: r#"[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
until = 2026-11-24"#,
            found: &[("passed", "it passes", "-|-|-|-|-|-")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "no reason yet, and expired",
            entries: r#"[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = """
TODO"""
until = 2020-01-01"#,
            seen: &[("framing/split-at-every-byte", Fails("framing.split-corrupts"))],
            found: &[
                ("expired", "2020-01-01", "until = YYYY-MM-DD"),
                ("no_reason", "a placeholder", "reason = \"…\"|-"),
            ],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
    ] {
        check(&row);
    }
}

#[test]
fn what_was_not_run_or_not_seen_says_nothing_against_an_entry() {
    let known = r#"[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
[[expect]]
case = "framing/split-*"
status = "fail"
code = "framing.died"
reason = "dies when an escape is split"
[[expect]]
case = "rule:FRAME-02"
status = "fail"
code = "ambient.frame-02"
reason = "the encoder ends lines too"
[[expect]]
case = "handshake/hello-comes-at-once"
status = "fail"
code = "handshake.hello-not-at-once"
reason = "the worker waits for a breath"
[[expect]]
case = "worker/chunk-has-its-fields"
status = "fail"
code = "worker.died"
reason = "the index of a chunk is a string"
[[expect]]
case = "dusk/boundary-is-alive#1"
status = "fail"
code = "dusk.boundary"
reason = "compares with less or equal""#;
    for (about, asked) in [
        ("another case", vec![Asked::Run("tools/round-trip")]),
        ("another rule", vec![Asked::Rule("TOOL-02")]),
        ("a part of a glob", vec![Asked::Run("framing/split-before-the-lf")]),
        (
            "all but these",
            vec![
                Asked::Skip("framing/split-at*"),
                Asked::Skip("dusk/*"),
                Asked::Skip("handshake/hello-comes*"),
                Asked::Skip("worker/*"),
            ],
        ),
        ("another profile", vec![Asked::Profile(Profile::Live)]),
    ] {
        let asked: &'static [Asked] = asked.leak();
        check(&Row { about, entries: known, asked, ..Row::default() });
    }
    for (about, seen) in [
        ("the run ended before it", NotRun),
        ("it could not be seen", Hidden),
        ("something else stood in the way", Blocked("TOOL-02", "tools.died")),
    ] {
        let seen: &'static [_] = vec![("framing/split-at-every-byte", seen)].leak();
        let exit = report(&Row { about, seen, ..Row::default() }).exit;
        let entries = known.split_once("\n[[expect]]").expect("there are several").0;
        check(&Row { about, entries, seen, exit: Some(exit), ..Row::default() });
    }
    // as an asker it passes, and nobody looked at the worker
    let worker = known.split("[[expect]]").nth(4).expect("there are several");
    let entries: &'static str = format!("[[expect]]{worker}").leak();
    let asked = &[Asked::Role(Party::Client)];
    check(&Row { about: "one role of two", entries, asked, ..Row::default() });
    check(&Row {
        about: "both roles",
        entries,
        found: &[("passed", "it passes", "-|-|-|-|-")],
        exit: Some(Exit::Failed),
        ..Row::default()
    });
}
