//! `replay`: judges stored transcripts again, and writes the reports.

use std::path::{Path, PathBuf};
use std::time::Duration;

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded;
use thrum_conform::score::{Scoring, score};
use thrum_conform::transcript::{self, Transcript};

use crate::cli::ReplayArgs;
use crate::reports::Reports;
use crate::repro::TRANSCRIPT as NAME;
use crate::target::level;

/// How long a pipe may wait for its reader.
const PATIENCE: Duration = Duration::from_secs(10);
/// So deep folders are looked through.
const LEVELS_MAX: usize = 8;

/// `replay`.
pub fn replay(args: &ReplayArgs) -> Result<Exit, Error> {
    let reports = Reports::open(&args.output, PATIENCE)?;
    let loaded = loaded::load(args.source.vectors.as_deref(), args.source.wire_doc.as_deref())?;
    let transcripts = read(&args.transcripts)?;
    let about = transcripts.first().map(|(_, first)| first.about.clone()).unwrap_or_default();
    let wire = loaded.wire(Some(about.wire.parse().map_err(Error::Input)?))?;
    let count = transcripts.len();
    let replay = transcript::replay(transcripts, &loaded.suite, &loaded.book, &loaded.bodies);
    let replay = replay.map_err(Error::Input)?;
    let scoring = Scoring {
        book: &loaded.book,
        suite: &loaded.suite,
        required: level(args.level),
        rules: &[],
        all: replay.is_whole,
        baseline: None,
        command: about.command,
        config: None,
        wire,
        vectors: loaded.release.clone(),
    };
    let mut report = score(replay.results, &scoring);
    report.notes.extend(replay.notes);
    let plural = if count == 1 { "" } else { "s" };
    report.notes.push(format!(
        "judged again from {count} transcript{plural}, made with the vectors {}",
        about.vectors
    ));
    reports.write(&report)?;
    Ok(report.exit)
}

/// Every transcript, by the name of its file; all faults at once.
fn read(places: &[PathBuf]) -> Result<Vec<(String, Transcript)>, Error> {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for place in places {
        let mut files = Vec::new();
        if place.is_dir() {
            if let Err(error) = below(place, LEVELS_MAX, &mut files) {
                faults.push(format!("{}: {error}", place.display()));
            } else if files.is_empty() {
                let hint = "(hint: `client --repro DIR` writes them)";
                faults.push(format!("{}: holds no `{NAME}`\n{hint}", place.display()));
            }
        } else {
            files.push(place.clone());
        }
        files.sort();
        for file in files {
            match Transcript::read(&file) {
                Ok(transcript) => found.push((file.display().to_string(), transcript)),
                Err(fault) => faults.push(fault),
            }
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(Error::Input(faults.join("\n"))) }
}

fn below(dir: &Path, levels: usize, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in dir.read_dir()? {
        let path = entry?.path();
        if path.is_dir() && levels > 0 {
            below(&path, levels - 1, found)?;
        } else if path.file_name().is_some_and(|name| name == NAME) {
            found.push(path);
        }
    }
    Ok(())
}
