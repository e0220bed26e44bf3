//! `conformance.toml`: how a client is tested, and its known failures. It stands in the client's own repository.
//!
//! [`Config::read`] takes the file apart and gives all of its faults at once, each with its line. What only the
//! vectors can tell is asked afterwards: [`Config::unknown_codes`], [`Pin`]. [`edit`] changes the file, and nothing
//! in it but what it must.

pub mod edit;
mod fault;
mod fields;
mod pin;
mod read;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use time::Date;

pub use fault::Fault;
pub use pin::Pin;

use crate::baseline::{Baseline, Entry};
use crate::error::Error;
use crate::judge::general_code;
use crate::plan::{Narrow, Selection, nearest};
use crate::rule::{Level, RuleBook, Version};
use crate::vector::Suite;

/// The name under which it is looked for in the current folder.
pub const NAME: &str = crate::report::CONFIG_NAME;

/// A file, read.
#[derive(Debug)]
pub struct Config {
    /// The file, as the user named it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The folder that it stands in, from which its paths count.
    pub folder: PathBuf,
    /// How the client is started, and what of it is judged.
    pub client: Client,
    /// The vectors to run.
    pub pin: Pin,
    /// The known failures, in the order of the file.
    pub entries: Vec<Entry>,
}

/// `[client]`.
#[derive(Debug, Default)]
pub struct Client {
    /// The program that is its shim, and its arguments; empty where the file names none.
    pub command: Vec<String>,
    /// A whole bee of the client, likewise: what a black box starts.
    pub bee: Vec<String>,
    /// Variables of its environment.
    pub env: BTreeMap<String, String>,
    /// What of the shim's claims is judged.
    pub narrow: Narrow,
    /// From which level on a broken rule fails the run.
    pub level: Option<Level>,
    /// The wire version to test against.
    pub wire: Option<Version>,
}

impl Config {
    /// Reads a file; the name is shown in messages as it stands here.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let hint = match error.kind() {
                std::io::ErrorKind::NotFound => "\n(hint: ci/README.md shows one to copy)",
                _ => "",
            };
            Error::Input(format!("{name}: cannot be read: {error}{hint}"))
        })?;
        let whole = std::path::absolute(path)
            .map_err(|error| Error::Input(format!("{name}: has no folder: {error}")))?;
        let folder = whole.parent().unwrap_or(Path::new("/")).to_owned();
        Self::parse(&name, text, folder).map_err(|faults| fault::error(&name, &faults))
    }

    /// Takes a text apart; all faults, in order of line.
    pub fn parse(name: &str, text: String, folder: PathBuf) -> Result<Self, Vec<Fault>> {
        read::read(name, text, folder)
    }

    /// The known failures, as they are held against a run on this day (in UTC).
    pub fn baseline<'a>(&'a self, today: Date, selection: &'a Selection) -> Baseline<'a> {
        let shared = !self.client.command.is_empty() && !self.client.bee.is_empty();
        Baseline { entries: &self.entries, today, selection, shared }
    }

    /// An entry whose code no case can fail with says nothing: all of them, with the nearest codes.
    pub fn unknown_codes(&self, suite: &Suite, book: &RuleBook) -> Result<(), Error> {
        let ambient: Vec<String> = book
            .rules()
            .filter(|rule| rule.ambient)
            .map(|rule| crate::judge::ambient::code(&rule.id))
            .collect();
        let is_known = |code: &str| {
            let section = code.split('.').next().unwrap_or_default();
            suite.codes.contains_key(code)
                || ambient.iter().any(|known| known == code)
                || (general_code(code).is_some() && suite.cases.iter().any(|case| case.section() == section))
        };
        let wrong = self.entries.iter().filter(|entry| !entry.code.is_empty() && !is_known(&entry.code));
        let faults: Vec<Fault> = wrong
            .map(|entry| {
                let known = suite.codes.keys().chain(&ambient).map(String::as_str);
                let line = entry.place.keys.get("code").map_or(entry.place.first, |(first, _)| *first);
                let message = format!("nothing fails with `{}`", entry.code);
                Fault {
                    line,
                    message,
                    hint: format!("the nearest codes are {}", nearest(&entry.code, known)),
                }
            })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(fault::error(&self.name, &faults)) }
    }
}
