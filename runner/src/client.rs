//! `client` and `smoke`: has a client tested, and writes the reports.

use std::io::{self, Write as _};

use anstream::AutoStream;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::limits::Limits;
use thrum_conform::report::{self, Report, Verbosity};
use thrum_conform::run::{self, End, Judged, Order, Progress, Run};
use thrum_conform::score::{Scoring, score};
use thrum_conform::smoke;
use thrum_conform::testee::quoted;

use crate::cli::{ClientArgs, ColorArg, PatienceArgs, SmokeArgs, TestArgs};
use crate::interrupt::interrupted;
use crate::progress::{self, Cases};
use crate::reports::Reports;
use crate::source;
use crate::target::{Target, command, config};
use crate::terminal;

/// `client`.
pub fn test(args: &ClientArgs) -> Result<Exit, Error> {
    if let (Some(_), Some(None)) = (args.shard, args.test.shuffle) {
        return Err(Error::Input(
            "the shards of a run are shuffled alike\n(hint: `--shuffle=SEED`, with one seed for all of them)"
                .to_owned(),
        ));
    }
    let reports = Reports::open(&args.output, limits(&args.test.patience).start)?;
    match tested(args, &reports) {
        Ok((report, broke)) => {
            let told = reports.write(&report)?;
            match broke {
                Some(error) if !told => Err(error),
                _ => Ok(report.exit),
            }
        }
        Err(error) => {
            reports.fail(&error);
            Err(error)
        }
    }
}

/// Tests what the arguments name.
fn tested(args: &ClientArgs, reports: &Reports) -> Result<(Report, Option<Error>), Error> {
    let mut target = Target::new(&args.test)?;
    target.selection.shard = args.shard;
    let bar = !args.output.verbosity.quiet && !args.trace;
    let watch = Watch { bar, trace: args.trace, color: args.output.color };
    play(&target, &args.test, args.fail_fast, watch, reports)
}

/// What is shown of a run while it goes on, on stderr.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// A bar with the cases.
    pub bar: bool,
    /// What crosses in every case.
    pub trace: bool,
    /// When to use colours.
    pub color: ColorArg,
}

/// Runs a client and scores what came of it; with why the run broke off, where it did.
pub fn play(
    target: &Target,
    args: &TestArgs,
    fail_fast: bool,
    watch: Watch,
    live: &Reports,
) -> Result<(Report, Option<Error>), Error> {
    let Target { loaded, selection, .. } = target;
    let limits = limits(&args.patience);
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
        fail_fast,
        keep_scenes: watch.trace,
    };
    let scoring = Scoring {
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
    };
    let cases = Cases::new(watch.bar);
    let told = |progress: Progress<'_, '_>| {
        live.tell(progress, &run, &scoring);
        cases.note(progress);
        if let (true, Progress::Ended(judged)) = (watch.trace, progress) {
            trace(judged, watch.color);
        }
    };
    let results = block_on(async {
        tokio::select! {
            results = run::run(&run, &told, interrupted()) => results,
            never = cases.watch() => match never {},
        }
    });
    drop(cases);
    let results = results?;
    let broke = match &results.end {
        End::Broken(message) => Some(Error::Broken(message.clone())),
        End::Whole | End::Interrupted => None,
    };
    let facts = selection.shard.map(|_| target.facts(&results));
    let mut report = Report { shard: selection.shard, facts, ..score(results, &scoring) };
    report.notes.extend(target.notes());
    Ok((report, broke))
}

/// `smoke`.
pub fn smoke(args: &SmokeArgs) -> Result<Exit, Error> {
    let config = config(args.config.as_deref(), args.command.is_empty())?;
    let command = command(&args.command, None, config.as_ref(), false)?;
    let named = match &config {
        _ if !args.command.is_empty() => format!(" -- {}", command.shown()),
        Some(config) => format!(" --config {}", quoted(&config.name)),
        None => String::new(),
    };
    let limits = limits(&args.patience);
    let spinner = progress::spinner();
    let progress = |what: &str| spinner.set_message(format!("{what} …"));
    let smoke = block_on(async {
        tokio::select! {
            smoke = smoke::smoke(&command, &named, &limits, &progress) => smoke,
            () = interrupted() => Err(Error::Interrupted),
        }
    });
    spinner.finish_and_clear();
    let smoke = smoke?;
    source::print(|out| smoke::write(&smoke, out))?;
    Ok(if smoke.findings() == 0 { Exit::Fine } else { Exit::Failed })
}

fn limits(patience: &PatienceArgs) -> Limits {
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

/// What crossed in a case.
fn trace(judged: &Judged<'_>, color: ColorArg) {
    let Some(scene) = &judged.scene else { return };
    let stderr = io::stderr();
    let (look, choice) = (terminal::look(Verbosity::Normal, &stderr), terminal::choice(color, &stderr));
    let mut err = io::BufWriter::new(AutoStream::new(stderr, choice));
    // a closed stderr is no reason to end the run
    let _ = report::write_scene(&judged.case.id, scene, look, &mut err).and_then(|()| err.flush());
}
