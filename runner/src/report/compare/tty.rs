//! The comparison for people at a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::super::text::{VALUE_MAX, clean, cut};
use super::{Came, Comparison, Course, Turn};
use crate::rule::Side;

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    if comparison.is_empty() {
        return writeln!(out, "nothing changed");
    }
    for Turn { what, old, new } in &comparison.run {
        writeln!(out, "{what:<14} {} → {}", shown(old), shown(new))?;
    }
    let rules = comparison.rules.iter().map(|turn| {
        let words = [turn.old, turn.new]
            .map(|standing| standing.map_or("–".to_owned(), |own| own.word().replace('_', " ")));
        (turn.course, format!("{} {}", turn.id, turn.level), turn.side, words, turn.why.as_str())
    });
    section("rules", rules.collect(), out)?;
    let cases = comparison.cases.iter().map(|turn| {
        let words = [&turn.old, &turn.new].map(|came| came.as_ref().map_or("–".to_owned(), Came::shown));
        (turn.course, turn.id.clone(), turn.side, words, "")
    });
    section("cases", cases.collect(), out)
}

/// Which way it went, its name, the side, what it was and is, and why.
type Line<'a> = (Course, String, Side, [String; 2], &'a str);

fn section(what: &str, lines: Vec<Line<'_>>, out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{what}")?;
    let width = lines.iter().map(|(_, name, ..)| name.chars().count()).max().unwrap_or(0);
    for (course, name, side, [old, new], why) in lines {
        let (mark, style) = match course {
            Course::Broken => ("✗", AnsiColor::Red.on_default()),
            Course::Worse => ("↓", AnsiColor::Yellow.on_default()),
            Course::Better => ("↑", AnsiColor::Green.on_default()),
            Course::Other => ("·", Style::new()),
        };
        let side = if side.is_plain() { String::new() } else { format!("  ({side})") };
        let why = if why.is_empty() { String::new() } else { format!("  {}", shown(why)) };
        writeln!(out, "  {style}{mark} {name:<width$}{style:#}  {old} → {new}{why}{side}")?;
    }
    Ok(())
}

impl Came {
    /// The verdict, and the code where there is one.
    pub(super) fn shown(&self) -> String {
        let verdict = self.verdict.word().replace('_', " ");
        self.code.as_ref().map_or(verdict.clone(), |code| format!("{verdict} {}", shown(code)))
    }
}

fn shown(text: &str) -> String {
    cut(&clean(text), VALUE_MAX)
}
