//! The files of one daemon. They stand beside its socket and are named after it, so that a socket's path is all that
//! anybody needs to know of a daemon.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::socket::ADMIN_ENDING;

/// The socket that bees see, by whose name the others are found.
#[derive(Debug, Clone)]
pub struct Beside(PathBuf);

impl Beside {
    /// Beside this socket.
    pub fn new(socket: &Path) -> Self {
        Self(socket.to_owned())
    }

    /// The socket that bees see.
    pub fn socket(&self) -> &Path {
        &self.0
    }

    /// The admin socket: mode 0600, as long as the daemon runs.
    pub fn admin(&self) -> PathBuf {
        self.named(ADMIN_ENDING)
    }

    /// The process, locked by it as long as it runs.
    pub fn pid(&self) -> PathBuf {
        self.named(".pid")
    }

    /// What a daemon in the background prints; older parts have a number behind the name.
    pub fn log(&self) -> PathBuf {
        self.named(".log")
    }

    fn named(&self, ending: &str) -> PathBuf {
        let mut name = OsString::from(&self.0);
        name.push(ending);
        name.into()
    }
}
