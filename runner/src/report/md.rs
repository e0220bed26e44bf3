//! The report in Markdown, as GitHub shows it: a table of the sides, then what is not well, each unfolded by a click.
//!
//! What came from a client stands in code alone, where no markup, link or mention works.

use std::io::{self, Write};

use super::entry::{Entry, Sort, groups};
use super::model::{Diagnosis, Report};
use super::text::{LINE_MAX, clean, cut, lines};
use super::{explain, headline};
use crate::exit::Exit;

/// Entries that are told in full: a job summary of GitHub holds 1 MiB.
const TOLD_MAX: usize = 50;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mark = match report.exit {
        Exit::Fine => "✅",
        Exit::Failed => "❌",
        Exit::Incomplete => "❔",
        Exit::Input | Exit::Broken => "💥",
        Exit::Interrupted => "🛑",
    };
    let verdict = headline::verdict(report);
    writeln!(out, "## {mark} thrum-conform: {verdict}\n")?;
    let (wire, vectors) = (code(&report.wire), code(&report.vectors));
    let seconds = report.took.as_secs_f64();
    writeln!(out, "{} · wire {wire} · vectors {vectors} · {seconds:.2} s\n", code(&headline::who(report)))?;
    if let Some(Diagnosis { what, hint }) = &report.diagnosis {
        block(what, out)?;
        if !hint.is_empty() {
            writeln!(out, "hint: {}\n", code(hint))?;
        }
    }
    if report.unplayed > 0 {
        writeln!(out, "**{} cases were not played.**\n", report.unplayed)?;
    }
    table(report, out)?;
    let groups = groups(report);
    let entries: Vec<(&str, &Entry<'_>)> = groups
        .iter()
        .flat_map(|group| group.entries.iter().map(|entry| (group.name.as_str(), entry)))
        .collect();
    // the diagnosis stands above
    let loud: Vec<&(&str, &Entry<'_>)> = entries
        .iter()
        .filter(|(_, entry)| {
            entry.sort == Sort::Warned || (!entry.sort.is_good() && entry.code != "diagnosis")
        })
        .collect();
    for (group, entry) in loud.iter().take(TOLD_MAX) {
        told(report, group, entry, out)?;
    }
    if loud.len() > TOLD_MAX {
        writeln!(out, "… and {} more\n", loud.len() - TOLD_MAX)?;
    }
    known(&entries, out)?;
    for note in &report.notes {
        writeln!(out, "note: {}\n", code(note))?;
    }
    Ok(())
}

/// What the rules of each side came to.
fn table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sides = headline::sides(report);
    if sides.is_empty() {
        return Ok(());
    }
    let heads: Vec<String> =
        headline::BESIDE.iter().map(|standing| standing.word().replace('_', " ")).collect();
    writeln!(out, "| side | MUST held | {} | ran |", heads.join(" | "))?;
    writeln!(out, "|:--|--:|{}:--|", "--:|".repeat(heads.len()))?;
    for side in sides {
        let (held, musts) = headline::musts(report, side);
        let counts = headline::BESIDE.map(|standing| headline::count(report, side, standing).to_string());
        let ran = headline::ran(report, side);
        writeln!(out, "| {side} | {held}/{musts} | {} | {ran} |", counts.join(" | "))?;
    }
    writeln!(out)
}

/// A line, and behind it what explains it.
fn told(report: &Report, group: &str, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mark = match entry.sort {
        Sort::Warned => "⚠️",
        Sort::Failed => "❌",
        _ => "❔",
    };
    let (name, group, what) = (html(&entry.name), html(group), html(&entry.code));
    writeln!(out, "<details><summary>{mark} <code>{name}</code> ({group}) <code>{what}</code></summary>\n")?;
    match entry.case {
        Some(case) if !case.failures.is_empty() => block(&explain(report, case), out)?,
        _ => block(&entry.message, out)?,
    }
    writeln!(out, "</details>\n")
}

/// What the baseline knows, behind one click.
fn known(entries: &[(&str, &Entry<'_>)], out: &mut dyn Write) -> io::Result<()> {
    let known: Vec<_> = entries.iter().filter(|(_, entry)| entry.sort == Sort::Known).collect();
    if known.is_empty() {
        return Ok(());
    }
    writeln!(out, "<details><summary>🩹 {} known failures</summary>\n", known.len())?;
    for (group, entry) in known.iter().take(TOLD_MAX) {
        writeln!(out, "- {} ({group}) {}", code(&entry.name), code(&entry.message))?;
    }
    if known.len() > TOLD_MAX {
        writeln!(out, "- … and {} more", known.len() - TOLD_MAX)?;
    }
    writeln!(out, "\n</details>\n")
}

/// A block of code, fenced by more backticks than stand in it.
fn block(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let text = lines(text).join("\n");
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    writeln!(out, "{fence}text\n{text}\n{fence}\n")
}

/// Code within a line, in more backticks than stand in it; one blank on either side is not shown.
fn code(text: &str) -> String {
    let text = cut(&clean(text), LINE_MAX);
    let fence = "`".repeat(longest_run(&text) + 1);
    format!("{fence} {text} {fence}")
}

/// Code within a cell of a table, where even in code a bar ends the cell.
pub(super) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Text within HTML.
fn html(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
