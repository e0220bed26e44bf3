//! The cases that did not pass: each cause once in full, and by name whatever else comes of it.
//!
//! A client that is wrong at its root fails hundreds of cases in the same way, and nobody reads hundreds of pictures
//! of one fault. `--verbose` shows them all.

use std::collections::BTreeMap;
use std::io;

use super::failure::{self, suffix};
use super::page::{BOLD, DIM, Page, YELLOW, plain};
use crate::judge::general_code;
use crate::report::model::{CaseRow, CaseVerdict, Report};
use crate::report::text::{LINE_MAX, plural};

/// Cases that come to the same and are told one by one; more than these are gathered.
const ALIKE_MAX: usize = 3;
/// Failures in full; of those beyond there is a line each.
const FULL_MAX: usize = 20;
/// Sections that are named of what is gathered.
const SECTIONS_MAX: usize = 20;

/// Cases that did not pass, for one cause.
pub(super) struct Bunch<'a> {
    /// What they have in common, in words.
    cause: String,
    /// At least one.
    cases: Vec<&'a CaseRow>,
}

/// All of them: failures in the order of the cases, then what could not be seen.
pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let most = if page.tells_all() { usize::MAX } else { ALIKE_MAX };
    let bunches = gathered(failed(report), most);
    let full = if page.tells_all() { bunches.len() } else { bunches.len().min(FULL_MAX) };
    for bunch in &bunches[..full] {
        failure::write(report, bunch.cases[0], page)?;
        alike(&bunch.cases[1..], page)?;
        page.gap()?;
    }
    if full < bunches.len() {
        let more = plural(bunches.len() - full, "more failure");
        page.line(&[(BOLD, format!("{more}, in brief")), plain(" (-v shows each in full)")])?;
        for bunch in &bunches[full..] {
            failure::brief(bunch.cases[0], page)?;
            alike(&bunch.cases[1..], page)?;
        }
        page.gap()?;
    }
    let bunches = gathered(unseen(report), most);
    for bunch in &bunches {
        if let [case] = bunch.cases[..] {
            failure::unseen(case, page)?;
            continue;
        }
        let count = format!("{} could not be seen", plural(bunch.cases.len(), "case"));
        let why = page.cut(&bunch.cause, LINE_MAX);
        page.hang(5, &[(YELLOW, "???? ".to_owned()), (BOLD, count), plain(format!("  {why}"))])?;
        names(&bunch.cases, 5, page)?;
    }
    if bunches.is_empty() { Ok(()) } else { page.gap() }
}

/// Which other cases the one that was shown stands for.
fn alike(others: &[&CaseRow], page: &mut Page<'_>) -> io::Result<()> {
    if others.is_empty() {
        return Ok(());
    }
    let count = plural(others.len(), "more case");
    page.hang(8, &[plain(format!("  also  {count} for the same cause (-v shows each in full)"))])?;
    names(others, 8, page)
}

/// The one cause of at least half of what was played, where there is one.
pub(super) struct Root {
    /// How many cases it accounts for, of how many, and what it is.
    pub(super) told: String,
    /// The cause alone.
    pub(super) cause: String,
}

/// Looks for it.
pub(super) fn root(report: &Report) -> Option<Root> {
    let all = report.cases.iter().filter(|case| !case.is_ambient()).count();
    let bunches = gathered(failed(report), ALIKE_MAX).into_iter().chain(gathered(unseen(report), ALIKE_MAX));
    let most = bunches.max_by_key(|bunch| bunch.cases.len())?;
    let count = most.cases.len();
    let unseen = most.cases[0].verdict == CaseVerdict::Inconclusive;
    let verb = if unseen { "could not be seen" } else { "did not pass" };
    let told = format!("{count} of {all} cases {verb} for one cause: {}", most.cause);
    (count > ALIKE_MAX && count * 2 >= all).then_some(Root { told, cause: most.cause })
}

/// Why something could not be seen, without the step: the same act stands at different places of different cases.
pub(super) fn cause(why: &str) -> &str {
    let act = why.rsplit_once(", at step ").filter(|(_, step)| step.parse::<usize>().is_ok());
    act.map_or(why, |(act, _)| act)
}

/// Failures with their causes: the code, which for one that every section has is the same in all of them.
fn failed(report: &Report) -> impl Iterator<Item = (String, &CaseRow)> {
    let failed = |case: &&CaseRow| matches!(case.verdict, CaseVerdict::Fail | CaseVerdict::Warn);
    report.cases.iter().filter(failed).filter_map(|case| {
        let code = &case.failures.iter().find(|row| !row.waived)?.failure.code;
        let cause = general_code(code).map_or(code.as_str(), |(means, _)| means);
        Some((cause.to_owned(), case))
    })
}

/// What could not be seen, with the reason; nothing where one diagnosis explains it.
fn unseen(report: &Report) -> impl Iterator<Item = (String, &CaseRow)> {
    let unseen = report.cases.iter().filter(|case| case.verdict == CaseVerdict::Inconclusive);
    unseen.filter(|_| report.diagnosis.is_none()).map(|case| (cause(&case.why).to_owned(), case))
}

/// Cases with the same cause together, where there are more than `most` of them.
fn gathered<'a>(cases: impl Iterator<Item = (String, &'a CaseRow)>, most: usize) -> Vec<Bunch<'a>> {
    let mut by_cause: BTreeMap<(String, bool), Vec<(usize, &CaseRow)>> = BTreeMap::new();
    for (place, (cause, case)) in cases.enumerate() {
        by_cause.entry((cause, case.verdict == CaseVerdict::Warn)).or_default().push((place, case));
    }
    let mut bunches = Vec::new();
    for ((cause, _), cases) in by_cause {
        if cases.len() > most {
            let place = cases[0].0;
            bunches.push((place, Bunch { cause, cases: cases.into_iter().map(|(_, case)| case).collect() }));
        } else {
            let alone = |(place, case)| (place, Bunch { cause: cause.clone(), cases: vec![case] });
            bunches.extend(cases.into_iter().map(alone));
        }
    }
    bunches.sort_by_key(|(place, _)| *place);
    bunches.into_iter().map(|(_, bunch)| bunch).collect()
}

/// A line for each section, with the number of its cases and as many of their names as it has room for.
fn names(cases: &[&CaseRow], indent: usize, page: &mut Page<'_>) -> io::Result<()> {
    let mut sections: Vec<(&str, Vec<String>)> = Vec::new();
    for case in cases {
        let (section, name) = case.id.split_once('/').unwrap_or(("", &case.id));
        let name = format!("{name}{}", suffix(case.side));
        match sections.iter_mut().find(|(known, _)| *known == section) {
            Some((_, names)) => names.push(name),
            None => sections.push((section, vec![name])),
        }
    }
    let width = sections.iter().take(SECTIONS_MAX).map(|(section, _)| section.len()).max().unwrap_or(0);
    for (section, names) in sections.iter().take(SECTIONS_MAX) {
        let head = format!("{:indent$}{section:<width$} {:>3}  ", "", names.len());
        let room = page.prose().saturating_sub(head.len());
        page.hang(head.len(), &[(DIM, head), plain(listed(names, room))])?;
    }
    let rest: usize = sections.iter().skip(SECTIONS_MAX).map(|(_, names)| names.len()).sum();
    if rest > 0 {
        let sections = plural(sections.len() - SECTIONS_MAX, "section");
        page.line(&[(DIM, format!("{:indent$}… and {rest} more in {sections}", ""))])?;
    }
    Ok(())
}

/// The first name, and more of them as long as they fit with the number of those that do not.
fn listed(names: &[String], room: usize) -> String {
    let shown = |count: usize| {
        let more = names.len() - count;
        let more = if more > 0 { format!(", … and {more} more") } else { String::new() };
        format!("{}{more}", names[..count].join(", "))
    };
    let fits = |count: &usize| shown(*count).chars().count() <= room;
    // from the end, since the last name may fit where the number of those left does not
    shown((1..=names.len()).rev().find(fits).unwrap_or(1))
}
