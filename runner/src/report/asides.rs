//! What stands beside the rules in the report for people: what did not apply or did not show, and the slowest cases.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::model::{CaseRow, Idle, Report, Standing};
use super::text::{VALUE_MAX, clean, cut};
use super::tty::DIM;

/// What the client does not claim, and the rules that do not bind it for that; what a whole bee does not show, and
/// what would decide it.
pub(super) fn opted_out(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut reasons: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for row in &report.rules {
        let word = match row.standing {
            Standing::NotApplicable => "not applicable",
            Standing::Undecided if report.level == 0 => "undecided",
            _ => continue,
        };
        reasons.entry((word, &row.why)).or_default().push(&row.id);
    }
    for ((word, why), rules) in &reasons {
        let colon = if *word == "undecided" { ":" } else { ", as" };
        writeln!(out, "{DIM}{word}: {}{colon} {}{DIM:#}", rules.join(", "), cut(&clean(why), VALUE_MAX))?;
    }
    if reasons.is_empty() { Ok(()) } else { writeln!(out) }
}

/// What did not apply, how fast it went, and what was slowest.
pub(super) fn details(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for Idle { id, why } in &report.not_applicable {
        writeln!(out, "{DIM}not applicable  {id}  {}{DIM:#}", cut(&clean(why), VALUE_MAX))?;
    }
    let seconds = report.took.as_secs_f64().max(1e-9);
    let ran = report.cases.iter().filter(|case| !case.took.is_zero()).count();
    #[expect(clippy::cast_precision_loss, reason = "a count of cases is far below 2^52")]
    let speed = ran as f64 / seconds;
    writeln!(out, "\n{speed:.0} cases a second; the slowest:")?;
    let mut slow: Vec<&CaseRow> = report.cases.iter().collect();
    slow.sort_by_key(|case| std::cmp::Reverse(case.took));
    for case in slow.iter().take(5) {
        writeln!(out, "  {:>8.1} ms  {}", case.took.as_secs_f64() * 1000.0, case.id)?;
    }
    writeln!(out)
}
