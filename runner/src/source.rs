<<<<<<< HEAD
//! The commands that only look at rules and vectors.
=======
//! Where rules, vectors and the guide come from.
>>>>>>> 24c8f6a (runner: explain why a rule matters and how each language breaks it, list as tables, complete and document commands)

use std::io::Write;

use thrum_conform::catalog::MutantRow;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
<<<<<<< HEAD
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
=======
use thrum_conform::release::{self, Shelf, is_archive};
use thrum_conform::rule::{RuleBook, Version};
use thrum_conform::vector::{self, Bodies, Fault, Guide, Source, Suite};

use crate::cli::SourceArgs;
use crate::reference::Mutant;

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
    vector::load(source, book).map_err(|faults| faulty(&faults))
}

/// What the guide says of the rules.
pub fn guide() -> Result<Guide, Error> {
    Guide::embedded().map_err(|faults| faulty(&faults))
}

/// Faults of data of the suite's keepers, all of them.
pub fn faulty(faults: &[Fault]) -> Error {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let many = if lines.len() == 1 { "fault".to_owned() } else { format!("{} faults", lines.len()) };
    Error::Input(format!("{many} in the vectors\n{}", lines.join("\n")))
>>>>>>> 24c8f6a (runner: explain why a rule matters and how each language breaks it, list as tables, complete and document commands)
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
