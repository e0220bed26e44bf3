//! Clients side by side: `matrix.html` with what it shows.

use std::collections::BTreeSet;

use askama::Template;

use super::filter::{Filter, LEVELS};
use super::heading;
use super::links::anchor;
use super::mark::{Mark, sort};
use super::prose::{Piece, pieces};
use super::shell::Shell;
use crate::exit::Exit;
use crate::report::entry::Sort;
use crate::report::matrix::{Cell, Client, Count, Matrix, Rule, Section, Table};
use crate::rule::Side;

/// What the filter can ask for beside the section and the level.
const CHOICES: [(&str, &str); 1] = [(NEWS, "not the same, or not held")];
const NEWS: &str = "news";

/// What `matrix.html` shows.
#[derive(Debug, Template)]
#[template(path = "matrix.html")]
pub(super) struct Page<'a> {
    shell: Shell,
    filter: Filter<'a>,
    tables: Vec<OneSide<'a>>,
    version: &'static str,
}

/// The clients that were tested in one role and profile.
#[derive(Debug)]
struct OneSide<'a> {
    name: String,
    clients: Vec<Column<'a>>,
    sections: Vec<Part<'a>>,
}

/// A client.
#[derive(Debug)]
struct Column<'a> {
    client: &'a Client,
    exit: u8,
    mark: Mark,
}

/// A section of WIRE.md.
#[derive(Debug)]
struct Part<'a> {
    title: String,
    counts: Vec<Option<(Count, Mark)>>,
    rules: Vec<Row<'a>>,
}

/// A rule.
#[derive(Debug)]
struct Row<'a> {
    anchor: String,
    section: &'a str,
    rule: &'a Rule,
    verdict: &'static str,
    sentence: Vec<Piece<'a>>,
    cells: Vec<Option<Mark>>,
}

impl<'a> Page<'a> {
    pub(super) fn new(matrix: &'a Matrix) -> Self {
        let mut seen = BTreeSet::new();
        let all = || matrix.tables.iter().flat_map(|table| &table.sections);
        let sections = all().map(|section| section.anchor.as_str()).filter(|anchor| seen.insert(*anchor));
        Self {
            shell: Shell::new("Clients side by side · thrum-conform".to_owned()),
            filter: Filter {
                of: "Rules",
                hint: "a rule, a client, a word",
                sections: sections.map(|anchor| (anchor, heading(anchor))).collect(),
                levels: LEVELS,
                choices: &CHOICES,
                rules: all().map(|section| section.rules.len()).sum(),
                cases: None,
            },
            tables: matrix.tables.iter().map(one_side).collect(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

fn one_side(table: &Table) -> OneSide<'_> {
    OneSide {
        name: table.side.to_string(),
        clients: table.clients.iter().map(column).collect(),
        sections: table.sections.iter().map(|section| part(table.side, section)).collect(),
    }
}

fn column(client: &Client) -> Column<'_> {
    let sort = if client.exit == Exit::Fine { Sort::Passed } else { Sort::Failed };
    Column { client, exit: client.exit.code(), mark: Mark::new(sort, "") }
}

fn part(side: Side, section: &Section) -> Part<'_> {
    let count = |count: &Option<Count>| {
        count.map(|count| (count, Mark::new(if count.wrong { Sort::Failed } else { Sort::Passed }, "")))
    };
    Part {
        title: heading(&section.anchor),
        counts: section.counts.iter().map(count).collect(),
        rules: section.rules.iter().map(|rule| row(side, section, rule)).collect(),
    }
}

fn row<'a>(side: Side, section: &'a Section, rule: &'a Rule) -> Row<'a> {
    let mark = |cell: &Cell| Mark::new(sort(cell.standing), &cell.word);
    Row {
        anchor: anchor(&rule.id, side),
        section: &section.anchor,
        rule,
        verdict: if rule.is_news() { NEWS } else { "" },
        sentence: pieces(&rule.text),
        cells: rule.cells.iter().map(|cell| cell.as_ref().map(mark)).collect(),
    }
}
