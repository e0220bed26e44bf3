//! The suite as `cargo test` of a client's own: each case, each rule that binds every line, and each known failure of
//! its `conformance.toml` is a test.
//!
//! ```text
//! // tests/conformance.rs, with `harness = false` in its `[[test]]`
//! fn main() -> std::process::ExitCode {
//!     thrum_conform::harness([env!("CARGO_BIN_EXE_shim")])
//! }
//! ```
//!
//! [`harness_with`] takes the client's configuration besides.
//!
//! What was selected is run once, before the tests, which then tell what came of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use time::OffsetDateTime;

use crate::baseline::Target;
use crate::config::Config;
use crate::error::Error;
use crate::limits::{Limits, STACK_BYTES};
use crate::loaded::{self, Loaded};
use crate::plan::Selection;
use crate::report::{self, CaseRow, CaseVerdict, Report, Standing};
use crate::rule::{Level, Party, Rule};
use crate::run::{self, Keep, Order, Run};
use crate::score::{Scoring, score};
use crate::testee::Command;
use crate::vector::{Body, Case, Status};

/// Runs the built-in vectors against the client whose shim this command starts, with the arguments of `cargo test`:
/// names, `--skip`, `--exact`, `--list` and the rest.
///
/// A test is ignored, with the reason, where it does not apply to the client or the client did nothing that it could
/// judge. Whatever else is no pass and no warning fails. The exit code is that of `cargo test`, or that of
/// `thrum-conform` where nothing could be run.
pub fn harness<S: Into<String>>(command: impl IntoIterator<Item = S>) -> ExitCode {
    run_trials(command.into_iter().map(Into::into).collect(), None)
}

/// The same with a `conformance.toml`: its environment, its pinned vectors, what it narrows, and its known failures.
/// Only its command is not taken, which `cargo test` has built by itself.
///
/// What is known to fail is ignored, with the reason. Each `[[expect]]` is one more test, `expect/` and what it is
/// about, which fails where the entry no longer tells the truth, and shows the lines to change.
pub fn harness_with<S: Into<String>>(
    config: impl AsRef<Path>,
    command: impl IntoIterator<Item = S>,
) -> ExitCode {
    run_trials(command.into_iter().map(Into::into).collect(), Some(config.as_ref()))
}

fn run_trials(command: Vec<String>, config: Option<&Path>) -> ExitCode {
    let arguments = Arguments::from_args();
    match Bench::new(command, config).and_then(|bench| trials(&bench, &arguments)) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(error.exit().code())
        }
    }
}

/// What was asked for, each with its verdict in hand; a list needs none.
fn trials(bench: &Bench, arguments: &Arguments) -> Result<Vec<Trial>, Error> {
    let asked: Vec<Asked> = bench.all().into_iter().filter(|asked| asked.is_wanted(arguments)).collect();
    if asked.is_empty() || arguments.list {
        return Ok(asked.iter().map(|asked| asked.trial(Ok(Completion::Completed))).collect());
    }
    let report = bench.play(only(&asked), arguments.test_threads.unwrap_or_else(run::workers))?;
    Ok(asked.iter().map(|asked| asked.trial(asked.verdict(&report))).collect())
}

/// A test by its name.
enum Asked {
    /// A case, and the word for its kind.
    Case(String, &'static str),
    /// A rule that is judged on every line.
    Rule(String),
    /// A known failure: what its entry is about, which case if it is one, and the line in the file.
    Entry { target: String, case: Option<String>, line: usize },
}

impl Asked {
    fn trial(&self, verdict: Result<Completion, Failed>) -> Trial {
        let (name, kind) = match self {
            Self::Case(id, kind) => (id.clone(), *kind),
            Self::Rule(id) => (name(id), "rule"),
            Self::Entry { target, .. } => (format!("expect/{target}"), "known"),
        };
        Trial::ignorable_test(name, move || verdict).with_kind(kind)
    }

    fn verdict(&self, report: &Report) -> Result<Completion, Failed> {
        match self {
            Self::Case(id, _) => case(report, id),
            Self::Rule(id) => rule(report, id),
            Self::Entry { line, .. } => entry(report, *line),
        }
    }

    fn is_wanted(&self, arguments: &Arguments) -> bool {
        !arguments.is_filtered_out(&self.trial(Ok(Completion::Completed)))
    }
}

/// Of a rule that is judged on every line.
fn name(rule: &str) -> String {
    format!("ambient/{}", rule.to_lowercase())
}

/// The cases to run: all of them where a rule is asked for that every line may break, or an entry that is about many.
fn only(asked: &[Asked]) -> Option<BTreeSet<String>> {
    let id = |asked: &Asked| match asked {
        Asked::Case(id, _) => Some(id.clone()),
        Asked::Entry { case, .. } => case.clone(),
        Asked::Rule(_) => None,
    };
    asked.iter().map(id).collect()
}

/// What one case came to, in every role and profile in which it was played.
fn case(report: &Report, id: &str) -> Result<Completion, Failed> {
    let mut idle = None;
    for row in report.cases.iter().filter(|row| row.id == id) {
        match row.verdict {
            CaseVerdict::Pass | CaseVerdict::Warn => {}
            CaseVerdict::NotExercised => idle = Some(row.why.clone()),
            CaseVerdict::Xfail | CaseVerdict::Flaky => idle = Some(known(row)),
            CaseVerdict::Xpass => return Err(known(row).into()),
            CaseVerdict::Fail | CaseVerdict::Inconclusive => return Err(report::explain(report, row).into()),
        }
    }
    let absent = || match report.not_applicable.iter().find(|idle| idle.id == id) {
        Some(idle) => Ok(Completion::ignored_with(&idle.why)),
        None => Err("it was not run".into()),
    };
    match idle {
        Some(why) => Ok(Completion::ignored_with(why)),
        None if report.cases.iter().any(|row| row.id == id) => Ok(Completion::Completed),
        None => absent(),
    }
}

/// A known failure in words.
fn known(row: &CaseRow) -> String {
    format!("{}: {}", row.verdict.word(), report::known(row))
}

/// Whether an entry of the configuration still tells the truth.
fn entry(report: &Report, line: usize) -> Result<Completion, Failed> {
    let own = report.waivers.iter().filter(|finding| finding.line == line);
    let wrong: String = own.map(report::explain_finding).collect();
    if wrong.is_empty() { Ok(Completion::Completed) } else { Err(wrong.into()) }
}

/// What a rule came to that is judged on every line.
fn rule(report: &Report, id: &str) -> Result<Completion, Failed> {
    let (mut waived, mut idle) = (None, Some("it does not bind this client".to_owned()));
    let name = name(id);
    for row in report.rules.iter().filter(|row| row.id == id) {
        let broken = report.cases.iter().find(|case| case.id == name && case.side == row.side);
        match row.standing {
            Standing::Violated | Standing::Undecided => {
                return Err(broken
                    .map_or_else(|| row.why.clone(), |case| report::explain(report, case))
                    .into());
            }
            Standing::Waived => waived = Some(broken.map_or_else(|| row.why.clone(), known)),
            Standing::NotExercised | Standing::NotApplicable => {
                idle = idle.map(|_| row.why.clone());
            }
            Standing::Held | Standing::Warned | Standing::Observed => idle = None,
        }
    }
    Ok(waived.or(idle).map_or(Completion::Completed, Completion::ignored_with))
}

/// A client, and what it is tested with.
struct Bench {
    loaded: Loaded,
    config: Option<Config>,
    command: Command,
}

impl Bench {
    fn new(command: Vec<String>, config: Option<&Path>) -> Result<Self, Error> {
        let config = config.map(Config::read).transpose()?;
        let loaded = match &config {
            Some(config) => loaded::pinned(config, None)?,
            None => loaded::load(None, None)?,
        };
        if let Some(config) = &config {
            config.unknown_codes(&loaded.suite, &loaded.book)?;
        }
        let env = config.as_ref().map(|config| config.client.env.clone()).unwrap_or_default();
        Ok(Self { loaded, config, command: Command { argv: command, env, ..Command::default() } })
    }

    /// Everything that can be tested.
    fn all(&self) -> Vec<Asked> {
        let kind = |case: &Case| if matches!(case.body, Body::Wire { .. }) { "wire" } else { "call" };
        let runs = |case: &&Case| case.status != Status::Withdrawn && !case.is_for_bees;
        let cases = self.loaded.suite.cases.iter().filter(runs);
        let cases = cases.map(|case| Asked::Case(case.id.clone(), kind(case)));
        let binds = |rule: &&Rule| {
            rule.ambient && [Party::Client, Party::Worker].iter().any(|party| rule.roles.contains(party))
        };
        let rules = self.loaded.book.rules().filter(binds);
        let case = |target: &Target| match target {
            // the case may have another name by now, and there may be none
            Target::Case(id) | Target::Example(id, _) => {
                self.loaded.suite.case(id).map(|case| case.id.clone())
            }
            Target::Rule(_) | Target::Glob(_) => None,
        };
        let entries = self.config.iter().flat_map(|config| &config.entries).map(|entry| Asked::Entry {
            target: entry.target.to_string(),
            case: case(&entry.target),
            line: entry.place.first,
        });
        cases.chain(rules.map(|rule| Asked::Rule(rule.id.clone()))).chain(entries).collect()
    }

    /// Plays these cases, or all, on a stack that deeply nested tones need, and scores what came of it.
    fn play(&self, only: Option<BTreeSet<String>>, workers: usize) -> Result<Report, Error> {
        let fault = |error| Error::Broken(format!("cannot start a thread: {error}"));
        std::thread::scope(|scope| {
            let played = std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, || self.report(only, workers));
            let broken = |_| Err(Error::Broken("the suite panicked".to_owned()));
            played.map_err(fault)?.join().unwrap_or_else(broken)
        })
    }

    fn report(&self, only: Option<BTreeSet<String>>, workers: usize) -> Result<Report, Error> {
        let Loaded { book, suite, bodies, release, .. } = &self.loaded;
        let client = self.config.as_ref().map(|config| &config.client);
        let selection = Selection {
            only,
            narrow: client.map(|client| client.narrow.clone()).unwrap_or_default(),
            ..Selection::all(self.loaded.wire(client.and_then(|client| client.wire))?)
        };
        let limits = Limits::default();
        let run = Run {
            suite,
            book,
            bodies,
            command: &self.command,
            black_box: false,
            selection: &selection,
            limits: &limits,
            order: Order::default(),
            workers,
            fail_fast: false,
            keep: Keep::Nothing,
            trace: None,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::Broken(format!("cannot start the runtime: {error}")))?;
        let results = runtime.block_on(run::run(&run, &|_| (), std::future::pending()))?.whole()?;
        let today = OffsetDateTime::now_utc().date();
        Ok(score(
            results,
            &Scoring {
                book,
                suite,
                required: client.and_then(|client| client.level).unwrap_or(Level::Must),
                rules: &[],
                all: selection.is_all(),
                baseline: self.config.as_ref().map(|config| config.baseline(today, &selection)),
                command: format!("-- {}", self.command.shown()),
                config: self.config.as_ref().map(|config| config.name.clone()),
                wire: selection.wire,
                vectors: release.clone(),
            },
        ))
    }
}
