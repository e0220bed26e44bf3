//! Gives a cut its number, and freezes it: a set that is out never changes, and one that is not is frozen
//! anew under the same number.

use super::bump::{self, Verdict};
use super::diff::{Change, diff};
use super::set::{Release, Set};
use super::shelf::Shelf;

/// What freezing one wire version came to.
#[derive(Debug)]
pub struct Frozen {
    /// The set under its number.
    pub set: Set,
    /// Whether it differs from the file that is there, so that it has to be written.
    pub fresh: bool,
    /// What changed since the release that it follows.
    pub changes: Vec<Change>,
    /// Whether its number is high enough; nothing where it follows no release.
    pub verdict: Option<Verdict>,
}

/// Numbers a cut. With `release` it is marked as out.
pub fn freeze(cut: &Set, shelf: &Shelf, release: bool) -> Frozen {
    let newest = shelf.newest(cut.version.wire);
    let revision = match newest {
        None => 1,
        Some(set) if set.released && !set.same(cut) => set.version.revision + 1,
        Some(set) => set.version.revision,
    };
    let version = Release { revision, ..cut.version };
    let follows = shelf.before(version);
    let known = shelf.get(version);
    let released = release || known.is_some_and(|set| set.released);
    let set = Set { version, released, follows: follows.map(|set| set.version), ..cut.clone() };
    let changes = follows.map(|old| diff(old, &set)).unwrap_or_default();
    let verdict = follows.map(|old| bump::judge(old.version, set.version, &changes));
    Frozen { fresh: known != Some(&set), set, changes, verdict }
}
