//! Whole bees, tested without a shim: what shows is decided, and what does not is left open, with the reason.

mod suite;

use std::time::Duration;

use thrum_conform::exit::Exit;
use thrum_conform::report::{CaseVerdict, Report, RuleRow, Standing};
use thrum_conform::vector::Case;

use suite::{loaded, test};

const PATIENCE: Duration = Duration::from_secs(10);
/// For what a bee never does.
const IMPATIENCE: Duration = Duration::from_millis(400);

fn bee(habit: Option<&str>, cases: &[&str], patience: Duration) -> Report {
    let mut arguments = vec!["--bee"];
    arguments.extend(habit.iter().flat_map(|habit| ["--habit", habit]));
    test(&arguments, cases, patience).expect("the bee can be tested")
}

#[track_caller]
fn row<'r>(report: &'r Report, rule: &str) -> &'r RuleRow {
    report.rules.iter().find(|row| row.id == rule && row.side.is_plain()).expect("the rule binds a client")
}

#[track_caller]
fn stands(report: &Report, rule: &str, standing: Standing, why: &str) {
    let row = row(report, rule);
    assert!(row.standing == standing && row.why.contains(why), "{rule}: {:?} {}", row.standing, row.why);
}

#[test]
fn the_built_in_bee_passes_every_case_and_holds_only_what_shows() {
    let report = bee(None, &[], PATIENCE);
    assert_eq!((report.level, report.exit), (0, Exit::Incomplete));
    assert_eq!(report.identity.name, "calculator");
    let played: Vec<&str> = report.cases.iter().map(|row| row.id.as_str()).collect();
    for case in loaded().suite.cases.iter().filter(|case| case.is_for_bees) {
        assert!(played.contains(&case.id.as_str()), "{} was not played", case.id);
    }
    for row in &report.cases {
        let fine = matches!(row.verdict, CaseVerdict::Pass | CaseVerdict::NotExercised);
        assert!(fine, "{} {:?} {}", row.id, row.verdict, row.why);
    }
    for rule in ["HELLO-01", "HELLO-16", "FRAME-17", "FRAME-20", "FWD-03", "TOOL-02", "PERM-01", "CHI-08"] {
        stands(&report, rule, Standing::Held, "");
    }
    // nothing was delivered: that is for a shim to tell
    for rule in ["FRAME-09", "FRAME-12", "DIR-02", "CLI-01", "CHI-03", "TURN-01"] {
        stands(&report, rule, Standing::Undecided, "level 2: a shim that drives the client");
    }
    stands(&report, "SIGIL-01", Standing::Undecided, "level 1: a shim that answers `call`");
}

/// What the wire shows in part can be broken, and is never held.
#[test]
fn no_rule_is_held_of_which_a_part_does_not_show() {
    let report = bee(None, &[], PATIENCE);
    let whole = |case: &&Case, rule: &str| !case.is_for_bees || !case.partly.iter().any(|part| part == rule);
    for row in report.rules.iter().filter(|row| row.standing == Standing::Held) {
        let ambient = loaded().book.get(&row.id).is_some_and(|rule| rule.ambient);
        let decides = |case: &&Case| case.suits_a_bee() && case.decides.contains(&row.id);
        let shown = loaded().suite.cases.iter().filter(decides).any(|case| whole(&case, &row.id));
        assert!(ambient || shown, "{} is held by cases that show a part of it", row.id);
    }
}

#[test]
fn a_bee_that_shows_less_is_decided_less_with_the_reason() {
    for (habit, rule, standing, why) in [
        ("without-tools", "FRAME-20", Standing::Held, ""),
        ("without-tools", "TOOL-02", Standing::Undecided, "declares a tool in its first prompt"),
        ("without-tools", "FRAME-23", Standing::Undecided, "declares a tool in its first prompt"),
        ("only-prompts", "HELLO-04", Standing::Held, ""),
        ("only-prompts", "FRAME-20", Standing::Undecided, "nothing shows whether it is at work"),
        ("prompts-on", "FRAME-20", Standing::Held, ""),
        ("prompts-on", "PERM-01", Standing::Undecided, "answers a permission-ask"),
        ("never-prompts", "HELLO-02", Standing::Held, ""),
        ("never-prompts", "FRAME-20", Standing::Undecided, "sent no prompt"),
        ("never-prompts", "CHI-02", Standing::Undecided, "level 2"),
        ("stays-away", "HELLO-16", Standing::Undecided, "connects again when its connection is closed"),
        (
            "leaves-with-the-daemon",
            "CLI-10",
            Standing::Undecided,
            "connects again when its connection is closed",
        ),
    ] {
        let report = bee(Some(habit), &[], IMPATIENCE);
        assert_eq!(report.exit, Exit::Incomplete, "{habit}");
        stands(&report, rule, standing, why);
    }
}

#[test]
fn a_fault_that_shows_is_found() {
    for (mutant, rule, code) in [
        ("hello-without-rid", "HELLO-06", "handshake.hello-without-rid"),
        ("die-on-bad-utf8", "FRAME-20", "bee-framing.died"),
        ("hang-up-on-bad-json", "FRAME-09", "bee-framing.closed"),
        ("call-id-lower-cased", "TOOL-06", "bee-tools.call-id-changed"),
        ("no-hello-on-reconnect", "HELLO-16", "bee-return.no-hello-on-return"),
        ("write-holds-dispatch", "BP-05", "bee-tools.stopped-reading"),
    ] {
        let report =
            test(&["--bee", "--mutant", mutant], &[], Duration::from_secs(1)).expect("it can be tested");
        assert_eq!(report.exit, Exit::Failed, "{mutant}");
        assert_eq!(row(&report, rule).standing, Standing::Violated, "{mutant}");
        let codes: Vec<&str> = report
            .cases
            .iter()
            .flat_map(|row| &row.failures)
            .filter(|failure| failure.failure.rule == rule)
            .map(|failure| failure.failure.code.as_str())
            .collect();
        assert!(codes.contains(&code), "{mutant}: {codes:?}");
    }
}
