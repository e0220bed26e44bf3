//! What a user asks for: which cases, and as whom the client is tested.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};

use super::{Shard, nearest};
use crate::rule::{Party, Profile, RuleBook, Version};
use crate::testee::Identity;
use crate::vector::Case;

/// What a user asks for.
#[derive(Debug)]
pub struct Selection {
    /// Cases to run, by id; all where it is empty.
    pub run: Vec<GlobMatcher>,
    /// Cases to leave out, by id.
    pub skip: Vec<GlobMatcher>,
    /// Only these cases, by id; all where it is None.
    pub only: Option<BTreeSet<String>>,
    /// Only cases that decide one of these rules; all where it is empty.
    pub rules: Vec<String>,
    /// The wire version.
    pub wire: Version,
    /// Only this profile; every one that the client declares where it is `None`.
    pub profile: Option<Profile>,
    /// Only this role; every one that the client offers where it is `None`.
    pub role: Option<Party>,
    /// What of the client's claims is judged.
    pub narrow: Narrow,
    /// Only this part of what is left; all of it where it is `None`.
    pub shard: Option<Shard>,
}

/// Less than a shim claims, and never more. Each name comes with the line of the file that has it.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// The file, for messages.
    pub source: String,
    /// Only these capabilities; all that the shim claims where it is `None`.
    pub capabilities: Option<Vec<(String, usize)>>,
    /// Only these profiles; all that the shim declares where it is `None`.
    pub profiles: Option<Vec<(String, usize)>>,
}

impl Narrow {
    /// The client as it is to be judged. `Err` names what the shim does not claim, with the nearest that it does.
    pub fn apply(&self, mut identity: Identity) -> Result<Identity, String> {
        let mut faults = Vec::new();
        let mut keep = |wanted: &Option<Vec<(String, usize)>>, claimed: &mut BTreeSet<String>, what: &str| {
            let Some(wanted) = wanted else { return };
            for (name, line) in wanted.iter().filter(|(name, _)| !claimed.contains(name)) {
                let hint = if claimed.is_empty() {
                    "it claims none".to_owned()
                } else {
                    format!(
                        "the nearest that it does are {}",
                        nearest(name, claimed.iter().map(String::as_str))
                    )
                };
                faults.push(format!(
                    "{}:{line}: the shim does not {what} `{name}` (hint: {hint})",
                    self.source
                ));
            }
            claimed.retain(|name| wanted.iter().any(|(wanted, _)| wanted == name));
        };
        keep(&self.capabilities, &mut identity.caps, "claim the capability");
        keep(&self.profiles, &mut identity.profiles, "declare the profile");
        if faults.is_empty() { Ok(identity) } else { Err(faults.join("\n")) }
    }
}

impl Selection {
    /// Everything of a wire version.
    pub fn all(wire: Version) -> Self {
        Self {
            run: Vec::new(),
            skip: Vec::new(),
            only: None,
            rules: Vec::new(),
            wire,
            profile: None,
            role: None,
            narrow: Narrow::default(),
            shard: None,
        }
    }

    /// Whether it is everything, so that a rule without a verdict is a gap and not a choice.
    pub fn is_all(&self) -> bool {
        self.run.is_empty()
            && self.skip.is_empty()
            && self.only.is_none()
            && self.rules.is_empty()
            && self.shard.is_none()
    }

    pub(super) fn takes(&self, case: &Case, book: &RuleBook) -> bool {
        let matches = |globs: &[GlobMatcher]| {
            globs.iter().any(|glob| glob.is_match(&case.id) || case.was.iter().any(|was| glob.is_match(was)))
        };
        let ambient = |rule: &String| book.get(rule).is_some_and(|rule| rule.ambient);
        self.only.as_ref().is_none_or(|only| only.contains(&case.id))
            && (self.run.is_empty() || matches(&self.run))
            && !matches(&self.skip)
            && (self.rules.is_empty()
                || self.rules.iter().any(|rule| case.decides.contains(rule) || ambient(rule)))
    }
}

/// Reads a glob over case ids; `*` stands for anything, slashes too.
pub fn glob(text: &str) -> Result<GlobMatcher, String> {
    Glob::new(text)
        .map(|glob| glob.compile_matcher())
        .map_err(|error| format!("`{text}` is no glob: {}", error.kind()))
}
