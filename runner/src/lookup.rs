//! `list` and `explain`: the commands that only look at what there is.

use std::io::{IsTerminal as _, Write as _, stdout};

use thrum_conform::catalog::{Catalog, Filter, MutantRow, TesteeRow, What};
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded::{self, Loaded};
use thrum_conform::plan::glob;
use thrum_conform::vector::Guide;

use crate::cli::{ExplainArgs, ListArgs, ListWhat, SourceArgs};
use crate::reference::{self, Mutant};
use crate::source::{self, print};

/// The columns of a page that goes into a file or a pipe, and the most on a terminal: longer lines are hard to read.
const PAGE_COLUMNS: usize = 100;
/// Fewer columns than anything can be laid out in.
const NARROWEST: usize = 40;

/// `list`. How many there are is said on stderr, so that stdout holds nothing but rows.
pub fn list(args: &ListArgs, mutants: &[Mutant]) -> Result<Exit, Error> {
    let globs = |texts: &[String]| texts.iter().map(|text| glob(text)).collect::<Result<Vec<_>, _>>();
    let filter = Filter {
        run: globs(&args.run).map_err(Error::Input)?,
        skip: globs(&args.skip).map_err(Error::Input)?,
        rules: args.rule.clone(),
        sections: args.section.clone(),
    };
    let what = match args.what {
        ListWhat::Cases => What::Cases,
        ListWhat::Rules => What::Rules,
        ListWhat::Mutants => What::Mutants,
        ListWhat::Testees => What::Testees,
        ListWhat::Codes => What::Codes,
    };
    let stock = Stock::load(&args.source, mutants)?;
    let listing = stock.catalog().list(what, &filter).map_err(Error::Input)?;
    let exit = print(|out| if args.json { listing.json(out) } else { listing.table(columns(), out) })?;
    if !args.json {
        // nobody misses it where stderr is closed
        let _ = writeln!(anstream::stderr(), "{}", listing.count());
    }
    Ok(exit)
}

/// `explain`.
pub fn explain(args: &ExplainArgs, mutants: &[Mutant]) -> Result<Exit, Error> {
    let stock = Stock::load(&args.source, mutants)?;
    let width = columns().map_or(PAGE_COLUMNS, |columns| columns.min(PAGE_COLUMNS));
    let text = stock.catalog().explain(&args.name, width).map_err(Error::Input)?;
    print(|out| out.write_all(text.as_bytes()))
}

/// What a catalog is made of.
struct Stock {
    loaded: Loaded,
    guide: Guide,
    mutants: Vec<MutantRow>,
    testees: Vec<TesteeRow>,
}

impl Stock {
    fn load(args: &SourceArgs, mutants: &[Mutant]) -> Result<Self, Error> {
        Ok(Self {
            loaded: loaded::load(args.vectors.as_deref(), args.wire_doc.as_deref())?,
            guide: loaded::guide()?,
            mutants: source::rows(mutants),
            testees: testees(),
        })
    }

    fn catalog(&self) -> Catalog<'_> {
        let Loaded { book, suite, .. } = &self.loaded;
        Catalog { book, suite, guide: &self.guide, mutants: &self.mutants, testees: &self.testees }
    }
}

fn testees() -> Vec<TesteeRow> {
    let row = |kind| move |(name, about)| TesteeRow { kind, name, about };
    let odd = reference::odds().iter().map(|odd| (odd.name, odd.about)).map(row("odd"));
    let null = reference::nulls().iter().map(|null| (null.name, null.about)).map(row("null"));
    let habits = reference::habits().map(|habit| (habit.name, habit.about)).map(row("odd bee"));
    let null_bees = reference::null_bees().map(|null| (null.name, null.about)).map(row("null bee"));
    odd.chain(null).chain(habits).chain(null_bees).collect()
}

/// The columns of the terminal, or as many as the user says; none where stdout is no terminal.
fn columns() -> Option<usize> {
    let stdout = stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let seen = || terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
    said.or_else(seen).filter(|columns| *columns > 0).map(|columns: usize| columns.max(NARROWEST))
}
