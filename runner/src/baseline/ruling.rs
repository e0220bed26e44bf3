//! What the entries waive, for whoever scores.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, Expected};
use super::finding::Finding;
use super::spot::Spot;
use crate::judge::{Outcome, Root, Verdict};
use crate::rule::Side;
use crate::run::{Judged, Unsteady};

/// Where something did not pass: the side, the case, the rule, and the example of a call case.
type Where = (Side, String, String, Option<u64>);

/// Why something that did not pass is known.
#[derive(Debug, Clone)]
pub enum Known<'a> {
    /// An entry says so.
    Entry(&'a Entry),
    /// It could not be seen for something that is known; in words.
    Follows(String),
}

/// What the entries waive, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Ruling<'a> {
    waived: BTreeMap<Where, &'a Entry>,
    follows: BTreeMap<Where, String>,
    /// Cases that an entry of their own says are flaky, or fail; by id.
    pub(super) flaky: BTreeMap<String, &'a Entry>,
    pub(super) passed: BTreeMap<String, &'a Entry>,
    /// What is wrong with the entries, in the order of the file.
    pub findings: Vec<Finding>,
}

impl<'a> Ruling<'a> {
    /// The entry that waives a failure.
    pub fn waiver(&self, side: Side, case: &str, rule: &str, example: Option<u64>) -> Option<&'a Entry> {
        self.waived.get(&(side, case.to_owned(), rule.to_owned(), example)).copied()
    }

    /// Why it is known that a rule could not be seen in a case.
    pub fn known(&self, side: Side, case: &str, rule: &str) -> Option<Known<'a>> {
        let own = self.waiver(side, case, rule, None).map(Known::Entry);
        own.or_else(|| {
            let place = (side, case.to_owned(), rule.to_owned(), None);
            self.follows.get(&place).cloned().map(Known::Follows)
        })
    }

    /// The entry that says of a case that it fails, while it passes.
    pub fn passed(&self, case: &str) -> Option<&'a Entry> {
        self.passed.get(case).copied()
    }

    /// The entry that says of a case that it may pass or fail.
    pub fn flaky(&self, case: &str) -> Option<&'a Entry> {
        self.flaky.get(case).copied()
    }

    /// Whether a case came to different things only in the way that a flaky entry allows.
    pub fn excuses(&self, unsteady: &Unsteady) -> bool {
        let allowed = |(rule, example): &(String, Option<u64>)| {
            let entry = self.waiver(unsteady.side, &unsteady.case, rule, *example);
            entry.filter(|entry| entry.expected == Expected::Flaky)
        };
        !unsteady.open
            && unsteady.broken.iter().all(|(rule, example, code)| {
                allowed(&(rule.clone(), *example)).is_some_and(|entry| entry.code == *code)
            })
    }

    pub(super) fn waive(&mut self, spot: &Spot<'_>, entry: &'a Entry) {
        let place = (spot.side, spot.id.clone(), spot.rule.to_owned(), spot.example);
        self.waived.insert(place, entry);
    }

    /// What could not be seen for something that is waived is waived with it.
    pub(super) fn follow(&mut self, cases: &[Judged<'_>]) {
        let mut broken = BTreeSet::new();
        for (judged, verdict) in verdicts(cases) {
            if let Outcome::Broken(failure) = &verdict.outcome {
                let waived = failure.each().filter(|one| {
                    self.waiver(judged.side, &judged.case.id, &one.rule, one.example).is_some()
                });
                broken.extend(waived.map(|one| (judged.side, one.rule.clone(), one.code.clone())));
            }
        }
        for (judged, verdict) in verdicts(cases) {
            if let Some(Root::Broken { rule, code }) = root(verdict)
                && broken.contains(&(judged.side, rule.clone(), code.clone()))
            {
                self.follows.insert(place(judged, verdict), format!("blocked by {rule} ({code})"));
            }
        }
        // after that: a twin may itself have been in the way of nothing
        for (judged, verdict) in verdicts(cases) {
            let Some(Root::Twin(twin)) = root(verdict) else { continue };
            let own = cases.iter().find(|other| other.side == judged.side && other.case.id == *twin);
            if own.is_some_and(|twin| self.knows_all_of(twin)) {
                self.follows.insert(place(judged, verdict), format!("its twin {twin} is known not to pass"));
            }
        }
    }

    /// Whether a case did not pass, and all that keeps it from passing is known.
    fn knows_all_of(&self, judged: &Judged<'_>) -> bool {
        let mut bad = judged.verdicts.iter().filter(|verdict| !verdict.is_good()).peekable();
        bad.peek().is_some()
            && bad.all(|verdict| match &verdict.outcome {
                Outcome::Broken(failure) => failure
                    .each()
                    .all(|one| self.waiver(judged.side, &judged.case.id, &one.rule, one.example).is_some()),
                _ => self.known(judged.side, &judged.case.id, &verdict.rule).is_some(),
            })
    }
}

fn verdicts<'c>(cases: &'c [Judged<'_>]) -> impl Iterator<Item = (&'c Judged<'c>, &'c Verdict)> {
    cases.iter().flat_map(|judged| judged.verdicts.iter().map(move |verdict| (judged, verdict)))
}

fn root(verdict: &Verdict) -> Option<&Root> {
    match &verdict.outcome {
        Outcome::Inconclusive(cause) => Some(&cause.root),
        _ => None,
    }
}

fn place(judged: &Judged<'_>, verdict: &Verdict) -> Where {
    (judged.side, judged.case.id.clone(), verdict.rule.clone(), None)
}
