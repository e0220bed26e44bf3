//! Stored reports side by side: how many rules of each section each client holds, and what each rule came to.
//!
//! [`Matrix`] is what there is to show; each format shows it in its own file.

mod md;
mod tty;

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::model::{Report, RuleRow, Standing};
use super::text::{VALUE_MAX, clean, cut};
use crate::exit::Exit;
use crate::rule::{Level, Side};

/// The formats of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixFormat {
    /// For people at a terminal.
    Tty,
    /// Markdown.
    Md,
    /// One page for a browser.
    Html,
}

/// Clients side by side, in the order in which their reports were given.
#[derive(Debug, Serialize)]
pub struct Matrix {
    /// A table for each role in each profile, with those that were tested in it.
    pub tables: Vec<Table>,
}

/// The clients that were tested in one role and profile.
#[derive(Debug, Serialize)]
pub struct Table {
    /// The role and the profile.
    #[serde(flatten)]
    pub side: Side,
    /// The columns.
    pub clients: Vec<Client>,
    /// In the order of WIRE.md.
    pub sections: Vec<Section>,
}

/// A column: a client.
#[derive(Debug, Serialize)]
pub struct Client {
    /// Name and version, cleaned.
    pub name: String,
    /// The wire version.
    pub wire: String,
    /// What its run ended with.
    pub exit: Exit,
}

/// The rules of one section of WIRE.md.
#[derive(Debug, Serialize)]
pub struct Section {
    /// Its anchor.
    pub anchor: String,
    /// For each client what its rules came to; `None` where it judged none of them.
    pub counts: Vec<Option<Count>>,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// How many rules of a section a client holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Count {
    /// So many.
    pub held: usize,
    /// Of so many that could be held.
    pub judged: usize,
    /// Whether one is violated or undecided.
    pub wrong: bool,
}

/// A row: a rule.
#[derive(Debug, Serialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its level.
    pub level: Level,
    /// Its sentence.
    pub text: String,
    /// For each client what it came to; `None` where its report does not speak of it.
    pub cells: Vec<Option<Cell>>,
}

/// What a rule came to for one client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// What it came to.
    pub standing: Standing,
    /// In a word: of a MAY what was seen, cleaned and cut.
    pub word: String,
}

impl Matrix {
    /// Sets reports side by side.
    pub fn of(reports: &[Report]) -> Self {
        let judged = |report: &Report| -> BTreeSet<Side> {
            report.rules.iter().filter(|row| is_judged(row.standing)).map(|row| row.side).collect()
        };
        let sides: BTreeSet<Side> = reports.iter().flat_map(judged).collect();
        let table = |side: Side| {
            let own: Vec<&Report> = reports.iter().filter(|report| judged(report).contains(&side)).collect();
            Table {
                side,
                clients: own.iter().map(|report| Client::of(report)).collect(),
                sections: sections(side, &own),
            }
        };
        Self { tables: sides.into_iter().map(table).collect() }
    }
}

impl Client {
    fn of(report: &Report) -> Self {
        let name = clean(&format!("{} {}", report.identity.name, report.identity.version));
        Self { name: cut(&name, VALUE_MAX), wire: cut(&clean(&report.wire), VALUE_MAX), exit: report.exit }
    }
}

impl Rule {
    /// Whether it came out differently, or one of the clients does not keep it.
    pub fn is_news(&self) -> bool {
        let words: BTreeSet<Option<&str>> =
            self.cells.iter().map(|cell| cell.as_ref().map(|cell| cell.word.as_str())).collect();
        let mut cells = self.cells.iter().flatten();
        words.len() > 1 || cells.any(|cell| cell.is_wrong() || cell.standing == Standing::Warned)
    }
}

impl Cell {
    /// Whether the client does not keep the rule, as far as it was seen.
    pub fn is_wrong(&self) -> bool {
        matches!(self.standing, Standing::Violated | Standing::Undecided)
    }

    fn of(row: &RuleRow) -> Self {
        let word = match row.standing {
            Standing::Observed => cut(&clean(&row.why), VALUE_MAX),
            standing => standing.word().replace('_', " "),
        };
        Self { standing: row.standing, word }
    }
}

/// Whether a rule that came to this counts among those that can be held.
fn is_judged(standing: Standing) -> bool {
    !matches!(standing, Standing::Observed | Standing::NotExercised | Standing::NotApplicable)
}

/// Each report has its rules in the order of its own WIRE.md; what another has besides stands behind.
fn sections(side: Side, reports: &[&Report]) -> Vec<Section> {
    let columns: Vec<Vec<&RuleRow>> =
        reports.iter().map(|report| report.rules.iter().filter(|row| row.side == side).collect()).collect();
    let mut anchors = BTreeSet::new();
    let all = || columns.iter().flatten().copied();
    let section = |anchor: &str| {
        let mut ids = BTreeSet::new();
        let own = all().filter(|row| row.anchor == anchor && ids.insert(row.id.as_str()));
        let rules: Vec<Rule> = own.map(|row| rule(row, &columns)).collect();
        let counts = (0..columns.len()).map(|column| count(&rules, column)).collect();
        Section { anchor: anchor.to_owned(), counts, rules }
    };
    let firsts = all().map(|row| row.anchor.as_str()).filter(|anchor| anchors.insert(*anchor));
    firsts.map(section).collect()
}

fn rule(row: &RuleRow, columns: &[Vec<&RuleRow>]) -> Rule {
    let cell = |rows: &Vec<&RuleRow>| rows.iter().find(|own| own.id == row.id).map(|own| Cell::of(own));
    Rule {
        id: row.id.clone(),
        level: row.level,
        text: row.text.clone(),
        cells: columns.iter().map(cell).collect(),
    }
}

fn count(rules: &[Rule], column: usize) -> Option<Count> {
    let cells = rules.iter().filter_map(|rule| rule.cells[column].as_ref());
    let cells: Vec<&Cell> = cells.filter(|cell| is_judged(cell.standing)).collect();
    let held = cells.iter().filter(|cell| cell.standing == Standing::Held).count();
    let wrong = cells.iter().any(|cell| cell.is_wrong());
    (!cells.is_empty()).then_some(Count { held, judged: cells.len(), wrong })
}

/// Writes a matrix.
pub fn write(matrix: &Matrix, format: MatrixFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        MatrixFormat::Tty => tty::write(matrix, out),
        MatrixFormat::Md => md::write(matrix, out),
        MatrixFormat::Html => super::html::write_matrix(matrix, out),
    }
}
