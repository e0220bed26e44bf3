//! One testee of the suite's own, tested as any client is.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use thrum_conform::error::Error;
use thrum_conform::limits::Limits;
use thrum_conform::plan::Selection;
use thrum_conform::report::Report;
use thrum_conform::rule::{Level, RuleBook};
use thrum_conform::run::{Keep, Order, Run, run};
use thrum_conform::score::{Scoring, score};
use thrum_conform::testee::Command;
use thrum_conform::vector::{Bodies, Status, Suite};

use crate::interrupt::interrupted;
use crate::play::block_on;
use crate::target::testee;

/// Testees that hang wait most of the time: several processes of one wait side by side.
const PROCESSES_MAX: usize = 4;
const CASES_A_PROCESS: usize = 8;

/// Whether the user has asked to end: between two trials nobody else would notice.
static ASKED_TO_END: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C as long as the process lives.
fn listen() -> Result<(), Error> {
    let listener = std::thread::Builder::new().spawn(|| {
        let heard = async {
            interrupted().await;
            ASKED_TO_END.store(true, Ordering::Relaxed);
            Ok(())
        };
        // without a listener each trial still listens for itself
        let _ = block_on(heard);
    });
    listener.map(drop).map_err(|error| Error::Broken(format!("cannot start a thread: {error}")))
}

/// What all trials share.
pub struct Bench<'a> {
    pub book: &'a RuleBook,
    pub suite: &'a Suite,
    bodies: &'a Bodies,
    scored: BTreeSet<String>,
}

/// Who is tested.
#[derive(Clone, Copy)]
pub enum Testee<'a> {
    Reference,
    /// The reference, writing to this file which faults would have acted.
    Scout(&'a Path),
    Mutant(&'a str),
    Odd(&'a str),
    Null(&'a str),
    /// The reference as a whole bee, or one of its variants.
    Bee(Variety<'a>),
}

/// A whole bee of the suite's own.
#[derive(Clone, Copy)]
pub enum Variety<'a> {
    Plain,
    Mutant(&'a str),
    /// Odd as the client is odd.
    Odd(&'a str),
    /// Odd as only a whole bee is.
    Habit(&'a str),
    Null(&'a str),
}

impl Testee<'_> {
    fn command(self) -> Result<Command, Error> {
        match self {
            Self::Reference => testee(&[]),
            Self::Scout(file) => testee(&["--scout", &file.display().to_string()]),
            Self::Mutant(name) => testee(&["--mutant", name]),
            Self::Odd(name) => testee(&["--odd", name]),
            Self::Null(name) => testee(&["--null", name]),
            Self::Bee(Variety::Plain) => testee(&["--bee"]),
            Self::Bee(Variety::Mutant(name)) => testee(&["--bee", "--mutant", name]),
            Self::Bee(Variety::Odd(name)) => testee(&["--bee", "--odd", name]),
            Self::Bee(Variety::Habit(name)) => testee(&["--bee", "--habit", name]),
            Self::Bee(Variety::Null(name)) => testee(&["--bee", "--null", name]),
        }
    }
}

impl<'a> Bench<'a> {
    /// A bench that the user can call off.
    pub fn new(book: &'a RuleBook, suite: &'a Suite, bodies: &'a Bodies) -> Result<Self, Error> {
        listen()?;
        // what is not scored proves nothing, and takes its time
        let scored = suite.cases.iter().filter(|case| case.status == Status::Scored);
        Ok(Self { book, suite, bodies, scored: scored.map(|case| case.id.clone()).collect() })
    }

    /// Runs these cases, or all that are scored.
    pub fn test(
        &self,
        testee: Testee<'_>,
        cases: Option<&BTreeSet<String>>,
        patience: Duration,
    ) -> Result<Report, Error> {
        let wire = self.book.version;
        let selection =
            Selection { only: Some(cases.unwrap_or(&self.scored).clone()), ..Selection::all(wire) };
        let limits = Limits { reply: patience, start: patience * 5, ..Limits::default() };
        let command = testee.command()?;
        let run_of = Run {
            suite: self.suite,
            book: self.book,
            bodies: self.bodies,
            command: &command,
            black_box: matches!(testee, Testee::Bee(_)),
            selection: &selection,
            limits: &limits,
            order: Order::default(),
            workers: (self.scored.len().min(selection.only.as_ref().map_or(0, BTreeSet::len))
                / CASES_A_PROCESS)
                .clamp(1, PROCESSES_MAX),
            fail_fast: false,
            keep: Keep::Nothing,
            trace: None,
        };
        let results = block_on(async { run(&run_of, &|_| (), interrupted()).await })?.whole()?;
        if ASKED_TO_END.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        let scoring = Scoring {
            book: self.book,
            suite: self.suite,
            required: Level::Must,
            rules: &[],
            all: cases.is_none(),
            baseline: None,
            config: None,
            command: String::new(),
            vectors: String::new(),
            wire,
        };
        Ok(score(results, &scoring))
    }
}
