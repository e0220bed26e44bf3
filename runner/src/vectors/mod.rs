//! `vectors`: what authors and keepers of vectors do. The work is the library's; here it gets its files, and
//! says what came of it.

mod author;
mod compare;
mod releases;
mod stock;

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;

use crate::cli::VectorsCommand;
use crate::reference::Mutant;

/// Runs one of the commands.
pub fn run(command: &VectorsCommand, mutants: &[Mutant]) -> Result<Exit, Error> {
    match command {
        VectorsCommand::Lint { path, wire_doc } => author::lint(path.as_deref(), wire_doc.as_deref()),
        VectorsCommand::Fmt { path, check } => author::fmt(path, *check),
        VectorsCommand::Diff(two) => compare::diff(two, mutants),
        VectorsCommand::BumpCheck(two) => compare::bump_check(two, mutants),
        VectorsCommand::Freeze(args) => releases::freeze(args, mutants),
        VectorsCommand::Export(args) => releases::export(args, mutants),
        VectorsCommand::Verify { archive } => releases::verify(archive),
    }
}
