//! Where rules and vectors come from, and the commands that only look at them.

use std::io::Write;
use std::path::Path;

use thrum_conform::catalog::{self, MutantRow};
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::release::{self, Shelf, is_archive};
use thrum_conform::rule::{RuleBook, Version};
use thrum_conform::vector::{self, Bodies, Source, Suite};

use crate::cli::{ExplainArgs, ListArgs, ListWhat, SourceArgs};
use crate::reference::{self, Mutant};

/// Rules, vectors and the bodies of tones that belong together.
pub struct Loaded {
    pub book: RuleBook,
    pub suite: Suite,
    pub bodies: Bodies,
    /// The release that they are, or are to become.
    pub release: String,
    /// The only wire version that they can be run for: that of an archive.
    pub only: Option<Version>,
}

/// Reads the rules, the vectors and the schemas. An archive brings all three, and is verified first.
pub fn load(args: &SourceArgs) -> Result<Loaded, Error> {
    if let Some(path) = &args.vectors
        && let Some(bytes) = archive(path)?
    {
        return pinned(path, &bytes, args.wire_doc.as_deref());
    }
    let book = rules(args.wire_doc.as_deref())?;
    let source = args.vectors.as_deref().map_or(Source::Embedded, Source::at);
    let suite = vectors(&source, &book)?;
    let bodies = Bodies::load().map_err(|fault| Error::Broken(fault.to_string()))?;
    let newest = shelf()?.newest(book.version).map(|set| set.version.to_string());
    let release = match (&args.vectors, newest) {
        (None, Some(release)) => release,
        _ => book.version.to_string(),
    };
    Ok(Loaded { book, suite, bodies, release, only: None })
}

/// The bytes of a file, if it is an archive.
pub fn archive(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    // a folder is none, and a file that is not there gets its fault from the loader
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(|error| Error::Input(format!("{}: {error}", path.display())))?;
    if is_archive(&bytes) {
        return Ok(Some(bytes));
    }
    if path.extension().is_some_and(|extension| extension == "tar" || extension == "gz") {
        let message = format!("{}: is no archive, or not all of one", path.display());
        return Err(Error::Input(format!("{message}\n(hint: fetch it again, and unpack a compressed one)")));
    }
    Ok(None)
}

fn pinned(path: &Path, bytes: &[u8], doc: Option<&Path>) -> Result<Loaded, Error> {
    let fault = |lines: &[String]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("{}: {line}", path.display())).collect();
        Error::Input(format!("the archive is damaged\n{}\n(hint: fetch it again)", lines.join("\n")))
    };
    let archive = release::verify(bytes, &shelf()?).map_err(|faults| fault(&faults))?;
    let set = archive.set().map_err(|message| fault(&[message]))?;
    let text = archive.files.get("WIRE.md").ok_or_else(|| fault(&["WIRE.md: is missing".to_owned()]))?;
    let mut book = match doc {
        None => parsed("WIRE.md", text)?,
        doc => rules(doc)?,
    };
    // the document may be newer than the wire that the cases were cut for
    book.version = set.version.wire;
    let suite = vectors(&Source::Texts(archive.below("cases/")), &book)?;
    let schemas = archive.below("schema/");
    let bodies = Bodies::read(schemas.iter().map(|(path, text)| (path.as_str(), text.as_str())))
        .map_err(|found| fault(&[found.to_string()]))?;
    Ok(Loaded { book, suite, bodies, release: set.version.to_string(), only: Some(set.version.wire) })
}

/// The frozen sets that are built in.
pub fn shelf() -> Result<Shelf, Error> {
    Shelf::embedded().map_err(|faults| Error::Broken(faults.join("\n")))
}

/// The rules of a document, or of the built-in one.
pub fn rules(doc: Option<&Path>) -> Result<RuleBook, Error> {
    match doc {
        None => parsed("WIRE.md", thrum_vectors::WIRE_DOC),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Error::Input(format!("{}: {error}", path.display())))?;
            parsed(&path.display().to_string(), &text)
        }
    }
}

fn parsed(name: &str, text: &str) -> Result<RuleBook, Error> {
    RuleBook::parse(text).map_err(|faults| {
        let lines = faults.iter().map(|fault| format!("{name}:{}: {}", fault.line, fault.message));
        Error::Input(format!("the rules cannot be read\n{}", lines.collect::<Vec<_>>().join("\n")))
    })
}

/// The cases of a source.
pub fn vectors(source: &Source, book: &RuleBook) -> Result<Suite, Error> {
    vector::load(source, book).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let many = if lines.len() == 1 { "fault".to_owned() } else { format!("{} faults", lines.len()) };
        Error::Input(format!("{many} in the vectors\n{}", lines.join("\n")))
    })
}

/// `list`.
pub fn list(args: &ListArgs, mutants: &[Mutant]) -> Result<Exit, Error> {
    let Loaded { book, suite, .. } = load(&args.source)?;
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
    let Loaded { book, suite, .. } = load(&args.source)?;
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
