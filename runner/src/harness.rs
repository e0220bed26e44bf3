//! The suite as `cargo test` of a client's own: each case, and each rule that binds every line, is a test.
//!
//! ```text
//! // tests/conformance.rs, with `harness = false` in its `[[test]]`
//! fn main() -> std::process::ExitCode {
//!     thrum_conform::harness([env!("CARGO_BIN_EXE_shim")])
//! }
//! ```
//!
//! What was selected is run once, before the tests, which then tell what came of it.

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::error::Error;
use crate::limits::{Limits, STACK_BYTES};
use crate::plan::Selection;
use crate::report::{self, CaseVerdict, Report, Standing};
use crate::rule::{Level, Party, Rule, RuleBook};
use crate::run::{self, Order, Run};
use crate::score::{Scoring, score};
use crate::testee::Command;
use crate::vector::{self, Bodies, Body, Case, Source, Status, Suite};

/// Runs the built-in vectors against the client whose shim this command starts, with the arguments of `cargo test`:
/// names, `--skip`, `--exact`, `--list` and the rest.
///
/// A test is ignored, with the reason, where it does not apply to the client or the client did nothing that it could
/// judge. Whatever else is no pass and no warning fails. The exit code is that of `cargo test`, or that of
/// `thrum-conform` where nothing could be run.
pub fn harness<S: Into<String>>(command: impl IntoIterator<Item = S>) -> ExitCode {
    let arguments = Arguments::from_args();
    let command = Command { argv: command.into_iter().map(Into::into).collect(), ..Command::default() };
    match trials(&command, &arguments) {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(error.exit().code())
        }
    }
}

/// What was asked for, each with its verdict in hand; a list needs none.
fn trials(command: &Command, arguments: &Arguments) -> Result<Vec<Trial>, Error> {
    let material = Material::embedded()?;
    let asked: Vec<Asked> = material.all().into_iter().filter(|asked| asked.is_wanted(arguments)).collect();
    if asked.is_empty() || arguments.list {
        return Ok(asked.iter().map(|asked| asked.trial(Ok(Completion::Completed))).collect());
    }
    let report = material.play(command, only(&asked), arguments.test_threads.unwrap_or_else(run::workers))?;
    Ok(asked.iter().map(|asked| asked.trial(asked.verdict(&report))).collect())
}

/// A test by its name.
enum Asked {
    /// A case, and the word for its kind.
    Case(String, &'static str),
    /// A rule that is judged on every line.
    Rule(String),
}

impl Asked {
    fn trial(&self, verdict: Result<Completion, Failed>) -> Trial {
        let (name, kind) = match self {
            Self::Case(id, kind) => (id.clone(), *kind),
            Self::Rule(id) => (name(id), "rule"),
        };
        Trial::ignorable_test(name, move || verdict).with_kind(kind)
    }

    fn verdict(&self, report: &Report) -> Result<Completion, Failed> {
        match self {
            Self::Case(id, _) => case(report, id),
            Self::Rule(id) => rule(report, id),
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

/// The cases to run: all of them where a rule is asked for that every line may break.
fn only(asked: &[Asked]) -> Option<BTreeSet<String>> {
    let id = |asked: &Asked| match asked {
        Asked::Case(id, _) => Some(id.clone()),
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
            CaseVerdict::NotExercised | CaseVerdict::Xfail | CaseVerdict::Flaky => {
                idle = Some(row.why.clone());
            }
            CaseVerdict::Xpass => return Err(row.why.clone().into()),
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

/// What a rule came to that is judged on every line.
fn rule(report: &Report, id: &str) -> Result<Completion, Failed> {
    let mut idle = Some("it does not bind this client".to_owned());
    for row in report.rules.iter().filter(|row| row.id == id) {
        match row.standing {
            Standing::Violated | Standing::Undecided => {
                let name = name(id);
                let broken = report.cases.iter().find(|case| case.id == name && case.side == row.side);
                return Err(broken
                    .map_or_else(|| row.why.clone(), |case| report::explain(report, case))
                    .into());
            }
            Standing::NotExercised | Standing::NotApplicable | Standing::Waived => {
                idle = idle.map(|_| row.why.clone());
            }
            Standing::Held | Standing::Warned | Standing::Observed => idle = None,
        }
    }
    Ok(idle.map_or(Completion::Completed, Completion::ignored_with))
}

/// The suite that is built in.
struct Material {
    book: RuleBook,
    suite: Suite,
    bodies: Bodies,
}

impl Material {
    fn embedded() -> Result<Self, Error> {
        let broken = |what: &str| Error::Broken(format!("the built-in {what} cannot be read"));
        let book = RuleBook::parse(thrum_vectors::WIRE_DOC).map_err(|_| broken("WIRE.md"))?;
        let suite = vector::load(&Source::Embedded, &book).map_err(|_| broken("vectors"))?;
        let bodies = Bodies::load().map_err(|_| broken("schemas"))?;
        Ok(Self { book, suite, bodies })
    }

    /// Everything that can be tested.
    fn all(&self) -> Vec<Asked> {
        let kind = |case: &Case| if matches!(case.body, Body::Wire { .. }) { "wire" } else { "call" };
        let runs = |case: &&Case| case.status != Status::Withdrawn && !case.is_for_bees;
        let cases = self.suite.cases.iter().filter(runs);
        let cases = cases.map(|case| Asked::Case(case.id.clone(), kind(case)));
        let binds = |rule: &&Rule| {
            rule.ambient && [Party::Client, Party::Worker].iter().any(|party| rule.roles.contains(party))
        };
        let rules = self.book.rules().filter(binds);
        cases.chain(rules.map(|rule| Asked::Rule(rule.id.clone()))).collect()
    }

    /// Plays these cases, or all, on a stack that deeply nested tones need, and scores what came of it.
    fn play(
        &self,
        command: &Command,
        only: Option<BTreeSet<String>>,
        workers: usize,
    ) -> Result<Report, Error> {
        let fault = |error| Error::Broken(format!("cannot start a thread: {error}"));
        std::thread::scope(|scope| {
            let played = std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, || self.report(command, only, workers));
            let broken = |_| Err(Error::Broken("the suite panicked".to_owned()));
            played.map_err(fault)?.join().unwrap_or_else(broken)
        })
    }

    fn report(
        &self,
        command: &Command,
        only: Option<BTreeSet<String>>,
        workers: usize,
    ) -> Result<Report, Error> {
        let selection = Selection { only, ..Selection::all(self.book.version) };
        let limits = Limits::default();
        let run = Run {
            suite: &self.suite,
            book: &self.book,
            bodies: &self.bodies,
            command,
            black_box: false,
            selection: &selection,
            limits: &limits,
            order: Order::default(),
            workers,
            fail_fast: false,
            keep_scenes: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::Broken(format!("cannot start the runtime: {error}")))?;
        let results = runtime.block_on(run::run(&run, &|_, _| (), std::future::pending()))?.whole()?;
        Ok(score(
            results,
            &Scoring {
                book: &self.book,
                suite: &self.suite,
                required: Level::Must,
                rules: &[],
                all: selection.is_all(),
                baseline: None,
                command: command.shown(),
                config: None,
                wire: selection.wire,
                vectors: selection.wire.to_string(),
            },
        ))
    }
}
