//! What was seen of a whole bee before the first case: what can be asked of it, and what it does by itself.

use serde::{Deserialize, Serialize};

/// What a bee does that cases can build on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Habits {
    /// How it shows that it is at work.
    pub answers: Option<Answers>,
    /// Why it shows nothing, where it does not.
    pub silence: String,
    /// Whether it prompts at all.
    pub prompts: bool,
    /// Whether it prompts again on a connection that follows another.
    pub prompts_again: bool,
}

impl Habits {
    /// Of a bee that nobody has met: it is given the time to prompt.
    pub fn unknown() -> Self {
        Self { prompts: true, prompts_again: true, ..Self::default() }
    }
}

/// What a bee answers in such a way that the wire shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// A call of the first tool that its prompt declares, with a tool-result.
    Calls,
    /// A permission-ask, with a release-permit.
    Questions,
    /// The end of a turn, with another prompt.
    Ends,
}
