//! What the reports for CI systems have a line for: each case, then what speaks against the run as a whole.
//!
//! All of them show the same entries, so none is green where another is red, and none is green where the program does
//! not end with 0: a run that went wrong without a case that did has an entry of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use super::model::{CaseRow, CaseVerdict, Diagnosis, FailureRow, Report, RuleRow, Standing};
use super::text::{LINE_MAX, apart, clean, cut, plural};
use super::tty::sentence;
use crate::baseline::{Change, Finding};
use crate::exit::Exit;
use crate::rule::{Level, Side};
use crate::run::Times;

/// Characters of a name, and of each value in a message.
const NAME_MAX: usize = 200;
const VALUE_MAX: usize = 80;

/// Entries that belong together: of one role in one profile, or of none.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The side as in `document · client`, else what it holds.
    pub(super) name: String,
    /// The section of a case's name in a viewer that groups by class, before the section of the vectors.
    pub(super) class: String,
    pub(super) entries: Vec<Entry<'a>>,
}

impl Group<'_> {
    /// How many entries are of this sort.
    pub(super) fn count(&self, sort: Sort) -> usize {
        self.entries.iter().filter(|entry| entry.sort == sort).count()
    }

    pub(super) fn is_good(&self) -> bool {
        self.entries.iter().all(|entry| entry.sort.is_good())
    }
}

/// A case, or a statement about the run.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The id of the case.
    pub(super) name: String,
    pub(super) sort: Sort,
    /// The stable code of a failure, or a word for what else it is; empty where it passed.
    pub(super) code: String,
    /// What a person needs, in one clean line; empty where it passed.
    pub(super) message: String,
    pub(super) took: Duration,
    /// The file and line that it is about, as the user named the file.
    pub(super) place: Option<(&'a str, usize)>,
    pub(super) case: Option<&'a CaseRow>,
}

/// What becomes of an entry in a CI system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// It passed.
    Passed,
    /// It passed, with something to say.
    Warned,
    /// The client is wrong.
    Failed,
    /// It could not be seen: never green.
    Unseen,
    /// It may fail: the baseline knows it.
    Known,
    /// It did not apply, or does not count.
    Skipped,
}

impl Sort {
    /// Whether it leaves a CI system green.
    pub(super) fn is_good(self) -> bool {
        !matches!(self, Self::Failed | Self::Unseen)
    }
}

/// Everything that there is to show, in order.
pub(super) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut sides: BTreeMap<Side, Vec<Entry<'_>>> = BTreeMap::new();
    for case in &report.cases {
        sides.entry(case.side).or_default().push(of_case(report, case));
    }
    let group = |(side, entries): (Side, _)| Group {
        name: side.to_string(),
        class: format!("{}.{}", side.profile, side.party),
        entries,
    };
    let mut groups: Vec<Group<'_>> = sides.into_iter().map(group).collect();
    let idle: Vec<Entry<'_>> = report
        .not_applicable
        .iter()
        .map(|idle| Entry::new(&idle.id, Sort::Skipped, "not_applicable", &idle.why))
        .collect();
    if !idle.is_empty() {
        groups.push(Group {
            name: "not applicable".to_owned(),
            class: "not-applicable".to_owned(),
            entries: idle,
        });
    }
    if !report.waivers.is_empty() {
        let entries = report.waivers.iter().map(of_baseline).collect();
        groups.push(Group { name: "the baseline".to_owned(), class: "baseline".to_owned(), entries });
    }
    let run = of_run(report, &groups);
    if !run.is_empty() {
        groups.push(Group { name: "the run".to_owned(), class: "run".to_owned(), entries: run });
    }
    groups
}

/// What a case came to.
fn of_case<'a>(report: &Report, case: &'a CaseRow) -> Entry<'a> {
    let broken: Vec<&FailureRow> = case.failures.iter().filter(|row| !row.waived).collect();
    let (sort, message) = match case.verdict {
        CaseVerdict::Pass => (Sort::Passed, String::new()),
        CaseVerdict::Fail => (Sort::Failed, failures(&broken)),
        CaseVerdict::Warn => (Sort::Warned, failures(&broken)),
        CaseVerdict::Inconclusive => (Sort::Unseen, case.why.clone()),
        CaseVerdict::NotExercised => (Sort::Skipped, case.why.clone()),
        CaseVerdict::Xfail | CaseVerdict::Flaky => (Sort::Known, known(case)),
        CaseVerdict::Xpass => (Sort::Failed, known(case)),
    };
    let code = match (case.verdict, broken.first()) {
        (CaseVerdict::Pass, _) => "",
        (_, Some(row)) => &row.failure.code,
        (verdict, None) => verdict.word(),
    };
    let unsteady = report.unsteady.iter().find(|row| row.case == case.id && row.side == case.side);
    let entry = match unsteady {
        Some(unsteady) if matches!(sort, Sort::Passed | Sort::Warned | Sort::Skipped) => {
            let outcomes: Vec<String> = unsteady
                .outcomes
                .iter()
                .map(|Times { what, times }| format!("{} {what}", plural(*times, "time")))
                .collect();
            let message = format!("its verdict was not the same each time: {}", outcomes.join(", "));
            Entry::new(&case.id, Sort::Failed, "unsteady", &message)
        }
        None if !case.scored && !matches!(sort, Sort::Passed | Sort::Skipped) => {
            let message = format!("provisional, so it does not count: {message}");
            Entry::new(&case.id, Sort::Skipped, code, &message)
        }
        _ => Entry::new(&case.id, sort, code, &message),
    };
    let place = case.waiver.as_ref().map(|waiver| (waiver.file.as_str(), waiver.line));
    Entry { took: case.took, case: Some(case), place, ..entry }
}

/// What the baseline says of a case, and where.
pub fn known(case: &CaseRow) -> String {
    let Some(waiver) = &case.waiver else { return case.why.clone() };
    let why = if case.why.is_empty() { String::new() } else { format!("{}: ", case.why) };
    let issue = waiver.issue.as_ref().map_or_else(String::new, |issue| format!(", {issue}"));
    format!("{why}{}{issue} ({}:{})", waiver.reason, waiver.file, waiver.line)
}

/// An entry of the baseline that no longer tells the truth, and the lines that mend it.
fn of_baseline(finding: &Finding) -> Entry<'_> {
    let change = |change: &Change| match &change.new {
        Some(new) => format!("line {} should be `{new}`", change.line),
        None => format!("line {} `{}` should go", change.line, change.old),
    };
    let changes: Vec<String> = finding.changes.iter().map(change).collect();
    let changes = if changes.is_empty() { String::new() } else { format!("; {}", changes.join(", ")) };
    let message = format!("{}:{}: {}{changes}", finding.file, finding.line, finding.why);
    let place = Some((finding.file.as_str(), finding.line));
    Entry { place, ..Entry::new(&finding.entry, Sort::Failed, finding.fault.word(), &message) }
}

/// The rule, what the code means, and where what came is not what was wanted.
fn failures(rows: &[&FailureRow]) -> String {
    let Some(row) = rows.first() else { return String::new() };
    let failure = &row.failure;
    let what = if row.means.is_empty() { sentence(&row.text) } else { &row.means };
    let (at, (wanted, got)) = match failure.differences.first() {
        Some(first) => {
            let got = first.got.as_deref().unwrap_or("(absent)");
            let at =
                if first.at.is_empty() { String::new() } else { format!("{}: ", cut(&first.at, VALUE_MAX)) };
            (at, apart(&first.wanted, got, VALUE_MAX))
        }
        None => (String::new(), apart(&failure.wanted, &failure.got, VALUE_MAX)),
    };
    let more = if rows.len() > 1 { format!(" (and {} more)", rows.len() - 1) } else { String::new() };
    format!("{} {}: {what}; {at}wanted {wanted}, got {got}{more}", failure.rule, row.level)
}

/// What speaks against the run, apart from its cases.
fn of_run<'a>(report: &Report, cases: &[Group<'_>]) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    let entry = |name: &str, message: &str| Entry::new(name, Sort::Unseen, name, message);
    if let Some(Diagnosis { what, hint }) = &report.diagnosis {
        let hint = if hint.is_empty() { String::new() } else { format!(" (hint: {hint})") };
        entries.push(entry("diagnosis", &format!("{what}{hint}")));
    }
    if report.exit == Exit::Interrupted {
        let what = format!("the run was interrupted; {} not played", plural(report.unplayed, "case"));
        entries.push(entry("interrupted", &what));
    }
    if report.exit == Exit::Incomplete {
        entries.extend(undecided(report, cases));
    }
    if report.exit != Exit::Fine && entries.is_empty() && cases.iter().all(Group::is_good) {
        entries.push(entry("incomplete", "no rule was decided"));
    }
    entries
}

/// The rules that are open though no case says so: an entry for each reason.
fn undecided<'a>(report: &Report, cases: &[Group<'_>]) -> Vec<Entry<'a>> {
    let unseen = |case: &String| {
        cases
            .iter()
            .flat_map(|group| &group.entries)
            .any(|entry| entry.sort == Sort::Unseen && entry.name == *case)
    };
    let is_open = |row: &&RuleRow| {
        row.standing == Standing::Undecided && row.level >= Level::Should && !row.cases.iter().any(unseen)
    };
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in report.rules.iter().filter(is_open) {
        reasons.entry(&row.why).or_default().push(&row.id);
    }
    let entry = |(why, rules): (&str, Vec<&str>)| {
        let name = if why.is_empty() { "undecided" } else { why };
        let message = format!("{} undecided: {}", plural(rules.len(), "rule"), rules.join(", "));
        Entry::new(name, Sort::Unseen, Standing::Undecided.word(), &message)
    };
    reasons.into_iter().map(entry).collect()
}

impl Entry<'_> {
    fn new(name: &str, sort: Sort, code: &str, message: &str) -> Self {
        let message =
            if message.is_empty() { code.replace('_', " ") } else { cut(&clean(message), LINE_MAX) };
        Self {
            name: cut(&clean(name), NAME_MAX),
            sort,
            code: code.to_owned(),
            message,
            took: Duration::ZERO,
            place: None,
            case: None,
        }
    }
}
