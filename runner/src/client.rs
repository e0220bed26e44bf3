//! `client` and `smoke`: has a client tested, and writes the reports.

use std::io::{self, Write as _};
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::limits::Limits;
use thrum_conform::plan::{self, Selection};
use thrum_conform::report::{self, Stored};
use thrum_conform::rule::{Level, Party, Profile};
use thrum_conform::run::{self, End, Judged, Order, Run};
use thrum_conform::score::{Scoring, score};
use thrum_conform::smoke;
use thrum_conform::testee::Command;

use crate::cli::{ClientArgs, ColorArg, LevelArg, PatienceArgs, ProfileArg, RoleArg, SmokeArgs};
use crate::interrupt::interrupted;
use crate::reports::Reports;
use crate::sink::Sink;
use crate::source::Loaded;
use crate::{reference, source};

/// `client`.
pub fn test(args: &ClientArgs) -> Result<Exit, Error> {
    let limits = limits(&args.patience);
    let reports = Reports::open(args, limits.start)?;
    let Loaded { book, suite, bodies, release, only } = source::load(&args.source)?;
    if let (Some(only), Some(wanted)) = (only, args.wire)
        && only != wanted
    {
        return Err(Error::Input(format!(
            "the archive {release} was cut for wire {only}\n(hint: take the one that was cut for {wanted})"
        )));
    }
    let globs = |texts: &[String]| {
        texts.iter().map(|text| plan::glob(text).map_err(Error::Input)).collect::<Result<Vec<_>, _>>()
    };
    let selection = Selection {
        run: globs(&args.run)?,
        skip: globs(&args.skip)?,
        only: None,
        rules: args.rule.iter().map(|rule| rule.to_uppercase()).collect(),
        wire: args.wire.unwrap_or(book.version),
        profile: args.profile.map(|profile| match profile {
            ProfileArg::Document => Profile::Document,
            ProfileArg::Live => Profile::Live,
        }),
        role: args.role.map(|role| match role {
            RoleArg::Client => Party::Client,
            RoleArg::Worker => Party::Worker,
        }),
    };
    let command = command(&args.command, args.mutant.as_deref())?;
    let run = Run {
        suite: &suite,
        book: &book,
        bodies: &bodies,
        command: &command,
        selection: &selection,
        limits: &limits,
        order: Order {
            seed: args.shuffle.map(|seed| seed.unwrap_or_else(|| fastrand::u64(..1 << 32))),
            times: args.repeat,
        },
        workers: args.jobs.unwrap_or_else(run::workers),
        fail_fast: args.fail_fast,
        keep_scenes: args.trace,
    };
    // hidden where stderr is no terminal
    let bar = ProgressBar::no_length().with_style(bar_style("cases"));
    let progress = |judged: &Judged<'_>, total: usize| {
        bar.set_length(total as u64);
        bar.inc(1);
        if judged.is_broken() {
            bar.set_message(format!("· last failure {}", judged.case.id));
        }
        bar.suspend(|| trace(judged, args.trace));
    };
    let results = block_on(async { run::run(&run, &progress, interrupted()).await });
    bar.finish_and_clear();
    let results = results?;
    let broke = match &results.end {
        End::Broken(message) => Some(Error::Broken(message.clone())),
        End::Whole | End::Interrupted => None,
    };
    let scoring = Scoring {
        book: &book,
        suite: &suite,
        required: if args.level == LevelArg::Should { Level::Should } else { Level::Must },
        rules: &selection.rules,
        all: selection.is_all(),
        command: if args.command.is_empty() { String::new() } else { command.shown() },
        wire: selection.wire,
        vectors: release,
    };
    let report = score(results, &scoring);
    let told = reports.write(&report)?;
    match broke {
        Some(error) if !told => Err(error),
        _ => Ok(report.exit),
    }
}

/// `smoke`.
pub fn smoke(args: &SmokeArgs) -> Result<Exit, Error> {
    let command = command(&args.command, None)?;
    let limits = limits(&args.patience);
    let checks = block_on(async {
        tokio::select! {
            checks = smoke::smoke(&command, &limits) => checks,
            () = interrupted() => Err(Error::Interrupted),
        }
    })?;
    source::print(|out| smoke::write(&checks, out))?;
    Ok(if checks.iter().all(|check| check.outcome.is_ok()) { Exit::Fine } else { Exit::Failed })
}

/// `report matrix`.
pub fn matrix(paths: &[PathBuf], color: ColorArg) -> Result<Exit, Error> {
    let (reports, faults): (Vec<_>, Vec<_>) =
        paths.iter().map(|path| Stored::read(path)).partition(Result::is_ok);
    if !faults.is_empty() {
        let faults: Vec<String> = faults.into_iter().filter_map(Result::err).collect();
        return Err(Error::Input(faults.join("\n")));
    }
    let reports: Vec<Stored> = reports.into_iter().flatten().collect();
    let book = source::rules(None)?;
    Sink::Stdout(color).write(|out| report::write_matrix(&reports, &book, out))?;
    Ok(Exit::Fine)
}

/// The client's command, or this program as the reference client.
fn command(given: &[String], mutant: Option<&str>) -> Result<Command, Error> {
    if !given.is_empty() {
        return Ok(Command { argv: given.to_vec() });
    }
    match mutant {
        None => testee(&[]),
        Some(mutant) => {
            reference::known(mutant).map_err(Error::Input)?;
            testee(&["--mutant", mutant])
        }
    }
}

/// This program as a testee.
pub fn testee(arguments: &[&str]) -> Result<Command, Error> {
    let own = std::env::current_exe()
        .map_err(|error| Error::Broken(format!("cannot find this program: {error}")))?;
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    let argv = [own.display().to_string(), "testee".to_owned()].into_iter().chain(arguments).collect();
    Ok(Command { argv })
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

/// A bar that counts cases, or something else.
pub fn bar_style(what: &str) -> ProgressStyle {
    ProgressStyle::with_template(&format!("{{bar:24}} {{pos}} of {{len}} {what} {{wide_msg}}"))
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// With `--trace`, what crossed in this case.
fn trace(judged: &Judged<'_>, wanted: bool) {
    if let (true, Some(scene)) = (wanted, &judged.scene) {
        let mut err = io::BufWriter::new(anstream::stderr());
        // a closed stderr is no reason to end the run
        let _ = report::write_scene(&judged.case.id, scene, &mut err).and_then(|()| err.flush());
    }
}
