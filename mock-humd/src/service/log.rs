//! The log of a daemon: what it prints, in a file that is bounded. A full file gets the number 1 behind its name, the
//! one with that number the next one, and the oldest is lost.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Where it is, and how much is kept.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The file.
    pub path: PathBuf,
    /// A file ends before it is longer, unless one line alone is.
    pub bytes_max: u64,
    /// How many older files are kept.
    pub keep: u32,
}

/// The file. Stdout and stderr of the process go there too, so that nothing that is said is lost.
#[derive(Debug)]
pub struct Log {
    rotation: Rotation,
    file: File,
}

impl Log {
    /// Goes on in the file.
    pub fn open(rotation: Rotation) -> io::Result<Self> {
        let file = open(&rotation.path)?;
        redirect(&file)?;
        Ok(Self { rotation, file })
    }

    fn rotate(&mut self) -> io::Result<()> {
        let Rotation { path, keep, .. } = &self.rotation;
        for number in (1..*keep).rev() {
            rename(&numbered(path, number), &numbered(path, number + 1))?;
        }
        if *keep > 0 {
            rename(path, &numbered(path, 1))?;
        } else {
            std::fs::remove_file(path)?;
        }
        self.file = open(path)?;
        redirect(&self.file)
    }
}

impl Write for Log {
    /// Takes as many whole lines as the file has room for.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let used = self.file.metadata()?.len();
        let room = usize::try_from(self.rotation.bytes_max.saturating_sub(used)).unwrap_or(usize::MAX);
        if bytes.len() <= room {
            return self.file.write(bytes);
        }
        if let Some(at) = memchr::memrchr(b'\n', &bytes[..room]) {
            return self.file.write(&bytes[..=at]);
        }
        if used > 0 {
            self.rotate()?;
        }
        let line = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        self.file.write(&bytes[..line])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Opens it to go on at its end.
pub fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

fn redirect(file: &File) -> io::Result<()> {
    rustix::stdio::dup2_stdout(file)?;
    Ok(rustix::stdio::dup2_stderr(file)?)
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        renamed => renamed,
    }
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}
