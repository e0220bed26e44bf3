//! The votes on one rule, and what they come to.

use super::rows::parted;
use crate::baseline::{Known, Ruling};
use crate::judge::{Failure, Outcome, Verdict};
use crate::report::Standing;
use crate::rule::{Level, Side};

/// What the cases of one run say about one rule.
#[derive(Default)]
pub(super) struct Tally {
    held: Vec<String>,
    broken: Vec<(String, String)>,
    waived: Vec<(String, String)>,
    seen: Vec<(String, String)>,
    declined: Option<String>,
    open: Vec<(String, String)>,
    idle: Option<String>,
    /// Cases in which all that shows speaks for the rule, and not all of it shows.
    partly: Vec<String>,
    impossible: Option<String>,
    pub(super) ambient: bool,
    pub(super) exercised: bool,
    cut_short: bool,
}

impl Tally {
    /// No vote so far. `cut_short` says that a case that decides the rule was to be played and was not.
    pub(super) fn new(cut_short: bool) -> Self {
        Self { cut_short, ..Self::default() }
    }

    pub(super) fn add(&mut self, side: Side, case: &str, verdict: &Verdict, ruling: &Ruling<'_>) {
        let case = case.to_owned();
        match &verdict.outcome {
            Outcome::Held => self.held.push(case),
            Outcome::Broken(failure) => self.fails(side, &case, failure, ruling),
            Outcome::Observed(what) => self.seen.push((case, what.clone())),
            Outcome::Declined(what) => {
                self.declined = Some(what.clone());
                self.seen.push((case, what.clone()));
            }
            Outcome::Inconclusive(open) => match ruling.known(side, &case, &verdict.rule) {
                None => self.open.push((case, open.why.clone())),
                Some(Known::Entry(entry)) => self.waived.push((case, entry.reason.clone())),
                Some(Known::Follows(why)) => self.waived.push((case, why)),
            },
            Outcome::Partly => self.partly.push(case),
            Outcome::NotExercised(why) => self.idle = Some(why.clone()),
            Outcome::NotApplicable(why) => self.impossible = Some(why.clone()),
        }
    }

    /// A break is waived if all of its examples are.
    pub(super) fn fails(&mut self, side: Side, case: &str, failure: &Failure, ruling: &Ruling<'_>) {
        match parted(side, case, failure, ruling) {
            (_, Some(free)) => self.broken.push((case.to_owned(), free.code)),
            (Some((_, entry)), None) => self.waived.push((case.to_owned(), entry.reason.clone())),
            (None, None) => {}
        }
    }

    pub(super) fn standing(
        self,
        level: Level,
        broken: Standing,
        warns: bool,
    ) -> Option<(Standing, String, Vec<String>)> {
        let first = |rows: Vec<(String, String)>| {
            let why = rows.first().map(|(_, why)| why.clone()).unwrap_or_default();
            (why, rows.into_iter().map(|(case, _)| case).collect())
        };
        let answer = |standing, (why, cases)| Some((standing, why, cases));
        if !self.broken.is_empty() {
            return answer(broken, first(self.broken));
        }
        if !self.open.is_empty() {
            return answer(Standing::Undecided, first(self.open));
        }
        if self.cut_short && !(self.seen.is_empty() && self.held.is_empty()) {
            let why = "not every case that decides it was played".to_owned();
            return answer(Standing::Undecided, (why, Vec::new()));
        }
        if !self.waived.is_empty() {
            return answer(Standing::Waived, first(self.waived));
        }
        if !self.seen.is_empty() {
            let mut what: Vec<String> = self.seen.iter().map(|(_, what)| what.clone()).collect();
            what.dedup();
            let cases = self.seen.into_iter().map(|(case, _)| case).collect();
            let standing = match level {
                Level::May => Standing::Observed,
                _ if warns && self.declined.is_some() => Standing::Warned,
                _ => Standing::Held,
            };
            return answer(standing, (what.join(", "), cases));
        }
        if !self.held.is_empty() || self.exercised {
            return answer(Standing::Held, (String::new(), self.held));
        }
        if !self.partly.is_empty() {
            return answer(Standing::Undecided, (String::new(), self.partly));
        }
        if let Some(why) = self.impossible {
            return answer(Standing::NotApplicable, (why, Vec::new()));
        }
        if let Some(why) = self.idle {
            return answer(Standing::NotExercised, (why, Vec::new()));
        }
        self.ambient.then(|| {
            (Standing::NotExercised, "the client sent nothing that it is about".to_owned(), Vec::new())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_not_held_before_every_case_that_decides_it_was_played() {
        let standing = |cut_short| {
            let mut tally = Tally::new(cut_short);
            let held = Verdict { rule: "FRAME-01".to_owned(), outcome: Outcome::Held };
            tally.add(Side::PLAIN, "a/case", &held, &Ruling::default());
            tally.standing(Level::Must, Standing::Violated, false).map(|(standing, ..)| standing)
        };
        assert_eq!(standing(false), Some(Standing::Held));
        assert_eq!(standing(true), Some(Standing::Undecided));
    }
}
