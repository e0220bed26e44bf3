//! What the commands that look at rules, vectors and mutants share.

use std::io::Write;

use thrum_conform::catalog::MutantRow;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;

use crate::reference::Mutant;

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
