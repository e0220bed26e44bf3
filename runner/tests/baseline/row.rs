//! A row, in the words of a test: what a run saw, the entries that it is held against, and what is to come of the two.

use thrum_conform::exit::Exit;
use thrum_conform::rule::{Party, Profile};

/// What rows are often about.
pub const TWO_BYTE: &str = "framing/split-inside-a-two-byte-character";
pub const EVERY_BYTE: &str = "framing/split-at-every-byte";
pub const CORRUPTS: &str = "framing.split-corrupts";
pub const SIGILS: &str = "sigil/known-answers";
pub const ROUND_TRIP: &str = "tools/round-trip";
pub const GOOD_LINE: &str = "framing/object-line-is-delivered";

/// A reason that will do.
pub const REASON: &str = "known until the reader is rewritten";

/// The lines of an entry that go.
pub const ENTRY: &str = "-|-|-|-|-";

/// An entry for what fails with this code.
pub fn fails(case: &str, code: &str) -> String {
    expect(case, "fail", &format!("code = \"{code}\"\n"))
}

/// An entry for what fails with this code at times.
pub fn flaky(case: &str, code: &str) -> String {
    expect(case, "flaky", &format!("code = \"{code}\"\n"))
}

/// An entry for what the shim does not support.
pub fn unsupported(case: &str) -> String {
    expect(case, "unsupported", "")
}

fn expect(case: &str, status: &str, code: &str) -> String {
    format!("[[expect]]\ncase = \"{case}\"\nstatus = \"{status}\"\n{code}reason = \"{REASON}\"\n")
}

/// What a run saw, an entry for it, and what comes of the two.
#[derive(Default)]
pub struct Row {
    pub about: &'static str,
    /// The `[[expect]]` entries.
    pub entries: String,
    /// What did not pass: the case, or an example of it, and how.
    pub seen: &'static [(&'static str, How)],
    /// What the user asked for; everything where it is empty.
    pub asked: &'static [Asked],
    /// What a case, or a rule, is to come to.
    pub wanted: &'static [(&'static str, &'static str)],
    /// What is to be found: the fault, part of why, and what the lines become (`-` for each that goes).
    pub found: &'static [(&'static str, &'static str, &'static str)],
    /// What the run ends with; without it 1 where something is to be found, and 0 where nothing is.
    pub exit: Option<Exit>,
}

#[derive(Clone, Copy)]
pub enum How {
    Fails(&'static str),
    /// Only as a worker, or only as an asker.
    FailsAs(Party, &'static str),
    Unsupported,
    /// For a broken rule on the way, and its code.
    Blocked(&'static str, &'static str),
    Hidden,
    Idle,
    /// The run ended before it.
    NotRun,
    /// It failed under the code at times, and passed at others.
    AtTimes(&'static str),
    /// The same, and it failed under the other code at times too.
    AtTimesEither(&'static str, &'static str),
    /// A rule was broken on some line.
    OnALine(&'static str),
}

#[derive(Clone, Copy)]
pub enum Asked {
    Run(&'static str),
    Skip(&'static str),
    Rule(&'static str),
    Role(Party),
    Profile(Profile),
    Without(&'static str),
    /// A whole bee, in place of the shim.
    Bee,
    /// The file is about a shim and a whole bee.
    Shared,
}
