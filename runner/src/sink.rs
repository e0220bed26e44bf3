//! Where the bytes of a report go. A place is looked at before the run, so that nothing is lost for a misspelt path,
//! and written to after it: files whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use anstream::{AutoStream, StripStream};
use tempfile::NamedTempFile;
use thrum_conform::error::Error;

use crate::cli::{ColorArg, FormatArg, ReportArg};
use crate::terminal;

/// A place that can be written to.
#[derive(Debug)]
pub enum Sink {
    /// A reader of stdout that has gone away is no error.
    Stdout(ColorArg),
    /// A file takes the place of this one.
    File(PathBuf),
    /// A device, a pipe or a file that is appended to: nothing may take its place.
    Open(PathBuf, File),
}

/// A place for each report. Refuses two reports to one place, what cannot be written to, and a pipe that nobody opens
/// for reading within this time.
pub fn open(reports: &[ReportArg], color: ColorArg, patience: Duration) -> Result<Vec<Sink>, Error> {
    let mut places: Vec<(Option<PathBuf>, FormatArg)> = Vec::new();
    let mut sinks = Vec::new();
    for ReportArg { format, path } in reports {
        let place = path.as_deref().map(resolved);
        let clashes = |(known, other): &&(Option<PathBuf>, FormatArg)| {
            *known == place && !(place.is_none() && are_read_together(*other, *format))
        };
        if let Some((_, other)) = places.iter().find(clashes) {
            let place = path.as_ref().map_or("stdout".to_owned(), |path| format!("`{}`", path.display()));
            let (one, other) = (other.word(), format.word());
            return Err(Error::Input(format!(
                "the reports `{one}` and `{other}` would both be written to {place}\n(hint: `--report {other}=PATH` names another file)"
            )));
        }
        sinks.push(match path {
            None => Sink::Stdout(color),
            Some(path) => Sink::at(path, patience)?,
        });
        places.push((place, *format));
    }
    Ok(sinks)
}

/// Workflow commands are lines between those for people.
fn are_read_together(one: FormatArg, other: FormatArg) -> bool {
    matches!((one, other), (FormatArg::Tty, FormatArg::Github) | (FormatArg::Github, FormatArg::Tty))
}

impl Sink {
    fn at(path: &Path, patience: Duration) -> Result<Self, Error> {
        if path.is_dir() {
            return Err(Error::Input(unwritable(path, "it is a folder\n(hint: name a file)")));
        }
        if is_special(path) {
            return opened(path, patience)
                .map(|file| Self::Open(path.to_owned(), file))
                .map_err(Error::Input);
        }
        let path = resolved(path);
        draft(&path).map_err(Error::Input)?;
        Ok(Self::File(path))
    }

    /// A file that is appended to, and made where there is none.
    pub fn appending(path: &Path) -> Result<Self, Error> {
        let file = File::options().append(true).create(true).open(path);
        let fault = |error: io::Error| Error::Input(unwritable(path, &error.to_string()));
        file.map(|file| Self::Open(path.to_owned(), file)).map_err(fault)
    }

    /// Writes everything at once; only a terminal gets colours.
    pub fn write(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        if let Self::Stdout(color) = self {
            return write_stdout(color, write);
        }
        let mut plain = StripStream::new(Vec::new());
        write(&mut plain).map_err(|error| Error::Broken(format!("cannot make the report: {error}")))?;
        let text = plain.into_inner();
        let fault = |path: &Path, error: io::Error| Error::Broken(unwritable(path, &error.to_string()));
        match self {
            Self::Stdout(_) => Ok(()),
            Self::Open(path, mut file) => file.write_all(&text).map_err(|error| fault(&path, error)),
            Self::File(path) => {
                let mut file = draft(&path).map_err(Error::Broken)?;
                let written = file.write_all(&text).map_err(|error| fault(&path, error));
                written
                    .and_then(|()| file.persist(&path).map(drop).map_err(|error| fault(&path, error.error)))
            }
        }
    }
}

fn write_stdout(color: ColorArg, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut out = AutoStream::new(Vec::new(), terminal::choice(color, &io::stdout()));
    let written = write(&mut out)
        .and_then(|()| io::stdout().write_all(&out.into_inner()))
        .and_then(|()| io::stdout().flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Broken(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// The file itself, however it is spelt and whatever links lead to it.
fn resolved(path: &Path) -> PathBuf {
    let whole = || path.canonicalize().ok();
    let parent = || Some(folder(path).canonicalize().ok()?.join(path.file_name()?));
    whole().or_else(parent).unwrap_or_else(|| path.to_owned())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file that is to take the place of this one, readable for whom the umask says.
fn draft(path: &Path) -> Result<NamedTempFile, String> {
    let parent = folder(path);
    if !parent.is_dir() {
        return Err(unwritable(path, &format!("there is no folder `{}`", parent.display())));
    }
    let open = std::fs::Permissions::from_mode(0o666);
    let file = tempfile::Builder::new().permissions(open).tempfile_in(parent);
    file.map_err(|error| unwritable(path, &error.kind().to_string()))
}

/// A device or a pipe, such as `/dev/null`; and `/dev/stdout`, which may lead to a file.
fn is_special(path: &Path) -> bool {
    let found = std::fs::metadata(path);
    path.starts_with("/dev") && found.is_ok() || found.is_ok_and(|found| !found.is_file() && !found.is_dir())
}

/// Opens it for writing. A pipe opens when somebody opens it for reading, so the wait has a bound.
fn opened(path: &Path, patience: Duration) -> Result<File, String> {
    let (sender, receiver) = mpsc::channel();
    let own = path.to_owned();
    // where nobody ever reads, the thread ends with the process
    let started = std::thread::Builder::new().spawn(move || {
        let opened = File::options().write(true).open(own);
        // nobody listens any more where it came too late
        let _ = sender.send(opened);
    });
    started.map_err(|error| unwritable(path, &format!("cannot start a thread: {error}")))?;
    match receiver.recv_timeout(patience) {
        Ok(opened) => opened.map_err(|error| unwritable(path, &error.to_string())),
        Err(_) => Err(unwritable(path, "nobody reads from this pipe\n(hint: start the reader first)")),
    }
}

fn unwritable(path: &Path, why: &str) -> String {
    format!("cannot write the report to `{}`: {why}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(path: &Path) -> ReportArg {
        ReportArg { format: FormatArg::Json, path: Some(path.to_owned()) }
    }

    fn refused(reports: &[ReportArg]) -> String {
        match open(reports, ColorArg::Never, Duration::from_millis(10)) {
            Err(error) => error.to_string(),
            Ok(sinks) => panic!("{sinks:?}"),
        }
    }

    #[test]
    fn refuses_two_reports_to_one_place_however_it_is_spelt() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("r"), dir.path().join("link"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let again = dir.path().join("../").join(dir.path().file_name().unwrap()).join("r");
        assert!(refused(&[to(&file), to(&again)]).contains("would both be written to"));
        std::fs::write(&file, "").unwrap();
        assert!(refused(&[to(&file), to(&link)]).contains("would both be written to"));
        let stdout = || ReportArg { format: FormatArg::Tap, path: None };
        assert!(refused(&[stdout(), stdout()]).contains("to stdout"));
        open(&[to(&file), to(&dir.path().join("s")), stdout()], ColorArg::Never, Duration::ZERO).unwrap();
        let read_together =
            [FormatArg::Github, FormatArg::Tty].map(|format| ReportArg { format, path: None });
        open(&read_together, ColorArg::Never, Duration::ZERO).unwrap();
    }

    #[test]
    fn refuses_a_pipe_that_nobody_reads() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(refused(&[to(&pipe)]).contains("nobody reads from this pipe\n(hint:"));
    }

    #[test]
    fn a_link_keeps_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("r"), dir.path().join("link"));
        std::fs::write(&file, "before").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut sinks = open(&[to(&link)], ColorArg::Never, Duration::ZERO).unwrap();
        sinks.remove(0).write(|out| out.write_all(b"\x1b[31mafter\x1b[0m")).unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "after");
    }
}
