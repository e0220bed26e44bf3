//! Each entry against what was seen: does it still tell the truth?

use std::collections::BTreeSet;

use super::entry::{Entry, Expected, Target};
use super::finding::{Change, Fault, Finding};
use super::scope::{Scope, Seen, scope};
use super::spot::Spot;
use super::{Baseline, Ruling, reason};
use crate::judge::{Outcome, Verdict};

/// Adds what is wrong to the ruling, and which cases have an entry of their own that took no failure.
pub(super) fn check<'a>(
    baseline: &Baseline<'a>,
    seen: &Seen<'_>,
    spots: &[Spot<'_>],
    takers: &[Option<usize>],
    ruling: &mut Ruling<'a>,
) {
    for (place, entry) in baseline.entries.iter().enumerate() {
        let look = Look { baseline, seen, spots, takers, place, entry };
        let found = look.found();
        if let Target::Case(id) | Target::Example(id, _) = &entry.target {
            // the case may have another name by now
            let id = seen.suite.case(id).map_or(id, |case| &case.id).clone();
            match &found {
                Some((Fault::Passed, ..)) => drop(ruling.passed.insert(id, entry)),
                None if entry.expected == Expected::Flaky => drop(ruling.flaky.insert(id, entry)),
                _ => {}
            }
        }
        let stale = found.as_ref().is_some_and(|(fault, ..)| fault.is_stale());
        let standing = if stale { Vec::new() } else { look.standing() };
        ruling.findings.extend(found.into_iter().chain(standing).map(|found| finding(entry, found)));
    }
}

/// A fault, why, and the lines that mend it.
type Found = (Fault, String, Vec<Change>);

fn finding(entry: &Entry, (fault, why, changes): Found) -> Finding {
    Finding {
        fault,
        entry: entry.target.to_string(),
        file: entry.place.file.clone(),
        line: entry.place.first,
        why,
        changes,
    }
}

/// One entry, and what came of the run.
struct Look<'l, 'a, 's> {
    baseline: &'l Baseline<'a>,
    seen: &'l Seen<'s>,
    spots: &'l [Spot<'s>],
    takers: &'l [Option<usize>],
    place: usize,
    entry: &'a Entry,
}

impl Look<'_, '_, '_> {
    /// What the run says against the entry.
    fn found(&self) -> Option<Found> {
        let stale = |fault, why| Some((fault, why, self.entry.place.removal()));
        let whole = match scope(&self.entry.target, self.baseline, self.seen) {
            Scope::Unknown(why) => return stale(Fault::Unmatched, why),
            Scope::Away(why) => return stale(Fault::NotApplicable, format!("it was not run, as {why}")),
            Scope::LeftOut => false,
            Scope::Ran { whole } => whole,
        };
        if let Some(first) = self.alike() {
            let why = format!("it says the same as the entry in line {}", first.place.first);
            return stale(Fault::Doubled, why);
        }
        let about: Vec<usize> =
            (0..self.spots.len()).filter(|spot| self.spots[*spot].is_in(&self.entry.target)).collect();
        let (hits, others): (Vec<usize>, Vec<usize>) =
            about.into_iter().partition(|spot| self.spots[*spot].is_as(self.entry));
        if !hits.is_empty() {
            return self.failing(&hits, whole);
        }
        let free = others.iter().find(|spot| self.takers[**spot].is_none());
        match free {
            Some(spot) if self.entry.target.is_exact() => Some(self.otherwise(&self.spots[*spot])),
            _ if self.entry.expected == Expected::Flaky || !whole || self.is_unseen() => None,
            _ => match self.idle() {
                Some(why) => stale(Fault::NotApplicable, format!("nothing was judged: {why}")),
                None => stale(Fault::Passed, self.passes(others.first().map(|spot| &self.spots[*spot]))),
            },
        }
    }

    /// It fails as the entry says; but does the entry tell that alone, and of each time?
    fn failing(&self, hits: &[usize], whole: bool) -> Option<Found> {
        let own = hits.iter().any(|spot| self.takers[*spot] == Some(self.place));
        let other = hits.iter().find_map(|spot| self.takers[*spot]);
        if let (false, true, false, Some(other)) = (own, whole, self.baseline.is_over(self.entry), other) {
            let other = &self.baseline.entries[other];
            let why =
                format!("all that it waives is waived by `{}` in line {}", other.target, other.place.first);
            return Some((Fault::Doubled, why, self.entry.place.removal()));
        }
        let is_fail = self.entry.expected == Expected::Fail && self.entry.target.is_exact() && own;
        let unsteady = self.seen.unsteady.iter().find(|unsteady| {
            hits.iter()
                .any(|spot| self.spots[*spot].id == unsteady.case && self.spots[*spot].side == unsteady.side)
        });
        if let (true, Some(unsteady)) = (is_fail, unsteady) {
            let times: usize = unsteady.outcomes.iter().map(|outcome| outcome.times).sum();
            let why = format!("it did not come to the same each of the {times} times");
            return Some((
                Fault::Otherwise,
                why,
                self.entry.place.change("status", Some("status = \"flaky\"")),
            ));
        }
        None
    }

    /// What is wrong with the entry whatever is seen.
    fn standing(&self) -> Vec<Found> {
        let place = &self.entry.place;
        let over = self.entry.until.filter(|_| self.baseline.is_over(self.entry)).map(|until| {
            let why = format!(
                "it expired with {until}: mend the client and take the entry out, or set a later day"
            );
            (Fault::Expired, why, place.change("until", Some("until = YYYY-MM-DD")))
        });
        let empty = reason::emptiness(&self.entry.reason).map(|why| {
            let why = format!("{why} (hint: say why this may fail for now)");
            (Fault::NoReason, why, place.change("reason", Some("reason = \"…\"")))
        });
        over.into_iter().chain(empty).collect()
    }

    /// An entry before this one that is about the same, under the same code.
    fn alike(&self) -> Option<&Entry> {
        let mut before = self.baseline.entries[..self.place].iter();
        before.find(|other| {
            other.target.to_string() == self.entry.target.to_string() && other.code == self.entry.code
        })
    }

    /// It fails, but not as the entry says.
    fn otherwise(&self, spot: &Spot<'_>) -> Found {
        let place = &self.entry.place;
        let said = match self.entry.expected {
            Expected::Unsupported => "being answered with `unsupported`".to_owned(),
            _ => format!("failing with `{}`", self.entry.code),
        };
        let Some(code) = spot.code else {
            let mut changes = place.change("status", Some("status = \"unsupported\""));
            changes.extend(place.change("code", None));
            changes.sort_by_key(|change| change.line);
            return (Fault::Otherwise, format!("the shim answers `unsupported`, instead of {said}"), changes);
        };
        let line = format!("code = \"{code}\"");
        let changes = match self.entry.expected {
            Expected::Unsupported => place.change("status", Some(&format!("status = \"fail\"\n{line}"))),
            _ => place.change("code", Some(&line)),
        };
        (Fault::Otherwise, format!("it fails with `{code}`, instead of {said}"), changes)
    }

    /// The verdicts that the entry is about.
    fn verdicts(&self) -> impl Iterator<Item = &Verdict> {
        let cases = self.seen.cases.iter().filter(|judged| self.entry.target.takes(judged.case));
        cases.flat_map(|judged| &judged.verdicts).filter(|verdict| match &self.entry.target {
            Target::Rule(rule) => *rule == verdict.rule,
            _ => true,
        })
    }

    /// Whether something that the entry is about could not be seen: then nothing is known of it.
    fn is_unseen(&self) -> bool {
        self.verdicts().any(|verdict| matches!(verdict.outcome, Outcome::Inconclusive(_)))
    }

    /// Why nothing at all was judged of what the entry is about.
    fn idle(&self) -> Option<String> {
        let mut why = None;
        for verdict in self.verdicts() {
            match &verdict.outcome {
                Outcome::NotExercised(said) | Outcome::NotApplicable(said) => why = Some(said.clone()),
                _ => return None,
            }
        }
        why
    }

    /// In words: what is known to fail passes, or all that fails of it is another entry's.
    fn passes(&self, other: Option<&Spot<'_>>) -> String {
        let as_said = match self.entry.expected {
            Expected::Unsupported => String::new(),
            _ => format!(" with `{}`", self.entry.code),
        };
        let cases: BTreeSet<&str> = self
            .seen
            .cases
            .iter()
            .filter(|judged| self.entry.target.takes(judged.case))
            .map(|judged| judged.case.id.as_str())
            .collect();
        match other.and_then(|spot| spot.code) {
            Some(code) if self.entry.target.is_exact() => {
                format!("it no longer fails{as_said}, only with `{code}`")
            }
            _ if self.entry.expected == Expected::Unsupported => "the shim supports it".to_owned(),
            _ if self.entry.target.is_exact() => "it passes".to_owned(),
            _ => format!("none of the {} cases that it is about fails{as_said}", cases.len()),
        }
    }
}
