//! What is wrong with an entry, and the lines of the file that mend it.

use serde::{Deserialize, Serialize};

/// An entry that no longer tells the truth, or never did. Each one fails the gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of fault it is.
    pub fault: Fault,
    /// What the entry is about, as it stands there.
    pub entry: String,
    /// The file, as the user named it.
    pub file: String,
    /// The first line of the entry, from 1.
    pub line: usize,
    /// What is wrong, a fragment.
    pub why: String,
    /// The lines to change, in order.
    pub changes: Vec<Change>,
}

/// The ways in which an entry can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// What it is about passes.
    Passed,
    /// No case or example has that name.
    Unmatched,
    /// What it is about does not bind this client.
    NotApplicable,
    /// Another entry covers all that it is about.
    Doubled,
    /// What it is about fails otherwise than it says.
    Otherwise,
    /// Its date has passed.
    Expired,
    /// It gives no reason that a reader can use.
    NoReason,
}

impl Fault {
    /// The word for reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Unmatched => "unmatched",
            Self::NotApplicable => "not_applicable",
            Self::Doubled => "doubled",
            Self::Otherwise => "otherwise",
            Self::Expired => "expired",
            Self::NoReason => "no_reason",
        }
    }

    /// Whether the entry has nothing left to say, so that taking it out mends it.
    pub fn is_stale(self) -> bool {
        matches!(self, Self::Passed | Self::Unmatched | Self::NotApplicable | Self::Doubled)
    }
}

/// One line of the file that is to be another, or to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub old: String,
    /// What is to stand there, which may be several lines; `None` where the line is to go.
    pub new: Option<String>,
}
