//! `--failed`: what failed last time, for this command in this folder.
//!
//! It is remembered in `$XDG_STATE_HOME/thrum-conform/failed` (`~/.local/state` without that variable), in a file for each
//! command and folder that is there only while something fails. A case that a run did not play keeps its place.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::NamedTempFile;
use thrum_conform::error::Error;
use thrum_conform::release::sha256;
use thrum_conform::report::{CaseRow, CaseVerdict};
use thrum_conform::testee::Command;
use thrum_conform::vector::Suite;

use crate::play::Played;

/// The memory of one command in one folder.
pub struct Failed {
    /// `None` where the system has no place for it.
    file: Option<PathBuf>,
    /// Whom and where, for the eyes of whoever looks into the file.
    of: Value,
}

impl Failed {
    /// The memory for a command; it is looked for by what the command is and where it is started.
    pub fn of(command: &Command, black_box: bool) -> Self {
        let here = command.dir.clone().unwrap_or_else(|| PathBuf::from("."));
        let here = std::path::absolute(&here).unwrap_or(here);
        let of = json!({"command": command.argv, "folder": here, "black_box": black_box});
        let name = sha256(of.to_string().as_bytes());
        let file =
            state_home().map(|home| home.join("thrum-conform/failed").join(name).with_extension("json"));
        Self { file, of }
    }

    /// The cases that failed last time and are still there, by the ids that they have now.
    pub fn cases(&self, suite: &Suite) -> Result<BTreeSet<String>, Error> {
        let Some(file) = &self.file else {
            return Err(Error::Input(
                "there is no place to remember what failed\n(hint: set `XDG_STATE_HOME`, or `HOME`)"
                    .to_owned(),
            ));
        };
        let known = self.remembered();
        if known.is_empty() {
            return Err(Error::Input(
                "nothing failed last time, or this command was not run in this folder yet\n(hint: without `--failed` every case is run)"
                    .to_owned(),
            ));
        }
        let cases: BTreeSet<String> =
            known.iter().filter_map(|id| suite.case(id)).map(|case| case.id.clone()).collect();
        if cases.is_empty() {
            let known: Vec<String> = known.into_iter().collect();
            return Err(Error::Input(format!(
                "{}: these vectors have none of the cases that failed last time: {}",
                file.display(),
                known.join(", ")
            )));
        }
        Ok(cases)
    }

    /// Remembers what fails now, and what was not played and failed before.
    pub fn remember(&self, played: &Played) {
        let Some(file) = &self.file else { return };
        let rows = &played.report.cases;
        let was_played = |id: &String| rows.iter().any(|row| row.id == *id);
        let mut failed: BTreeSet<String> =
            self.remembered().into_iter().filter(|id| !was_played(id)).collect();
        failed.extend(rows.iter().filter(|row| fails(row)).map(|row| played.case(row).to_owned()));
        // a memory that cannot be kept is no reason to end otherwise than the run did
        let _ = if failed.is_empty() { std::fs::remove_file(file) } else { self.write(file, &failed) };
    }

    fn remembered(&self) -> BTreeSet<String> {
        let text = self.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        let stored: Value = serde_json::from_str(&text).unwrap_or_default();
        let ids = stored["failed"].as_array().into_iter().flatten();
        ids.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn write(&self, file: &Path, failed: &BTreeSet<String>) -> io::Result<()> {
        let dir = file.parent().unwrap_or(file);
        std::fs::create_dir_all(dir)?;
        forget_oldest(dir)?;
        let mut draft = NamedTempFile::new_in(dir)?;
        writeln!(draft, "{:#}", json!({"of": self.of, "failed": failed}))?;
        draft.persist(file).map(drop).map_err(|error| error.error)
    }
}

/// Commands that are remembered at most.
const FILES_MAX: usize = 64;

/// Makes room for one more.
fn forget_oldest(dir: &Path) -> io::Result<()> {
    let mut files: Vec<_> = dir
        .read_dir()?
        .flatten()
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let extra = (files.len() + 1).saturating_sub(FILES_MAX);
    files.iter().take(extra).try_for_each(|(_, path)| std::fs::remove_file(path))
}

/// Whether a case keeps the run from ending well.
fn fails(row: &CaseRow) -> bool {
    matches!(row.verdict, CaseVerdict::Fail | CaseVerdict::Inconclusive | CaseVerdict::Xpass)
}

/// Where the XDG rules keep what outlives a process.
fn state_home() -> Option<PathBuf> {
    let var = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = var("XDG_STATE_HOME").filter(|path| path.is_absolute());
    named.or_else(|| Some(var("HOME")?.join(".local/state")))
}
