//! What an exchange leaves behind: plain data, from which alone a case is judged. A transcript holds it as JSON, in the
//! form that `vectors/schema/transcript.json` describes.

use std::collections::BTreeMap;
use std::time::Duration;

use mock_humd::pattern::Scope;
use mock_humd::transcript::Transcript;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::crossed;
use crate::spelling::micros;
use crate::testee::{Event, Gone, Reply};

/// Everything that was seen while a case ran.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What crossed the wire.
    #[serde(rename = "crossed", with = "crossed")]
    pub wire: Transcript,
    /// What the shim reported.
    pub events: Vec<Reported>,
    /// The handles of the case's clients, in the order in which the case names them.
    pub handles: Vec<String>,
    /// The tones that the case put into acts: what they hold is the vector's, not the client's.
    pub sent: Vec<Value>,
    /// Whether the application closed a client, which may cut off a line that is being written.
    pub closes: bool,
    /// One for each step or example, as far as the walk came.
    pub steps: Vec<Saw>,
    /// Why the walk ended before the last step.
    pub stop: Option<Stop>,
    /// What became of the process after the last step, while the mock and the clients were ended.
    pub after: Option<Gone>,
    /// What a whole bee itself gave to build on: its `sid`, its `tool` and `args` for it.
    pub bound: BTreeMap<String, Value>,
    /// Variables for patterns: `dir`, `uid`, `bee`.
    pub variables: BTreeMap<String, String>,
    /// Lines on the shim's stdout that are no protocol objects.
    pub noise: Vec<String>,
    /// The end of what the process wrote to stderr.
    pub stderr: String,
    /// From the first step to the last.
    #[serde(rename = "took_ms", with = "micros")]
    pub took: Duration,
}

impl Evidence {
    /// Nothing seen yet.
    pub fn new(variables: BTreeMap<String, String>) -> Self {
        Self {
            wire: Transcript::default(),
            events: Vec::new(),
            handles: Vec::new(),
            sent: Vec::new(),
            closes: false,
            steps: Vec::new(),
            stop: None,
            after: None,
            bound: BTreeMap::new(),
            variables,
            noise: Vec::new(),
            stderr: String::new(),
            took: Duration::ZERO,
        }
    }

    /// The scope in which a step's patterns hold; what earlier steps bound must be added in order.
    pub fn scope(&self, saw: &Saw, bound: BTreeMap<String, Value>) -> Scope {
        Scope { variables: self.variables.clone(), bound, written_ms: saw.written_ms, read_ms: saw.read_ms }
    }
}

/// Something that the shim reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// When it was read, since the case began.
    #[serde(rename = "at_ms", with = "micros")]
    pub at: Duration,
    /// What it was.
    pub what: Event,
}

/// What one step saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saw {
    /// The thing itself.
    pub what: What,
    /// How much had been seen when the step began.
    pub before: Mark,
    /// How much had been seen when the step ended.
    pub after: Mark,
    /// When the last stimulus began, in ms since the epoch.
    pub written_ms: i64,
    /// When the step ended, in ms since the epoch.
    pub read_ms: i64,
}

/// A place in what was seen: counts of transcript entries and of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Entries of the transcript.
    pub wire: usize,
    /// Events of the shim.
    pub events: usize,
}

/// What a step took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// It did something, and there is nothing to look at.
    Done,
    /// It cannot be seen of a whole bee.
    Hidden,
    /// It was left out, since the client refused what it builds on.
    Skipped,
    /// These entries of the transcript.
    Tones(Vec<usize>),
    /// This event.
    Event(usize),
    /// This reply.
    Reply(Reply),
}

/// The walk ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// The step (or example) at which it ended, from 0.
    pub step: usize,
    /// Why.
    pub why: Why,
}

/// Why a walk could not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// What came is not what the step waits for.
    Mismatch,
    /// A barrier shows that what the step looks for was not reported.
    Missing,
    /// The deadline passed, and the client is alive.
    Silent,
    /// A barrier was not reported, and the client is alive.
    Deaf,
    /// A barrier came out on another route; the rule that this breaks.
    Misrouted(String),
    /// The client ended the connection.
    Closed,
    /// The mock's write found no reader within the deadline.
    StoppedReading,
    /// A whole bee did not connect; what it did.
    NoConnection(String),
    /// Nothing that a whole bee does shows whether it is at work; why.
    Unasked(String),
    /// The first tone of the connection was no hello.
    NotHello,
    /// The client refused an act that must succeed; what it said.
    Refused(String),
    /// The client accepted an act that it must refuse.
    Accepted,
    /// The shim does not support the act or function.
    Unsupported,
    /// The type system forbids the act; why.
    Impossible(String),
    /// The client does not send the marker that shows what it has sent before; what it said.
    NoMarker(String),
    /// The process is gone.
    Gone(Gone),
    /// The suite itself could not go on.
    Suite(String),
}
