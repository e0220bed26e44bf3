//! Has a client tested from the first process to the score: what `client`, `baseline` and the others that test share.

use std::collections::BTreeMap;

use thrum_conform::error::Error;
use thrum_conform::limits::Limits;
use thrum_conform::report::{CaseRow, Report};
use thrum_conform::rule::Side;
use thrum_conform::run::{self, End, Keep, Order, Progress, Results, Run};
use thrum_conform::score::{Scoring, score};
use thrum_conform::transcript::{self, About, Transcript};

use crate::by_hand;
use crate::cli::{PatienceArgs, TestArgs, TraceArg};
use crate::interrupt::interrupted;
use crate::progress::Cases;
use crate::reports::Reports;
use crate::stream::Stream;
use crate::target::Target;

/// How a run is played, beside what is tested.
#[derive(Default)]
pub struct Manner {
    /// Whether to stop at the first failure.
    pub fail_fast: bool,
    /// Of which cases to make transcripts.
    pub keep: Keep,
    /// What of what crosses to write to stderr.
    pub trace: Option<TraceArg>,
    /// Whether to draw a bar on stderr, where nothing is traced.
    pub bar: bool,
}

/// What came of a run.
pub struct Played {
    pub report: Report,
    /// Why it broke off, where it did.
    pub broke: Option<Error>,
    /// Of what was to be kept.
    pub transcripts: Vec<Transcript>,
    /// Of each rule that is judged on every line, by side, the first case in which a line breaks it.
    pub offenders: BTreeMap<(Side, String), String>,
}

impl Played {
    /// The case behind a row: of a rule that is judged on every line, the first that broke it.
    pub fn case<'r>(&'r self, row: &'r CaseRow) -> &'r str {
        let rule = row.failures.first().filter(|_| row.is_ambient()).map(|row| &row.failure.rule);
        let offender = rule.and_then(|rule| self.offenders.get(&(row.side, rule.clone())));
        offender.map_or(&row.id, String::as_str)
    }
}

/// Runs a client and scores what came of it.
pub fn play(target: &Target, args: &TestArgs, manner: &Manner, live: &Reports) -> Result<Played, Error> {
    let Target { loaded, selection, .. } = target;
    let limits = by_hand::limits(limits(&args.patience), &target.command);
    let stream = manner.trace.map(|what| Stream::start(what == TraceArg::All)).transpose()?;
    let run = Run {
        suite: &loaded.suite,
        book: &loaded.book,
        bodies: &loaded.bodies,
        command: &target.command,
        black_box: args.black_box,
        selection,
        limits: &limits,
        order: Order {
            seed: args.shuffle.map(|seed| seed.unwrap_or_else(|| fastrand::u64(..1 << 32))),
            times: args.repeat,
        },
        workers: args.jobs.unwrap_or_else(run::workers),
        fail_fast: manner.fail_fast,
        keep: manner.keep,
        trace: stream.as_ref().map(|stream| &stream.trace),
    };
    let cases = Cases::new(manner.bar && stream.is_none());
    let scoring = scoring(target);
    let told = |progress: Progress<'_, '_>| {
        live.tell(progress, &run, &scoring);
        cases.note(progress);
    };
    let results = block_on(async {
        tokio::select! {
            results = run::run(&run, &told, interrupted()) => results,
            never = cases.watch() => match never {},
        }
    });
    drop(cases);
    let played = results.map(|results| scored(results, target));
    if let Some(stream) = stream {
        stream.end();
    }
    played
}

fn scored(mut results: Results<'_>, target: &Target) -> Played {
    let Target { loaded, selection, .. } = target;
    let broke = match &results.end {
        End::Broken(message) => Some(Error::Broken(message.clone())),
        End::Whole | End::Interrupted => None,
    };
    let offenders = results.offenders();
    let about = About {
        command: target.shown.clone(),
        wire: selection.wire.to_string(),
        vectors: loaded.release.clone(),
        seed: results.order.seed,
    };
    let transcripts = transcript::take(&mut results, &about);
    let facts = selection.shard.map(|_| target.facts(&results));
    let mut report = Report { shard: selection.shard, facts, ..score(results, &scoring(target)) };
    report.notes.extend(target.notes());
    Played { report, broke, transcripts, offenders }
}

/// How what came of a run is scored.
fn scoring(target: &Target) -> Scoring<'_> {
    let Target { loaded, selection, .. } = target;
    Scoring {
        book: &loaded.book,
        suite: &loaded.suite,
        required: target.required,
        rules: &selection.rules,
        all: selection.is_all(),
        baseline: target.baseline(),
        command: target.shown.clone(),
        config: target.config.as_ref().map(|config| config.name.clone()),
        wire: selection.wire,
        vectors: loaded.release.clone(),
    }
}

/// How long to wait, as the arguments say.
pub fn limits(patience: &PatienceArgs) -> Limits {
    Limits { reply: patience.timeout, ..Limits::default() }.scaled(patience.timeout_scale)
}

/// Runs something to its end.
pub fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Broken(format!("cannot start the runtime: {error}")))?;
    runtime.block_on(work)
}
