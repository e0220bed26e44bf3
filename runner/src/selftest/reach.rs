//! In which cases each fault can show: where it does not act, a mutant is the reference.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tempfile::NamedTempFile;
use thrum_conform::error::Error;
use thrum_conform::vector::{Body, Suite};

use super::trial::{Bench, Testee};
use crate::reference::scout::{START, call_of};

/// A scout tries every fault on every tone, which takes its time.
const PATIENCE: Duration = Duration::from_secs(20);

/// The places that the scout wrote down, by mutant.
pub struct Reach {
    places: BTreeMap<String, BTreeSet<String>>,
}

impl Reach {
    /// Runs the scout through all scored cases.
    pub fn scout(bench: &Bench<'_>) -> Result<Self, Error> {
        let broken = |error: std::io::Error| Error::Broken(format!("the scout's notes: {error}"));
        let notes = NamedTempFile::new().map_err(broken)?;
        bench.test(Testee::Scout(notes.path()), None, PATIENCE)?;
        let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in std::fs::read_to_string(notes.path()).map_err(broken)?.lines() {
            if let Some((place, mutant)) = line.split_once('\t') {
                places.entry(mutant.to_owned()).or_default().insert(place.to_owned());
            }
        }
        Ok(Self { places })
    }

    /// The cases in which a mutant's fault acts.
    pub fn of(&self, mutant: &str, suite: &Suite) -> BTreeSet<String> {
        let Some(places) = self.places.get(mutant) else { return BTreeSet::new() };
        let reached = |id: &str, body: &Body| match body {
            _ if places.contains(START) => true,
            Body::Call { function, .. } => places.contains(&call_of(function)),
            Body::Wire { .. } => places.contains(id),
        };
        suite.cases.iter().filter(|case| reached(&case.id, &case.body)).map(|case| case.id.clone()).collect()
    }
}
