//! The facts that every format shows: plain data, with rules first.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::baseline::Finding;
use crate::exit::Exit;
use crate::judge::{Failure, Scene};
use crate::rule::{Level, Party, Profile, Side};
use crate::run::{Order, Unsteady};
use crate::testee::{Identity, quoted};

/// The name under which the configuration of a client is looked for.
pub const CONFIG_NAME: &str = "conformance.toml";

/// A whole run, scored.
#[derive(Debug)]
pub struct Report {
    /// Who was tested.
    pub identity: Identity,
    /// How the client was tested: 0 as a whole bee, of which only the wire shows, 2 through a shim.
    pub level: u8,
    /// The command that starts the shim or the bee, for rerun lines; empty for the built-in client, and where the
    /// configuration holds it.
    pub command: String,
    /// The `conformance.toml` that was used, as the user named it.
    pub config: Option<String>,
    /// The wire version.
    pub wire: String,
    /// The release of the vectors; only the wire where they have none.
    pub vectors: String,
    /// As whom the client was tested: in which roles and profiles.
    pub sides: Vec<Side>,
    /// From the first process to the last.
    pub took: Duration,
    /// Every rule that was to be decided, in the order of WIRE.md.
    pub rules: Vec<RuleRow>,
    /// Every case that ran, and every ambient rule that was broken.
    pub cases: Vec<CaseRow>,
    /// Cases that do not apply, with the reason.
    pub not_applicable: Vec<(String, String)>,
    /// Rules that bind the client and that no case decides.
    pub without_case: Vec<String>,
    /// Capabilities of the closed list that the client does not claim.
    pub unclaimed: Vec<String>,
    /// Cases that were to be played, and were not: the run ended before.
    pub unplayed: usize,
    /// What kept the client from being tested or ended the run, and what to do about it; the hint may be empty.
    pub diagnosis: Option<(String, String)>,
    /// Cases whose verdict was not the same each time.
    pub unsteady: Vec<Unsteady>,
    /// What made the order of the cases, and how often each was to be played.
    pub order: Order,
    /// What is wrong with the baseline: each one fails the run.
    pub waivers: Vec<Finding>,
    /// Things to know beside the verdicts.
    pub notes: Vec<String>,
    /// What the process ends with.
    pub exit: Exit,
}

impl Report {
    /// The sides that it says anything about, in order.
    pub fn sides_told(&self) -> Vec<Side> {
        let rules = self.rules.iter().map(|row| row.side);
        let cases = self.cases.iter().map(|row| row.side);
        rules.chain(cases).collect::<BTreeSet<_>>().into_iter().collect()
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
        let command = if self.command.is_empty() { String::new() } else { format!(" -- {}", self.command) };
        let how = if self.level == 0 { " --black-box" } else { "" };
        Some(format!("thrum-conform client{how}{config} --run {}{role}{profile} --trace{command}", case.id))
    }
}

/// One rule, as it binds one side.
#[derive(Debug)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Whom it binds here, and in which profile.
    pub side: Side,
    /// Its level.
    pub level: Level,
    /// Its sentence.
    pub text: String,
    /// The section of WIRE.md, as an anchor.
    pub anchor: String,
    /// What it came to.
    pub standing: Standing,
    /// Why, where that needs saying; what was seen, for a MAY.
    pub why: String,
    /// The cases that say so: those that broke it, else those that decide it.
    pub cases: Vec<String>,
}

/// What a rule came to, over all cases that decide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Debug)]
pub struct CaseRow {
    /// Its id.
    pub id: String,
    /// As whom the client was tested.
    pub side: Side,
    /// How many examples were judged.
    pub examples: usize,
    /// What it came to.
    pub verdict: CaseVerdict,
    /// Whether it counts.
    pub scored: bool,
    /// Why, where it did not pass.
    pub why: String,
    /// From the first step to the last.
    pub took: Duration,
    /// The rules that it decides.
    pub rules: Vec<String>,
    /// What went wrong, one for each broken rule.
    pub failures: Vec<FailureRow>,
    /// The picture of the exchange.
    pub scene: Option<Scene>,
    /// The end of what the process wrote to stderr.
    pub stderr: String,
    /// The case that differs only in the fault, and whether it passed.
    pub twin: Option<(String, bool)>,
    /// The entry of the baseline that speaks of it, where one does.
    pub waiver: Option<Waiver>,
}

impl CaseRow {
    /// Whether it is no case, but a rule that some line broke.
    pub fn is_ambient(&self) -> bool {
        self.id.starts_with("ambient/")
    }
}

/// What a case came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// `fail`, `flaky` or `unsupported`.
    pub status: &'static str,
    /// Why it is allowed, in the words of the file.
    pub reason: String,
    /// Where it is being worked on.
    pub issue: Option<String>,
    /// The last day on which it holds, as `2027-03-31`.
    pub until: Option<String>,
    /// The file, as the user named it, and the first line of the entry.
    pub place: (String, usize),
}

/// A broken rule with what explains it.
#[derive(Debug)]
pub struct FailureRow {
    /// What was seen.
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
