//! Gives a cut its number, and freezes it: a set that is out never changes, and one that is not is frozen
//! anew under the same number.

use super::bump::{self, Verdict};
use super::diff::{Change, diff};
use super::set::{Release, Set};
use super::shelf::Shelf;
use crate::rule::Version;

/// What freezing one wire version came to.
#[derive(Debug)]
pub struct Frozen {
    /// The set under its number.
    pub set: Set,
    /// Whether it differs from the file that is there, so that it has to be written.
    pub fresh: bool,
    /// What changed since it was frozen last; nothing the first time.
    pub drift: Vec<Change>,
    /// What changed since the release that it follows.
    pub changes: Vec<Change>,
    /// Whether its number is high enough; nothing where it follows no release.
    pub verdict: Option<Verdict>,
}

/// The cut as it stands for its wire, where the document may have moved on: what an older wire demands was
/// said when it was released, and only its cases can still change.
pub fn settle(cut: Set, shelf: &Shelf, document: Version) -> Set {
    match shelf.newest(cut.version.wire) {
        Some(known) if known.released && cut.version.wire < document => Set {
            envelope: known.envelope.clone(),
            chi: known.chi.clone(),
            rules: known.rules.clone(),
            ..cut
        },
        _ => cut,
    }
}

/// Numbers a cut. With `release` it is marked as out.
pub fn freeze(cut: &Set, shelf: &Shelf, release: bool) -> Frozen {
    let newest = shelf.newest(cut.version.wire);
    let set = match newest {
        Some(out) if out.released && out.same(cut) => out.clone(),
        _ => {
            let revision = match newest {
                None => 1,
                Some(known) => known.version.revision + u32::from(known.released),
            };
            let version = Release { revision, ..cut.version };
            let follows = shelf.before(version).map(|set| set.version);
            Set { version, released: release, follows, ..cut.clone() }
        }
    };
    let old = set.follows.and_then(|old| shelf.get(old));
    let changes = old.map(|old| diff(old, &set)).unwrap_or_default();
    let verdict = old.map(|old| bump::judge(old.version, set.version, &changes));
    let drift = newest.map(|known| diff(known, &set)).unwrap_or_default();
    Frozen { fresh: shelf.get(set.version) != Some(&set), set, drift, changes, verdict }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::set::{Body, RuleEntry};
    use super::*;

    fn cut(wire: &str, words: &str) -> Set {
        let rule = RuleEntry { level: "MUST".into(), binds: "client".into(), words: words.into() };
        Set {
            format: 1,
            version: format!("{wire}+0").parse().unwrap(),
            released: false,
            follows: None,
            envelope: Body::new(),
            chi: BTreeMap::new(),
            rules: [("A-01".to_owned(), rule)].into(),
            cases: BTreeMap::new(),
            besides: BTreeMap::new(),
            contents: words.to_owned(),
        }
    }

    fn frozen(shelf: &mut Shelf, cut: &Set, release: bool) -> Frozen {
        let frozen = freeze(cut, shelf, release);
        shelf.put(frozen.set.clone());
        frozen
    }

    #[test]
    fn a_released_set_stays_as_it_is_whatever_comes_before_it() {
        let mut shelf = Shelf::default();
        frozen(&mut shelf, &cut("0.6.0", "a"), true);
        let out = frozen(&mut shelf, &cut("0.7.0", "a"), true).set;
        assert_eq!(
            (out.version.to_string(), out.follows),
            ("0.7.0+1".into(), Some("0.6.0+1".parse().unwrap()))
        );
        frozen(&mut shelf, &cut("0.6.0", "b"), true);
        let again = freeze(&cut("0.7.0", "a"), &shelf, false);
        assert!(!again.fresh);
        assert_eq!(again.set, out);
    }

    #[test]
    fn a_draft_keeps_its_number_and_a_release_moves_on() {
        let mut shelf = Shelf::default();
        for (words, release, wanted) in [
            ("a", false, "0.7.0+1"),
            ("b", false, "0.7.0+1"),
            ("b", true, "0.7.0+1"),
            ("c", false, "0.7.0+2"),
        ] {
            let next = frozen(&mut shelf, &cut("0.7.0", words), release);
            assert_eq!((next.set.version.to_string().as_str(), next.fresh), (wanted, true), "{words}");
        }
    }

    #[test]
    fn the_words_of_an_older_wire_are_those_of_its_release() {
        let mut shelf = Shelf::default();
        frozen(&mut shelf, &cut("0.7.0", "old words"), true);
        let reworded = cut("0.7.0", "new words");
        // while it is the document's own wire, other words need a patch
        let own = freeze(&settle(reworded.clone(), &shelf, Version(0, 7, 0)), &shelf, false);
        assert!(!own.verdict.unwrap().enough);
        let older = freeze(&settle(reworded, &shelf, Version(0, 7, 1)), &shelf, false);
        assert!(older.verdict.unwrap().enough, "{:?}", older.changes);
        assert_eq!(older.set.version.to_string(), "0.7.0+2");
    }
}
