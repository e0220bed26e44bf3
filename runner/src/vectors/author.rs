//! `lint` and `fmt`: is a vector file sound, and is it laid out?

use std::path::Path;

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded::{self, Loaded};
use thrum_conform::vector::{Fault, Source, lay_out};

use crate::source::print;

/// `vectors lint`. Without a path it looks at the guide to the rules too.
pub fn lint(path: Option<&Path>, wire_doc: Option<&Path>) -> Result<Exit, Error> {
    let Loaded { book, suite, .. } = loaded::load(path, wire_doc)?;
    // what others write has no guide of its own
    let guide = if path.is_none() { Some(loaded::guide()?) } else { None };
    let faults = guide.as_ref().map_or_else(Vec::new, |guide| guide.lint(&book, &suite));
    if !faults.is_empty() {
        return Err(loaded::faulty(&faults));
    }
    print(|out| {
        writeln!(out, "{} cases, no fault", suite.cases.len())?;
        match guide {
            Some(guide) => writeln!(out, "{} rules in the guide, no fault", guide.rules().count()),
            None => Ok(()),
        }
    })
}

/// `vectors fmt`. Nothing is written unless every file can be laid out.
pub fn fmt(path: &Path, check: bool) -> Result<Exit, Error> {
    let (files, mut faults) = Source::at(path).read();
    let mut changed = Vec::new();
    for (name, text) in &files {
        match lay_out(name, text) {
            Ok(tidy) if tidy == *text => {}
            Ok(tidy) => changed.push((name, tidy)),
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(unreadable(&faults, path));
    }
    if !check {
        for (name, tidy) in &changed {
            std::fs::write(name, tidy)
                .map_err(|error| Error::Input(format!("cannot write {name}: {error}")))?;
        }
    }
    print(|out| {
        for (name, _) in &changed {
            writeln!(out, "{name}: {}", if check { "is not laid out" } else { "laid out" })?;
        }
        match changed.len() {
            0 if files.len() == 1 => writeln!(out, "the file is laid out"),
            0 => writeln!(out, "{} files, all laid out", files.len()),
            _ if check => writeln!(out, "(hint: thrum-conform vectors fmt {})", path.display()),
            _ => Ok(()),
        }
    })?;
    Ok(if check && !changed.is_empty() { Exit::Failed } else { Exit::Fine })
}

fn unreadable(faults: &[Fault], path: &Path) -> Error {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let hint = if path.exists() { "" } else { "\n(hint: name the file or folder to lay out)" };
    Error::Input(format!("nothing was laid out\n{}{hint}", lines.join("\n")))
}
