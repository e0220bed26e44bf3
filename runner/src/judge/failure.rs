//! What went wrong, with all that a reader needs to see it.

use mock_humd::pattern::Mismatch;
use serde::{Deserialize, Serialize};

use crate::vector::Cite;

/// A broken rule, as one step saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// The stable code.
    pub code: String,
    /// The step or example, from 1; 0 where it is none of them.
    pub step: usize,
    /// How many steps or examples there are.
    pub steps: usize,
    /// The `tc` of the example, for call cases.
    pub example: Option<u64>,
    /// What was wanted, a fragment.
    pub wanted: String,
    /// What came, a fragment.
    pub got: String,
    /// Only what differs.
    pub differences: Vec<Difference>,
    /// What the vector says beside the code's own fix.
    pub hint: Option<String>,
    /// The wrong place in the picture, where there is one.
    #[serde(skip)]
    pub at: Option<Crossing>,
    /// The other examples of the case that broke the rule, in brief and in order; none of them has others in turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Failure>,
}

/// Characters that are kept of what was wanted and what came, where an example is not the first to fail.
const BRIEF_CHARS_MAX: usize = 200;

/// A place in what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossing {
    /// An entry of the transcript.
    Wire(usize),
    /// An event of the shim.
    Event(usize),
}

/// One place at which what came is not what was wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// JSON pointer; empty for the whole.
    pub at: String,
    /// What was wanted there.
    pub wanted: String,
    /// What stood there; `None` where nothing did.
    pub got: Option<String>,
}

impl From<Mismatch> for Difference {
    fn from(mismatch: Mismatch) -> Self {
        Self { at: mismatch.at, wanted: mismatch.wanted, got: mismatch.got }
    }
}

impl Failure {
    /// A failure of the step that cites a rule.
    pub(super) fn new(cite: &Cite, (step, steps): (usize, usize), wanted: String, got: String) -> Box<Self> {
        Box::new(Self {
            rule: cite.rule.clone(),
            code: cite.code.clone().unwrap_or_default(),
            step,
            steps,
            example: None,
            wanted,
            got,
            differences: Vec::new(),
            hint: cite.hint.clone(),
            at: None,
            also: Vec::new(),
        })
    }

    pub(super) fn with_differences(mut self: Box<Self>, mismatches: Vec<Mismatch>) -> Box<Self> {
        self.differences = mismatches.into_iter().map(Difference::from).collect();
        self
    }

    /// The same without what only a closer look needs, so that a case may fail by all of its examples.
    pub(super) fn brief(&self) -> Self {
        let cut = |text: &String| text.chars().take(BRIEF_CHARS_MAX).collect();
        Self {
            rule: self.rule.clone(),
            code: self.code.clone(),
            step: self.step,
            steps: self.steps,
            example: self.example,
            wanted: cut(&self.wanted),
            got: cut(&self.got),
            differences: Vec::new(),
            hint: self.hint.clone(),
            at: None,
            also: Vec::new(),
        }
    }

    /// This failure, and those of the other examples.
    pub fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.also)
    }

    pub(super) fn at(mut self: Box<Self>, place: Crossing) -> Box<Self> {
        self.at = Some(place);
        self
    }
}

/// What a code means that every section has, and what to change: these end a case from outside its steps.
pub fn general_code(code: &str) -> Option<(&'static str, &'static str)> {
    let (_, name) = code.split_once('.')?;
    let said = match name {
        "died" => (
            "the process ended",
            "handle the input inside the read loop; nothing that arrives may end the process",
        ),
        "hung" => (
            "the client no longer hands anything over",
            "go on reading after the input; drop a bad line inside the loop and never leave it",
        ),
        "closed" => ("the client ended the connection", "keep the connection; drop what cannot be read"),
        "stopped-reading" => {
            ("the client no longer reads its socket", "never let a write or a handler stop the read loop")
        }
        "misrouted" => (
            "a tone was handed to the wrong handler",
            "tones with a registered sid go to its handler, tones without a sid to the catch-all",
        ),
        "state-leak" => (
            "the verdict differs between a used process and a fresh one",
            "keep nothing in globals between two clients of one process",
        ),
        _ => return None,
    };
    Some(said)
}
