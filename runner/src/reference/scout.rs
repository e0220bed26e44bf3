//! A client that carries no fault and writes down, case by case, which of the faults would have acted.
//!
//! A mutant behaves like the reference wherever its fault does not act: there it need not be run.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use super::fault::{self, At, mutants};

/// What the process does before its first case, and for every case.
pub const START: &str = "start";

/// What a helper function does outside a session is written down under its name.
pub fn call_of(function: &str) -> String {
    format!("call {function}")
}

struct Scout {
    out: File,
    /// The case that is being played, [`START`], or a [`call_of`].
    place: String,
    noted: HashSet<usize>,
}

static SCOUT: Mutex<Option<Scout>> = Mutex::new(None);

/// Makes the process a scout that adds lines of place, tab and mutant to a file.
pub(super) fn begin(path: &Path) -> io::Result<()> {
    let out = File::options().append(true).create(true).open(path)?;
    *lock() = Some(Scout { out, place: START.to_owned(), noted: HashSet::new() });
    fault::scout();
    Ok(())
}

/// From here on faults are noted for another place.
pub(super) fn enter(place: impl FnOnce() -> String) {
    if let Some(scout) = lock().as_mut() {
        let place = place();
        if scout.place != place {
            scout.place = place;
            scout.noted.clear();
        }
    }
}

/// Notes each fault that `acts`. Faults that were noted before are not asked.
pub(super) fn visit(mut acts: impl FnMut(usize, &At) -> bool) {
    let Some(noted) = lock().as_ref().map(|scout| scout.noted.clone()) else { return };
    for (index, mutant) in mutants().iter().enumerate() {
        if !noted.contains(&index) && acts(index, &mutant.at) {
            note(index);
        }
    }
}

/// Notes a fault.
pub(super) fn note(index: usize) {
    let mut held = lock();
    let Some(scout) = held.as_mut() else { return };
    if scout.noted.insert(index) {
        let line = format!("{}\t{}\n", scout.place, mutants()[index].name);
        if scout.out.write_all(line.as_bytes()).is_err() {
            // a mutant whose places are missing would be looked at too little; a scout that dies is a finding
            std::process::abort();
        }
    }
}

fn lock() -> std::sync::MutexGuard<'static, Option<Scout>> {
    SCOUT.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
