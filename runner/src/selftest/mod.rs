//! `selftest`: the suite proves itself on testees of its own.
//!
//! Every mutant of the reference client must die by a case that names it and break nothing that it does not
//! declare; every scored rule and case must catch some mutant; odd but conformant testees must hold everything,
//! null testees nothing. A control mutant comes first: where it survives, nothing else that was seen counts.
//!
//! - [`trial`] tests one testee;
//! - [`reach`] tells which cases a mutant's fault can show in, so that only those are run;
//! - [`finding`] says what is not as it should be;
//! - [`matrix`] keeps which mutant broke what;
//! - [`report`] writes it.

mod finding;
mod matrix;
mod reach;
mod report;
mod trial;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use globset::GlobMatcher;
use indicatif::ProgressBar;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::limits::Limits;
use thrum_conform::plan::glob;

use crate::cli::SelftestArgs;
use crate::client;
use crate::reference::{Mutant, mutants, nulls, odds};
use crate::sink;
use crate::source::{self, Loaded};
use finding::{Doubt, Finding, Look};
use matrix::{Matrix, Row};
use trial::{Bench, Testee};

/// The mutant that must die before anything else is looked at.
const CONTROL: &str = "hello-without-rid";

/// Odd testees are slow, not stuck.
const ODD_PATIENCE: Duration = Duration::from_secs(10);

/// On a busy machine a healthy client may look dead: what looks wrong is looked at again with this patience.
const SECOND_PATIENCE: Duration = Duration::from_secs(4);

/// How often at most. Only what every look finds is wrong.
const LOOKS_MAX: usize = 3;

/// What there is to do, each by itself.
enum Job {
    Mutant(&'static Mutant),
    Odd(&'static str),
    Null(&'static str),
}

impl Job {
    fn name(&self) -> &'static str {
        match self {
            Self::Mutant(mutant) => mutant.name,
            Self::Odd(name) | Self::Null(name) => name,
        }
    }
}

/// `selftest`.
pub fn selftest(args: &SelftestArgs) -> Result<Exit, Error> {
    let began = Instant::now();
    let sinks = sink::open(&args.report, args.color, Limits::default().start)?;
    let Loaded { book, suite, bodies, release, .. } = source::load(&args.source)?;
    let bench = Bench::new(&book, &suite, &bodies)?;
    let wanted =
        args.testee.iter().map(|text| glob(text)).collect::<Result<Vec<_>, _>>().map_err(Error::Input)?;
    let mut jobs = jobs(&wanted)?;

    let control = bench.test(Testee::Mutant(CONTROL), None, SECOND_PATIENCE)?;
    let declared =
        mutants().iter().find(|mutant| mutant.name == CONTROL).map_or(&[][..], |found| found.breaks);
    if !matrix::broken(&control).keys().any(|rule| declared.contains(&rule.as_str())) {
        return Err(Error::Broken(format!(
            "the control mutant `{CONTROL}` survived: this run would prove nothing\n(hint: `thrum-conform client --mutant {CONTROL}` shows the run)"
        )));
    }
    let reference = bench.test(Testee::Reference, None, ODD_PATIENCE)?;
    let mut findings = finding::not_sound("the reference", &reference);
    let (reach, astray) = reach::Reach::scout(&bench)?;
    findings.extend(astray);
    // the longest first, so that none is left running alone
    jobs.sort_by_key(|job| match job {
        Job::Null(_) | Job::Odd(_) => 0,
        Job::Mutant(mutant) => usize::MAX - reach.cases(mutant, &suite, args.every_case).len(),
    });

    let bar = ProgressBar::new(jobs.len() as u64).with_style(client::bar_style("testees"));
    let workers =
        args.jobs.unwrap_or_else(|| 6 * std::thread::available_parallelism().map_or(1, usize::from));
    let outcomes = side_by_side(&jobs, workers, |job| {
        let outcome = work(job, &bench, &reach, args);
        bar.set_message(format!("· {}", job.name()));
        bar.inc(1);
        outcome
    });
    bar.finish_and_clear();

    let mut matrix = Matrix::default();
    for outcome in outcomes? {
        findings.extend(outcome.findings);
        matrix.rows.extend(outcome.row);
        matrix.cases_played += outcome.cases_played;
    }
    if wanted.is_empty() {
        findings.extend(finding::idle(&matrix, &book, &suite));
    }
    matrix.rows.sort_by(|a, b| a.mutant.cmp(b.mutant));
    let report = report::Report {
        vectors: release,
        book: &book,
        suite: &suite,
        matrix: &matrix,
        findings: &findings,
        whole: wanted.is_empty(),
        took: began.elapsed(),
    };
    report.write(args, sinks)?;
    Ok(if findings.is_empty() { Exit::Fine } else { Exit::Failed })
}

fn jobs(wanted: &[GlobMatcher]) -> Result<Vec<Job>, Error> {
    let odd = odds().iter().map(|odd| Job::Odd(odd.name));
    let null = nulls().iter().map(|null| Job::Null(null.name));
    let all: Vec<Job> = odd.chain(null).chain(mutants().iter().map(Job::Mutant)).collect();
    let names: Vec<&str> = all.iter().map(Job::name).collect();
    if let Some(idle) = wanted.iter().find(|glob| !names.iter().any(|name| glob.is_match(name))) {
        let asked = idle.glob().glob();
        let near = names
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(asked, a).total_cmp(&strsim::jaro_winkler(asked, b)));
        let near = near.map_or_else(String::new, |near| format!("\n(hint: the nearest name is `{near}`; `thrum-conform list mutants` and `list testees` have them all)"));
        return Err(Error::Input(format!("no testee matches `{asked}`{near}")));
    }
    let chosen = |job: &Job| wanted.is_empty() || wanted.iter().any(|glob| glob.is_match(job.name()));
    Ok(all.into_iter().filter(chosen).collect())
}

/// What came of one job.
#[derive(Default)]
struct Done {
    findings: Vec<Finding>,
    row: Option<Row>,
    cases_played: usize,
}

fn work(job: &Job, bench: &Bench<'_>, reach: &reach::Reach, args: &SelftestArgs) -> Result<Done, Error> {
    match job {
        Job::Mutant(mutant) => try_mutant(mutant, bench, reach, args),
        Job::Odd(name) => {
            let report = bench.test(Testee::Odd(name), None, ODD_PATIENCE)?;
            Ok(Done {
                findings: finding::not_sound(name, &report),
                cases_played: report.cases.len(),
                ..Done::default()
            })
        }
        Job::Null(name) => match bench.test(Testee::Null(name), None, args.patience) {
            Ok(report) => Ok(Done {
                findings: finding::holds_something(name, &report),
                cases_played: report.cases.len(),
                ..Done::default()
            }),
            Err(Error::Interrupted) => Err(Error::Interrupted),
            // a shim that cannot be used at all holds nothing either
            Err(_) => Ok(Done::default()),
        },
    }
}

/// Looks at a mutant until a look finds nothing wrong.
fn try_mutant(
    mutant: &'static Mutant,
    bench: &Bench<'_>,
    reach: &reach::Reach,
    args: &SelftestArgs,
) -> Result<Done, Error> {
    let killers: Vec<_> =
        bench.suite.cases.iter().filter(|case| case.kills.iter().any(|name| name == mutant.name)).collect();
    let mut cases = reach.cases(mutant, bench.suite, args.every_case);
    if cases.is_empty() {
        let why = "its fault acts in no case, and no case names it in `kills`".to_owned();
        return Ok(Done {
            findings: vec![Finding { what: format!("{} survives", mutant.name), why }],
            ..Done::default()
        });
    }
    let mut done = Done::default();
    let mut row = Row::new(mutant);
    let mut doubts: Option<BTreeMap<String, Doubt>> = None;
    for look in 0..LOOKS_MAX {
        let patience = if look == 0 { args.patience } else { SECOND_PATIENCE };
        let report = match bench.test(Testee::Mutant(mutant.name), Some(&cases), patience) {
            // too slow to start is no verdict
            Err(Error::Broken(_)) if look + 1 < LOOKS_MAX => continue,
            report => report?,
        };
        done.cases_played += report.cases.len();
        row.saw(&report, mutant.breaks);
        let found = Look { mutant, report: &report, cases: &cases, killers: &killers }.doubts();
        let still: BTreeMap<String, Doubt> = match doubts.take() {
            None => found,
            Some(before) => before.into_iter().filter(|(what, _)| found.contains_key(what)).collect(),
        };
        if still.is_empty() {
            break;
        }
        cases = still.values().flat_map(|doubt| doubt.cases.iter().cloned()).collect();
        doubts = Some(still);
    }
    let lasting = doubts.into_iter().flatten();
    done.findings.extend(lasting.map(|(what, doubt)| Finding { what, why: doubt.why }));
    done.row = Some(row);
    Ok(done)
}

/// Does each job, several at a time; the first error ends the rest.
fn side_by_side(
    jobs: &[Job],
    workers: usize,
    work: impl Fn(&Job) -> Result<Done, Error> + Sync,
) -> Result<Vec<Done>, Error> {
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let all = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, jobs.len()) {
            let spawned = std::thread::Builder::new()
                .stack_size(thrum_conform::limits::STACK_BYTES)
                .spawn_scoped(scope, || {
                    while !over.load(Ordering::Relaxed) {
                        let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                        let outcome = work(job);
                        over.fetch_or(outcome.is_err(), Ordering::Relaxed);
                        all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(outcome);
                    }
                });
            if let Err(error) = spawned {
                over.store(true, Ordering::Relaxed);
                let error = Error::Broken(format!("cannot start a thread: {error}"));
                all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(Err(error));
            }
        }
    });
    all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_iter().collect()
}
