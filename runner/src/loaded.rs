//! Rules, vectors and bodies of tones that belong together: built in, from files, or from the archive that a client
//! pins.

use std::path::Path;

use crate::config::Config;
use crate::error::Error;
use crate::release::{self, Shelf, is_archive};
use crate::rule::{RuleBook, Version};
use crate::vector::{self, Bodies, Fault, Guide, Source, Suite};

/// What a client is tested with.
#[derive(Debug)]
pub struct Loaded {
    /// The rules.
    pub book: RuleBook,
    /// The cases.
    pub suite: Suite,
    /// What the bodies of tones have to be.
    pub bodies: Bodies,
    /// The release that they are, or are to become.
    pub release: String,
    /// The only wire version that they can be run for: that of an archive.
    pub only: Option<Version>,
    /// Name and text of each vector file.
    pub files: Vec<(String, String)>,
    /// The text of the rules, where it is not the built-in one.
    pub doc: Option<String>,
}

impl Loaded {
    /// The wire version to test against: the one that is wanted, or else that of the rules.
    pub fn wire(&self, wanted: Option<Version>) -> Result<Version, Error> {
        match (self.only, wanted) {
            (Some(only), Some(wanted)) if only != wanted => Err(Error::Input(format!(
                "the archive {} was cut for wire {only}\n(hint: take the one that was cut for {wanted})",
                self.release
            ))),
            (_, wanted) => Ok(wanted.unwrap_or(self.book.version)),
        }
    }
}

/// Reads the rules, the vectors and the schemas, each built in where no path is given. An archive brings all three, and
/// is verified first.
pub fn load(vectors: Option<&Path>, wire_doc: Option<&Path>) -> Result<Loaded, Error> {
    if let Some(path) = vectors
        && let Some(bytes) = archive(path)?
    {
        return unpacked(path, &bytes, wire_doc);
    }
    let book = rules(wire_doc)?;
    let source = vectors.map_or(Source::Embedded, Source::at);
    let suite = self::vectors(&source, &book)?;
    let bodies = Bodies::load().map_err(|fault| Error::Broken(fault.to_string()))?;
    let newest = shelf()?.newest(book.version).map(|set| set.version.to_string());
    let release = match (vectors, newest) {
        (None, Some(release)) => release,
        _ => book.version.to_string(),
    };
    let files = source.read().0.into_iter().map(|(name, text)| (name, text.into_owned())).collect();
    let doc = wire_doc.map(read).transpose()?;
    Ok(Loaded { book, suite, bodies, release, only: None, files, doc })
}

/// What a configuration pins: its archive, or else what is built in, of its release.
pub fn pinned(config: &Config, wire_doc: Option<&Path>) -> Result<Loaded, Error> {
    config.pin.check_archive(&config.name)?;
    let loaded = load(config.pin.archive.as_ref().map(|(path, ..)| path.as_path()), wire_doc)?;
    config.pin.check_release(&config.name, &loaded.release)?;
    Ok(loaded)
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

fn unpacked(path: &Path, bytes: &[u8], doc: Option<&Path>) -> Result<Loaded, Error> {
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
    let files = archive.below("cases/");
    let suite = vectors(&Source::Texts(files.clone()), &book)?;
    let schemas = archive.below("schema/");
    let bodies = Bodies::read(schemas.iter().map(|(path, text)| (path.as_str(), text.as_str())))
        .map_err(|found| fault(&[found.to_string()]))?;
    let doc = Some(doc.map_or_else(|| Ok(text.clone()), read)?);
    let (release, only) = (set.version.to_string(), Some(set.version.wire));
    Ok(Loaded { book, suite, bodies, release, only, files, doc })
}

/// The frozen sets that are built in.
pub fn shelf() -> Result<Shelf, Error> {
    Shelf::embedded().map_err(|faults| Error::Broken(faults.join("\n")))
}

/// The rules of a document, or of the built-in one.
pub fn rules(doc: Option<&Path>) -> Result<RuleBook, Error> {
    match doc {
        None => parsed("WIRE.md", thrum_vectors::WIRE_DOC),
        Some(path) => parsed(&path.display().to_string(), &read(path)?),
    }
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::Input(format!("{}: {error}", path.display())))
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

/// Faults of vectors or of the guide, all of them.
pub fn faulty(faults: &[Fault]) -> Error {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let many = if lines.len() == 1 { "fault".to_owned() } else { format!("{} faults", lines.len()) };
    Error::Input(format!("{many} in the vectors\n{}", lines.join("\n")))
}
