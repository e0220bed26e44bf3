//! Where vector files come from.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::fault::Fault;

/// Where vector files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The files that are built into the suite.
    Embedded,
    /// Every `*.json` below a directory.
    Dir(PathBuf),
    /// One file.
    File(PathBuf),
    /// Name and text of each file, as an archive of released vectors holds them.
    Texts(Vec<(String, String)>),
}

impl Source {
    /// The directory or file at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        if path.is_dir() { Self::Dir(path) } else { Self::File(path) }
    }

    /// Name and text of each file in order of name, and a fault for each that cannot be read.
    pub fn read(&self) -> (Vec<(String, Cow<'static, str>)>, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut files = match self {
            Self::Embedded => {
                thrum_vectors::vectors().into_iter().map(|(name, text)| (name, text.into())).collect()
            }
            Self::Dir(root) => {
                let mut paths = Vec::new();
                below(root, &mut paths, &mut faults);
                paths.iter().filter_map(|path| text(path, &mut faults)).collect()
            }
            Self::File(path) => text(path, &mut faults).into_iter().collect::<Vec<_>>(),
            Self::Texts(files) => {
                files.iter().map(|(name, text)| (name.clone(), text.clone().into())).collect()
            }
        };
        if files.is_empty() && faults.is_empty() {
            faults.push(fault(&self.name(), "holds no vector file".into()));
        }
        files.sort();
        (files, faults)
    }

    fn name(&self) -> Cow<'_, Path> {
        match self {
            Self::Embedded => Path::new("thrum").into(),
            Self::Texts(_) => Path::new("cases").into(),
            Self::Dir(path) | Self::File(path) => path.into(),
        }
    }
}

fn below(dir: &Path, found: &mut Vec<PathBuf>, faults: &mut Vec<Fault>) {
    let entries = match dir.read_dir() {
        Ok(entries) => entries,
        Err(error) => return faults.push(unreadable(dir, &error)),
    };
    for entry in entries {
        match entry {
            Ok(entry) if entry.path().is_dir() => below(&entry.path(), found, faults),
            Ok(entry) if entry.path().extension().is_some_and(|end| end == "json") => {
                found.push(entry.path());
            }
            Ok(_) => {}
            Err(error) => faults.push(unreadable(dir, &error)),
        }
    }
}

fn text(path: &Path, faults: &mut Vec<Fault>) -> Option<(String, Cow<'static, str>)> {
    let bytes = std::fs::read(path).map_err(|error| faults.push(unreadable(path, &error))).ok()?;
    match String::from_utf8(bytes) {
        Ok(text) => Some((path.display().to_string(), text.into())),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].split(|byte| *byte == b'\n').count();
            faults.push(Fault { line, ..fault(path, format!("is not UTF-8 at byte {at}")) });
            None
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Fault {
    fault(path, format!("cannot be read: {error}"))
}

fn fault(path: &Path, message: String) -> Fault {
    Fault { file: path.display().to_string(), line: 0, pointer: String::new(), message }
}
