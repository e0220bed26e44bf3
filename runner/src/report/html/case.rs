//! One case as the page shows it: what it is, and where it did not pass all that explains why.

use super::diagram::{self, Diagram};
use super::diff::{self, Place};
use super::frames::{self, Frame};
use super::links::{Link, Links, anchor};
use super::mark::Mark;
use super::millis;
use super::prose::{Piece, pieces};
use crate::report::entry::{Entry, Sort};
use crate::report::model::{CaseRow, CaseVerdict, FailureRow, Report, RuleRow};
use crate::report::text::{LINE_MAX, cut, lines};

/// Lines of stderr that are shown without a click.
const STDERR_SHOWN_MAX: usize = 8;

/// A case.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// Where a link leads.
    pub(super) anchor: String,
    pub(super) name: &'a str,
    /// Where the report tells of several.
    pub(super) side: Option<String>,
    pub(super) title: &'a str,
    pub(super) mark: Mark,
    /// The stable code, or a word for what else it is.
    pub(super) code: String,
    /// Why it came to this, in a line.
    pub(super) why: String,
    pub(super) took: String,
    /// The section of WIRE.md, and the strictest level of its rules: what the filter asks for.
    pub(super) section: &'a str,
    pub(super) level: &'static str,
    pub(super) rules: Vec<Link>,
    pub(super) steps: Vec<Step<'a>>,
    pub(super) failures: Vec<Failure<'a>>,
    pub(super) diagram: Option<Diagram>,
    pub(super) frames: Vec<Frame>,
    /// Arrows before and after that are not among the frames.
    pub(super) unshown: usize,
    pub(super) stderr: Vec<String>,
    pub(super) is_stderr_open: bool,
    pub(super) twin: Option<(Link, bool)>,
    pub(super) waiver: String,
    pub(super) rerun: Option<String>,
}

/// A step of a case in words.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) text: &'a str,
    pub(super) is_wrong: bool,
}

/// A broken rule.
#[derive(Debug)]
pub(super) struct Failure<'a> {
    pub(super) rule: Link,
    pub(super) level: &'static str,
    pub(super) sentence: Vec<Piece<'a>>,
    pub(super) section: &'a str,
    pub(super) code: &'a str,
    pub(super) means: Vec<Piece<'a>>,
    /// `step 5 of 15` or the example.
    pub(super) place: String,
    pub(super) diff: Vec<Place>,
    pub(super) more: usize,
    /// The other examples that broke the rule.
    pub(super) others: Vec<String>,
    pub(super) hints: Vec<Vec<Piece<'a>>>,
    pub(super) is_waived: bool,
}

impl<'a> Case<'a> {
    pub(super) fn new(report: &'a Report, links: &Links<'_>, row: &'a CaseRow, entry: &Entry<'_>) -> Self {
        let rules: Vec<&RuleRow> = report
            .rules
            .iter()
            .filter(|rule| rule.side == row.side && row.rules.contains(&rule.id))
            .collect();
        let has_scene = entry.sort != Sort::Passed;
        let scene = row.scene.as_ref().filter(|scene| !scene.arrows.is_empty());
        let stderr = lines(&row.stderr);
        let word = if entry.code == "unsteady" { "unsteady" } else { row.verdict.word() };
        let word = if row.scored || row.verdict == CaseVerdict::Pass { word } else { "provisional" };
        Self {
            anchor: anchor(&row.id, row.side),
            name: &row.id,
            side: links.side(row.side),
            title: &row.title,
            mark: Mark::new(entry.sort, word),
            code: entry.code.replace('_', " "),
            why: entry.message.clone(),
            took: millis(row.took),
            section: rules.first().map_or_else(|| prefix(&row.id), |rule| &rule.anchor),
            level: rules.iter().map(|rule| rule.level).max().map_or("", crate::rule::Level::word),
            rules: row.rules.iter().map(|rule| links.to_rule(rule)).collect(),
            steps: steps(row),
            failures: row.failures.iter().map(|failure| Failure::new(links, failure)).collect(),
            diagram: scene.filter(|_| has_scene).map(|scene| diagram::draw(scene, row.failures.first())),
            frames: scene.map_or_else(Vec::new, frames::of),
            unshown: scene.map_or(0, frames::unshown),
            is_stderr_open: !row.failures.is_empty() && stderr.len() <= STDERR_SHOWN_MAX,
            stderr,
            twin: row.twin.as_ref().map(|twin| (links.to_case(&twin.id, row.side), twin.passed)),
            waiver: row.waiver.as_ref().map_or_else(String::new, |waiver| {
                let issue = waiver.issue.as_ref().map_or_else(String::new, |issue| format!(", {issue}"));
                let until =
                    waiver.until.as_ref().map_or_else(String::new, |until| format!(", until {until}"));
                let place = format!("{}:{}", waiver.file, waiver.line);
                cut(&format!("{}{issue}{until} ({place})", waiver.reason), LINE_MAX)
            }),
            rerun: if row.verdict == CaseVerdict::Pass { None } else { report.rerun(row) },
        }
    }
}

/// The section of the vectors, where no rule says which it is.
fn prefix(id: &str) -> &str {
    id.split_once('/').map_or(id, |(section, _)| section)
}

/// Its steps, with the mark at the one that its first failure names.
fn steps(row: &CaseRow) -> Vec<Step<'_>> {
    let wrong = row.failures.first().map(|row| (row.failure.step, row.failure.steps));
    let is_wrong = |at: usize| wrong == Some((at + 1, row.steps.len()));
    row.steps.iter().enumerate().map(|(at, text)| Step { text, is_wrong: is_wrong(at) }).collect()
}

impl<'a> Failure<'a> {
    fn new(links: &Links<'_>, row: &'a FailureRow) -> Self {
        let failure = &row.failure;
        let (diff, more) = diff::places(failure);
        let hints = failure.hint.as_deref().into_iter().chain(Some(row.fix.as_str()));
        Self {
            rule: links.to_rule(&failure.rule),
            level: row.level.word(),
            sentence: pieces(&row.text),
            section: &row.anchor,
            code: &failure.code,
            means: pieces(&row.means),
            place: match (failure.example, failure.step) {
                (Some(tc), _) => format!("example #{tc}"),
                (None, 0) => String::new(),
                (None, step) => format!("step {step} of {}", failure.steps),
            },
            diff,
            more,
            others: crate::report::tty::others(failure),
            hints: hints.filter(|hint| !hint.is_empty()).map(pieces).collect(),
            is_waived: row.waived,
        }
    }
}
