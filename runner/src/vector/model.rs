//! What a case is, once loaded: valid by construction.
//!
//! These types hold no JSON that still needs checking: patterns, templates, clients and connections are
//! resolved by [`super::load`]. The format that they come from is described in `vectors/README.md`. They
//! stand in one file, since each is read with the others.

use std::collections::{BTreeMap, BTreeSet};

use mock_humd::pattern::{Pattern, Template};
use mock_humd::script::Op;
use serde_json::Value;

use crate::rule::{Level, Need, Party, Profile, Rule, Version};

/// All cases, and what explains them.
#[derive(Debug, Default)]
pub struct Suite {
    /// In order of file, then of place in the file.
    pub cases: Vec<Case>,
    /// Every code with its meaning, over all files.
    pub codes: BTreeMap<String, Code>,
}

impl Suite {
    /// The case with this id, or that once had it.
    pub fn case(&self, id: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.id == id || case.was.iter().any(|was| was == id))
    }

    /// The cases that decide this rule.
    pub fn deciding<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Case> {
        self.cases.iter().filter(move |case| case.decides.iter().any(|decided| decided == rule))
    }

    /// Whether a rule counts and can be broken from outside.
    pub fn scores(&self, rule: &Rule) -> bool {
        let binds = rule.roles.contains(&Party::Client) || rule.roles.contains(&Party::Worker);
        let mut decided = self.deciding(&rule.id).map(|case| case.status);
        let shows = rule.ambient || decided.any(|status| status == Status::Scored);
        binds && shows && rule.level >= Level::Should && rule.untested.is_none()
    }
}

/// What a failure code says, and what to change in the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// What happened.
    pub means: String,
    /// What to change in the client.
    pub fix: String,
}

/// One case, as one file holds it.
#[derive(Debug)]
pub struct Case {
    /// `section/name`.
    pub id: String,
    /// One sentence for people.
    pub title: String,
    /// The parties that can be tested with this case.
    pub under_test: BTreeSet<Party>,
    /// The profile that it belongs to.
    pub profile: Profile,
    /// The rules that it decides, all of them cited.
    pub decides: Vec<String>,
    /// Rules among them of which a part does not show in this case: it can break them, and never holds them.
    pub partly: Vec<String>,
    /// Rules that are cited, but not decided.
    pub touches: Vec<String>,
    /// Mutants of the reference client that this case must catch.
    pub kills: Vec<String>,
    /// The case that differs only in the fault; always there where `negative` is.
    pub twin: Option<String>,
    /// Whether something must not happen.
    pub negative: bool,
    /// Whether it is for a whole bee alone, and not for a client behind a shim.
    pub is_for_bees: bool,
    /// What the client must claim; every one of them.
    pub requires: Vec<Need>,
    /// Prose for people: (`bugType`, description).
    pub notes: Vec<(String, String)>,
    /// Whether it needs a process of its own.
    pub fresh: bool,
    /// Environment of that process; `None` unsets.
    pub env: BTreeMap<String, Option<String>>,
    /// First wire version, inclusive.
    pub since: Version,
    /// Last wire version, inclusive.
    pub until: Option<Version>,
    /// Whether its verdict counts.
    pub status: Status,
    /// Ids that it had before.
    pub was: Vec<String>,
    /// Where it stands.
    pub place: Place,
    /// What of it decides how an exchange goes: its clients or its function first, then each step or example.
    pub course: Vec<Value>,
    /// What to do.
    pub body: Body,
}

impl Case {
    /// The part of the id before the slash.
    pub fn section(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// What its steps, the checks in them and its examples are about, in order.
    pub fn cites(&self) -> impl Iterator<Item = &Cite> {
        let cites: Vec<&Cite> = match &self.body {
            Body::Wire { steps, .. } => steps
                .iter()
                .flat_map(|step| step.cite.iter().chain(step.checks.iter().map(|check| &check.cite)))
                .collect(),
            Body::Call { examples, .. } => examples.iter().map(|example| &example.cite).collect(),
        };
        cites.into_iter()
    }

    /// The codes under which its steps and examples fail.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.cites().filter_map(|cite| cite.code.as_deref())
    }
}

/// File and line, for messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path as the source names it.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
}

/// What a case does.
#[derive(Debug)]
pub enum Body {
    /// Steps with clients on a socket.
    Wire {
        /// The clients that are opened before the first step; never empty.
        clients: Vec<Client>,
        /// In order.
        steps: Vec<Step>,
        /// For the k-th connection: whether the mock greets it by itself (takes hello, sends breath).
        greets: Vec<bool>,
        /// The names of connections, by index; the first may have none.
        connections: Vec<String>,
    },
    /// Examples of one helper function.
    Call {
        /// The name of the function in the shim protocol.
        function: String,
        /// In order of `tc`.
        examples: Vec<Example>,
    },
}

/// How one client is opened.
#[derive(Debug)]
pub struct Client {
    /// The name that steps use.
    pub name: String,
    /// Where to connect.
    pub socket: Socket,
    /// What the application decides in hello, over the runner's own defaults.
    pub hello: Template,
    /// Whether the client may reconnect by itself.
    pub reconnect: bool,
}

/// Where a client connects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Socket {
    /// The case's own socket.
    Mock,
    /// What the environment says.
    Resolve,
    /// This path; it may hold `${dir}`.
    Path(String),
}

/// One step of a wire case.
#[derive(Debug)]
pub struct Step {
    /// What to do or to see.
    pub verb: Verb,
    /// Index into the case's clients.
    pub client: usize,
    /// Index into the case's connections, in order of arrival.
    pub conn: usize,
    /// The rule that the step is about.
    pub cite: Option<Cite>,
    /// What else to look at in the tone or event that the step took.
    pub checks: Vec<Check>,
    /// What to write down about the rule of an `accept`, once the connection has come.
    pub seen: Option<String>,
    /// A word of the author to readers.
    pub comment: Option<String>,
    /// The line of the step in its file.
    pub line: usize,
}

/// What a step is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cite {
    /// The rule.
    pub rule: String,
    /// The code of its failure; only steps that record have none.
    pub code: Option<String>,
    /// What to tell the implementer, beside the code's own fix.
    pub hint: Option<String>,
}

/// A look into a tone.
#[derive(Debug)]
pub struct Check {
    /// JSON pointer.
    pub at: String,
    /// What must stand there.
    pub is: Pattern,
    /// The rule and code, always with a code.
    pub cite: Cite,
}

/// What a step does.
#[derive(Debug)]
pub enum Verb {
    /// Something that the mock does or waits for on its side of the wire.
    Play(Op),
    /// An act of the client.
    Drive {
        /// The name of the act (`connect`).
        act: String,
        /// The whole act as the shim gets it, `do` included.
        message: Template,
        /// Whether to wait until the client's own call has ended.
        wait: bool,
        /// Whether the client may or must refuse.
        raises: Raises,
    },
    /// An event that must have been reported.
    Observe(Event),
    /// What must not have happened.
    Never {
        /// The tone or event.
        what: Happening,
        /// How far to look back.
        window: Window,
    },
    /// Which of two allowed things happened.
    Record {
        /// The tone or event.
        what: Happening,
        /// How far to look back.
        window: Window,
        /// What to write down where it happened.
        seen: String,
        /// What to write down where it did not.
        unseen: String,
    },
    /// A helper function.
    Call {
        /// Its name.
        function: String,
        /// Its arguments.
        args: Template,
        /// What it must return; `None`: the client must refuse.
        returns: Option<Pattern>,
    },
    /// Everything sent before has been handled on this sid's route, or on all.
    Barrier {
        /// One route, or all of them.
        sid: Option<String>,
    },
    /// A whole bee has read everything, keeps the connection and is at work.
    Probe,
    /// The client's writes are stuck.
    Stalled,
    /// The client's virtual clock is set to this time, in ms since the epoch.
    Clock {
        /// Absolute time.
        now: i64,
    },
}

/// Whether an act may fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raises {
    /// It must succeed.
    Never,
    /// It must be refused.
    Must,
    /// It may be refused; what to write down in either case.
    May {
        /// A refusal is recorded so.
        seen: String,
        /// A success is recorded so.
        unseen: String,
    },
}

/// An event of the shim.
#[derive(Debug)]
pub enum Event {
    /// A tone was handed to the application.
    Delivered {
        /// `Some(Some(sid))`: that sid's handler, `Some(None)`: the catch-all, `None`: any.
        to: Option<Option<String>>,
        /// Which connection of the client, from 1.
        conn: Option<u64>,
        /// What it must look like.
        tone: Pattern,
    },
    /// A disconnect was surfaced.
    Disconnected {
        /// Which connection of the client, from 1.
        conn: Option<u64>,
    },
    /// A turn ended.
    Turn {
        /// Whose.
        sid: Option<String>,
        /// `finished` or `failed`.
        outcome: Option<String>,
    },
    /// The oldest act driven with `wait: false` that no step has seen the end of.
    Done,
    /// The shim reported a failure of its own.
    ShimError,
}

impl Event {
    /// The word for it in the vector format.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => "delivered",
            Self::Disconnected { .. } => "disconnected",
            Self::Turn { .. } => "turn",
            Self::Done => "done",
            Self::ShimError => "shim-error",
        }
    }
}

/// Something that may have happened.
#[derive(Debug)]
pub enum Happening {
    /// A tone from the client, on the step's connection.
    Tone(Pattern),
    /// The client ended its writes, on the step's connection.
    Eof,
    /// The step's connection came to be.
    Connected,
    /// The shim reported something.
    Event(Event),
}

/// How far a look goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// To the last thing sent or driven; for events, to the last barrier before it.
    Stimulus,
    /// To the beginning of the connection.
    Connection,
    /// To the beginning of the case.
    Case,
}

/// One call of a helper function.
#[derive(Debug)]
pub struct Example {
    /// Its number in the case.
    pub tc: u64,
    /// Capabilities that make it visible.
    pub requires: Vec<Need>,
    /// The virtual time, in ms since the epoch.
    pub now: Option<i64>,
    /// The arguments.
    pub args: Template,
    /// What must come back.
    pub answer: Answer,
    /// The rule and code.
    pub cite: Cite,
    /// A word of the author to readers.
    pub comment: Option<String>,
    /// The line of the example in its file.
    pub line: usize,
}

/// What an example's call must give.
#[derive(Debug)]
pub enum Answer {
    /// A value that matches.
    Returns(Pattern),
    /// A refusal.
    Raises,
    /// The same value as the example with this `tc`.
    SameAs(u64),
    /// Anything: it is written down.
    Record,
}

/// Whether a case counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It counts.
    Scored,
    /// It runs and is shown.
    Provisional,
    /// It does not run.
    Withdrawn,
}
