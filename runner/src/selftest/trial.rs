//! One testee of the suite's own, tested as any client is.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use thrum_conform::error::Error;
use thrum_conform::limits::Limits;
use thrum_conform::plan::Selection;
use thrum_conform::report::Report;
use thrum_conform::rule::{Level, RuleBook};
use thrum_conform::run::{Order, Run, run};
use thrum_conform::score::{Scoring, score};
use thrum_conform::testee::Command;
use thrum_conform::vector::{Bodies, Status, Suite};

use crate::client::{block_on, interrupted, testee};

/// Testees that hang wait most of the time: several processes of one wait side by side.
const PROCESSES_MAX: usize = 4;
const CASES_A_PROCESS: usize = 8;

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
}

impl Testee<'_> {
    fn command(self) -> Result<Command, Error> {
        match self {
            Self::Reference => testee(&[]),
            Self::Scout(file) => testee(&["--scout", &file.display().to_string()]),
            Self::Mutant(name) => testee(&["--mutant", name]),
            Self::Odd(name) => testee(&["--odd", name]),
            Self::Null(name) => testee(&["--null", name]),
        }
    }
}

impl<'a> Bench<'a> {
    pub fn new(book: &'a RuleBook, suite: &'a Suite, bodies: &'a Bodies) -> Self {
        // what is not scored proves nothing, and takes its time
        let scored = suite.cases.iter().filter(|case| case.status == Status::Scored);
        Self { book, suite, bodies, scored: scored.map(|case| case.id.clone()).collect() }
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
            selection: &selection,
            limits: &limits,
            order: Order::default(),
            workers: (self.scored.len().min(selection.only.as_ref().map_or(0, BTreeSet::len))
                / CASES_A_PROCESS)
                .clamp(1, PROCESSES_MAX),
            fail_fast: false,
            keep_scenes: false,
        };
        let results = block_on(async { run(&run_of, &|_, _| (), interrupted()).await })?;
        if results.interrupted {
            return Err(Error::Interrupted);
        }
        let scoring = Scoring {
            book: self.book,
            suite: self.suite,
            required: Level::Must,
            rules: &[],
            all: cases.is_none(),
            command: String::new(),
            vectors: String::new(),
            wire,
        };
        Ok(score(results, &scoring))
    }
}
