//! What changed from one report to the other: `compare.html` with what it shows.

use askama::Template;

use super::mark::Mark;
use super::shell::Shell;
use crate::report::compare::{Came, CaseTurn, Comparison, Course, RuleTurn, Turn};
use crate::report::entry::Sort;
use crate::report::text::{LINE_MAX, cut};

/// What `compare.html` shows.
#[derive(Debug, Template)]
#[template(path = "compare.html")]
pub(super) struct Page<'a> {
    shell: Shell,
    mark: Mark,
    verdict: &'static str,
    /// What of the run changed, what it was, and what it is.
    run: Vec<(&'static str, String, String)>,
    parts: Vec<Part<'a>>,
    version: &'static str,
}

/// The rules or the cases that went one way.
#[derive(Debug)]
struct Part<'a> {
    title: &'static str,
    changes: Vec<Change<'a>>,
}

/// A rule or a case that came to something else.
#[derive(Debug)]
struct Change<'a> {
    name: &'a str,
    /// Of a rule.
    level: &'static str,
    side: String,
    old: Option<Mark>,
    new: Option<Mark>,
    /// Why a rule came to this, or the codes of a case.
    why: String,
}

/// Each way, and what rules and cases that went it are called.
const COURSES: [(Course, &str, &str); 4] = [
    (Course::Broken, "Rules that are newly violated", "Cases that newly fail"),
    (Course::Worse, "Rules that are worse", "Cases that are worse"),
    (Course::Better, "Rules that are better", "Cases that are better"),
    (Course::Other, "Other changes of rules", "Other changes of cases"),
];

impl<'a> Page<'a> {
    pub(super) fn new(comparison: &'a Comparison) -> Self {
        let (sort, verdict) = match (comparison.worse, comparison.is_empty()) {
            (true, _) => (Sort::Failed, "Worse than before"),
            (false, false) => (Sort::Passed, "Nothing is worse than before"),
            (false, true) => (Sort::Passed, "The same as before"),
        };
        let mark = Mark::new(sort, verdict);
        let parts = COURSES.iter().flat_map(|(course, rules, cases)| {
            let of_rules = comparison.rules.iter().filter(|turn| turn.course == *course).map(of_rule);
            let of_cases = comparison.cases.iter().filter(|turn| turn.course == *course).map(of_case);
            [
                Part { title: rules, changes: of_rules.collect() },
                Part { title: cases, changes: of_cases.collect() },
            ]
        });
        Self {
            shell: Shell::new(format!("{} {verdict} · thrum-conform", mark.sign)),
            mark,
            verdict,
            run: comparison.run.iter().map(of_run).collect(),
            parts: parts.filter(|part| !part.changes.is_empty()).collect(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

fn of_run(turn: &Turn) -> (&'static str, String, String) {
    (turn.what, cut(&turn.old, LINE_MAX), cut(&turn.new, LINE_MAX))
}

fn of_rule(turn: &RuleTurn) -> Change<'_> {
    Change {
        name: &turn.id,
        level: turn.level.word(),
        side: turn.side.to_string(),
        old: turn.old.map(Mark::of),
        new: turn.new.map(Mark::of),
        why: cut(&turn.why, LINE_MAX),
    }
}

fn of_case(turn: &CaseTurn) -> Change<'_> {
    let mark = |came: &Option<Came>| came.as_ref().map(|came| Mark::of_case(came.verdict));
    let code = |came: &Option<Came>| came.as_ref().and_then(|came| came.code.clone());
    let why = match (code(&turn.old), code(&turn.new)) {
        (Some(old), Some(new)) if old != new => format!("{old}, now {new}"),
        (old, new) => new.or(old).unwrap_or_default(),
    };
    Change {
        name: &turn.id,
        level: "",
        side: turn.side.to_string(),
        old: mark(&turn.old),
        new: mark(&turn.new),
        why,
    }
}
