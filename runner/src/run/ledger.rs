//! What came of the jobs so far: one entry each, however often it was played, and a note where the verdicts of one
//! job differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::judge::Outcome;
use crate::rule::Side;
use crate::vector::Body;

/// A case whose verdict was not the same each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsteady {
    /// The case.
    #[serde(rename = "id")]
    pub case: String,
    /// As whom the client was tested.
    #[serde(flatten)]
    pub side: Side,
    /// What it came to.
    pub outcomes: Vec<Times>,
    /// What was broken at any time: the rule, the example of a call case, and the code.
    pub broken: BTreeSet<(String, Option<u64>, String)>,
    /// Whether something could not be seen at any time, or broke a rule that is judged on every line.
    pub open: bool,
}

/// What a case came to, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// In words that are the same whenever it came to the same.
    pub what: String,
    /// At least 1.
    pub times: usize,
}

/// All entries, by the place of the job in the plan.
#[derive(Debug, Default)]
pub(super) struct Ledger<'a> {
    entries: BTreeMap<usize, Entry<'a>>,
}

#[derive(Debug)]
struct Entry<'a> {
    worst: Judged<'a>,
    outcomes: Vec<Times>,
    broken: BTreeSet<(String, Option<u64>, String)>,
    open: bool,
}

impl<'a> Ledger<'a> {
    /// Adds what a job came to. Of several, the worst is kept.
    pub(super) fn add(&mut self, place: usize, judged: Judged<'a>) {
        let outcome = outcome(&judged);
        let (broken, open) = (broken(&judged), is_open(&judged));
        let Some(entry) = self.entries.get_mut(&place) else {
            let outcomes = vec![Times { what: outcome, times: 1 }];
            self.entries.insert(place, Entry { worst: judged, outcomes, broken: broken.collect(), open });
            return;
        };
        entry.broken.extend(broken);
        entry.open |= open;
        match entry.outcomes.iter_mut().find(|known| known.what == outcome) {
            Some(known) => known.times += 1,
            None => entry.outcomes.push(Times { what: outcome, times: 1 }),
        }
        if badness(&judged) > badness(&entry.worst) {
            entry.worst = judged;
        }
    }

    /// The entries in the order of the plan, and those whose verdicts differ.
    pub(super) fn close(self) -> (Vec<Judged<'a>>, Vec<Unsteady>) {
        let mut unsteady = Vec::new();
        let mut cases = Vec::with_capacity(self.entries.len());
        for Entry { worst, outcomes, broken, open } in self.entries.into_values() {
            if outcomes.len() > 1 {
                let (case, side) = (worst.case.id.clone(), worst.side);
                unsteady.push(Unsteady { case, side, outcomes, broken, open });
            }
            cases.push(worst);
        }
        (cases, unsteady)
    }
}

fn broken(judged: &Judged<'_>) -> impl Iterator<Item = (String, Option<u64>, String)> + use<> {
    let failures = judged.verdicts.iter().filter_map(|verdict| match &verdict.outcome {
        Outcome::Broken(failure) => Some(failure.each()),
        _ => None,
    });
    let all: Vec<_> =
        failures.flatten().map(|one| (one.rule.clone(), one.example, one.code.clone())).collect();
    all.into_iter()
}

fn is_open(judged: &Judged<'_>) -> bool {
    judged.verdicts.iter().any(|verdict| matches!(verdict.outcome, Outcome::Inconclusive(_)))
        || judged.sightings.iter().any(|sighting| sighting.offence.is_some())
}

fn badness(judged: &Judged<'_>) -> u32 {
    let of = |outcome: &Outcome| match outcome {
        Outcome::Broken(_) => 4,
        Outcome::Inconclusive(_) => 3,
        Outcome::Declined(_) => 2,
        Outcome::NotExercised(_) | Outcome::NotApplicable(_) => 1,
        Outcome::Held | Outcome::Partly | Outcome::Observed(_) => 0,
    };
    let verdict = judged.verdicts.iter().map(|verdict| of(&verdict.outcome)).max().unwrap_or(0);
    verdict.max(if judged.sightings.iter().any(|sighting| sighting.offence.is_some()) { 4 } else { 0 })
}

/// What a case came to, in words that are the same whenever it came to the same.
fn outcome(judged: &Judged<'_>) -> String {
    let is_call = matches!(judged.case.body, Body::Call { .. });
    let verdicts = judged.verdicts.iter().map(|verdict| {
        let what = match &verdict.outcome {
            Outcome::Held => "held".to_owned(),
            Outcome::Partly => "kept as far as it shows".to_owned(),
            // what a helper answered is kept for the report, and may be a time
            Outcome::Observed(_) if is_call => "observed".to_owned(),
            Outcome::Observed(seen) => format!("observed {seen}"),
            Outcome::Declined(seen) => format!("declined {seen}"),
            Outcome::Broken(failure) => format!("broken, {}", failure.code),
            Outcome::Inconclusive(cause) => format!("inconclusive, {}", cause.why),
            Outcome::NotExercised(why) => format!("not exercised, {why}"),
            Outcome::NotApplicable(why) => format!("not applicable, {why}"),
        };
        format!("{} {what}", verdict.rule)
    });
    let offences = judged.sightings.iter().filter(|sighting| sighting.offence.is_some());
    let offences = offences.map(|sighting| format!("{} broken on a line", sighting.rule));
    verdicts.chain(offences).collect::<Vec<_>>().join("; ")
}
