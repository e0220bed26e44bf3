//! What the baseline says: a line for each case that it speaks of, and whatever is wrong with it.

use std::io;

use super::failure::suffix;
use super::page::{BOLD, DIM, GREEN, Page, RED, plain};
use crate::baseline::{Change, Finding};
use crate::report::model::{CaseRow, CaseVerdict, Report, Waiver};
use crate::report::text::LINE_MAX;

/// Cases of one entry that are told one by one; more than these are counted.
const ALIKE_MAX: usize = 3;
/// Columns of the word for a verdict, with the blank behind it.
const WORD: usize = 6;

/// The cases that it speaks of, those of one entry together.
pub(super) fn write(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let mut entries: Vec<(&Waiver, Vec<&CaseRow>)> = Vec::new();
    for case in &report.cases {
        let Some(waiver) = &case.waiver else { continue };
        let same = |(known, cases): &&mut (&Waiver, Vec<&CaseRow>)| {
            *known == waiver
                && cases.iter().all(|other| (other.verdict, &other.why) == (case.verdict, &case.why))
        };
        match entries.iter_mut().find(same) {
            Some((_, cases)) => cases.push(case),
            None => entries.push((waiver, vec![case])),
        }
    }
    for (waiver, cases) in &entries {
        if cases.len() > ALIKE_MAX && !page.tells_all() {
            let name = format!("{}{} and {} more", cases[0].id, suffix(cases[0].side), cases.len() - 1);
            line(cases[0], &name, waiver, page)?;
            continue;
        }
        for case in cases {
            line(case, &format!("{}{}", case.id, suffix(case.side)), waiver, page)?;
        }
    }
    if entries.is_empty() { Ok(()) } else { page.gap() }
}

fn line(case: &CaseRow, name: &str, waiver: &Waiver, page: &mut Page<'_>) -> io::Result<()> {
    let style = if case.verdict == CaseVerdict::Xpass { RED } else { DIM };
    let word = case.verdict.word();
    let issue = waiver.issue.as_ref().map_or_else(String::new, |issue| format!("  {issue}"));
    let Waiver { file, line, .. } = waiver;
    let [why, reason] = [&case.why, &waiver.reason].map(|text| page.cut(text, LINE_MAX));
    let rest = format!("  {why}  {reason}{issue}  ({file}:{line})");
    page.hang(WORD, &[(style, format!("{word:<5} {name}")), (DIM, rest)])
}

/// What is wrong with an entry, and the lines that mend it.
pub(super) fn finding(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let Finding { file, line, entry, why, changes, .. } = finding;
    let [entry, why] = [entry, why].map(|text| page.cut(text, LINE_MAX));
    let head = plain(format!(" {file}:{line}: "));
    // one line, however long: editors and `grep` read places so
    page.line(&[(RED, "BASELINE".to_owned()), head, (BOLD, entry), plain(format!(": {why}"))])?;
    for Change { line, old, new } in changes {
        // lines of a file, to be copied as they are
        page.line(&[plain(format!("  {line:>4} ")), (RED, format!("- {}", page.cut(old, LINE_MAX)))])?;
        for new in new.iter().flat_map(|new| new.lines()) {
            page.line(&[plain("       "), (GREEN, format!("+ {}", page.cut(new, LINE_MAX)))])?;
        }
    }
    page.gap()
}
