//! The commands that only look at rules and vectors.

use std::io::Write;

use thrum_conform::catalog::{self, MutantRow};
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded::{self, Loaded};

use crate::cli::{ExplainArgs, ListArgs, ListWhat};
use crate::reference::{self, Mutant};

/// `list`.
pub fn list(args: &ListArgs, mutants: &[Mutant]) -> Result<Exit, Error> {
    let Loaded { book, suite, .. } =
        loaded::load(args.source.vectors.as_deref(), args.source.wire_doc.as_deref())?;
    let mutants = rows(mutants);
    print(|out| match args.what {
        ListWhat::Cases => catalog::cases(&suite, args.json, out),
        ListWhat::Rules => catalog::rules(&book, &suite, args.json, out),
        ListWhat::Mutants => catalog::mutants(&mutants, args.json, out),
        ListWhat::Testees => catalog::testees(&testees(), args.json, out),
    })
}

/// `explain`.
pub fn explain(args: &ExplainArgs, mutants: &[Mutant]) -> Result<Exit, Error> {
    let Loaded { book, suite, .. } =
        loaded::load(args.source.vectors.as_deref(), args.source.wire_doc.as_deref())?;
    let text = catalog::explain(&args.name, &book, &suite, &rows(mutants)).map_err(Error::Input)?;
    print(|out| out.write_all(text.as_bytes()))
}

/// What the library needs to know of the mutants.
pub fn rows(mutants: &[Mutant]) -> Vec<MutantRow> {
    let row = |mutant: &Mutant| MutantRow {
        name: mutant.name.to_owned(),
        breaks: mutant.breaks.iter().map(|rule| (*rule).to_owned()).collect(),
        bug: mutant.bug.to_owned(),
    };
    mutants.iter().map(row).collect()
}

fn testees() -> Vec<(&'static str, &'static str, &'static str)> {
    let odd = reference::odds().iter().map(|odd| ("odd", odd.name, odd.about));
    let null = reference::nulls().iter().map(|null| ("null", null.name, null.about));
    let habits = reference::habits().map(|habit| ("odd bee", habit.name, habit.about));
    let null_bees = reference::null_bees().map(|null| ("null bee", null.name, null.about));
    odd.chain(null).chain(habits).chain(null_bees).collect()
}

/// Writes to stdout; a reader that has gone away is no error.
pub fn print(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<Exit, Error> {
    let mut out = std::io::BufWriter::new(anstream::stdout());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Broken(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(Exit::Fine),
    }
}
