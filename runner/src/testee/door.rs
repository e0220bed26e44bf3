//! A door for a shim that a person starts, under a debugger or otherwise: two named pipes, for its stdin and its stdout.
//!
//! A redirection is what every debugger knows (`run < in > out`), and it leaves the terminal to the debugger.

use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};

use super::process::{Command, Home};

/// The name of the pipe that the shim reads.
const STDIN: &str = "in";
/// The name of the pipe that it writes.
const STDOUT: &str = "out";

/// Where a shim is waited for.
#[derive(Debug, Clone)]
pub struct Door {
    dir: PathBuf,
    tell: fn(&Call),
}

/// What somebody has to do.
#[derive(Debug)]
pub struct Call {
    /// The command of the shim, as one would type it.
    pub command: String,
    /// What the shim is to read as its stdin.
    pub stdin: PathBuf,
    /// What it is to write as its stdout.
    pub stdout: PathBuf,
    /// Variables that the case sets, or unsets.
    pub variables: Vec<(String, Option<String>)>,
}

/// An open door, to write to. The shim may be there or not: what is written waits in the pipe.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) stdin: Sender,
    /// Lets the pipe be written to before there is a shim.
    _reader: Receiver,
}

impl Door {
    /// A door in this folder, which is made where it is missing; `tell` asks somebody to start a shim.
    pub fn new(dir: &Path, tell: fn(&Call)) -> io::Result<Self> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let door = Self { dir: std::path::absolute(dir)?, tell };
        door.close()?;
        Ok(door)
    }

    /// Makes new pipes, so that nothing is left in them of a shim before, and asks for the next one; gives what to write
    /// to, and its stdout.
    pub(super) fn open(&self, command: &Command, home: &Home) -> io::Result<(Open, Receiver)> {
        self.close()?;
        let (stdin, stdout) = (self.dir.join(STDIN), self.dir.join(STDOUT));
        make_pipe(&stdin)?;
        make_pipe(&stdout)?;
        let reader = OpenOptions::new().open_receiver(&stdin)?;
        let open = Open { stdin: OpenOptions::new().open_sender(&stdin)?, _reader: reader };
        let said = OpenOptions::new().open_receiver(&stdout)?;
        (self.tell)(&Call { command: command.shown(), stdin, stdout, variables: home.variables() });
        Ok((open, said))
    }

    /// Takes the pipes away. Whatever else stands in their place is left alone, and is an error.
    pub fn close(&self) -> io::Result<()> {
        for path in [STDIN, STDOUT].map(|name| self.dir.join(name)) {
            match std::fs::symlink_metadata(&path) {
                Ok(found) if found.file_type().is_fifo() => std::fs::remove_file(&path)?,
                Ok(_) => return Err(io::Error::other(format!("`{}` is no pipe", path.display()))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A pipe for its owner alone.
fn make_pipe(path: &Path) -> io::Result<()> {
    use rustix::fs::CWD;
    let mode = Mode::RUSR | Mode::WUSR;
    #[cfg(target_vendor = "apple")]
    rustix::fs::mkfifoat(CWD, path, mode)?;
    #[cfg(not(target_vendor = "apple"))]
    rustix::fs::mknodat(CWD, path, rustix::fs::FileType::Fifo, mode, 0)?;
    Ok(())
}
