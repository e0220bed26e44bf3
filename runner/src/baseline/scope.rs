//! What an entry is about in this run: whether that exists, whether it was run, and all of it.

use std::collections::BTreeMap;

use super::Baseline;
use super::entry::{Target, ambient_id};
use crate::judge::Failure;
use crate::plan::{Plan, nearest};
use crate::rule::{Party, RuleBook, Side};
use crate::run::{Judged, Unsteady};
use crate::vector::{Body, Case, Status, Suite};

/// What came of a run.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The rules.
    pub book: &'a RuleBook,
    /// The cases that there are.
    pub suite: &'a Suite,
    /// What was to run.
    pub plan: &'a Plan<'a>,
    /// What ran.
    pub cases: &'a [Judged<'a>],
    /// Rules that are judged on every line, and were broken there.
    pub ambient: &'a BTreeMap<(Side, String), Failure>,
    /// Cases that did not come to the same each time.
    pub unsteady: &'a [Unsteady],
}

/// What an entry is about, in this run.
pub(super) enum Scope {
    /// Nothing has that name; why, with the nearest.
    Unknown(String),
    /// It does not bind this client; why.
    Away(String),
    /// It was not run, or not to its end.
    LeftOut,
    /// It was run; `whole` says whether all of it was.
    Ran { whole: bool },
}

/// What became of one case.
enum Part {
    Ran,
    Away(String),
    LeftOut,
    /// Some of it was left out.
    Partly,
}

pub(super) fn scope(target: &Target, baseline: &Baseline<'_>, seen: &Seen<'_>) -> Scope {
    let cases = seen.suite.cases.iter().filter(|case| case.status != Status::Withdrawn && target.takes(case));
    let cases: Vec<&Case> = cases.collect();
    let ambient =
        seen.book.rules().filter(|rule| rule.ambient && target.names(&ambient_id(&rule.id), &rule.id, None));
    let ambient: Vec<&str> = ambient.map(|rule| rule.id.as_str()).collect();
    if let Some(why) = unknown(target, &cases, &ambient, seen) {
        return Scope::Unknown(why);
    }
    let parts = cases.iter().map(|case| part(case, target, baseline, seen));
    let parts: Vec<Part> =
        parts.chain(ambient.iter().map(|rule| ambient_part(rule, baseline, seen))).collect();
    let some = |is: fn(&Part) -> bool| parts.iter().any(is);
    let left_out = some(|part| matches!(part, Part::LeftOut | Part::Partly));
    if some(|part| matches!(part, Part::Ran | Part::Partly)) {
        return Scope::Ran { whole: !left_out };
    }
    let why = parts.iter().find_map(|part| match part {
        Part::Away(why) => Some(why.clone()),
        _ => None,
    });
    match why {
        Some(why) if !left_out => Scope::Away(why),
        _ => Scope::LeftOut,
    }
}

/// Why a target names nothing that there is, with the nearest that there is.
fn unknown(target: &Target, cases: &[&Case], ambient: &[&str], seen: &Seen<'_>) -> Option<String> {
    if let (Target::Example(id, tc), Some(case)) = (target, cases.first()) {
        let Body::Call { examples, .. } = &case.body else {
            return Some(format!("{id} has steps, and no examples"));
        };
        let (first, last) = (examples.first()?.tc, examples.last()?.tc);
        return (!examples.iter().any(|example| example.tc == *tc))
            .then(|| format!("{id} has no example #{tc} (hint: it has #{first} to #{last})"));
    }
    if !cases.is_empty() || !ambient.is_empty() {
        return None;
    }
    let withdrawn = seen.suite.cases.iter().any(|case| target.takes(case));
    if withdrawn {
        return Some("the case was withdrawn".to_owned());
    }
    let (what, near) = match target {
        Target::Rule(rule) => {
            let judged = seen.suite.cases.iter().flat_map(|case| case.decides.iter().map(String::as_str));
            let judged: std::collections::BTreeSet<&str> = judged.collect();
            ("no case decides that rule", nearest(rule, judged.into_iter()))
        }
        Target::Case(id) | Target::Example(id, _) => ("there is no such case", nearest_case(id, seen)),
        Target::Glob(glob) => ("no case matches", nearest_case(glob.glob().glob(), seen)),
    };
    Some(format!("{what} (hint: the nearest are {near})"))
}

fn nearest_case(id: &str, seen: &Seen<'_>) -> String {
    let ambient: Vec<String> =
        seen.book.rules().filter(|rule| rule.ambient).map(|rule| ambient_id(&rule.id)).collect();
    let cases = seen.suite.cases.iter().map(|case| case.id.as_str());
    nearest(id, cases.chain(ambient.iter().map(String::as_str)))
}

fn part(case: &Case, target: &Target, baseline: &Baseline<'_>, seen: &Seen<'_>) -> Part {
    let Baseline { selection, shared, .. } = baseline;
    let is_bee = seen.plan.is_bee();
    // the shim plays it too, and shows more of it
    let elsewhere = *shared && is_bee && !case.is_for_bees;
    // a case that the user wants for one role, or not for this profile, was not asked about the rest
    let others = selection.role.is_some_and(|role| {
        [Party::Client, Party::Worker].iter().any(|party| *party != role && case.under_test.contains(party))
    });
    let foreign = selection.role.is_some_and(|role| !case.under_test.contains(&role))
        || selection.profile.is_some_and(|profile| profile != case.profile);
    let jobs: Vec<_> = seen.plan.jobs.iter().filter(|job| std::ptr::eq(job.case, case)).collect();
    if jobs.is_empty() {
        let why = seen.plan.not_applicable.iter().find(|(other, _)| std::ptr::eq(*other, case));
        return match why {
            _ if *shared && is_bee != case.is_for_bees => Part::LeftOut,
            _ if case.is_for_bees && !is_bee => Part::Away("it is for whole bees: `--black-box`".to_owned()),
            Some((_, why)) if !foreign => Part::Away(why.clone()),
            _ => Part::LeftOut,
        };
    }
    if let (Target::Example(_, tc), Body::Call { examples, .. }) = (target, &case.body) {
        let shown = |place: &usize| examples.get(*place).is_some_and(|example| example.tc == *tc);
        if !jobs.iter().any(|job| job.examples.iter().any(shown)) {
            return Part::Away("the client lacks what would make the example visible".to_owned());
        }
    }
    let ran = seen.cases.iter().filter(|judged| std::ptr::eq(judged.case, case)).count();
    match ran {
        0 => Part::LeftOut,
        ran if ran < jobs.len() || others || elsewhere => Part::Partly,
        _ => Part::Ran,
    }
}

/// A rule that is judged on every line was looked at only if every case was.
fn ambient_part(rule: &str, baseline: &Baseline<'_>, seen: &Seen<'_>) -> Part {
    let away = |side: &Side| seen.plan.rules_not_applicable.get(&(*side, rule.to_owned()));
    let sides = &seen.plan.sides;
    if let Some(why) = sides.first().and_then(away)
        && sides.iter().all(|side| away(side).is_some())
    {
        return Part::Away(why.clone());
    }
    let Baseline { selection, shared, .. } = baseline;
    // a bee writes few lines of its own
    let is_less = *shared && seen.plan.is_bee();
    let all = !is_less && selection.is_all() && selection.role.is_none() && selection.profile.is_none();
    if all && seen.cases.len() == seen.plan.jobs.len() { Part::Ran } else { Part::Partly }
}
