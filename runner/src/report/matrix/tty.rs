//! The matrix for people at a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Effects, Style};

use super::{Count, Matrix, Rule, Table};
use crate::exit::Exit;

/// Columns between two cells.
const GAP: usize = 2;

const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const PLAIN: Style = Style::new();
const BOLD: Style = PLAIN.effects(Effects::BOLD);

pub(super) fn write(matrix: &Matrix, out: &mut dyn Write) -> io::Result<()> {
    for table in &matrix.tables {
        aligned(&sections(table), out)?;
        writeln!(out)?;
        let news: Vec<Line> = table
            .sections
            .iter()
            .flat_map(|section| &section.rules)
            .filter(|rule| rule.is_news())
            .map(news)
            .collect();
        if !news.is_empty() {
            let head = Line { style: BOLD, ..Line::new("not the same, or not held", Vec::new()) };
            aligned(&[vec![head], news].concat(), out)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// A row of the table: a name, and a cell for each client.
#[derive(Clone)]
struct Line {
    name: String,
    style: Style,
    cells: Vec<(String, Style)>,
}

impl Line {
    fn new(name: &str, cells: Vec<(String, Style)>) -> Self {
        Self { name: name.to_owned(), style: PLAIN, cells }
    }
}

fn sections(table: &Table) -> Vec<Line> {
    let names = table.clients.iter().map(|client| (client.name.clone(), BOLD)).collect();
    let head = Line { style: BOLD, ..Line::new(&table.side.to_string(), names) };
    let wires = table.clients.iter().map(|client| (client.wire.clone(), PLAIN)).collect();
    let mut lines = vec![head, Line::new("wire", wires)];
    let count = |count: &Option<Count>| match count {
        Some(Count { held, judged, wrong }) => (format!("{held}/{judged}"), if *wrong { RED } else { GREEN }),
        None => ("–".to_owned(), PLAIN),
    };
    let judged = table.sections.iter().filter(|section| section.counts.iter().any(Option::is_some));
    lines
        .extend(judged.map(|section| Line::new(&section.anchor, section.counts.iter().map(count).collect())));
    let exit = |exit: Exit| (exit.code().to_string(), if exit == Exit::Fine { GREEN } else { RED });
    lines.push(Line::new("exit", table.clients.iter().map(|client| exit(client.exit)).collect()));
    lines
}

fn news(rule: &Rule) -> Line {
    let cells = rule.cells.iter().map(|cell| match cell {
        Some(cell) => (cell.word.clone(), if cell.is_wrong() { RED } else { PLAIN }),
        None => ("–".to_owned(), PLAIN),
    });
    Line::new(&format!("{} {}", rule.id, rule.level), cells.collect())
}

fn aligned(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
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
