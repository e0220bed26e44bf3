//! Stored reports side by side: how many rules of each section each client holds, and the rules on which they differ.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Effects, Style};

use super::model::{Report, RuleRow, Standing};
use super::text::{VALUE_MAX, clean, cut};
use crate::exit::Exit;
use crate::rule::{RuleBook, Side};

/// Columns between two cells.
const GAP: usize = 2;

/// A rule, as a report has it for a side.
fn row<'a>(report: &'a Report, side: Side, rule: &str) -> Option<&'a RuleRow> {
    report.rules.iter().find(|row| row.id == rule && row.side == side)
}

/// Whether it counts among those that can hold.
fn is_judged(row: &RuleRow) -> bool {
    !matches!(row.standing, Standing::Observed | Standing::NotExercised | Standing::NotApplicable)
}

fn is_wrong(row: &RuleRow) -> bool {
    matches!(row.standing, Standing::Violated | Standing::Undecided)
}

/// What was seen, or the standing.
fn word(row: &RuleRow) -> String {
    match row.standing {
        Standing::Observed => cut(&clean(&row.why), VALUE_MAX),
        standing => standing.word().replace('_', " "),
    }
}

/// Writes a matrix for each role in each profile, with the reports of those that were tested in it.
pub fn write(reports: &[Report], book: &RuleBook, out: &mut dyn Write) -> io::Result<()> {
    let judged = |report: &Report| -> BTreeSet<Side> {
        report.rules.iter().filter(|row| is_judged(row)).map(|row| row.side).collect()
    };
    let sides: BTreeSet<Side> = reports.iter().flat_map(judged).collect();
    for side in sides {
        let reports: Vec<&Report> = reports.iter().filter(|report| judged(report).contains(&side)).collect();
        let name = |report: &&Report| clean(&format!("{} {}", report.identity.name, report.identity.version));
        let mut lines = vec![Line::bold(&side.to_string(), reports.iter().map(name))];
        lines.push(Line::new("wire", reports.iter().map(|report| plain(clean(&report.wire)))));
        lines.extend(sections(book).filter_map(|section| counted(section, &reports, side, book)));
        let exit = |report: &&Report| {
            let style = if report.exit == Exit::Fine { GREEN } else { RED };
            (report.exit.code().to_string(), style)
        };
        lines.push(Line::new("exit", reports.iter().map(exit)));
        table(&lines, out)?;
        writeln!(out)?;
        let differing: Vec<Line> =
            book.rules().filter_map(|rule| differing(&rule.id, &reports, side)).collect();
        if !differing.is_empty() {
            let head = Line::bold("not the same, or not held", std::iter::empty());
            table(&[vec![head], differing].concat(), out)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const PLAIN: Style = Style::new();

/// A row of the table: a name, and a cell for each report.
#[derive(Clone)]
struct Line {
    name: String,
    style: Style,
    cells: Vec<(String, Style)>,
}

impl Line {
    fn new(name: &str, cells: impl Iterator<Item = (String, Style)>) -> Self {
        Self { name: name.to_owned(), style: PLAIN, cells: cells.collect() }
    }

    fn bold(name: &str, cells: impl Iterator<Item = String>) -> Self {
        let style = PLAIN.effects(Effects::BOLD);
        Self { style, ..Self::new(name, cells.map(|cell| (cell, style))) }
    }
}

fn plain(text: String) -> (String, Style) {
    (text, PLAIN)
}

/// In the order of WIRE.md.
fn sections(book: &RuleBook) -> impl Iterator<Item = &str> {
    let mut seen = BTreeSet::new();
    book.rules().map(|rule| rule.anchor.as_str()).filter(move |section| seen.insert(*section))
}

/// How many of a section's rules each report holds; `None` where none of them judged one.
fn counted(section: &str, reports: &[&Report], side: Side, book: &RuleBook) -> Option<Line> {
    let cell = |report: &&Report| {
        let rules = book.rules().filter(|rule| rule.anchor == section);
        let rows: Vec<&RuleRow> =
            rules.filter_map(|rule| row(report, side, &rule.id)).filter(|row| is_judged(row)).collect();
        if rows.is_empty() {
            return plain("–".to_owned());
        }
        let held = rows.iter().filter(|row| row.standing == Standing::Held).count();
        let wrong = rows.iter().any(|row| is_wrong(row));
        (format!("{held}/{}", rows.len()), if wrong { RED } else { GREEN })
    };
    let line = Line::new(section, reports.iter().map(cell));
    line.cells.iter().any(|(text, _)| text != "–").then_some(line)
}

/// A rule that came out differently, or that one of them does not keep.
fn differing(rule: &str, reports: &[&Report], side: Side) -> Option<Line> {
    let rows: Vec<Option<&RuleRow>> = reports.iter().map(|report| row(report, side, rule)).collect();
    let level = rows.iter().flatten().next()?.level;
    let words: BTreeSet<String> = rows.iter().map(|row| row.map_or(String::new(), word)).collect();
    let wrong = rows.iter().flatten().any(|row| is_wrong(row) || row.standing == Standing::Warned);
    let cell = |row: Option<&RuleRow>| match row {
        Some(row) => (word(row), if is_wrong(row) { RED } else { PLAIN }),
        None => plain("–".to_owned()),
    };
    (words.len() > 1 || wrong).then(|| Line::new(&format!("{rule} {level}"), rows.into_iter().map(cell)))
}

fn table(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    let wide = |text: &str| text.chars().count() + GAP;
    let name = lines.iter().map(|line| wide(&line.name)).max().unwrap_or(0);
    let cells = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..cells)
        .map(|at| lines.iter().filter_map(|line| line.cells.get(at)).map(|(text, _)| wide(text)).max())
        .map(Option::unwrap_or_default)
        .collect();
    for line in lines {
        let style = line.style;
        let mut text = format!("{style}{:<name$}{style:#}", line.name);
        for (at, ((cell, style), width)) in line.cells.iter().zip(&widths).enumerate() {
            // nothing stands behind the last one
            let width = if at + 1 == line.cells.len() { 0 } else { *width };
            text += &format!("{style}{cell:<width$}{style:#}");
        }
        writeln!(out, "{text}")?;
    }
    Ok(())
}
