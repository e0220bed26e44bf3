//! From cases to jobs: which cases to run against which client, and why the others stay out.
//!
//! Nothing here knows how a job runs.

mod selection;
mod shard;

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobMatcher;

use crate::rule::{Need, Party, Profile, Rule, RuleBook, Side};
use crate::testee::{Identity, is_surface};
use crate::vector::{Body, Case, Status, Suite};

pub use selection::{Narrow, Selection, glob};
pub use shard::Shard;

/// A case to run.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The case.
    pub case: &'a Case,
    /// As whom the client is tested.
    pub side: Side,
    /// Of a call case, the places of the examples that this client can show.
    pub examples: Vec<usize>,
}

/// What to run, and what stays out.
#[derive(Debug, Clone, Default)]
pub struct Plan<'a> {
    /// As whom the client is tested; the profile `document` first, and the asker before the worker.
    pub sides: Vec<Side>,
    /// Side by side, in the order of the suite.
    pub jobs: Vec<Job<'a>>,
    /// Which part of them, where it is one of several.
    pub shard: Option<Shard>,
    /// The jobs of the other parts.
    pub elsewhere: Vec<Job<'a>>,
    /// Cases that do not apply to this client, with the reason.
    pub not_applicable: Vec<(&'a Case, String)>,
    /// Rules that do not apply to this client, by side and id, with the reason.
    pub rules_not_applicable: BTreeMap<(Side, String), String>,
    /// Of a whole bee, what would decide a rule that it does not show, by id.
    pub rules_hidden: BTreeMap<String, String>,
}

impl Plan<'_> {
    /// Whether it is for a whole bee, which hides rules from sight.
    pub fn is_bee(&self) -> bool {
        !self.rules_hidden.is_empty()
    }
}

/// Makes the jobs for a client. `Err` says that nothing was selected, with the nearest names, or that the client
/// does not offer what was asked for.
pub fn plan<'a>(
    suite: &'a Suite,
    book: &RuleBook,
    identity: &Identity,
    selection: &Selection,
) -> Result<Plan<'a>, String> {
    let sides = sides(identity, selection)?;
    misspelt(suite, book, selection)?;
    let is_bee = identity.habits.is_some();
    let fits = |case: &Case| if is_bee { case.suits_a_bee() } else { !case.is_for_bees };
    let taken = || suite.cases.iter().filter(|case| selection.takes(case, book));
    if !taken().any(fits) {
        return Err(nothing_left(is_bee, taken().next().is_some()));
    }
    // what is for bees alone is nothing that a shim's client leaves out
    let wanted: BTreeSet<&str> =
        taken().filter(|case| is_bee || fits(case)).map(|case| case.id.as_str()).collect();
    // a negative counts only if its twin passed in the same run
    let twins: BTreeSet<&str> = suite
        .cases
        .iter()
        .filter(|case| wanted.contains(case.id.as_str()))
        .filter_map(|case| case.twin.as_deref())
        .collect();
    let runs = |case: &&Case| {
        case.status != Status::Withdrawn
            && (wanted.contains(case.id.as_str()) || twins.contains(case.id.as_str()))
    };
    let cases: Vec<&Case> = suite.cases.iter().filter(runs).collect();
    let belongs =
        |case: &Case, side: &Side| case.profile == side.profile && case.under_test.contains(&side.party);
    let is_narrowed = selection.role.is_some() || selection.profile.is_some();
    if is_narrowed && !cases.iter().any(|case| sides.iter().any(|side| belongs(case, side))) {
        let asked: Vec<String> = sides.iter().map(|side| format!("`{side}`")).collect();
        return Err(format!(
            "none of the selected cases is for {}\n(hint: without `--role` and `--profile` a case runs for everyone whom it tests)",
            asked.join(" or ")
        ));
    }
    let job = |side: Side, case| Job { case, side, examples: visible(case, &identity.caps) };
    let applies = |side: Side, case: &Case| stays_out(case, side, identity, selection).is_none();
    let (to_play, not_applicable): (Vec<&Case>, Vec<&Case>) =
        cases.iter().partition(|case| sides.iter().any(|side| applies(*side, case)));
    let (own, others): (Vec<_>, Vec<_>) = match selection.shard {
        Some(shard) => to_play.iter().zip(shard.part(&to_play)).partition(|(_, is_own)| *is_own),
        None => (to_play.iter().map(|case| (case, true)).collect(), Vec::new()),
    };
    let jobs = |cases: Vec<(&&'a Case, bool)>| -> Vec<Job<'a>> {
        let of_side = |side| {
            let cases = cases.iter().map(|(case, _)| **case);
            cases.filter(move |case| applies(side, case)).map(move |case| job(side, case))
        };
        sides.iter().flat_map(|side| of_side(*side)).collect()
    };
    let reason = |case: &Case| {
        let own =
            sides.iter().find(|side| side.profile == case.profile && case.under_test.contains(&side.party));
        match own {
            Some(side) => stays_out(case, *side, identity, selection).unwrap_or_default(),
            None => nobody(case, identity, selection),
        }
    };
    Ok(Plan {
        jobs: jobs(own),
        shard: selection.shard,
        elsewhere: jobs(others),
        not_applicable: not_applicable.into_iter().map(|case| (case, reason(case))).collect(),
        rules_not_applicable: rules_not_applicable(book, identity, &sides, selection),
        rules_hidden: if is_bee { rules_hidden(suite, book, identity, selection) } else { BTreeMap::new() },
        sides,
    })
}

fn nothing_left(is_bee: bool, is_about_others: bool) -> String {
    let hint = match (is_about_others, is_bee) {
        (false, _) => "`--run`, `--skip` and `--rule` leave none between them",
        (true, true) => "the cases selected need a shim; `list cases --json` tells of what kind a case is",
        (true, false) => "the cases selected are for whole bees: `--black-box`",
    };
    format!("no case is left to run\n(hint: {hint})")
}

/// What decides a rule that a whole bee does not show: by the cases that it has at other levels, or by what the bee
/// would have to do.
fn rules_hidden(
    suite: &Suite,
    book: &RuleBook,
    identity: &Identity,
    selection: &Selection,
) -> BTreeMap<String, String> {
    let silence = identity.habits.as_ref().map_or("", |habits| &habits.silence);
    let side = Side::PLAIN;
    let hidden = |rule: &Rule| {
        let deciding = || suite.cases.iter().filter(|case| case.decides.contains(&rule.id));
        let own = deciding().find(|case| case.is_for_bees && !case.partly.contains(&rule.id));
        let stays_out = own.and_then(|case| stays_out(case, side, identity, selection));
        let mut others = deciding().filter(|case| !case.is_for_bees).peekable();
        let by_calls = others.peek().is_some() && others.all(|case| matches!(case.body, Body::Call { .. }));
        match stays_out {
            Some(why) if why == silence => why,
            Some(why) => format!("{why}; {WITH_SHIM}"),
            None if by_calls && !rule.ambient => "level 1: a shim that answers `call`".to_owned(),
            None => WITH_SHIM.to_owned(),
        }
    };
    book.rules().map(|rule| (rule.id.clone(), hidden(rule))).collect()
}

/// What decides most of what the wire does not show.
const WITH_SHIM: &str = "level 2: a shim that drives the client";

/// As whom the client can be tested: as an asker always, as a worker where it claims to be one, in each profile
/// that it declares.
fn sides(identity: &Identity, selection: &Selection) -> Result<Vec<Side>, String> {
    if identity.habits.is_some()
        && (selection.role == Some(Party::Worker) || selection.profile == Some(Profile::Live))
    {
        return Err("a whole bee is tested as a client, in the profile `document`\n(hint: workers and the profile `live` need a shim)".to_owned());
    }
    let declared = |profile: Profile| identity.profiles.contains(profile.word());
    if let Some(profile) = selection.profile.filter(|profile| !declared(*profile)) {
        let known: Vec<String> = identity.profiles.iter().map(|profile| format!("`{profile}`")).collect();
        return Err(format!(
            "the client does not declare the profile `{profile}`, only {}\n(hint: `profiles` in the reply to `start` lists what it follows)",
            known.join(", ")
        ));
    }
    let is_worker = identity.caps.contains("worker");
    if selection.role == Some(Party::Worker) && !is_worker {
        return Err("the client does not claim the surface `worker`\n(hint: `caps` in the reply to `start` lists what it offers)".to_owned());
    }
    let mut sides = Vec::new();
    for profile in [Profile::Document, Profile::Live] {
        for party in [Party::Client, Party::Worker] {
            let asked = selection.profile.is_none_or(|wanted| wanted == profile)
                && selection.role.is_none_or(|wanted| wanted == party);
            if asked && declared(profile) && (party == Party::Client || is_worker) {
                sides.push(Side { profile, party });
            }
        }
    }
    Ok(sides)
}

/// Why a case applies to none of the sides.
fn nobody(case: &Case, identity: &Identity, selection: &Selection) -> String {
    if !identity.profiles.contains(case.profile.word()) {
        return format!("the client does not declare the profile `{}`", case.profile);
    }
    if selection.profile.is_some_and(|profile| profile != case.profile) {
        return "it belongs to another profile".to_owned();
    }
    match case.requires.iter().find(|need| !need.met_by(&identity.caps)) {
        Some(need) => missing(need),
        None => "it tests another role".to_owned(),
    }
}

/// Why a case does not apply on this side.
fn stays_out(case: &Case, side: Side, identity: &Identity, selection: &Selection) -> Option<String> {
    if case.profile != side.profile {
        return Some("it belongs to another profile".to_owned());
    }
    if !case.under_test.contains(&side.party) {
        return Some("it tests another role".to_owned());
    }
    if let Some(habits) = &identity.habits {
        if !case.suits_a_bee() {
            return Some("it needs a shim".to_owned());
        }
        if habits.answers.is_none() && case.probes() {
            return Some(habits.silence.clone());
        }
    }
    if case.since > selection.wire {
        return Some(format!("since wire {}", case.since));
    }
    if let Some(until) = case.until.filter(|until| *until < selection.wire) {
        return Some(format!("until wire {until}"));
    }
    case.requires.iter().find(|need| !need.met_by(&identity.caps)).map(|need| lacks(need, identity))
}

fn lacks(need: &Need, identity: &Identity) -> String {
    if identity.habits.is_none() {
        return missing(need);
    }
    let shown = need.0.iter().filter_map(|cap| match cap.as_str() {
        "tools" => Some("declares a tool in its first prompt"),
        "permits" => Some("answers a permission-ask"),
        "tendrils" => Some("answers a tendril-reach"),
        "reconnect.auto" => Some("connects again when its connection is closed"),
        "verb.prompt" => Some("prompts"),
        _ => None,
    });
    match shown.collect::<Vec<_>>().as_slice() {
        [] => format!("the bee does not show `{need}`"),
        shown => format!("the bee was not seen to be one that {}", shown.join(" or ")),
    }
}

fn missing(need: &Need) -> String {
    let kind = if need.0.iter().all(|cap| is_surface(cap)) { "surface" } else { "seam" };
    format!("the client does not claim the {kind} `{need}`")
}

/// Why rules do not apply: the profile, or a surface that the client does not claim. A client that is no worker is
/// told which rules bind workers alone.
fn rules_not_applicable(
    book: &RuleBook,
    identity: &Identity,
    sides: &[Side],
    selection: &Selection,
) -> BTreeMap<(Side, String), String> {
    let reason = |side: Side, rule: &Rule| {
        if rule.profile == Profile::Live && side.profile != Profile::Live {
            return Some("it belongs to another profile".to_owned());
        }
        // what a whole bee does not show it may have all the same
        let bound = || identity.habits.is_none();
        rule.needs.iter().find(|need| !need.met_by(&identity.caps)).filter(|_| bound()).map(missing)
    };
    let mut reasons = BTreeMap::new();
    for side in sides {
        for rule in book.rules() {
            reasons.extend(reason(*side, rule).map(|why| ((*side, rule.id.clone()), why)));
        }
    }
    if sides.contains(&Side::PLAIN) && selection.role.is_none() && !identity.caps.contains("worker") {
        let worker = Side { party: Party::Worker, ..Side::PLAIN };
        let alone =
            |rule: &&Rule| rule.roles.contains(&Party::Worker) && !rule.roles.contains(&Party::Client);
        let why = match identity.habits {
            Some(_) => "a whole bee is tested as a client".to_owned(),
            None => missing(&Need(vec!["worker".to_owned()])),
        };
        reasons.extend(book.rules().filter(alone).map(|rule| ((worker, rule.id.clone()), why.clone())));
    }
    reasons
}

fn visible(case: &Case, caps: &BTreeSet<String>) -> Vec<usize> {
    let Body::Call { examples, .. } = &case.body else { return Vec::new() };
    let shows = |place: &usize| examples[*place].requires.iter().all(|need| need.met_by(caps));
    (0..examples.len()).filter(shows).collect()
}

/// Each pattern must match a case and each rule have one: what is misspelt would else be left out in silence.
fn misspelt(suite: &Suite, book: &RuleBook, selection: &Selection) -> Result<(), String> {
    let named = |case: &Case, glob: &GlobMatcher| {
        glob.is_match(&case.id) || case.was.iter().any(|was| glob.is_match(was))
    };
    if let Some(idle) = selection.run.iter().find(|glob| !suite.cases.iter().any(|case| named(case, glob))) {
        let asked = idle.glob().glob();
        let near = nearest(asked, suite.cases.iter().map(|case| case.id.as_str()));
        return Err(format!("no case matches `{asked}`\n(hint: the nearest are {near})"));
    }
    let decided: BTreeSet<&str> =
        suite.cases.iter().flat_map(|case| &case.decides).map(String::as_str).collect();
    let is_judged = |rule: &str| decided.contains(rule) || book.get(rule).is_some_and(|rule| rule.ambient);
    if let Some(idle) = selection.rules.iter().find(|rule| !is_judged(rule)) {
        let near = nearest(idle, decided.iter().copied());
        return Err(format!("no case decides `{idle}`\n(hint: the nearest rules with a case are {near})"));
    }
    Ok(())
}

/// The three names that are most like this one.
pub(crate) fn nearest<'n>(asked: &str, known: impl Iterator<Item = &'n str>) -> String {
    let mut near: Vec<&str> = known.collect();
    let like = |name: &str| strsim::jaro_winkler(asked.trim_matches('*'), name);
    near.sort_by(|a, b| like(b).total_cmp(&like(a)));
    near.truncate(3);
    near.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
