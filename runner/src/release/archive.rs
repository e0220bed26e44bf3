//! An archive: a tar file that is the same to the byte whoever packs it, and whenever.
//!
//! Entries are in order of path, below one folder named after the release; owners, times and modes are fixed.

use std::collections::BTreeMap;
use std::io::Read;

use super::contents::SET;
use super::set::{Release, Set};

/// An archive that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Path, below the folder of the release, and text of each file.
    pub files: BTreeMap<String, String>,
    /// The folder that they stand in.
    pub(super) folder: String,
}

impl Archive {
    /// The archive of these files.
    pub fn new(release: Release, files: BTreeMap<String, String>) -> Self {
        Self { files, folder: Self::name(release) }
    }

    /// The name of an archive, without `.tar`.
    pub fn name(release: Release) -> String {
        format!("thrum-vectors-{release}")
    }

    /// Its bytes, the same for the same files.
    pub fn pack(&self) -> std::io::Result<Vec<u8>> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, text) in &self.files {
            let mut header = tar::Header::new_ustar();
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_uid(0);
            header.set_gid(0);
            builder.append_data(&mut header, format!("{}/{path}", self.folder), text.as_bytes())?;
        }
        builder.into_inner()
    }

    /// Reads the bytes of an archive; the error says why it is none.
    pub fn unpack(bytes: &[u8]) -> Result<Self, String> {
        let broken = |error: std::io::Error| format!("is no sound archive: {error}");
        let mut files = BTreeMap::new();
        let mut folder: Option<String> = None;
        for entry in tar::Archive::new(bytes).entries().map_err(broken)? {
            let mut entry = entry.map_err(broken)?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let (top, inner) =
                path.split_once('/').ok_or_else(|| format!("holds `{path}` outside a folder"))?;
            if folder.get_or_insert_with(|| top.to_owned()) != top {
                return Err(format!("holds `{path}` in another folder than the rest"));
            }
            if !entry.header().entry_type().is_file() {
                return Err(format!("holds `{path}`, which is no plain file"));
            }
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|error| format!("`{inner}` cannot be read: {error}"))?;
            if files.insert(inner.to_owned(), text).is_some() {
                return Err(format!("holds `{inner}` twice"));
            }
        }
        let folder = folder.ok_or("holds no file")?;
        Ok(Self { files, folder })
    }

    /// The set that it holds; the error says why there is none.
    pub fn set(&self) -> Result<Set, String> {
        let text = self.files.get(SET).ok_or_else(|| format!("holds no {SET}"))?;
        Set::parse(text).map_err(|message| format!("{SET}: {message}"))
    }

    /// The files below a folder, by their whole path.
    pub fn below(&self, folder: &str) -> Vec<(String, String)> {
        let inside = |(path, _): &(&String, &String)| path.starts_with(folder);
        self.files.iter().filter(inside).map(|(path, text)| (path.clone(), text.clone())).collect()
    }
}

/// Whether bytes begin like an archive.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}
