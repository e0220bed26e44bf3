//! The report in the Test Anything Protocol, version 14: a subtest for each side, with diagnostics where something is
//! not well.
//!
//! The diagnostics are YAML: strings in double quotes as JSON writes them, and the picture as a block of lines. A
//! failure that somebody must look into is `not ok`, what does not apply `# SKIP`, what is known
//! to fail `# TODO`. A run that ended early bails out.

use std::io::{self, Write};

use super::entry::{Entry, Group, Sort, groups};
use super::model::{CaseVerdict, Report};
use super::text::lines;
use super::{explain, headline};
use crate::exit::Exit;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let groups = groups(report);
    writeln!(out, "TAP version 14")?;
    writeln!(out, "# {} · wire {} · vectors {}", headline::who(report), report.wire, report.vectors)?;
    writeln!(out, "1..{}", groups.len())?;
    for (number, group) in groups.iter().enumerate() {
        subtest(report, group, out)?;
        let ok = if group.is_good() { "ok" } else { "not ok" };
        writeln!(out, "{ok} {} - {}", number + 1, escaped(&group.name))?;
    }
    match report.exit {
        Exit::Interrupted => writeln!(out, "Bail out! the run was interrupted"),
        Exit::Broken => writeln!(out, "Bail out! the suite or the shim broke"),
        _ => Ok(()),
    }
}

fn subtest(report: &Report, group: &Group<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Subtest: {}", escaped(&group.name))?;
    writeln!(out, "    1..{}", group.entries.len())?;
    for (number, entry) in group.entries.iter().enumerate() {
        // a known failure is `not ok`, and its directive lets it be
        let fails =
            !entry.sort.is_good() || entry.case.is_some_and(|case| case.verdict == CaseVerdict::Xfail);
        let ok = if fails { "not ok" } else { "ok" };
        let directive = match entry.sort {
            Sort::Skipped => format!(" # SKIP {}", escaped(&entry.message)),
            Sort::Known => format!(" # TODO {}", escaped(&entry.message)),
            _ => String::new(),
        };
        writeln!(out, "    {ok} {} - {}{directive}", number + 1, escaped(&entry.name))?;
        if !matches!(entry.sort, Sort::Passed | Sort::Known | Sort::Skipped) {
            diagnostics(report, entry, out)?;
        }
    }
    Ok(())
}

fn diagnostics(report: &Report, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let severity = match entry.sort {
        Sort::Warned => "warning",
        Sort::Failed => "fail",
        _ => "error",
    };
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    writeln!(out, "      ---")?;
    writeln!(out, "      severity: {severity}")?;
    writeln!(out, "      code: {}", quoted(&entry.code))?;
    writeln!(out, "      message: {}", quoted(&entry.message))?;
    if let Some(case) = entry.case {
        writeln!(out, "      duration_ms: {:.1}", case.took.as_secs_f64() * 1000.0)?;
        let rules: Vec<String> = case.rules.iter().map(|rule| quoted(rule)).collect();
        writeln!(out, "      rules: [{}]", rules.join(", "))?;
        // the number says how far the block is indented, since its first line may be so by itself
        writeln!(out, "      seen: |2")?;
        for line in lines(&explain(report, case)) {
            writeln!(out, "        {line}")?;
        }
    }
    writeln!(out, "      ...")
}

/// A `#` would begin a directive, and a backslash escapes it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}
