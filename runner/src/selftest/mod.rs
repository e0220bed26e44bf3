//! `selftest`: the suite proves itself on testees of its own.
//!
//! Every mutant of the reference client must die by a case that names it and break nothing that it does not
//! declare; every scored rule and case must catch some mutant; odd but conformant testees must hold everything,
//! null testees nothing. So it is with whole bees, in the cases that are for them. A control mutant comes first: where it survives, nothing else that was seen counts.
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

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use globset::GlobMatcher;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::limits::Limits;
use thrum_conform::loaded::{self, Loaded};
use thrum_conform::plan::glob;
use thrum_conform::vector::{Case, Suite};

use crate::cli::SelftestArgs;
use crate::progress;
use crate::reference::{Mutant, habits, mutants, null_bees, nulls, odds};
use crate::sink;
use finding::{Doubt, Finding, Look};
use matrix::{Matrix, Row};
use trial::{Bench, Testee, Variety};

/// The mutant that must die before anything else is looked at.
const CONTROL: &str = "hello-without-rid";

/// Odd testees are slow, not stuck.
const ODD_PATIENCE: Duration = Duration::from_secs(10);

/// On a busy machine a healthy client may look dead: what looks wrong is looked at again with this patience.
const SECOND_PATIENCE: Duration = Duration::from_secs(4);

/// The odd clients that are odd as a whole bee as well, one of each kind.
const ODD_BEES: [&str; 12] = [
    "one-byte-per-write",
    "small-reads",
    "ascii-escapes",
    "echo-for-every-tone",
    "ticks",
    "envelope-filled",
    "extra-fields",
    "huge-hello",
    "prompts-by-content",
    "answers-at-length",
    "drops-what-it-may",
    "handler-thread-pool",
];

/// How often at most. Only what every look finds is wrong.
const LOOKS_MAX: usize = 3;

/// What there is to do, each by itself.
enum Job {
    Mutant(&'static Mutant),
    Odd(&'static str),
    Null(&'static str),
    /// A mutant as a whole bee.
    MutantBee(&'static Mutant),
    OddBee(Variety<'static>),
    NullBee(&'static str),
}

impl Job {
    fn is_bee(&self) -> bool {
        matches!(self, Self::MutantBee(_) | Self::OddBee(_) | Self::NullBee(_))
    }

    fn name(&self) -> String {
        match self {
            Self::Mutant(mutant) => mutant.name.to_owned(),
            Self::Odd(name) | Self::Null(name) => (*name).to_owned(),
            Self::MutantBee(mutant) => format!("bee/{}", mutant.name),
            Self::OddBee(Variety::Odd(name) | Variety::Habit(name)) | Self::NullBee(name) => {
                format!("bee/{name}")
            }
            Self::OddBee(_) => "bee".to_owned(),
        }
    }
}

/// `selftest`.
pub fn selftest(args: &SelftestArgs) -> Result<Exit, Error> {
    let began = Instant::now();
    let sinks = sink::open(&args.report, args.color, Limits::default().start)?;
    let Loaded { book, suite, bodies, release, .. } =
        loaded::load(args.source.vectors.as_deref(), args.source.wire_doc.as_deref())?;
    let bench = Bench::new(&book, &suite, &bodies)?;
    let wanted =
        args.testee.iter().map(|text| glob(text)).collect::<Result<Vec<_>, _>>().map_err(Error::Input)?;
    let mut jobs = jobs(&wanted, &suite)?;

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
        Job::Null(_) | Job::Odd(_) | Job::NullBee(_) | Job::OddBee(_) => 0,
        Job::MutantBee(_) => usize::MAX,
        Job::Mutant(mutant) => usize::MAX - reach.cases(mutant, &suite, args.every_case).len(),
    });

    let bar = progress::bar(jobs.len(), "testee");
    let workers =
        args.jobs.unwrap_or_else(|| 6 * std::thread::available_parallelism().map_or(1, usize::from));
    let outcomes = side_by_side(&jobs, workers, |job| {
        let outcome = work(job, &bench, &reach, args);
        bar.set_message(format!(" · {}", job.name()));
        bar.inc(1);
        outcome
    });
    bar.finish_and_clear();

    let mut matrix = Matrix::default();
    for outcome in outcomes? {
        findings.extend(outcome.findings);
        outcome.row.into_iter().for_each(|row| matrix.add(row));
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
        bees: jobs.iter().filter(|job| job.is_bee()).count(),
        whole: wanted.is_empty(),
        took: began.elapsed(),
    };
    report.write(args, sinks)?;
    Ok(if findings.is_empty() { Exit::Fine } else { Exit::Failed })
}

fn jobs(wanted: &[GlobMatcher], suite: &Suite) -> Result<Vec<Job>, Error> {
    let odd = odds().iter().map(|odd| Job::Odd(odd.name));
    let null = nulls().iter().map(|null| Job::Null(null.name));
    let all: Vec<Job> = odd.chain(null).chain(bees(suite)).chain(mutants().iter().map(Job::Mutant)).collect();
    let names: Vec<String> = all.iter().map(Job::name).collect();
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

/// Whole bees: the reference, odd ones, null ones, and each mutant that a case for bees names; none where no case is for
/// bees.
fn bees(suite: &Suite) -> Vec<Job> {
    if !suite.cases.iter().any(|case| case.is_for_bees) {
        return Vec::new();
    }
    let odd = ODD_BEES.iter().map(|name| Variety::Odd(name));
    let habits = habits().map(|habit| Variety::Habit(habit.name));
    let whole = std::iter::once(Variety::Plain).chain(odd).chain(habits).map(Job::OddBee);
    let null = null_bees().map(|null| Job::NullBee(null.name));
    let named = mutants().iter().filter(|mutant| !killers(mutant, suite, true).is_empty());
    whole.chain(null).chain(named.map(Job::MutantBee)).collect()
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
        Job::MutantBee(mutant) => try_bee(mutant, bench, args),
        Job::OddBee(variety) => {
            // some are asked what they never answer: those are given more time only where something is wrong
            let first = if matches!(variety, Variety::Habit(_)) { args.patience } else { ODD_PATIENCE };
            let mut report = bench.test(Testee::Bee(*variety), None, first)?;
            if !finding::not_sound_bee(&job.name(), &report).is_empty() {
                report = bench.test(Testee::Bee(*variety), None, SECOND_PATIENCE)?;
            }
            Ok(Done {
                findings: finding::not_sound_bee(&job.name(), &report),
                cases_played: report.cases.len(),
                ..Done::default()
            })
        }
        Job::NullBee(name) => match bench.test(Testee::Bee(Variety::Null(name)), None, args.patience) {
            Ok(report) => Ok(Done {
                findings: finding::holds_more_than_a_hello(&job.name(), &report, bench.suite),
                cases_played: report.cases.len(),
                ..Done::default()
            }),
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Err(_) => Ok(Done::default()),
        },
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

/// A mutant behind its shim, in the cases in which its fault can show.
fn try_mutant(
    mutant: &'static Mutant,
    bench: &Bench<'_>,
    reach: &reach::Reach,
    args: &SelftestArgs,
) -> Result<Done, Error> {
    let (own, of_bees) = (killers(mutant, bench.suite, false), killers(mutant, bench.suite, true));
    if own.is_empty() && !of_bees.is_empty() {
        // it is for whole bees alone
        return Ok(Done::default());
    }
    let cases = reach.cases(mutant, bench.suite, args.every_case);
    if cases.is_empty() {
        let why = "its fault acts in no case, and no case names it in `kills`".to_owned();
        return Ok(Done {
            findings: vec![Finding { what: format!("{} survives", mutant.name), why }],
            ..Done::default()
        });
    }
    watch(mutant, Testee::Mutant(mutant.name), cases, &own, bench, args)
}

/// A mutant as a whole bee, in the cases that name it.
fn try_bee(mutant: &'static Mutant, bench: &Bench<'_>, args: &SelftestArgs) -> Result<Done, Error> {
    let killers = killers(mutant, bench.suite, true);
    let cases = killers.iter().map(|case| case.id.clone()).collect();
    watch(mutant, Testee::Bee(Variety::Mutant(mutant.name)), cases, &killers, bench, args)
}

/// The cases that name a mutant: those for whole bees, or the others.
fn killers<'a>(mutant: &Mutant, suite: &'a Suite, for_bees: bool) -> Vec<&'a Case> {
    let names =
        |case: &&Case| case.is_for_bees == for_bees && case.kills.iter().any(|name| name == mutant.name);
    suite.cases.iter().filter(names).collect()
}

/// Looks at a mutant until a look finds nothing wrong.
fn watch(
    mutant: &'static Mutant,
    testee: Testee<'_>,
    mut cases: BTreeSet<String>,
    killers: &[&Case],
    bench: &Bench<'_>,
    args: &SelftestArgs,
) -> Result<Done, Error> {
    let mut done = Done::default();
    let mut row = Row::new(mutant);
    let mut doubts: Option<BTreeMap<String, Doubt>> = None;
    for look in 0..LOOKS_MAX {
        let patience = if look == 0 { args.patience } else { SECOND_PATIENCE };
        let report = match bench.test(testee, Some(&cases), patience) {
            // too slow to start is no verdict
            Err(Error::Broken(_)) if look + 1 < LOOKS_MAX => continue,
            report => report?,
        };
        done.cases_played += report.cases.len();
        row.saw(&report, mutant.breaks);
        let found = Look { mutant, report: &report, cases: &cases, killers }.doubts();
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
