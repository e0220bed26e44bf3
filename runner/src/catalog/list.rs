//! `list`: rows as an aligned table, or as JSON.

use std::fmt;
use std::io::{self, Write};

use serde_json::Value;

use super::rows::Row;
use super::{Catalog, Filter};
use crate::report::text::{columns, cut, plural};

/// Blanks between two columns.
const GAP: usize = 2;
/// A column is not made narrower than that, however narrow the terminal is.
const COLUMN_MIN: usize = 8;

/// What there is to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The cases.
    Cases,
    /// The rules.
    Rules,
    /// The mutants of the reference client.
    Mutants,
    /// The testees that are no mutants.
    Testees,
    /// The codes of failures.
    Codes,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cases => "case",
            Self::Rules => "rule",
            Self::Mutants => "mutant",
            Self::Testees => "testee",
            Self::Codes => "code",
        })
    }
}

/// What was asked for; never empty.
pub struct Listing {
    what: What,
    rows: Vec<Row>,
    /// How many there are in all.
    total: usize,
}

impl Catalog<'_> {
    /// The rows that a filter wants. `Err` says that there are none, and which name is near.
    pub fn list(&self, what: What, filter: &Filter) -> Result<Listing, String> {
        let rows = match what {
            What::Cases => self.case_rows(),
            What::Rules => self.rule_rows(),
            What::Mutants => self.mutant_rows(),
            What::Testees => self.testee_rows(),
            What::Codes => self.code_rows(),
        };
        let total = rows.len();
        Ok(Listing { what, rows: filter.pick(what, rows, self.book)?, total })
    }
}

impl Listing {
    /// How many there are, in words.
    pub fn count(&self) -> String {
        let shown = self.rows.len();
        let all = plural(self.total, &self.what.to_string());
        if shown == self.total { all } else { format!("{shown} of {all}") }
    }

    /// An array of objects, as `vectors/schema/list.json` describes them.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let values: Vec<&Value> = self.rows.iter().map(|row| &row.value).collect();
        serde_json::to_writer_pretty(&mut *out, &values)?;
        writeln!(out)
    }

    /// A line for each row. What does not fit into so many columns is cut; without a width nothing is.
    pub fn table(&self, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
        let lines: Vec<Vec<&str>> = self
            .rows
            .iter()
            .map(|row| std::iter::once(&row.id).chain(&row.cells).map(String::as_str).collect())
            .collect();
        let widths = widths(&lines, width);
        for line in lines {
            let mut written = String::new();
            for (cell, most) in line.iter().zip(&widths) {
                let cell = if width.is_some() { cut(cell, *most) } else { (*cell).to_owned() };
                written += &cell;
                written.extend(std::iter::repeat_n(' ', most.saturating_sub(columns(&cell)) + GAP));
            }
            writeln!(out, "{}", written.trim_end())?;
        }
        Ok(())
    }
}

/// The width of each column: what its cells take, and less for the widest where the line would not fit.
fn widths(lines: &[Vec<&str>], width: Option<usize>) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for line in lines {
        widths.resize(widths.len().max(line.len()), 0);
        for (most, cell) in widths.iter_mut().zip(line) {
            *most = columns(cell).max(*most);
        }
    }
    let Some(width) = width else { return widths };
    let gaps = widths.len().saturating_sub(1) * GAP;
    while widths.iter().sum::<usize>() + gaps > width {
        // an id is for copying, so that it gives way last
        let others = widths.get(1..).unwrap_or_default().iter().copied().max().unwrap_or(0);
        let from = usize::from(others > COLUMN_MIN);
        let Some(widest) = widths.iter_mut().skip(from).max().filter(|widest| **widest > COLUMN_MIN) else {
            break;
        };
        *widest -= 1;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]], width: Option<usize>) -> Vec<String> {
        let row = |cells: &&[&str]| Row {
            id: cells[0].to_owned(),
            was: Vec::new(),
            rules: Vec::new(),
            cells: cells[1..].iter().map(|cell| (*cell).to_owned()).collect(),
            value: Value::Null,
        };
        let listing = Listing { what: What::Cases, rows: rows.iter().map(row).collect(), total: 9 };
        let mut out = Vec::new();
        listing.table(width, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_table_is_aligned_by_columns_and_cut_to_the_terminal() {
        let rows: [&[&str]; 3] = [
            &["framing/one", "FRAME-01", "a title that is long"],
            &["日本", "FRAME-02", "é"],
            &["x", "FRAME-03 FRAME-04", "🐝🐝🐝🐝🐝🐝🐝🐝🐝🐝"],
        ];
        assert_eq!(
            table(&rows, None),
            [
                "framing/one  FRAME-01           a title that is long",
                "日本         FRAME-02           é",
                "x            FRAME-03 FRAME-04  🐝🐝🐝🐝🐝🐝🐝🐝🐝🐝",
            ]
        );
        for width in [31, 34, 40, 45, 52, 80] {
            let lines = table(&rows, Some(width));
            assert!(lines.iter().all(|line| columns(line) <= width), "{width}: {lines:?}");
            // ids and beginnings stay
            assert!(lines[0].starts_with("framing/one  FRAME-01"), "{width}: {lines:?}");
        }
        assert_eq!(table(&rows, Some(40))[2], "x            FRAME-03 FRA…  🐝🐝🐝🐝🐝…");
        assert_eq!(table(&rows, Some(10))[0], "framing…  FRAME-01  a title…");
    }
}
