//! Stored reports side by side: how many rules of each section each client holds, and the rules on which they differ.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Effects, Style};
use serde::Deserialize;

use super::text::{VALUE_MAX, clean, cut};
use crate::rule::RuleBook;

/// Columns between two cells.
const GAP: usize = 2;

/// What a stored JSON report says that a matrix shows; `vectors/schema/report.json` describes the whole.
#[derive(Debug, Deserialize)]
pub struct Stored {
    schema: u64,
    r#impl: Impl,
    wire: String,
    summary: Summary,
    rules: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Impl {
    name: String,
    version: String,
}

#[derive(Debug, Deserialize)]
struct Summary {
    exit: u8,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    level: String,
    role: String,
    profile: String,
    verdict: String,
    why: String,
}

impl Stored {
    /// Reads a report that `--report json=PATH` wrote. An error is a message with the path first.
    pub fn read(path: &Path) -> Result<Self, String> {
        let fault = |what: String| format!("{}: {what}", path.display());
        let text = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
        let no_report =
            |error| fault(format!("is no report: {error}\n(hint: `client --report json=PATH` writes one)"));
        let stored: Self = serde_json::from_slice(&text).map_err(no_report)?;
        match stored.schema {
            1 => Ok(stored),
            other => Err(fault(format!("has schema {other}, and this program reads schema 1"))),
        }
    }

    fn row(&self, side: &Side, rule: &str) -> Option<&Row> {
        self.rules.iter().find(|row| row.id == rule && (&row.profile, &row.role) == (&side.0, &side.1))
    }
}

impl Row {
    /// Whether it counts among those that can hold.
    fn is_judged(&self) -> bool {
        !matches!(self.verdict.as_str(), "observed" | "not_exercised" | "not_applicable")
    }

    fn is_wrong(&self) -> bool {
        matches!(self.verdict.as_str(), "violated" | "undecided")
    }

    /// What was seen, or the verdict.
    fn word(&self) -> String {
        match self.verdict.as_str() {
            "observed" => cut(&clean(&self.why), VALUE_MAX),
            other => other.replace('_', " "),
        }
    }
}

/// Writes a matrix for each role in each profile, with the reports of those that were tested in it.
pub fn write(reports: &[Stored], book: &RuleBook, out: &mut dyn Write) -> io::Result<()> {
    let judged = |report: &Stored| -> BTreeSet<Side> {
        let rows = report.rules.iter().filter(|row| row.is_judged());
        rows.map(|row| (row.profile.clone(), row.role.clone())).collect()
    };
    let sides: BTreeSet<Side> = reports.iter().flat_map(judged).collect();
    for side in &sides {
        let reports: Vec<&Stored> = reports.iter().filter(|report| judged(report).contains(side)).collect();
        let name = |report: &&Stored| clean(&format!("{} {}", report.r#impl.name, report.r#impl.version));
        let mut lines = vec![Line::bold(&format!("{} · {}", side.0, side.1), reports.iter().map(name))];
        lines.push(Line::new("wire", reports.iter().map(|report| plain(clean(&report.wire)))));
        lines.extend(sections(book).filter_map(|section| counted(section, &reports, side, book)));
        let exit = |report: &&Stored| {
            let exit = report.summary.exit;
            (exit.to_string(), if exit == 0 { GREEN } else { RED })
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

/// A profile and a role, as a report spells them.
type Side = (String, String);

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
fn counted(section: &str, reports: &[&Stored], side: &Side, book: &RuleBook) -> Option<Line> {
    let cell = |report: &&Stored| {
        let rules = book.rules().filter(|rule| rule.anchor == section);
        let rows: Vec<&Row> =
            rules.filter_map(|rule| report.row(side, &rule.id)).filter(|row| row.is_judged()).collect();
        if rows.is_empty() {
            return plain("–".to_owned());
        }
        let held = rows.iter().filter(|row| row.verdict == "held").count();
        let wrong = rows.iter().any(|row| row.is_wrong());
        (format!("{held}/{}", rows.len()), if wrong { RED } else { GREEN })
    };
    let line = Line::new(section, reports.iter().map(cell));
    line.cells.iter().any(|(text, _)| text != "–").then_some(line)
}

/// A rule that came out differently, or that one of them does not keep.
fn differing(rule: &str, reports: &[&Stored], side: &Side) -> Option<Line> {
    let rows: Vec<Option<&Row>> = reports.iter().map(|report| report.row(side, rule)).collect();
    let level = rows.iter().flatten().next()?.level.clone();
    let words: BTreeSet<String> = rows.iter().map(|row| row.map_or(String::new(), Row::word)).collect();
    let wrong = rows.iter().flatten().any(|row| row.is_wrong() || row.verdict == "warned");
    let cell = |row: Option<&Row>| match row {
        Some(row) => (row.word(), if row.is_wrong() { RED } else { PLAIN }),
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
