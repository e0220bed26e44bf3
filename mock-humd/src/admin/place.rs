//! Where a recording goes. What is there stays until there is something better: the script is written beside it, and
//! takes its name once it is whole.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What a new file may be used for, less what the umask takes.
const MODE: u32 = 0o666;

/// A place that can be written.
#[derive(Debug)]
pub enum Place {
    /// A file, or none yet.
    Named(PathBuf),
    /// Something that has to stay what it is: a pipe, a device, a link, a file whose folder is not ours.
    InPlace(File),
}

impl Place {
    /// Tries the place, and changes nothing.
    pub fn find(path: &Path) -> io::Result<Self> {
        let there = match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            there => Some(there?),
        };
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            return Ok(Self::InPlace(OpenOptions::new().write(true).open(path)?));
        }
        let file = there.is_some().then(|| OpenOptions::new().write(true).open(path)).transpose()?;
        // what is made here is gone again at once
        match (beside(path, there.as_ref()), file) {
            (Ok(_), _) => Ok(Self::Named(path.to_owned())),
            // the folder takes no further file
            (Err(_), Some(file)) => Ok(Self::InPlace(file)),
            (Err(error), None) => Err(error),
        }
    }

    /// Writes all of it.
    pub fn write(self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Named(path) => {
                let mut file = beside(&path, std::fs::metadata(&path).ok().as_ref())?;
                file.write_all(bytes)?;
                file.persist(path)?;
                Ok(())
            }
            Self::InPlace(mut file) => {
                if file.metadata()?.is_file() {
                    file.set_len(0)?;
                }
                file.write_all(bytes)
            }
        }
    }
}

/// A file in the same folder, with the permissions of the one that it will replace.
fn beside(path: &Path, there: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    let file = builder.permissions(Permissions::from_mode(MODE)).tempfile_in(folder)?;
    if let Some(there) = there {
        file.as_file().set_permissions(there.permissions())?;
    }
    Ok(file)
}
