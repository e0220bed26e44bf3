//! The facts that every format shows: plain data, with rules first. The JSON report holds it as it stands here.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::baseline::{Expected, Finding};
use crate::exit::Exit;
use crate::judge::{Failure, Scene};
use crate::plan::Shard;
use crate::rule::{Level, Party, Profile, Side};
use crate::run::{Order, Unsteady};
use crate::spelling::{among, millis};
use crate::testee::{Identity, quoted};

/// The name under which the configuration of a client is looked for.
pub const CONFIG_NAME: &str = "conformance.toml";

/// A whole run, scored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// The release of the vectors; only the wire where they have none.
    pub vectors: String,
    /// Who was tested.
    #[serde(rename = "impl")]
    pub identity: Identity,
    /// How the client was tested: 0 as a whole bee, of which only the wire shows, 2 through a shim.
    pub level: u8,
    /// The wire version.
    pub wire: String,
    /// The `conformance.toml` that was used, as the user named it.
    pub config: Option<String>,
    /// What names the client at the end of a command line, for rerun lines: `-- CMD`, or `--mutant NAME`; empty for the
    /// built-in client, and where the configuration holds the command.
    pub command: String,
    /// As whom the client was tested: in which roles and profiles.
    #[serde(rename = "tested")]
    pub sides: Vec<Side>,
    /// Which part of the cases was to be played, where it was not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// What made the order of the cases, and how often each was to be played.
    #[serde(flatten, with = "among")]
    pub order: Order,
    /// From the first process to the last.
    #[serde(rename = "duration_ms", with = "millis")]
    pub took: Duration,
    /// Every rule that was to be decided, in the order of WIRE.md.
    pub rules: Vec<RuleRow>,
    /// Every case that ran, and every ambient rule that was broken.
    pub cases: Vec<CaseRow>,
    /// Cases that do not apply, with the reason.
    pub not_applicable: Vec<Idle>,
    /// Rules that bind the client and that no case decides.
    #[serde(rename = "rules_without_case")]
    pub without_case: Vec<String>,
    /// Capabilities of the closed list that the client does not claim.
    pub unclaimed: Vec<String>,
    /// Cases whose verdict was not the same each time.
    pub unsteady: Vec<Unsteady>,
    /// Cases that were to be played, and were not: the run ended before.
    pub unplayed: usize,
    /// What kept the client from being tested or ended the run, and what to do about it.
    pub diagnosis: Option<Diagnosis>,
    /// What is wrong with the baseline: each one fails the run.
    pub waivers: Vec<Finding>,
    /// Things to know beside the verdicts.
    pub notes: Vec<String>,
    /// Of a shard, what the whole is scored from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// What the process ends with; the JSON report has it in its summary.
    #[serde(skip, default = "unread")]
    pub exit: Exit,
}

/// Until the summary is read.
fn unread() -> Exit {
    Exit::Broken
}

/// A case that does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idle {
    /// Its id.
    pub id: String,
    /// Why.
    pub why: String,
}

/// One cause for what no case could show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// What is wrong.
    pub what: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl Report {
    /// The sides that it says anything about, in order.
    pub fn sides_told(&self) -> Vec<Side> {
        let rules = self.rules.iter().map(|row| row.side);
        let cases = self.cases.iter().map(|row| row.side);
        rules.chain(cases).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether rules stay undecided that nothing speaks against: of a whole bee not all shows, and of a shard not all is
    /// there.
    pub fn leaves_open(&self) -> bool {
        self.level == 0 || self.shard.is_some()
    }

    /// The command line that runs this case alone and shows what crosses; `None` for a rule that is judged on every
    /// line.
    pub fn rerun(&self, case: &CaseRow) -> Option<String> {
        if case.is_ambient() {
            return None;
        }
        // without the option the file of the current folder is taken
        let named = self.config.as_ref().filter(|config| *config != CONFIG_NAME);
        let config = named.map_or_else(String::new, |config| format!(" --config {}", quoted(config)));
        let role = if case.side.party == Party::Worker { " --role worker" } else { "" };
        let profile = if case.side.profile == Profile::Live { " --profile live" } else { "" };
        let command = if self.command.is_empty() { String::new() } else { format!(" {}", self.command) };
        let how = if self.level == 0 { " --black-box" } else { "" };
        Some(format!("thrum-conform client{how}{config} --run {}{role}{profile} --trace{command}", case.id))
    }
}

/// One rule, as it binds one side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Whom it binds here, and in which profile.
    #[serde(flatten)]
    pub side: Side,
    /// Its level.
    pub level: Level,
    /// Its sentence.
    pub text: String,
    /// The section of WIRE.md, as an anchor.
    pub anchor: String,
    /// What it came to.
    #[serde(rename = "verdict")]
    pub standing: Standing,
    /// Why, where that needs saying; what was seen, for a MAY.
    pub why: String,
    /// The cases that say so: those that broke it, else those that decide it.
    pub cases: Vec<String>,
}

/// What a rule came to, over all cases that decide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Every scored case that decides it passed, and at least one ran.
    Held,
    /// A MUST (or with `--level should` a SHOULD) was broken.
    Violated,
    /// A SHOULD was broken, or a MUST was declined in a way that is allowed.
    Warned,
    /// A MAY: which of the allowed things the client does.
    Observed,
    /// It was broken, and each break is a known one of the baseline.
    Waived,
    /// A case could not see it.
    Undecided,
    /// The client did nothing on which it could have been broken.
    NotExercised,
    /// It does not bind this client.
    NotApplicable,
}

impl Standing {
    /// All of them, in the order in which reports count them.
    pub const ALL: [Self; 8] = [
        Self::Held,
        Self::Violated,
        Self::Waived,
        Self::Undecided,
        Self::Warned,
        Self::Observed,
        Self::NotExercised,
        Self::NotApplicable,
    ];

    /// The word for reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Violated => "violated",
            Self::Warned => "warned",
            Self::Observed => "observed",
            Self::Waived => "waived",
            Self::Undecided => "undecided",
            Self::NotExercised => "not_exercised",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// One case, or one broken ambient rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseRow {
    /// Its id.
    pub id: String,
    /// As whom the client was tested.
    #[serde(flatten)]
    pub side: Side,
    /// What it is about, in one sentence; empty where it is no case.
    pub title: String,
    /// What it came to.
    pub verdict: CaseVerdict,
    /// Whether it counts.
    pub scored: bool,
    /// Why, where it did not pass.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// From the first step to the last.
    #[serde(rename = "ms", with = "millis")]
    pub took: Duration,
    /// The rules that it decides.
    pub rules: Vec<String>,
    /// How many examples were judged.
    pub examples: usize,
    /// The case as a dialogue: a line for each step or example.
    pub steps: Vec<String>,
    /// What went wrong, one for each broken rule; the JSON report says the first one's code beside them.
    #[serde(flatten, with = "coded")]
    pub failures: Vec<FailureRow>,
    /// The picture of the exchange.
    #[serde(default, rename = "exchange", skip_serializing_if = "Option::is_none")]
    pub scene: Option<Scene>,
    /// The end of what the process wrote to stderr.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
    /// The case that differs only in the fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<Twin>,
    /// The entry of the baseline that speaks of it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waiver>,
}

impl CaseRow {
    /// Whether it is no case, but a rule that some line broke.
    pub fn is_ambient(&self) -> bool {
        self.id.starts_with("ambient/")
    }
}

/// Failures among the other members of a case, with the first one's code; nothing where there is none.
mod coded {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::FailureRow;
    use crate::spelling::among;

    #[derive(Serialize)]
    struct Written<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<&'a str>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        failures: &'a [FailureRow],
    }

    #[derive(Deserialize)]
    struct Read {
        #[serde(default)]
        failures: Vec<FailureRow>,
    }

    pub(super) fn serialize<S: Serializer>(failures: &[FailureRow], to: S) -> Result<S::Ok, S::Error> {
        let code = failures.first().map(|first| first.failure.code.as_str());
        Written { code, failures }.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<FailureRow>, D::Error> {
        among::deserialize(from).map(|Read { failures }| failures)
    }
}

/// The case that differs from another only in the fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twin {
    /// Its id.
    pub id: String,
    /// Whether it passed.
    pub passed: bool,
}

/// What a case came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseVerdict {
    /// All of its rules held or were observed.
    Pass,
    /// A required rule was broken.
    Fail,
    /// A rule was broken that is not required.
    Warn,
    /// It could not be seen.
    Inconclusive,
    /// Nothing happened that it could judge.
    NotExercised,
    /// It did not pass, in the way that the baseline knows.
    Xfail,
    /// It passed, and the baseline says that it fails.
    Xpass,
    /// It passed or failed, and the baseline says that it may do either.
    Flaky,
}

impl CaseVerdict {
    /// All of them, in the order in which reports count them.
    pub const ALL: [Self; 8] = [
        Self::Pass,
        Self::Fail,
        Self::Warn,
        Self::Inconclusive,
        Self::NotExercised,
        Self::Xfail,
        Self::Xpass,
        Self::Flaky,
    ];

    /// The word for reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::NotExercised => "not_exercised",
            Self::Xfail => "xfail",
            Self::Xpass => "xpass",
            Self::Flaky => "flaky",
        }
    }
}

/// Why a failure is known: an entry of the baseline, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// How it is expected to fail.
    pub status: Expected,
    /// Why it is allowed, in the words of the file.
    pub reason: String,
    /// Where it is being worked on.
    pub issue: Option<String>,
    /// The last day on which it holds, as `2027-03-31`.
    pub until: Option<String>,
    /// The file, as the user named it.
    pub file: String,
    /// The first line of the entry, from 1.
    pub line: usize,
}

/// A broken rule with what explains it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailureRow {
    /// What was seen.
    #[serde(flatten, with = "among")]
    pub failure: Failure,
    /// The rule's level.
    pub level: Level,
    /// The rule's sentence.
    pub text: String,
    /// The section of WIRE.md, as an anchor.
    pub anchor: String,
    /// What the code means.
    pub means: String,
    /// What to change.
    pub fix: String,
    /// Whether an entry of the baseline waives it.
    pub waived: bool,
}
