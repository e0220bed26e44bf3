//! Which reports are written of a run: those that were asked for, one for people on stdout unless another takes
//! it, and under GitHub Actions those that belong there.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use thrum_conform::error::Error;
use thrum_conform::report::{self, Event, Format, Look, Place, Report, Start};
use thrum_conform::run::{Progress, Run};
use thrum_conform::score::Scoring;

use crate::cli::{ColorArg, FormatArg, OutputArgs, ReportArg, VerbosityArgs};
use crate::live::Live;
use crate::sink::{self, Sink};
use crate::terminal;

/// Set to `true` in every job of GitHub Actions.
const UNDER_GITHUB: &str = "GITHUB_ACTIONS";
/// Names the file that the job summary is appended to.
const GITHUB_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Where each report goes, open for writing.
#[derive(Default)]
pub struct Reports {
    /// Those that are written when the run is over.
    whole: Vec<(Format, Sink)>,
    /// Those that are written while it goes on.
    live: RefCell<Vec<Live>>,
}

impl Reports {
    /// Looks at every place; a pipe is waited for no longer than `patience`.
    pub fn open(args: &OutputArgs, patience: Duration) -> Result<Self, Error> {
        let sinks = sink::open(&args.report, args.color, patience)?;
        let formats = args.report.iter().map(|report| format(report, args.verbosity));
        let (live, mut all): (Vec<_>, Vec<(Format, Sink)>) =
            formats.zip(sinks).partition(|(format, _)| *format == Format::Ndjson);
        // what a program reads from stdout stays clean of what nobody asked for
        let taken = live.iter().chain(&all).any(|(format, sink)| {
            matches!(sink, Sink::Stdout(_)) && !matches!(format, Format::Github | Format::Tty(_))
        });
        if !taken && !all.iter().any(is_for_people) {
            let own = ReportArg { format: FormatArg::Tty, path: None };
            all.insert(0, (format(&own, args.verbosity), Sink::Stdout(args.color)));
        }
        let asked = all.iter().any(|(format, _)| *format == Format::Github);
        let under_github = std::env::var(UNDER_GITHUB).is_ok_and(|value| value == "true");
        if under_github && !asked && !taken {
            all.push((Format::Github, Sink::Stdout(ColorArg::Never)));
        }
        let summary = std::env::var_os(GITHUB_SUMMARY).filter(|path| !path.is_empty());
        if let Some(path) = summary.filter(|_| under_github || asked) {
            match Sink::appending(Path::new(&path)) {
                Ok(sink) => all.push((Format::Md, sink)),
                Err(error) if asked => return Err(error),
                // nobody asked for it: a run is worth more than its summary
                Err(error) => anstream::eprintln!("note: no job summary: {error}"),
            }
        }
        let live = live.into_iter().map(|(_, sink)| Live::open(sink, patience)).collect::<Result<_, _>>()?;
        Ok(Self { whole: all, live: RefCell::new(live) })
    }

    /// Tells those who follow the run what happened.
    pub fn tell(&self, progress: Progress<'_, '_>, run: &Run<'_>, scoring: &Scoring<'_>) {
        let mut live = self.live.borrow_mut();
        if live.is_empty() {
            return;
        }
        let row;
        let wire = run.selection.wire.to_string();
        let event = match progress {
            Progress::Planned { identity, plan, plays } => Event::Start(Start {
                schema: 1,
                identity,
                level: if run.black_box { 0 } else { 2 },
                wire: &wire,
                vectors: &scoring.vectors,
                tested: &plan.sides,
                shard: plan.shard,
                seed: run.order.seed,
                times: run.order.times,
                plays,
            }),
            Progress::Began(case, side) => Event::Began(Place { id: &case.id, side }),
            Progress::Again(case, side) => Event::Again(Place { id: &case.id, side }),
            Progress::Lost(case, side) => Event::Lost(Place { id: &case.id, side }),
            Progress::Ended(judged) => {
                row = scoring.glance(judged);
                Event::judged(&row)
            }
        };
        live.iter_mut().for_each(|live| live.tell(&event));
    }

    /// Tells those who follow the run that there was nothing to run.
    pub fn fail(self, error: &Error) {
        for live in self.live.into_inner() {
            // the error itself is what the user has to know
            let _ = live.fail(error);
        }
    }

    /// Writes all of them, and only then says what could not be written. True if people were told on stdout.
    pub fn write(mut self, report: &Report) -> Result<bool, Error> {
        // a client that never started leaves people nothing to read but why, and that belongs on stderr
        self.whole.retain(|entry| !report.sides.is_empty() || !is_for_people(entry));
        let told = self.whole.iter().any(is_for_people);
        let commands = self
            .whole
            .iter()
            .any(|(format, sink)| *format == Format::Github && matches!(sink, Sink::Stdout(_)));
        let mut outcome = Ok(());
        for (format, sink) in self.whole {
            let fenced = commands && matches!(format, Format::Tty(_));
            outcome = outcome.and(sink.write(|out| {
                let end = if fenced { stop_commands(out)? } else { String::new() };
                report::write(report, format, out)?;
                out.write_all(end.as_bytes())
            }));
        }
        // last, since one of their readers may take its time
        for live in self.live.into_inner() {
            outcome = outcome.and(live.finish(report));
        }
        outcome.map(|()| told)
    }
}

/// Whether it is what people read on stdout.
fn is_for_people((format, sink): &(Format, Sink)) -> bool {
    matches!((format, sink), (Format::Tty(_), Sink::Stdout(_)))
}

/// Nothing that a client wrote is taken for a workflow command, until the line that this gives.
fn stop_commands(out: &mut dyn Write) -> io::Result<String> {
    // nobody can write this line without having read it
    let token = format!("thrum-{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
    writeln!(out, "::stop-commands::{token}")?;
    Ok(format!("::{token}::\n"))
}

/// What was asked for on the command line: for people as wide as their terminal, while a file is the same wherever it is
/// written.
pub fn format(report: &ReportArg, verbosity: VerbosityArgs) -> Format {
    let look = || match report.path {
        None => terminal::look(verbosity.into(), &io::stdout()),
        Some(_) => Look { verbosity: verbosity.into(), ..Look::PLAIN },
    };
    match report.format {
        FormatArg::Tty => Format::Tty(look()),
        FormatArg::Json => Format::Json,
        FormatArg::Junit => Format::Junit,
        FormatArg::Tap => Format::Tap,
        FormatArg::Github => Format::Github,
        FormatArg::Md => Format::Md,
        FormatArg::Badge => Format::Badge,
        FormatArg::Html => Format::Html,
        FormatArg::Ndjson => Format::Ndjson,
    }
}
