//! The pid file: a daemon has it locked as long as it runs. The kernel ends the lock with the process and says who
//! holds it, so what the file says is for people alone, and a number that another process has by now is never used.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::process::{Flock, FlockType, Pid, fcntl_getlk};

use super::Process;

/// A file may be removed between opening and locking it, by the daemon that had it: then there is another try.
const TRIES: usize = 16;

/// The lock of this process. Dropping it removes the file.
///
/// A lock of this kind ends when the process closes any descriptor of the file: it must not open it again.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
    _locked: File,
}

impl PidFile {
    /// Takes the lock and writes the process down; an error where a daemon has it.
    pub fn claim(path: &Path) -> io::Result<Self> {
        for _ in 0..TRIES {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(path)?;
            if let Err(error) = fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
                let held = holder_of(&file)?.map(|pid| format!(", process {}", pid.as_raw_nonzero()));
                let what = format!("another mock-humd runs here{}", held.unwrap_or_default());
                return Err(match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::PermissionDenied => {
                        io::Error::new(ErrorKind::AddrInUse, what)
                    }
                    kind => io::Error::new(kind, error),
                });
            }
            let is_there = std::fs::metadata(path).is_ok_and(|there| is_same(&file, &there).unwrap_or(false));
            if is_there {
                file.set_len(0)?;
                writeln!(file, "{}", std::process::id())?;
                return Ok(Self { path: path.to_owned(), _locked: file });
            }
        }
        Err(io::Error::new(ErrorKind::AddrInUse, "daemons come and go here"))
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // somebody else may have removed it already, which is just as well
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The process that has the lock, if there is one.
pub fn holder(path: &Path) -> io::Result<Option<Process>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let Some(pid) = holder_of(&file)? else { return Ok(None) };
    let process = Process::open(pid)?;
    // the process that was opened is the holder only if it still has the lock
    Ok(process.filter(|_| holder_of(&file).is_ok_and(|now| now == Some(pid))))
}

fn holder_of(file: &File) -> io::Result<Option<Pid>> {
    let whole = Flock::from(FlockType::WriteLock);
    Ok(fcntl_getlk(file, &whole)?.and_then(|lock| lock.pid))
}

fn is_same(file: &File, there: &std::fs::Metadata) -> io::Result<bool> {
    let file = file.metadata()?;
    Ok((file.dev(), file.ino()) == (there.dev(), there.ino()))
}
