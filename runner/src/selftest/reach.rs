//! In which cases each fault can show: where it does not act, a mutant is the reference.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tempfile::NamedTempFile;
use thrum_conform::error::Error;
use thrum_conform::vector::{Body, Case, Status, Suite};

use super::finding::{Finding, not_sound};
use super::trial::{Bench, Testee};
use crate::reference::Mutant;
use crate::reference::scout::{START, call_of};

/// A scout tries every fault on every tone, which takes its time.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many cases are enough to see what else a mutant breaks that acts nearly everywhere.
const SAMPLE: usize = 100;

/// The places that the scout wrote down, by mutant.
pub struct Reach {
    places: BTreeMap<String, BTreeSet<String>>,
}

impl Reach {
    /// Runs the scout through all scored cases. It carries no fault, so what it breaks is a finding: its notes are
    /// not whole then.
    pub fn scout(bench: &Bench<'_>) -> Result<(Self, Vec<Finding>), Error> {
        let broken = |error: std::io::Error| Error::Broken(format!("the scout's notes: {error}"));
        let notes = NamedTempFile::new().map_err(broken)?;
        let report = bench.test(Testee::Scout(notes.path()), None, PATIENCE)?;
        let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in std::fs::read_to_string(notes.path()).map_err(broken)?.lines() {
            if let Some((place, mutant)) = line.split_once('\t') {
                places.entry(mutant.to_owned()).or_default().insert(place.to_owned());
            }
        }
        Ok((Self { places }, not_sound("the scout", &report)))
    }

    /// The scored cases to run a mutant in: those that name it, those that decide a rule which it breaks,
    /// and those in which its fault acts; of very many of these a sample, unless `every` one is asked for.
    pub fn cases(&self, mutant: &Mutant, suite: &Suite, every: bool) -> BTreeSet<String> {
        let names = |case: &Case| case.kills.iter().any(|name| name == mutant.name);
        let decides = |case: &Case| case.decides.iter().any(|rule| mutant.breaks.contains(&rule.as_str()));
        let scored = suite.cases.iter().filter(|case| case.status == Status::Scored && !case.is_for_bees);
        // where the scout's timing hid a fault, the mutant is still run in whatever decides what it breaks
        let may_show = |case: &&Case| names(case) || decides(case) || self.acts(mutant.name, case);
        let acting: Vec<&Case> = scored.filter(may_show).collect();
        let (own, others): (Vec<&Case>, Vec<&Case>) =
            acting.into_iter().partition(|case| names(case) || decides(case));
        let step = if every { 1 } else { others.len().div_ceil(SAMPLE).max(1) };
        // each mutant has a sample of its own, so that together they meet every case
        let first = mutant.name.bytes().map(usize::from).sum::<usize>() % step;
        let sample = others.into_iter().skip(first).step_by(step);
        own.into_iter().chain(sample).map(|case| case.id.clone()).collect()
    }

    fn acts(&self, mutant: &str, case: &Case) -> bool {
        let Some(places) = self.places.get(mutant) else { return false };
        match &case.body {
            _ if places.contains(START) => true,
            Body::Call { function, .. } => places.contains(&call_of(function)),
            Body::Wire { .. } => places.contains(&case.id),
        }
    }
}
