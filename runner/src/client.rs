//! `client` and `smoke`: has a client tested, and writes the reports.

use std::io::Write;
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::NamedTempFile;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::limits::Limits;
use thrum_conform::plan::{self, Selection};
use thrum_conform::report::{self, Format, Report, Verbosity};
use thrum_conform::rule::{Level, Profile};
use thrum_conform::run::{self, Judged, Run};
use thrum_conform::score::{Scoring, score};
use thrum_conform::smoke;
use thrum_conform::testee::Command;

use crate::cli::{ClientArgs, ColorArg, LevelArg, PatienceArgs, SmokeArgs};
use crate::source::Loaded;
use crate::{reference, source};

/// `client`.
pub fn test(args: &ClientArgs) -> Result<Exit, Error> {
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
        rules: args.rule.iter().map(|rule| rule.to_uppercase()).collect(),
        wire: args.wire.unwrap_or(book.version),
        profile: Profile::Document,
    };
    let command = command(&args.command, args.mutant.as_deref())?;
    let limits = limits(&args.patience);
    let run = Run {
        suite: &suite,
        book: &book,
        bodies: &bodies,
        command: &command,
        selection: &selection,
        limits: &limits,
        workers: args.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
        fail_fast: args.fail_fast,
        keep_scenes: args.trace,
    };
    // hidden where stderr is no terminal
    let bar = ProgressBar::no_length().with_style(bar_style());
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
    let scoring = Scoring {
        book: &book,
        suite: &suite,
        required: if args.level == LevelArg::Should { Level::Should } else { Level::Must },
        rules: &selection.rules,
        all: selection.is_all(),
        command: if args.command.is_empty() { String::new() } else { command.shown() },
        wire: selection.wire,
        profile: selection.profile,
        vectors: release,
    };
    let report = score(results, &scoring);
    write_reports(&report, args)?;
    Ok(report.exit)
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

/// The client's command, or this program as the reference client.
fn command(given: &[String], mutant: Option<&str>) -> Result<Command, Error> {
    if !given.is_empty() {
        return Ok(Command { argv: given.to_vec() });
    }
    let own = std::env::current_exe()
        .map_err(|error| Error::Broken(format!("cannot find this program: {error}")))?;
    let mut argv = vec![own.display().to_string(), "testee".to_owned()];
    if let Some(mutant) = mutant {
        reference::known(mutant).map_err(Error::Input)?;
        argv.extend(["--mutant".to_owned(), mutant.to_owned()]);
    }
    Ok(Command { argv })
}

fn limits(patience: &PatienceArgs) -> Limits {
    Limits { reply: patience.timeout, ..Limits::default() }.scaled(patience.timeout_scale)
}

fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Broken(format!("cannot start the runtime: {error}")))?;
    runtime.block_on(work)
}

fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:24} {pos} of {len} cases {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Resolves on Ctrl-C, or when the process is asked to end.
async fn interrupted() {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
    let asked = async {
        match &mut term {
            Some(term) => {
                term.recv().await;
            }
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = asked => {}
    }
}

/// With `--trace`, what crossed in this case.
fn trace(judged: &Judged<'_>, wanted: bool) {
    if let (true, Some(scene)) = (wanted, &judged.scene) {
        let mut err = std::io::BufWriter::new(anstream::stderr());
        // a closed stderr is no reason to end the run
        let _ = report::write_scene(&judged.case.id, scene, &mut err).and_then(|()| err.flush());
    }
}

/// Files are written whole or not at all. The report for people goes to stdout unless another format takes it.
fn write_reports(report: &Report, args: &ClientArgs) -> Result<(), Error> {
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let format = |json: bool| if json { Format::Json } else { Format::Tty(verbosity) };
    for wanted in &args.report {
        match &wanted.path {
            Some(path) => write_file(report, format(wanted.json), path)?,
            None => write_stdout(report, format(wanted.json), args.color)?,
        }
    }
    if args.report.iter().all(|wanted| wanted.path.is_some()) {
        write_stdout(report, format(false), args.color)?;
    }
    Ok(())
}

fn write_file(report: &Report, format: Format, path: &Path) -> Result<(), Error> {
    let fault = |error: std::io::Error| {
        Error::Input(format!("cannot write the report to `{}`: {error}", path.display()))
    };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(parent).map_err(fault)?;
    let mut plain = anstream::StripStream::new(Vec::new());
    report::write(report, format, &mut plain).map_err(fault)?;
    file.write_all(&plain.into_inner()).map_err(fault)?;
    file.persist(path).map_err(|error| fault(error.error))?;
    Ok(())
}

fn write_stdout(report: &Report, format: Format, color: ColorArg) -> Result<(), Error> {
    let choice = match color {
        ColorArg::Auto => AutoStream::choice(&std::io::stdout()),
        ColorArg::Always => ColorChoice::AlwaysAnsi,
        ColorArg::Never => ColorChoice::Never,
    };
    let mut out = AutoStream::new(Vec::new(), choice);
    let written = report::write(report, format, &mut out)
        .and_then(|()| std::io::stdout().write_all(&out.into_inner()))
        .and_then(|()| std::io::stdout().flush());
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Broken(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}
