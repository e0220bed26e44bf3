//! `client` and `smoke`: has a client tested, and writes the reports.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressStyle};
use tempfile::NamedTempFile;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::limits::Limits;
use thrum_conform::report::{self, Format, Report, Stored, Verbosity};
use thrum_conform::run::{self, Judged, Order, Run};
use thrum_conform::score::{Scoring, score};
use thrum_conform::smoke;

use crate::cli::{ClientArgs, ColorArg, PatienceArgs, ReportArg, SmokeArgs, TestArgs};
use crate::source;
use crate::target::{Target, command, config};

/// `client`.
pub fn test(args: &ClientArgs) -> Result<Exit, Error> {
    check_reports(&args.report)?;
    let target = Target::new(&args.test)?;
    let report = play(&target, &args.test, args.fail_fast, args.trace)?;
    write_reports(&report, args)?;
    Ok(report.exit)
}

/// Runs a client and scores what came of it.
pub fn play(target: &Target, args: &TestArgs, fail_fast: bool, trace_all: bool) -> Result<Report, Error> {
    let Target { loaded, selection, .. } = target;
    let limits = limits(&args.patience);
    let run = Run {
        suite: &loaded.suite,
        book: &loaded.book,
        bodies: &loaded.bodies,
        command: &target.command,
        selection,
        limits: &limits,
        order: Order {
            seed: args.shuffle.map(|seed| seed.unwrap_or_else(|| fastrand::u64(..1 << 32))),
            times: args.repeat,
        },
        workers: args.jobs.unwrap_or_else(|| 1 + std::thread::available_parallelism().map_or(1, usize::from)),
        fail_fast,
        keep_scenes: trace_all,
    };
    // hidden where stderr is no terminal
    let bar = ProgressBar::no_length().with_style(bar_style("cases"));
    let progress = |judged: &Judged<'_>, total: usize| {
        bar.set_length(total as u64);
        bar.inc(1);
        if judged.is_broken() {
            bar.set_message(format!("· last failure {}", judged.case.id));
        }
        bar.suspend(|| trace(judged, trace_all));
    };
    let results = block_on(async { run::run(&run, &progress, interrupted()).await });
    bar.finish_and_clear();
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
    let mut report = score(results?, &scoring);
    report.notes.extend(target.notes());
    Ok(report)
}

/// `smoke`.
pub fn smoke(args: &SmokeArgs) -> Result<Exit, Error> {
    let config = config(args.config.as_deref(), args.command.is_empty())?;
    let command = command(&args.command, None, config.as_ref())?;
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
    write_stdout(color, |out| report::write_matrix(&reports, &book, out))?;
    Ok(Exit::Fine)
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

/// Resolves on Ctrl-C, or when the process is asked to end.
pub async fn interrupted() {
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
        let mut err = io::BufWriter::new(anstream::stderr());
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
            Some(path) => write_file(path, |out| report::write(report, format(wanted.json), out))?,
            None => write_stdout(args.color, |out| report::write(report, format(wanted.json), out))?,
        }
    }
    if args.report.iter().all(|wanted| wanted.path.is_some()) {
        write_stdout(args.color, |out| report::write(report, format(false), out))?;
    }
    Ok(())
}

/// Whether reports can be written where they are wanted: asked before a run, so that none is lost for a misspelt path.
pub fn check_reports(reports: &[ReportArg]) -> Result<(), Error> {
    for path in reports.iter().filter_map(|report| report.path.as_deref()) {
        if path.is_dir() {
            return Err(unwritable(path, "it is a folder (hint: name a file)"));
        }
        if !is_special(path) {
            draft(path)?;
        }
    }
    Ok(())
}

/// Writes a file without colours, whole or not at all.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let fault = |error: io::Error| unwritable(path, &error.to_string());
    let mut plain = anstream::StripStream::new(Vec::new());
    write(&mut plain).map_err(fault)?;
    let text = plain.into_inner();
    if is_special(path) {
        return File::options().write(true).open(path).and_then(|mut to| to.write_all(&text)).map_err(fault);
    }
    let mut file = draft(path)?;
    file.write_all(&text).map_err(fault)?;
    file.persist(path).map_err(|error| fault(error.error))?;
    Ok(())
}

/// A file that is to take the place of this one, readable for whom the umask says.
fn draft(path: &Path) -> Result<NamedTempFile, Error> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return Err(unwritable(path, &format!("there is no folder `{}`", parent.display())));
    }
    let open = std::fs::Permissions::from_mode(0o666);
    let file = tempfile::Builder::new().permissions(open).tempfile_in(parent);
    file.map_err(|error| unwritable(path, &error.kind().to_string()))
}

/// A device or a pipe, such as `/dev/null`: nothing may take its place.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn unwritable(path: &Path, why: &str) -> Error {
    Error::Input(format!("cannot write the report to `{}`: {why}", path.display()))
}

/// Writes to stdout; a reader that has gone away is no error.
pub fn write_stdout(
    color: ColorArg,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let choice = match color {
        ColorArg::Auto => AutoStream::choice(&io::stdout()),
        ColorArg::Always => ColorChoice::AlwaysAnsi,
        ColorArg::Never => ColorChoice::Never,
    };
    let mut out = AutoStream::new(Vec::new(), choice);
    let written = write(&mut out)
        .and_then(|()| io::stdout().write_all(&out.into_inner()))
        .and_then(|()| io::stdout().flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Broken(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}
