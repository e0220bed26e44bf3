//! The comparison in Markdown, for a comment on a change of the client.

use std::io::{self, Write};

use super::super::md::cell;
use super::{Came, Comparison, Course, Turn};

/// Rows of a table: a comment holds no more than 64 KiB.
const ROWS_MAX: usize = 200;

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let mark = match () {
        () if comparison.worse => "## ❌ thrum-conform: something became worse\n",
        () if comparison.is_empty() => "## ✅ thrum-conform: nothing changed\n",
        () => "## ✅ thrum-conform: nothing became worse\n",
    };
    writeln!(out, "{mark}")?;
    let run = comparison.run.iter().map(|Turn { what, old, new }| [(*what).to_owned(), cell(old), cell(new)]);
    table(["run", "was", "is"], &run.collect::<Vec<_>>(), out)?;
    let rules = comparison.rules.iter().map(|turn| {
        let [old, new] =
            [turn.old, turn.new].map(|own| own.map_or("–".to_owned(), |own| own.word().replace('_', " ")));
        let why = if turn.why.is_empty() { String::new() } else { format!(" {}", cell(&turn.why)) };
        [
            format!("{} {} {} ({})", sign(turn.course), turn.id, turn.level, turn.side),
            old,
            format!("{new}{why}"),
        ]
    });
    table(["rule", "was", "is"], &rules.collect::<Vec<_>>(), out)?;
    let cases = comparison.cases.iter().map(|turn| {
        let [old, new] = [&turn.old, &turn.new]
            .map(|own| own.as_ref().map_or("–".to_owned(), |own| cell(&Came::shown(own))));
        [format!("{} {} ({})", sign(turn.course), cell(&turn.id), turn.side), old, new]
    });
    table(["case", "was", "is"], &cases.collect::<Vec<_>>(), out)
}

fn sign(course: Course) -> &'static str {
    match course {
        Course::Broken => "❌",
        Course::Worse => "⚠️",
        Course::Better => "✅",
        Course::Other => "·",
    }
}

fn table(head: [&str; 3], rows: &[[String; 3]], out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "| {} |\n|:--|:--|:--|", head.join(" | "))?;
    for row in rows.iter().take(ROWS_MAX) {
        writeln!(out, "| {} |", row.join(" | "))?;
    }
    writeln!(out)?;
    match rows.len().saturating_sub(ROWS_MAX) {
        0 => Ok(()),
        more => writeln!(out, "… and {more} more\n"),
    }
}
