//! From cases to jobs: which cases to run against which client, and why the others stay out.
//!
//! Nothing here knows how a job runs.

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobMatcher};

use crate::rule::{Need, Party, Profile, Rule, RuleBook, Version};
use crate::testee::{Identity, is_surface};
use crate::vector::{Body, Case, Status, Suite};

/// What a user asks for.
#[derive(Debug)]
pub struct Selection {
    /// Cases to run, by id; all where it is empty.
    pub run: Vec<GlobMatcher>,
    /// Cases to leave out, by id.
    pub skip: Vec<GlobMatcher>,
    /// Only these cases, by id; all where it is None.
    pub only: Option<BTreeSet<String>>,
    /// Only cases that decide one of these rules; all where it is empty.
    pub rules: Vec<String>,
    /// The wire version.
    pub wire: Version,
    /// The profile.
    pub profile: Profile,
}

impl Selection {
    /// Everything of a wire version.
    pub fn all(wire: Version) -> Self {
        Self {
            run: Vec::new(),
            skip: Vec::new(),
            only: None,
            rules: Vec::new(),
            wire,
            profile: Profile::Document,
        }
    }

    /// Whether it is everything, so that a rule without a verdict is a gap and not a choice.
    pub fn is_all(&self) -> bool {
        self.run.is_empty() && self.skip.is_empty() && self.only.is_none() && self.rules.is_empty()
    }

    fn takes(&self, case: &Case, book: &RuleBook) -> bool {
        let matches = |globs: &[GlobMatcher]| {
            globs.iter().any(|glob| glob.is_match(&case.id) || case.was.iter().any(|was| glob.is_match(was)))
        };
        let ambient = |rule: &String| book.get(rule).is_some_and(|rule| rule.ambient);
        self.only.as_ref().is_none_or(|only| only.contains(&case.id))
            && (self.run.is_empty() || matches(&self.run))
            && !matches(&self.skip)
            && (self.rules.is_empty()
                || self.rules.iter().any(|rule| case.decides.contains(rule) || ambient(rule)))
    }
}

/// Reads a glob over case ids; `*` stands for anything, slashes too.
pub fn glob(text: &str) -> Result<GlobMatcher, String> {
    Glob::new(text)
        .map(|glob| glob.compile_matcher())
        .map_err(|error| format!("`{text}` is no glob: {}", error.kind()))
}

/// A case to run.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The case.
    pub case: &'a Case,
    /// Of a call case, the places of the examples that this client can show.
    pub examples: Vec<usize>,
}

/// What to run, and what stays out.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// In the order of the suite.
    pub jobs: Vec<Job<'a>>,
    /// Cases that do not apply to this client, with the reason.
    pub not_applicable: Vec<(&'a Case, String)>,
    /// Rules that do not apply to this client, with the reason.
    pub rules_not_applicable: BTreeMap<String, String>,
}

/// Makes the jobs for a client. `Err` says that nothing was selected, with the nearest names.
pub fn plan<'a>(
    suite: &'a Suite,
    book: &RuleBook,
    identity: &Identity,
    selection: &Selection,
) -> Result<Plan<'a>, String> {
    let wanted: BTreeSet<&str> =
        suite.cases.iter().filter(|case| selection.takes(case, book)).map(|case| case.id.as_str()).collect();
    if wanted.is_empty() {
        return Err(nothing(suite, selection));
    }
    // a negative counts only if its twin passed in the same run
    let twins: BTreeSet<&str> = suite
        .cases
        .iter()
        .filter(|case| wanted.contains(case.id.as_str()))
        .filter_map(|case| case.twin.as_deref())
        .collect();
    let mut plan = Plan {
        jobs: Vec::new(),
        not_applicable: Vec::new(),
        rules_not_applicable: rules_not_applicable(book, identity, selection),
    };
    for case in &suite.cases {
        if case.status == Status::Withdrawn
            || !(wanted.contains(case.id.as_str()) || twins.contains(case.id.as_str()))
        {
            continue;
        }
        match stays_out(case, identity, selection) {
            Some(reason) => plan.not_applicable.push((case, reason)),
            None => plan.jobs.push(Job { case, examples: visible(case, &identity.caps) }),
        }
    }
    Ok(plan)
}

/// Why a case does not apply.
fn stays_out(case: &Case, identity: &Identity, selection: &Selection) -> Option<String> {
    if !case.under_test.contains(&Party::Client) {
        return Some("it does not test clients".to_owned());
    }
    if case.since > selection.wire {
        return Some(format!("since wire {}", case.since));
    }
    if let Some(until) = case.until.filter(|until| *until < selection.wire) {
        return Some(format!("until wire {until}"));
    }
    if case.profile != selection.profile {
        return Some("it belongs to another profile".to_owned());
    }
    case.requires.iter().find(|need| !need.met_by(&identity.caps)).map(missing)
}

fn missing(need: &Need) -> String {
    let kind = if need.0.iter().all(|cap| is_surface(cap)) { "surface" } else { "seam" };
    format!("the client does not claim the {kind} `{need}`")
}

/// Why rules do not apply: the profile, or a surface that the client does not claim.
fn rules_not_applicable(
    book: &RuleBook,
    identity: &Identity,
    selection: &Selection,
) -> BTreeMap<String, String> {
    let reason = |rule: &Rule| {
        if rule.profile != selection.profile {
            return Some("it belongs to another profile".to_owned());
        }
        rule.needs.iter().find(|need| !need.met_by(&identity.caps)).map(missing)
    };
    book.rules().filter_map(|rule| Some((rule.id.clone(), reason(rule)?))).collect()
}

fn visible(case: &Case, caps: &BTreeSet<String>) -> Vec<usize> {
    let Body::Call { examples, .. } = &case.body else { return Vec::new() };
    let shows = |place: &usize| examples[*place].requires.iter().all(|need| need.met_by(caps));
    (0..examples.len()).filter(shows).collect()
}

fn nothing(suite: &Suite, selection: &Selection) -> String {
    let names = |texts: Vec<String>, known: Vec<&str>| {
        let mut near: Vec<&str> = known;
        near.sort_by_key(|name| {
            texts
                .iter()
                .map(|text| strsim::damerau_levenshtein(text.trim_matches('*'), name))
                .min()
                .unwrap_or(usize::MAX)
        });
        near.truncate(3);
        near.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let cases: Vec<&str> = suite.cases.iter().map(|case| case.id.as_str()).collect();
    if !selection.run.is_empty() {
        let asked: Vec<String> = selection.run.iter().map(|glob| glob.glob().glob().to_owned()).collect();
        return format!(
            "no case matches `{}`\n(hint: the nearest are {})",
            asked.join("`, `"),
            names(asked, cases)
        );
    }
    let rules: BTreeSet<&str> =
        suite.cases.iter().flat_map(|case| &case.decides).map(String::as_str).collect();
    let asked = selection.rules.clone();
    let near = names(asked.clone(), rules.into_iter().collect());
    format!("no case decides `{}`\n(hint: the nearest rules with a case are {near})", asked.join("`, `"))
}
