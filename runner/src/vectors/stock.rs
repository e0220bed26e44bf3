//! What releases are made of, gathered: vector files, schemas, the rules and the mutants.

use std::borrow::Cow;
use std::path::Path;

use thrum_conform::catalog::MutantRow;
use thrum_conform::error::Error;
use thrum_conform::loaded;
use thrum_conform::release::{Material, Set, Shelf, cut, settle};
use thrum_conform::rule::{RuleBook, Version};
use thrum_conform::vector::{Source, Suite};

use crate::cli::SourceArgs;
use crate::reference::Mutant;
use crate::source;

/// Everything that a set is cut from.
pub struct Stock {
    pub book: RuleBook,
    suite: Suite,
    files: Vec<(String, Cow<'static, str>)>,
    wire_doc: String,
    mutants: Vec<MutantRow>,
}

impl Stock {
    /// Gathers and checks it; an archive is no stock, as it was cut already.
    pub fn gather(args: &SourceArgs, mutants: &[Mutant]) -> Result<Self, Error> {
        let root = args.vectors.as_deref();
        if let Some(path) = root
            && loaded::archive(path)?.is_some()
        {
            return Err(Error::Input(format!(
                "{}: is an archive, which was cut already (hint: name a folder of vector files)",
                path.display()
            )));
        }
        let wire_doc = match &args.wire_doc {
            None => thrum_vectors::WIRE_DOC.to_owned(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| Error::Input(format!("{}: {error}", path.display())))?,
        };
        let book = loaded::rules(args.wire_doc.as_deref())?;
        let from = root.map_or(Source::Embedded, Source::at);
        let suite = loaded::vectors(&from, &book)?;
        let top = root.unwrap_or(Path::new("thrum"));
        let (files, _) = from.read();
        let files = files.into_iter().map(|(name, text)| (below(&name, top), text)).collect();
        Ok(Self { book, suite, files, wire_doc, mutants: source::rows(mutants) })
    }

    /// The same as the library wants it.
    pub fn material(&self) -> Material<'_> {
        let lent = |text: &'_ Cow<'static, str>| text.clone();
        Material {
            files: self.files.iter().map(|(name, text)| (name.clone(), lent(text))).collect(),
            schemas: thrum_vectors::schemas().into_iter().map(|(name, text)| (name, text.into())).collect(),
            wire_doc: self.wire_doc.as_str().into(),
            book: &self.book,
            suite: &self.suite,
            mutants: &self.mutants,
        }
    }

    /// The set of a wire version beside these frozen ones, without a number.
    pub fn cut(&self, wire: Version, frozen: &Shelf) -> Result<Set, Error> {
        let cut = cut(&self.material(), wire).map_err(Error::Input)?;
        Ok(settle(cut, frozen, self.book.version))
    }
}

/// The path of a file below the folder of vectors; of a single file its name.
fn below(name: &str, top: &Path) -> String {
    let path = Path::new(name);
    let inner = path.strip_prefix(top).ok().filter(|inner| !inner.as_os_str().is_empty());
    inner.or_else(|| path.file_name().map(Path::new)).unwrap_or(path).display().to_string()
}

/// The frozen sets of a folder, or the built-in ones.
pub fn shelf(dir: Option<&Path>) -> Result<Shelf, Error> {
    let Some(dir) = dir else { return loaded::shelf() };
    Shelf::read(dir).map_err(|faults| {
        let hint =
            if dir.is_dir() { "" } else { "\n(hint: run this where the folder is, or name it with --sets)" };
        Error::Input(format!("the frozen sets cannot be read\n{}{hint}", faults.join("\n")))
    })
}
