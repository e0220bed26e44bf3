//! The matrix in Markdown: a table of the sections for each side, and one of the rules on which the clients differ.

use std::io::{self, Write};

use super::super::md::cell;
use super::super::model::Standing;
use super::{Count, Matrix, Rule, Table};

pub(super) fn write(matrix: &Matrix, out: &mut dyn Write) -> io::Result<()> {
    for table in &matrix.tables {
        writeln!(out, "## {}\n", table.side)?;
        head("section", table, out)?;
        row("wire", table.clients.iter().map(|client| cell(&client.wire)), out)?;
        let count = |count: &Option<Count>| match count {
            Some(Count { held, judged, wrong }) => {
                format!("{} {held}/{judged}", if *wrong { "❌" } else { "✅" })
            }
            None => "–".to_owned(),
        };
        for section in table.sections.iter().filter(|section| section.counts.iter().any(Option::is_some)) {
            row(&section.anchor, section.counts.iter().map(count), out)?;
        }
        row("exit", table.clients.iter().map(|client| client.exit.code().to_string()), out)?;
        writeln!(out)?;
        let mut news =
            table.sections.iter().flat_map(|section| &section.rules).filter(|rule| rule.is_news()).peekable();
        if news.peek().is_none() {
            continue;
        }
        writeln!(out, "Not the same, or not held:\n")?;
        head("rule", table, out)?;
        for Rule { id, level, cells, .. } in news {
            let words = cells.iter().map(|own| match own {
                Some(own) if own.is_wrong() => format!("❌ {}", own.word),
                // what was seen of a MAY came from the client
                Some(own) if own.standing == Standing::Observed => cell(&own.word),
                Some(own) => own.word.clone(),
                None => "–".to_owned(),
            });
            row(&format!("{id} {level}"), words, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn head(first: &str, table: &Table, out: &mut dyn Write) -> io::Result<()> {
    row(first, table.clients.iter().map(|client| cell(&client.name)), out)?;
    writeln!(out, "|:--|{}", ":--|".repeat(table.clients.len()))
}

fn row(name: &str, cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {name} | {} |", cells.collect::<Vec<_>>().join(" | "))
}
