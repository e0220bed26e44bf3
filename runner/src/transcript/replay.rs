//! Judging transcripts again: the way of the data from the judge on, with nobody to talk to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Transcript;
use crate::judge::{self, Cause, Outcome, Verdict};
use crate::plan::{Selection, nearest, plan};
use crate::rule::{RuleBook, Side, Version};
use crate::run::{End, Judged, Keep, Order, Results};
use crate::vector::{Bodies, Case, Status, Suite};

/// What came of it.
#[derive(Debug)]
pub struct Replay<'a> {
    /// As of a run in which these cases were played.
    pub results: Results<'a>,
    /// Whether each case of the suite that binds the client has its transcript.
    pub is_whole: bool,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Judges transcripts of one client with these vectors. `Err` says why none of them can be judged, or not together.
pub fn replay<'a>(
    transcripts: Vec<(String, Transcript)>,
    suite: &'a Suite,
    book: &RuleBook,
    bodies: &Bodies,
) -> Result<Replay<'a>, String> {
    let Some((_, first)) = transcripts.first() else { return Err("there is no transcript".to_owned()) };
    let (identity, wire, seed) = (first.client.clone(), first.about.wire.clone(), first.about.seed);
    let wire: Version = wire.parse()?;
    let gate = transcripts.iter().find_map(|(_, transcript)| transcript.gate.clone());
    let (mut stored, notes) = sorted(transcripts, suite)?;
    let ids: BTreeSet<String> = stored.keys().map(|(_, id)| id.clone()).collect();
    let everything = plan(suite, book, &identity, &Selection::all(wire))?;
    let has = |side: Side, case: &Case| stored.contains_key(&(side, case.id.clone()));
    let is_whole = everything.jobs.iter().all(|job| has(job.side, job.case));
    let mut plan = if is_whole {
        everything
    } else {
        plan(suite, book, &identity, &Selection { only: Some(ids), ..Selection::all(wire) })?
    };
    // a twin that nobody kept was not to be played
    plan.jobs.retain(|job| has(job.side, job.case));
    let cases: Vec<Judged<'a>> = plan
        .jobs
        .iter()
        .filter_map(|job| {
            let transcript = stored.remove(&(job.side, job.case.id.clone()))?;
            Some(judged(job.case, job.side, transcript, book, bodies))
        })
        .collect();
    let took = cases.iter().map(|case| case.took).sum::<Duration>();
    let (order, end) = (Order { seed, ..Order::default() }, End::Whole);
    let unsteady = Vec::new();
    let results = Results { identity, plan, cases, unsteady, order, gate, took, end, left_behind: false };
    Ok(Replay { results, is_whole, notes })
}

/// The transcripts by the cases that they are of, and a note on each that is of none.
type Sorted = (BTreeMap<(Side, String), Transcript>, Vec<String>);

fn sorted(transcripts: Vec<(String, Transcript)>, suite: &Suite) -> Result<Sorted, String> {
    let mut stored = BTreeMap::new();
    let (mut names, mut notes) = (BTreeMap::<(Side, String), String>::new(), Vec::new());
    let mut of: Option<(String, String)> = None;
    for (name, transcript) in transcripts {
        let who = &transcript.client;
        let caps: Vec<&str> = who.caps.iter().map(String::as_str).collect();
        let who = format!(
            "{} {} ({}), wire {}, {}",
            who.name,
            who.version,
            who.lang,
            transcript.about.wire,
            caps.join(" ")
        );
        match &of {
            Some((first, other)) if *other != who => {
                return Err(format!(
                    "{name}: is of another client or run than {first}\n  {other}\n  {who}\n(hint: replay those of one run, and compare the reports)"
                ));
            }
            _ => of = of.or(Some((name.clone(), who))),
        }
        let Some(case) = suite.case(&transcript.case) else {
            let near = nearest(&transcript.case, suite.cases.iter().map(|case| case.id.as_str()));
            notes.push(format!(
                "{name}: these vectors have no case `{}` (hint: the nearest are {near})",
                transcript.case
            ));
            continue;
        };
        if case.status == Status::Withdrawn {
            notes.push(format!("{name}: the case `{}` was withdrawn", case.id));
            continue;
        }
        let place = (transcript.side, case.id.clone());
        if let Some(first) = names.insert(place.clone(), name.clone()) {
            return Err(format!("{name}: is of the same case as {first}\n(hint: replay those of one run)"));
        }
        stored.insert(place, transcript);
    }
    if stored.is_empty() { Err(notes.join("\n")) } else { Ok((stored, notes)) }
}

fn judged<'a>(
    case: &'a Case,
    side: Side,
    transcript: Transcript,
    book: &RuleBook,
    bodies: &Bodies,
) -> Judged<'a> {
    let verdicts = match changed(&case.course, &transcript.course) {
        Some(what) => {
            let open = Cause::plain(format!(
                "the transcript does not decide it: {what} has changed since it was played"
            ));
            let verdict =
                |rule: &String| Verdict { rule: rule.clone(), outcome: Outcome::Inconclusive(open.clone()) };
            case.decides.iter().map(verdict).collect()
        }
        None => judge::judge(case, &transcript.evidence, book),
    };
    let leaked = transcript.leaked;
    let mut judged = Judged::new((case, side), verdicts, transcript.evidence, bodies, Keep::Nothing);
    if leaked && judged.is_broken() {
        judged.mark_state_leak();
    }
    judged
}

/// The first place at which a case goes another way than the one that was played.
fn changed(now: &[serde_json::Value], then: &[serde_json::Value]) -> Option<String> {
    let place = (0..now.len().max(then.len())).find(|place| now.get(*place) != then.get(*place))?;
    Some(if place == 0 { "what stands before its steps".to_owned() } else { format!("step {place}") })
}
