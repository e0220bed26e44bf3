//! What stands beside the rules: what did not apply or did not show, and the slowest cases.

use std::collections::BTreeMap;
use std::io;

use super::page::{DIM, Page, plain};
use super::rules::ranges;
use crate::report::model::{CaseRow, Idle, Report, Standing};
use crate::report::text::LINE_MAX;

/// Cases that are named as the slowest.
const SLOW_MAX: usize = 5;

/// What the client does not claim, and the rules that do not bind it for that; what a whole bee does not show, and
/// what would decide it.
pub(super) fn opted_out(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let mut reasons: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for row in &report.rules {
        let word = match row.standing {
            Standing::NotApplicable => "not applicable",
            Standing::Undecided if report.leaves_open() => "undecided",
            _ => continue,
        };
        let rules = reasons.entry((word, &row.why)).or_default();
        if !rules.contains(&row.id.as_str()) {
            rules.push(&row.id);
        }
    }
    for ((word, why), rules) in &reasons {
        let colon = if *word == "undecided" { ":" } else { ", as" };
        let why = page.cut(why, LINE_MAX);
        page.hang(2, &[(DIM, format!("{word}: {}{colon} {why}", ranges(rules)))])?;
    }
    if reasons.is_empty() { Ok(()) } else { page.gap() }
}

/// What did not apply, how fast it went, and what was slowest.
pub(super) fn details(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    for Idle { id, why } in &report.not_applicable {
        let why = page.cut(why, LINE_MAX);
        page.hang(16, &[(DIM, format!("not applicable  {id}  {why}"))])?;
    }
    let seconds = report.took.as_secs_f64().max(1e-9);
    let ran = report.cases.iter().filter(|case| !case.took.is_zero()).count();
    #[expect(clippy::cast_precision_loss, reason = "a count of cases is far below 2^52")]
    let speed = ran as f64 / seconds;
    page.gap()?;
    page.line(&[plain(format!("{speed:.0} cases a second; the slowest:"))])?;
    let mut slow: Vec<&CaseRow> = report.cases.iter().collect();
    slow.sort_by_key(|case| std::cmp::Reverse(case.took));
    for case in slow.iter().take(SLOW_MAX) {
        page.hang(15, &[plain(format!("  {:>8.1} ms  {}", case.took.as_secs_f64() * 1000.0, case.id))])?;
    }
    page.gap()
}
