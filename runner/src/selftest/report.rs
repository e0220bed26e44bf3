//! What a selftest came to, for people and as JSON.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use thrum_conform::error::Error;
use thrum_conform::rule::{Rule, RuleBook};
use thrum_conform::vector::Suite;

use super::finding::Finding;
use super::matrix::{Matrix, Row};
use crate::cli::{FormatArg, SelftestArgs};
use crate::reference::{nulls, odds};
use crate::sink::Sink;
use crate::terminal;

const GREEN: Style = AnsiColor::Green.on_default();
const RED: Style = AnsiColor::Red.on_default();

/// What a selftest came to.
pub struct Report<'a> {
    /// The release of the vectors.
    pub vectors: String,
    pub book: &'a RuleBook,
    pub suite: &'a Suite,
    pub matrix: &'a Matrix,
    pub findings: &'a [Finding],
    /// Whole bees that took part: mutants, odd and null ones.
    pub bees: usize,
    /// Whether every testee took part.
    pub whole: bool,
    pub took: Duration,
}

impl Report<'_> {
    /// Writes it as asked for, and something for people unless JSON takes stdout.
    pub fn write(&self, args: &SelftestArgs, sinks: Vec<Sink>) -> Result<(), Error> {
        let mut on_stdout = false;
        for (wanted, sink) in args.report.iter().zip(sinks) {
            on_stdout |= matches!(sink, Sink::Stdout(_));
            sink.write(|out| match wanted.format {
                FormatArg::Json => self.json(out),
                _ => self.tty(args, None, out),
            })?;
        }
        if !on_stdout {
            let width = terminal::columns_of(&io::stdout()).map(usize::from);
            Sink::Stdout(args.color).write(|out| self.tty(args, width, out))?;
        }
        Ok(())
    }

    fn tty(&self, args: &SelftestArgs, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
        if !args.quiet {
            self.rules(if args.verbose { None } else { width }, out)?;
        }
        for finding in self.findings {
            writeln!(out, "{RED}FINDING{RED:#} {}", finding.what)?;
            if !finding.why.is_empty() {
                writeln!(out, "  {}", finding.why)?;
            }
        }
        let (mark, said) = match (self.findings.len(), self.whole) {
            (0, true) => (GREEN, "the suite proves itself".to_owned()),
            (0, false) => (GREEN, "no finding".to_owned()),
            (1, _) => (RED, "1 finding".to_owned()),
            (count, _) => (RED, format!("{count} findings")),
        };
        let by_rule = self.matrix.by_rule();
        let bite = self.scored().filter(|rule| by_rule.contains_key(rule.id.as_str())).count();
        writeln!(
            out,
            "{mark}{said}{mark:#}: {} mutants, {bite} rules broken by them{} · {} cases played in {:.1} s",
            self.matrix.rows.len(),
            if self.whole {
                format!(
                    " of {} scored · {} odd testees · {} null testees · {} whole bees",
                    self.scored().count(),
                    odds().len(),
                    nulls().len(),
                    self.bees
                )
            } else {
                " (not every testee took part)".to_owned()
            },
            self.matrix.cases_played,
            self.took.as_secs_f64(),
        )
    }

    /// A line for each rule, with the mutants that broke it.
    fn rules(&self, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
        let by_rule = self.matrix.by_rule();
        let mut section = "";
        for rule in self.book.rules() {
            let Some(mutants) = by_rule.get(rule.id.as_str()) else { continue };
            if rule.section != section {
                section = &rule.section;
                writeln!(out, "{section}")?;
            }
            let head = format!("  {:<10}{:<7}{:>3}  ", rule.id, rule.level.to_string(), mutants.len());
            let room = width.map_or(usize::MAX, |width| width.saturating_sub(head.len()));
            writeln!(out, "{head}{}", listed(mutants, room))?;
        }
        writeln!(out)
    }

    fn scored(&self) -> impl Iterator<Item = &Rule> {
        self.book.rules().filter(|rule| self.suite.scores(rule))
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let (by_rule, by_case) = (self.matrix.by_rule(), self.matrix.by_case());
        let none = Vec::new();
        let rule = |rule: &Rule| json!({"id": rule.id, "level": rule.level.to_string(), "mutants": by_rule.get(rule.id.as_str()).unwrap_or(&none)});
        let mutant =
            |row: &Row| json!({"name": row.mutant, "bug": row.bug, "breaks": row.rules, "fails": row.cases});
        let value = json!({
            "schema": 1,
            "vectors": self.vectors,
            "wire": self.book.version.to_string(),
            "whole": self.whole,
            "findings": self.findings.iter().map(|finding| json!({"what": finding.what, "why": finding.why})).collect::<Vec<Value>>(),
            "rules": self.scored().map(rule).collect::<Vec<Value>>(),
            "cases": by_case.iter().map(|(id, mutants)| json!({"id": id, "mutants": mutants})).collect::<Vec<Value>>(),
            "mutants": self.matrix.rows.iter().map(mutant).collect::<Vec<Value>>(),
        });
        serde_json::to_writer_pretty(&mut *out, &value)?;
        writeln!(out)
    }
}

/// As many names as fit, and how many more there are.
fn listed(names: &[&str], room: usize) -> String {
    const MORE: usize = " … and 999 more".len();
    let whole = names.join(", ");
    if whole.len() <= room {
        return whole;
    }
    let fit =
        (1..names.len()).take_while(|count| names[..*count].join(", ").len() + MORE <= room).count().max(1);
    format!("{} … and {} more", names[..fit].join(", "), names.len() - fit)
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn lists_as_many_names_as_fit() {
        let names = ["one-name", "another-name", "third"];
        assert_eq!(listed(&names, usize::MAX), "one-name, another-name, third");
        assert_eq!(listed(&names, 29), "one-name, another-name, third");
        assert_eq!(listed(&names, 28), "one-name … and 2 more");
        assert_eq!(listed(&names, 3), "one-name … and 2 more");
    }
}
