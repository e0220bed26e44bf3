//! Where rules and vectors come from, and the commands that only look at them.

use std::io::Write;
use std::path::Path;

use thrum_conform::catalog::{self, MutantRow};
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::rule::RuleBook;
use thrum_conform::vector::{self, Source, Suite};

use crate::cli::{ExplainArgs, ListArgs, ListWhat, SourceArgs, VectorsCommand};
use crate::reference::{self, Mutant};

/// Reads the rules and the vectors.
pub fn load(args: &SourceArgs) -> Result<(RuleBook, Suite), Error> {
    let book = rules(args.wire_doc.as_deref())?;
    let suite = vectors(args.vectors.as_deref(), &book)?;
    Ok((book, suite))
}

fn rules(doc: Option<&Path>) -> Result<RuleBook, Error> {
    let (name, text) = match doc {
        None => ("WIRE.md".to_owned(), thrum_vectors::WIRE_DOC.to_owned()),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Error::Input(format!("{}: {error}", path.display())))?;
            (path.display().to_string(), text)
        }
    };
    RuleBook::parse(&text).map_err(|faults| {
        let lines = faults.iter().map(|fault| format!("{name}:{}: {}", fault.line, fault.message));
        Error::Input(format!("the rules cannot be read\n{}", lines.collect::<Vec<_>>().join("\n")))
    })
}

fn vectors(path: Option<&Path>, book: &RuleBook) -> Result<Suite, Error> {
    let source = path.map_or(Source::Embedded, Source::at);
    vector::load(&source, book).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let many = if lines.len() == 1 { "fault".to_owned() } else { format!("{} faults", lines.len()) };
        Error::Input(format!("{many} in the vectors\n{}", lines.join("\n")))
    })
}

/// `list`.
pub fn list(args: &ListArgs, mutants: &[Mutant]) -> Result<Exit, Error> {
    let (book, suite) = load(&args.source)?;
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
    let (book, suite) = load(&args.source)?;
    let text = catalog::explain(&args.name, &book, &suite, &rows(mutants)).map_err(Error::Input)?;
    print(|out| out.write_all(text.as_bytes()))
}

/// `vectors lint`.
pub fn lint(command: &VectorsCommand) -> Result<Exit, Error> {
    let VectorsCommand::Lint { path, wire_doc } = command;
    let book = rules(wire_doc.as_deref())?;
    let suite = vectors(path.as_deref(), &book)?;
    print(|out| writeln!(out, "{} cases, no fault", suite.cases.len()))
}

fn rows(mutants: &[Mutant]) -> Vec<MutantRow> {
    let row = |mutant: &Mutant| MutantRow {
        name: mutant.name.to_owned(),
        breaks: mutant.breaks.iter().map(|rule| (*rule).to_owned()).collect(),
        bug: mutant.bug.to_owned(),
    };
    mutants.iter().map(row).collect()
}

fn testees() -> Vec<(&'static str, &'static str, &'static str)> {
    let odd = reference::odds().iter().map(|odd| ("odd", odd.name, odd.about));
    odd.chain(reference::nulls().iter().map(|null| ("null", null.name, null.about))).collect()
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
