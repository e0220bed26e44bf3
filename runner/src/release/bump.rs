//! Whether a version step is large enough for what changed: VER-02 of WIRE.md, applied to sets.
//!
//! The words of VER-02: a patch changes wording or adds optional fields; a minor adds a chi, or a required
//! field; a major removes or renames a chi, removes a field, or changes what something means. A scored case
//! that expects something else than before shows that a meaning has changed. Everything that leaves the wire
//! alone needs only the next revision of the vectors.

use super::diff::Change;
use super::set::Release;
use crate::rule::Version;

/// How far a version must move; the shortest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Not at all.
    None,
    /// The revision of the vectors.
    Revision,
    /// `0.7.0` to `0.7.1`.
    Patch,
    /// `0.7.0` to `0.8.0`.
    Minor,
    /// `0.7.0` to `1.0.0`.
    Major,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "no step",
            Self::Revision => "a new revision",
            Self::Patch => "a patch",
            Self::Minor => "a minor",
            Self::Major => "a major",
        })
    }
}

/// Whether a step is large enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What the changes need.
    pub needed: Step,
    /// The smallest release that they may have.
    pub smallest: Release,
    /// Whether the new one is not below it.
    pub enough: bool,
}

/// Judges the step from one release to another over these changes.
pub fn judge(old: Release, new: Release, changes: &[Change]) -> Verdict {
    let needed = changes.iter().map(Change::step).max().unwrap_or(Step::None);
    let Version(major, minor, patch) = old.wire;
    let wire = match needed {
        Step::None | Step::Revision => old.wire,
        Step::Patch => Version(major, minor, patch + 1),
        Step::Minor => Version(major, minor + 1, 0),
        Step::Major => Version(major + 1, 0, 0),
    };
    let revision = match needed {
        Step::None => old.revision,
        Step::Revision => old.revision + 1,
        _ => 1,
    };
    let smallest = Release { wire, revision };
    Verdict { needed, smallest, enough: smallest <= new }
}
