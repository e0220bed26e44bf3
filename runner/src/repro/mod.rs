//! `client --repro DIR`: for each case that went wrong a folder that reproduces just that.
//!
//! A folder is written whole or not at all. What it holds is named in its README.txt: the case as a vector file of its
//! own, the transcript, the environment, and a script that plays the case again. Of what else stands in DIR only the
//! folder of a case that was played and did not go wrong is taken away, and of that only what was written here.

mod files;
mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use thrum_conform::environment;
use thrum_conform::error::Error;
use thrum_conform::report::{CaseRow, CaseVerdict, Report};
use thrum_conform::rule::{Party, Profile, Side};
use thrum_conform::transcript::Transcript;

use crate::cli::TestArgs;
use crate::play::{Played, block_on};
use crate::target::Target;

/// The transcript; a folder that has it was written here.
pub const TRANSCRIPT: &str = "transcript.json";
/// The only file that can be run.
const SCRIPT: &str = "run.sh";
/// All that a folder may hold.
const FILES: [&str; 6] = ["README.txt", "case.json", TRANSCRIPT, "environment.json", SCRIPT, "WIRE.md"];

/// Where the folders go.
pub struct Repro {
    dir: PathBuf,
    /// Whether cases that passed get one too.
    all: bool,
}

impl Repro {
    /// Makes the folder of the folders, and sees that it can be written to.
    pub fn open(dir: &Path, all: bool) -> Result<Self, Error> {
        let opened = std::fs::create_dir_all(dir).and_then(|()| draft(dir)).map(drop);
        opened.map_err(|error| Error::Input(unwritable(dir, &error)))?;
        Ok(Self { dir: dir.to_owned(), all })
    }

    /// Writes a folder for each case that calls for one; gives a sentence on what came of it.
    pub fn write(&self, played: &Played, target: &Target, args: &TestArgs) -> Result<String, Error> {
        let mut calling: BTreeMap<String, (&CaseRow, &Transcript)> = BTreeMap::new();
        for row in played.report.cases.iter().filter(|row| self.all || calls(row)) {
            let id = played.case(row);
            let shows = |transcript: &&Transcript| transcript.side == row.side && transcript.case == id;
            if let Some(transcript) = played.transcripts.iter().find(shows) {
                calling.insert(name(&row.id, row.side), (row, transcript));
            }
        }
        let fault = |error: io::Error| Error::Broken(unwritable(&self.dir, &error));
        let removed =
            self.tidy(&played.report, &calling.keys().map(String::as_str).collect()).map_err(fault)?;
        if !calling.is_empty() {
            let machine = block_on(async {
                let wire = target.loaded.book.version.to_string();
                Ok::<_, Error>(environment::to_json(
                    &environment::describe(&target.loaded.release, &wire).await,
                ))
            })?;
            let around = files::Around { target, args, report: &played.report, machine };
            for (name, (row, transcript)) in &calling {
                self.put(name, &around.files(row, transcript)?).map_err(fault)?;
            }
        }
        let count =
            |count: usize| if count == 1 { "1 folder".to_owned() } else { format!("{count} folders") };
        let gone = if removed == 0 {
            String::new()
        } else {
            format!(", {} of what passes now removed", count(removed))
        };
        Ok(format!("{} to reproduce in {}{gone}", count(calling.len()), self.dir.display()))
    }

    /// Writes one folder: it takes its place whole, or where it was there already, file by file.
    fn put(&self, name: &str, files: &[(&str, String)]) -> io::Result<()> {
        let (draft, place) = (draft(&self.dir)?, self.dir.join(name));
        for (file, text) in files {
            let path = draft.path().join(file);
            std::fs::write(&path, text)?;
            let mode = if *file == SCRIPT { 0o755 } else { 0o644 };
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))?;
        }
        if place.is_dir() {
            return files
                .iter()
                .try_for_each(|(file, _)| std::fs::rename(draft.path().join(file), place.join(file)));
        }
        std::fs::set_permissions(draft.path(), std::fs::Permissions::from_mode(0o755))?;
        std::fs::rename(draft.path(), &place)
    }

    /// Takes away the folders of cases that were played now and call for none; gives how many.
    fn tidy(&self, report: &Report, calling: &BTreeSet<&str>) -> io::Result<usize> {
        let played: BTreeSet<(Side, &str)> =
            report.cases.iter().map(|row| (row.side, row.id.as_str())).collect();
        let mut removed = 0;
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            let folder = entry.path();
            if entry.file_name().to_str().is_none_or(|name| calling.contains(name)) {
                continue;
            }
            // whatever has no transcript was not written here
            let Ok(transcript) = Transcript::read(&folder.join(TRANSCRIPT)) else { continue };
            if played.contains(&(transcript.side, transcript.case.as_str())) {
                for file in FILES {
                    ignore_missing(std::fs::remove_file(folder.join(file)))?;
                }
                // what somebody else put there stays, and so does the folder
                let _ = std::fs::remove_dir(&folder);
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// Whether a case went wrong, and nobody knew that it would.
fn calls(row: &CaseRow) -> bool {
    matches!(row.verdict, CaseVerdict::Fail | CaseVerdict::Warn | CaseVerdict::Inconclusive)
}

/// The name of a folder: the id, and the side where it is not the plain one.
fn name(id: &str, side: Side) -> String {
    let worker = if side.party == Party::Worker { "--worker" } else { "" };
    let live = if side.profile == Profile::Live { "--live" } else { "" };
    format!("{}{worker}{live}", id.replace('/', "--"))
}

/// A folder that is to take a place in this one.
fn draft(dir: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(".thrum-").tempdir_in(dir)
}

fn ignore_missing(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn unwritable(dir: &Path, error: &io::Error) -> String {
    format!("{}: cannot write what reproduces a failure: {error}", dir.display())
}
