//! `report`: what is made of stored JSON reports.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded::{self, Loaded};
use thrum_conform::merge::{self, Material};
use thrum_conform::report::{self, CompareFormat, Comparison, Matrix, MatrixFormat, Report};

use crate::cli::{ColorArg, CompareArgs, FormatArg, MergeArgs, RenderArgs, ReportArg, ReportCommand};
use crate::reports::{Reports, format};
use crate::sink;

/// How long a pipe may wait for its reader.
const PATIENCE: Duration = Duration::from_secs(10);

/// `report`.
pub fn run(command: &ReportCommand) -> Result<Exit, Error> {
    match command {
        ReportCommand::Render(args) => render(args),
        ReportCommand::Merge(args) => merge(args),
        ReportCommand::Matrix { reports, report, color } => matrix(reports, report, *color),
        ReportCommand::Compare(args) => compare(args),
    }
}

/// `report render`.
fn render(args: &RenderArgs) -> Result<Exit, Error> {
    let report = Report::read(&args.file)?;
    write(&args.formats, args.color, |asked, out| {
        report::write(&report, format(asked, args.verbosity), out)
    })?;
    Ok(Exit::Fine)
}

/// `report merge`.
fn merge(args: &MergeArgs) -> Result<Exit, Error> {
    let names = args.shards.iter().map(|path| path.display().to_string());
    let shards: Vec<(String, Report)> = names.zip(read(&args.shards)?).collect();
    let Loaded { book, suite, release, .. } =
        loaded::load(args.source.vectors.as_deref(), args.source.wire_doc.as_deref())?;
    let report = merge::merge(&shards, Material { book: &book, suite: &suite, release: &release })?;
    Reports::open(&args.output, PATIENCE)?.write(&report)?;
    Ok(report.exit)
}

/// `report matrix`.
fn matrix(paths: &[PathBuf], formats: &[ReportArg], color: ColorArg) -> Result<Exit, Error> {
    let matrix = Matrix::of(&read(paths)?);
    write(formats, color, |asked, out| {
        let format = match asked.format {
            FormatArg::Md => MatrixFormat::Md,
            FormatArg::Html => MatrixFormat::Html,
            _ => MatrixFormat::Tty,
        };
        report::write_matrix(&matrix, format, out)
    })?;
    Ok(Exit::Fine)
}

/// `report compare`.
fn compare(args: &CompareArgs) -> Result<Exit, Error> {
    let both = read(&[args.old.clone(), args.new.clone()])?;
    let [old, new] = both.as_slice() else {
        return Err(Error::Broken("two files gave no two reports".to_owned()));
    };
    let comparison = Comparison::of(old, new);
    write(&args.report, args.color, |asked, out| {
        let format = match asked.format {
            FormatArg::Md => CompareFormat::Md,
            FormatArg::Json => CompareFormat::Json,
            FormatArg::Html => CompareFormat::Html,
            _ => CompareFormat::Tty,
        };
        report::write_comparison(&comparison, format, out)
    })?;
    Ok(if args.fail_on_worse && comparison.worse { Exit::Failed } else { Exit::Fine })
}

/// Writes the same thing in each of the formats.
fn write(
    formats: &[ReportArg],
    color: ColorArg,
    write: impl Fn(&ReportArg, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let sinks = sink::open(formats, color, PATIENCE)?;
    formats.iter().zip(sinks).try_for_each(|(asked, sink)| sink.write(|out| write(asked, out)))
}

/// Reads all of them, or says what is wrong with each.
fn read(paths: &[PathBuf]) -> Result<Vec<Report>, Error> {
    let (reports, faults): (Vec<_>, Vec<_>) =
        paths.iter().map(|path| Report::read(path)).partition(Result::is_ok);
    if faults.is_empty() {
        return Ok(reports.into_iter().flatten().collect());
    }
    let faults: Vec<String> =
        faults.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
    Err(Error::Input(faults.join("\n")))
}
