//! The sets that were frozen before, as they stand in `vectors/sets/`.

use std::path::Path;

use super::set::{Release, Set};
use crate::rule::Version;

/// Frozen sets, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct Shelf(Vec<Set>);

impl Shelf {
    /// The sets that are built into the suite; errors are those that cannot be read.
    pub fn embedded() -> Result<Self, Vec<String>> {
        Self::of(thrum_vectors::sets().into_iter().map(|(name, text)| (name, text.to_owned())))
    }

    /// The sets in a folder; errors are those that cannot be read. A folder that is not there is an error.
    pub fn read(dir: &Path) -> Result<Self, Vec<String>> {
        let unreadable = |path: &Path, error: std::io::Error| vec![format!("{}: {error}", path.display())];
        let mut files = Vec::new();
        for entry in dir.read_dir().map_err(|error| unreadable(dir, error))? {
            let path = entry.map_err(|error| unreadable(dir, error))?.path();
            if path.extension().is_some_and(|end| end == "json") {
                let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
                files.push((path.display().to_string(), text));
            }
        }
        Self::of(files.into_iter())
    }

    fn of(files: impl Iterator<Item = (String, String)>) -> Result<Self, Vec<String>> {
        let mut shelf = Self::default();
        let mut faults = Vec::new();
        for (name, text) in files {
            match Set::parse(&text) {
                Ok(set) if name.ends_with(&Self::file(set.version)) => shelf.put(set),
                Ok(set) => faults.push(format!("{name}: holds {}, and is not named so", set.version)),
                Err(message) => faults.push(format!("{name}: {message}")),
            }
        }
        faults.sort();
        if faults.is_empty() { Ok(shelf) } else { Err(faults) }
    }

    /// The name of the file that holds a release.
    pub fn file(release: Release) -> String {
        format!("{release}.json")
    }

    /// Adds a set, in the place of one of the same name.
    pub fn put(&mut self, set: Set) {
        self.0.retain(|known| known.version != set.version);
        self.0.push(set);
        self.0.sort_by_key(|set| set.version);
    }

    /// The set of just this release.
    pub fn get(&self, release: Release) -> Option<&Set> {
        self.0.iter().find(|set| set.version == release)
    }

    /// The newest set of a wire version.
    pub fn newest(&self, wire: Version) -> Option<&Set> {
        self.0.iter().rfind(|set| set.version.wire == wire)
    }

    /// The last set before this release.
    pub fn before(&self, release: Release) -> Option<&Set> {
        self.0.iter().rfind(|set| set.version < release)
    }

    /// The names of all, the oldest first.
    pub fn releases(&self) -> impl Iterator<Item = Release> {
        self.0.iter().map(|set| set.version)
    }
}
