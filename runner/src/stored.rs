//! `report`: what is made of stored JSON reports.

use std::path::PathBuf;
use std::time::Duration;

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded;
use thrum_conform::report::{self, Report};

use crate::cli::{ColorArg, RenderArgs, ReportCommand};
use crate::reports::format;
use crate::sink::{self, Sink};

/// How long a pipe may wait for its reader.
const PATIENCE: Duration = Duration::from_secs(10);

/// `report`.
pub fn run(command: &ReportCommand) -> Result<Exit, Error> {
    match command {
        ReportCommand::Render(args) => render(args),
        ReportCommand::Matrix { reports, color } => matrix(reports, *color),
    }
}

/// `report render`.
fn render(args: &RenderArgs) -> Result<Exit, Error> {
    let report = Report::read(&args.file)?;
    let sinks = sink::open(&args.formats, args.color, PATIENCE)?;
    for (asked, sink) in args.formats.iter().zip(sinks) {
        let format = format(asked, args.verbosity);
        sink.write(|out| report::write(&report, format, out))?;
    }
    Ok(Exit::Fine)
}

/// `report matrix`.
fn matrix(paths: &[PathBuf], color: ColorArg) -> Result<Exit, Error> {
    let reports = read(paths)?;
    let book = loaded::rules(None)?;
    Sink::Stdout(color).write(|out| report::write_matrix(&reports, &book, out))?;
    Ok(Exit::Fine)
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
