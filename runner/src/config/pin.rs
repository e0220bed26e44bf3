//! The vectors that a client pins: a release, and where its archive lies.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::fault::{self, Fault};
use crate::error::Error;

/// `[vectors]`. Each value comes with its line.
#[derive(Debug, Default)]
pub struct Pin {
    /// The release that is to be run.
    pub release: Option<(String, usize)>,
    /// The archive, and its name as it stands in the file; without one, the vectors of the program.
    pub archive: Option<(PathBuf, String, usize)>,
    /// SHA-256 of the archive, as 64 lower-case hex digits.
    pub sha256: Option<(String, usize)>,
}

impl Pin {
    /// Whether the archive is there, and the very one that was pinned.
    pub fn check_archive(&self, file: &str) -> Result<(), Error> {
        let Some((path, name, line)) = &self.archive else { return Ok(()) };
        let bytes = std::fs::read(path).map_err(|error| {
            let hint = "`thrum-conform vectors export` writes one; its path counts from this file".to_owned();
            let message = format!("`{name}` cannot be read: {error}");
            fault::error(file, &[Fault { line: *line, message, hint }])
        })?;
        let Some((wanted, line)) = &self.sha256 else { return Ok(()) };
        let digest = Sha256::digest(&bytes);
        let found = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        if found == *wanted {
            return Ok(());
        }
        let hint = "fetch the archive again, or pin this one if you trust it".to_owned();
        let message = format!("`{name}` has the sha256 {found}, and {wanted} is pinned");
        Err(fault::error(file, &[Fault { line: *line, message, hint }]))
    }

    /// Whether the vectors are of the release that was pinned.
    pub fn check_release(&self, file: &str, found: &str) -> Result<(), Error> {
        let Some((wanted, line)) = self.release.as_ref().filter(|(wanted, _)| wanted != found) else {
            return Ok(());
        };
        let (whose, other) = match &self.archive {
            Some((_, name, _)) => (format!("`{name}` holds"), "name the archive of the pinned release"),
            None => ("this program has".to_owned(), "name an `archive` of the pinned release"),
        };
        let hint = format!(
            "{other}, or pin `release = \"{found}\"`; `thrum-conform vectors diff` says what changes from one to the other"
        );
        let message = format!("release {wanted} is pinned, but {whose} {found}");
        Err(fault::error(file, &[Fault { line: *line, message, hint }]))
    }
}
