//! The way of the data, once for each case: plan, exchange, judge.
//!
//! [`run`] starts the client's shim, sees that it can be tested at all, and plays every job; [`Results`] is
//! what a report is made from. Cases run side by side on as many processes as asked for, each one case at a time.

mod judged;
mod ledger;
mod meeting;
mod order;
mod preflight;
mod progress;
mod seat;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

pub use judged::{Judged, Keep};
pub use ledger::{Times, Unsteady};
pub use order::Order;
pub use preflight::{Gate, check as preflight};
pub use progress::Progress;
pub use seat::{Room, Seat, explain_start};

use ledger::Ledger;

use crate::error::Error;
use crate::exchange;
use crate::judge::{self, Outcome, Verdict};
use crate::limits::Limits;
use crate::plan::{Job, Plan, Selection, plan};
use crate::rule::{Profile, RuleBook, Side};
use crate::testee::{Command, Identity, unknown_capability};
use crate::trace::Trace;
use crate::vector::{Bodies, Body, Case, Status, Suite, Verb};

/// Failures that are looked at once more in a fresh process; beyond these the picture is clear.
const SECOND_LOOKS_MAX: u32 = 16;

/// What a run is made of.
pub struct Run<'a> {
    /// The cases.
    pub suite: &'a Suite,
    /// The rules.
    pub book: &'a RuleBook,
    /// The bodies of the chis.
    pub bodies: &'a Bodies,
    /// The client under test.
    pub command: &'a Command,
    /// Whether the command starts a whole bee, and no shim.
    pub black_box: bool,
    /// Which cases.
    pub selection: &'a Selection,
    /// The bounds.
    pub limits: &'a Limits,
    /// In which order, and how often.
    pub order: Order,
    /// How many processes at once; one, where a person has a hand in their start.
    pub workers: usize,
    /// Whether to stop at the first failure.
    pub fail_fast: bool,
    /// Of which cases to keep all that was seen.
    pub keep: Keep,
    /// Who is told what crosses.
    pub trace: Option<&'a Trace>,
}

/// How many processes at once, where nobody says: one more than cores, since some cases wait.
pub fn workers() -> usize {
    1 + std::thread::available_parallelism().map_or(1, usize::from)
}

/// What came of a run.
#[derive(Debug)]
pub struct Results<'a> {
    /// Who was tested.
    pub identity: Identity,
    /// What was to run, and what does not apply.
    pub plan: Plan<'a>,
    /// In the order of the plan; only those that ran. Of what ran several times, the worst.
    pub cases: Vec<Judged<'a>>,
    /// Cases whose verdict was not the same each time.
    pub unsteady: Vec<Unsteady>,
    /// What made the order, and how often each case was to be played.
    pub order: Order,
    /// What keeps the client from being tested, where something does.
    pub gate: Option<Gate>,
    /// From the first process to the last.
    pub took: Duration,
    /// How it ended.
    pub end: End,
    /// Whether a shim left other processes behind when it stopped.
    pub left_behind: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// After its last job, or at the first failure where that was asked for.
    Whole,
    /// The user ended it.
    Interrupted,
    /// The suite or the shim broke; the message of [`Error::Broken`].
    Broken(String),
}

impl Results<'_> {
    /// Of each rule that is judged on every line, by side, the first scored case in which a line breaks it.
    pub fn offenders(&self) -> BTreeMap<(Side, String), String> {
        let mut first = BTreeMap::new();
        for judged in self.cases.iter().filter(|judged| judged.case.status == Status::Scored) {
            for sighting in judged.sightings.iter().filter(|sighting| sighting.offence.is_some()) {
                let place = (judged.side, sighting.rule.to_string());
                first.entry(place).or_insert_with(|| judged.case.id.clone());
            }
        }
        first
    }

    /// Refuses a run that did not come to its end.
    pub fn whole(self) -> Result<Self, Error> {
        match self.end {
            End::Whole => Ok(self),
            End::Interrupted => Err(Error::Interrupted),
            End::Broken(what) => Err(Error::Broken(what)),
        }
    }
}

/// Runs all jobs, and tells `progress` of it meanwhile. `interrupt` ends the run early, and so does a shim that broke;
/// what was seen until then is kept.
pub async fn run<'a>(
    run: &Run<'a>,
    progress: &dyn Fn(Progress<'_, 'a>),
    interrupt: impl Future<Output = ()>,
) -> Result<Results<'a>, Error> {
    let began = Instant::now();
    let room = Room::new(run.command, &run.selection.wire.to_string(), run.limits)?.told(run.trace);
    let room = if run.black_box { room.for_a_bee() } else { room };
    let results = RefCell::new(None);
    let work = async {
        let mut first = Seat::new(&room);
        let (identity, met) = if run.black_box {
            meeting::meet(&room, run.selection.wire).await?
        } else {
            (first.start().await?, None)
        };
        check_identity(&identity, run.selection)?;
        let identity = run.selection.narrow.apply(identity).map_err(Error::Input)?;
        let plan = plan(run.suite, run.book, &identity, run.selection).map_err(Error::Input)?;
        let side = plan.sides.first().copied().unwrap_or(Side::PLAIN);
        let gate = if run.black_box {
            met
        } else if plan.jobs.iter().any(|job| matches!(job.case.body, Body::Wire { .. })) {
            preflight::check(&mut first, side).await?
        } else {
            None
        };
        let plays = plan.jobs.len() * run.order.times;
        progress(Progress::Planned { identity: &identity, plan: &plan, plays });
        let floor = Floor::new(run, &plan, gate.as_ref(), progress);
        *results.borrow_mut() = Some((identity, plan.clone(), gate.clone(), floor.cases.clone()));
        let mut seats = vec![first];
        let workers = if run.command.is_by_hand() { 1 } else { run.workers };
        seats.resize_with(workers.clamp(1, plan.jobs.len().max(1)), || Seat::new(&room));
        if let Some(trace) = run.trace {
            trace.one_by_one(seats.len() == 1);
        }
        let ends =
            join_all(seats.into_iter().enumerate().map(|(number, seat)| floor.work(number, seat))).await;
        ends.into_iter().collect::<Result<Vec<_>, Error>>().map(|left| left.contains(&true))
    };
    let ended = tokio::select! {
        // in this order, so that signals are heard before the first process starts
        biased;
        () = interrupt => Err(Error::Interrupted),
        done = work => done,
    };
    let (left_behind, end) = match ended {
        Ok(left_behind) => (left_behind, End::Whole),
        Err(Error::Interrupted) => (false, End::Interrupted),
        Err(Error::Broken(what)) => (false, End::Broken(what)),
        Err(error @ Error::Input(_)) => return Err(error),
    };
    let (identity, plan, gate, cases) = results.into_inner().unwrap_or_default();
    let (cases, unsteady) = cases.take().close();
    Ok(Results {
        identity,
        plan,
        cases,
        unsteady,
        order: run.order,
        gate,
        took: began.elapsed(),
        end,
        left_behind,
    })
}

/// What the shim claims must be what the suite knows.
fn check_identity(identity: &Identity, selection: &Selection) -> Result<(), Error> {
    if let Some(wrong) = identity.caps.iter().find_map(|cap| unknown_capability(cap)) {
        return Err(Error::Input(wrong));
    }
    if let Some(unknown) = identity.profiles.iter().find(|profile| Profile::of(profile).is_none()) {
        return Err(Error::Input(format!(
            "the shim declares the unknown profile `{unknown}`\n(hint: there are `document` and `live`)"
        )));
    }
    if identity.profiles.is_empty() {
        return Err(Error::Input(
            "the shim declares no profile\n(hint: `\"profiles\": [\"document\"]` in the reply to `start`)"
                .to_owned(),
        ));
    }
    let wire = selection.wire.to_string();
    if identity.wire != wire {
        return Err(Error::Input(format!(
            "the client targets wire {}, but the run is about wire {wire}\n(hint: `--wire {}` runs the cases of that version; an archive is cut for one alone)",
            identity.wire, identity.wire
        )));
    }
    Ok(())
}

/// The jobs that are left, and what came of those that are done.
struct Floor<'r, 'a> {
    run: &'r Run<'a>,
    gate: Option<&'r Gate>,
    progress: &'r dyn Fn(Progress<'_, 'a>),
    shared: RefCell<VecDeque<(usize, Job<'a>)>>,
    fresh: RefCell<VecDeque<(usize, Job<'a>)>>,
    cases: std::rc::Rc<RefCell<Ledger<'a>>>,
    second_looks: Cell<u32>,
    over: Cell<bool>,
}

impl<'r, 'a> Floor<'r, 'a> {
    fn new(
        run: &'r Run<'a>,
        plan: &Plan<'a>,
        gate: Option<&'r Gate>,
        progress: &'r dyn Fn(Progress<'_, 'a>),
    ) -> Self {
        let queue = run.order.queue(&plan.jobs);
        let (fresh, shared) = queue.into_iter().partition(|(_, job)| job.case.fresh);
        Self {
            run,
            gate,
            progress,
            shared: RefCell::new(shared),
            fresh: RefCell::new(fresh),
            cases: std::rc::Rc::default(),
            second_looks: Cell::new(0),
            over: Cell::new(false),
        }
    }

    /// The next job of a worker: the first one begins with those that share a process, the others with those
    /// that need one of their own.
    fn next(&self, worker: usize) -> Option<(usize, Job<'a>)> {
        if self.over.get() {
            return None;
        }
        let (first, second) =
            if worker == 0 { (&self.shared, &self.fresh) } else { (&self.fresh, &self.shared) };
        let job = first.borrow_mut().pop_front();
        job.or_else(|| second.borrow_mut().pop_front())
    }

    /// Plays jobs until none is left, or a shim broke beyond use. True if a process left others behind.
    async fn work(&self, worker: usize, seat: Seat<'_>) -> Result<bool, Error> {
        let done = self.play_all(worker, seat).await;
        self.over.set(self.over.get() || done.is_err());
        done
    }

    async fn play_all(&self, worker: usize, mut seat: Seat<'_>) -> Result<bool, Error> {
        let mut left_behind = false;
        while let Some((number, job)) = self.next(worker) {
            (self.progress)(Progress::Began(job.case, job.side));
            let judged = match self.gate.filter(|gate| gate.blocks(job.case)) {
                Some(gate) => gate.verdicts(job.case, job.side),
                None if job.case.fresh => {
                    let mut own = Seat::fresh(seat.room(), job.case);
                    let (judged, _) = self.play(&job, &mut own).await?;
                    left_behind |= own.stop().await;
                    judged
                }
                None => self.play_shared(&job, &mut seat).await?,
            };
            (self.progress)(Progress::Ended(&judged));
            self.over.set(self.over.get() || (self.run.fail_fast && judged.is_broken()));
            self.cases.borrow_mut().add(number, judged);
        }
        Ok(left_behind | seat.stop().await)
    }

    /// In a process that has seen other cases: a failure is looked at once more in a fresh one.
    async fn play_shared(&self, job: &Job<'a>, seat: &mut Seat<'_>) -> Result<Judged<'a>, Error> {
        let used = seat.has_played();
        let (mut judged, alive) = self.play(job, seat).await?;
        let looks = !self.run.command.is_by_hand() && self.second_looks.get() < SECOND_LOOKS_MAX;
        if judged.is_broken() && used && alive && looks {
            self.second_looks.set(self.second_looks.get() + 1);
            (self.progress)(Progress::Again(job.case, job.side));
            let mut own = Seat::fresh(seat.room(), job.case);
            let (second, _) = self.play(job, &mut own).await?;
            own.stop().await;
            if second.verdicts.iter().all(Verdict::is_good) {
                judged.mark_state_leak();
            }
        }
        Ok(judged)
    }

    /// Plays one job; says whether the process can be used for another.
    async fn play(&self, job: &Job<'a>, seat: &mut Seat<'_>) -> Result<(Judged<'a>, bool), Error> {
        let dir = seat.case_dir()?;
        let evidence = {
            let testee = seat.testee().await?;
            exchange::run(job, testee, &dir, self.run.limits, self.run.trace).await
        };
        // what is left is removed with the room; a full disk is no reason to fail here
        let _ = std::fs::remove_dir_all(&dir);
        let verdicts = judge::judge(job.case, &evidence, self.run.book);
        let decided = verdicts.iter().any(|verdict| !matches!(verdict.outcome, Outcome::Inconclusive(_)));
        let alive = seat.played(decided)?;
        if !alive {
            (self.progress)(Progress::Lost(job.case, job.side));
        }
        let judged = Judged::new((job.case, job.side), verdicts, evidence, self.run.bodies, self.run.keep);
        Ok((judged, alive))
    }
}

/// Whether a case builds on a connection that the mock greets.
pub(crate) fn needs_greeting(case: &Case) -> bool {
    let Body::Wire { steps, .. } = &case.body else { return false };
    steps.iter().any(|step| matches!(&step.verb, Verb::Drive { act, wait: true, .. } if act == "connect"))
}

/// The place where the sockets and homes of one run live.
pub(crate) fn is_short_enough(root: &Path) -> bool {
    root.as_os_str().len() <= 60
}
