//! One known failure, as a `[[expect]]` of a `conformance.toml` states it.

use std::collections::BTreeMap;

use globset::GlobMatcher;
use serde::{Deserialize, Serialize};
use time::Date;

use super::finding::Change;
use crate::judge::ambient;
use crate::vector::Case;

/// A known failure: what fails, how, why that is allowed, and until when.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is about.
    pub target: Target,
    /// How it fails.
    pub expected: Expected,
    /// Under which code; empty for [`Expected::Unsupported`].
    pub code: String,
    /// Why that is allowed.
    pub reason: String,
    /// Where it is being worked on.
    pub issue: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands.
    pub place: Place,
}

/// What an entry is about.
#[derive(Debug, Clone)]
pub enum Target {
    /// A case, or `ambient/RULE`: a rule that is judged on every line.
    Case(String),
    /// One example of a call case, by its `tc`.
    Example(String, u64),
    /// Every case that decides a rule.
    Rule(String),
    /// Every case whose id matches.
    Glob(GlobMatcher),
}

impl Target {
    /// From the text of `case`; an error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(rule) = text.strip_prefix("rule:") {
            return Ok(Self::Rule(rule.to_uppercase()));
        }
        if let Some((case, tc)) = text.split_once('#') {
            let tc = tc.parse().map_err(|_| format!("`{tc}` is no number of an example"))?;
            return Ok(Self::Example(case.to_owned(), tc));
        }
        if text.contains(['*', '?', '[', '{']) {
            return crate::plan::glob(text).map(Self::Glob);
        }
        Ok(Self::Case(text.to_owned()))
    }

    /// Whether it is about this case, or an example of it.
    pub fn takes(&self, case: &Case) -> bool {
        let named = |id: &str| case.id == id || case.was.iter().any(|was| was == id);
        match self {
            Self::Case(id) | Self::Example(id, _) => named(id),
            Self::Rule(rule) => case.decides.contains(rule),
            Self::Glob(glob) => glob.is_match(&case.id) || case.was.iter().any(|was| glob.is_match(was)),
        }
    }

    /// Whether it is about what broke a rule in a case of this id, or in an example of it.
    pub fn names(&self, id: &str, rule: &str, example: Option<u64>) -> bool {
        match self {
            Self::Case(own) => own == id,
            Self::Example(own, tc) => own == id && example == Some(*tc),
            Self::Rule(own) => own == rule,
            Self::Glob(glob) => glob.is_match(id),
        }
    }

    /// Whether it names one thing, so that any change of it is news.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Case(_) | Self::Example(..))
    }

    /// How narrow it is; of several entries the narrowest takes a failure.
    pub(super) fn narrowness(&self) -> u8 {
        match self {
            Self::Example(..) => 3,
            Self::Case(_) => 2,
            Self::Rule(_) => 1,
            Self::Glob(_) => 0,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Case(id) => f.write_str(id),
            Self::Example(id, tc) => write!(f, "{id}#{tc}"),
            Self::Rule(rule) => write!(f, "rule:{rule}"),
            Self::Glob(glob) => f.write_str(glob.glob().glob()),
        }
    }
}

/// The id under which a rule stands among the cases where it is judged on every line.
pub fn ambient_id(rule: &str) -> String {
    ambient::code(rule).replace('.', "/")
}

/// How a known failure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// It fails, each time, under the code.
    Fail,
    /// It passes, or fails under the code.
    Flaky,
    /// The shim answers `unsupported`.
    Unsupported,
}

impl Expected {
    /// The word of the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Flaky => "flaky",
            Self::Unsupported => "unsupported",
        }
    }

    /// From the word of the file.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Fail, Self::Flaky, Self::Unsupported].into_iter().find(|expected| expected.word() == word)
    }
}

/// Where an entry stands, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user named it.
    pub file: String,
    /// The line of its `[[expect]]`, from 1.
    pub first: usize,
    /// The text of its lines, from its `[[expect]]` to its last value.
    pub lines: Vec<String>,
    /// From which line to which each of its keys stands, with its value.
    pub keys: BTreeMap<String, (usize, usize)>,
}

impl Place {
    /// Every line goes.
    pub(super) fn removal(&self) -> Vec<Change> {
        let lines = self.lines.iter().enumerate();
        lines.map(|(offset, old)| Change { line: self.first + offset, old: old.clone(), new: None }).collect()
    }

    /// A key, with its value, becomes another line, or goes; nothing where the entry has no such key.
    pub(super) fn change(&self, key: &str, new: Option<&str>) -> Vec<Change> {
        let Some(&(first, last)) = self.keys.get(key) else { return Vec::new() };
        let own = self.removal().into_iter().filter(|change| (first..=last).contains(&change.line));
        own.map(|change| match new {
            Some(new) if change.line == first => Change { new: Some(new.to_owned()), ..change },
            _ => change,
        })
        .collect()
    }
}
