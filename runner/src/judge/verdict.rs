//! What a case says about a rule, gathered from what its steps found.

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use crate::exchange::Evidence;
use crate::rule::RuleBook;
use crate::vector::Case;

/// What one case says about one rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verdict {
    /// The rule.
    pub rule: String,
    /// What it came to.
    pub outcome: Outcome,
}

impl Verdict {
    /// Whether nothing speaks against the client.
    pub fn is_good(&self) -> bool {
        matches!(self.outcome, Outcome::Held | Outcome::Partly | Outcome::Observed(_) | Outcome::Declined(_))
    }
}

/// What a rule came to in a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that the case asks was seen.
    Held,
    /// What shows without a shim speaks for it, and some of it does not show.
    Partly,
    /// One of several allowed things was seen.
    Observed(String),
    /// The client refused to do what the rule is about, as it may.
    Declined(String),
    /// It was broken.
    Broken(Box<Failure>),
    /// It could not be seen.
    Inconclusive(Cause),
    /// Nothing came to pass on which it could have been broken; why.
    NotExercised(String),
    /// The client's language does not let the question be asked; why.
    NotApplicable(String),
}

/// Why a rule could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// In words, a fragment.
    pub why: String,
    /// What stands behind it.
    pub root: Root,
}

impl Cause {
    /// A cause that nothing else explains.
    pub fn plain(why: String) -> Self {
        Self { why, root: Root::Itself }
    }
}

/// What stands behind a cause, so that whoever knows of that knows of this too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Root {
    /// Nothing else.
    Itself,
    /// The shim answered `unsupported`.
    Unsupported,
    /// A rule was broken on the way, under this code.
    Broken {
        /// The rule.
        rule: String,
        /// The code.
        code: String,
    },
    /// The case that differs only in the fault did not pass.
    Twin(String),
}

/// What one step or example found about one rule.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) rule: String,
    pub(super) found: Found,
}

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    Met,
    Seen(String),
    Declined(String),
    Broken(Box<Failure>),
    /// The step was not reached.
    Unreached,
    /// It does not show without a shim.
    Hidden,
    /// The example needs a seam that the client does not have.
    Unseen(String),
    /// The shim answered `unsupported`.
    Unsupported(String),
    Impossible(String),
}

/// All that a case found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) each: Vec<Finding>,
    /// Why the walk ended where that is no rule's fault.
    pub(super) cause: Option<Cause>,
}

impl Findings {
    pub(super) fn add(&mut self, rule: &str, found: Found) {
        self.each.push(Finding { rule: rule.to_owned(), found });
    }

    fn of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Found> {
        self.each.iter().filter(move |finding| finding.rule == rule).map(|finding| &finding.found)
    }

    /// The first broken rule that the case does not decide, or that stopped it.
    fn first_broken(&self, but: impl Fn(&str) -> bool) -> Option<&Failure> {
        self.each.iter().find_map(|finding| match &finding.found {
            Found::Broken(failure) if but(&finding.rule) => Some(&**failure),
            _ => None,
        })
    }
}

pub(super) fn verdicts(
    case: &Case,
    findings: &Findings,
    evidence: &Evidence,
    book: &RuleBook,
) -> Vec<Verdict> {
    let foreign = findings.first_broken(|rule| !case.decides.iter().any(|decided| decided == rule));
    let untrusted = untrusted(evidence);
    let outcome = |rule: &String| {
        if let Some(failure) = foreign {
            return blocked(failure);
        }
        match (own(findings, rule, book.get(rule).is_some_and(|rule| rule.type_level)), &untrusted) {
            (Outcome::Held | Outcome::Partly | Outcome::Observed(_) | Outcome::Declined(_), Some(why)) => {
                Outcome::Inconclusive(Cause::plain(why.clone()))
            }
            (outcome, _) => outcome,
        }
    };
    case.decides.iter().map(|rule| Verdict { rule: rule.clone(), outcome: outcome(rule) }).collect()
}

/// What the steps that cite the rule make of it.
fn own(findings: &Findings, rule: &str, type_level: bool) -> Outcome {
    let mut seen: Vec<&str> = Vec::new();
    let (mut met, mut unreached, mut unseen, mut impossible, mut declined) = (0, 0, None, None, None);
    let (mut forbidden, mut unsupported, mut hidden) = (None, None, false);
    if let Some(failure) = broken(findings, rule) {
        return Outcome::Broken(failure);
    }
    for found in findings.of(rule) {
        match found {
            Found::Broken(_) => {}
            Found::Met => met += 1,
            Found::Seen(what) => seen.push(what),
            Found::Declined(what) => declined = Some(what),
            Found::Unreached => unreached += 1,
            Found::Hidden => hidden = true,
            Found::Unseen(why) => unseen = Some(why),
            Found::Unsupported(why) => unsupported = Some(why),
            Found::Impossible(why) if type_level => impossible = Some(why),
            Found::Impossible(why) => forbidden = Some(why),
        }
    }
    if let Some(why) = forbidden {
        let why = format!("the shim calls it impossible ({why}), but the rule is not about types");
        return Outcome::Inconclusive(Cause::plain(why));
    }
    if let Some(why) = unsupported {
        return Outcome::Inconclusive(Cause { why: why.clone(), root: Root::Unsupported });
    }
    if let (0, Some(why)) = (met, impossible) {
        return Outcome::NotApplicable(why.clone());
    }
    if unreached > 0 {
        return match (&findings.cause, findings.first_broken(|_| true)) {
            (Some(cause), _) => Outcome::Inconclusive(cause.clone()),
            (None, Some(failure)) => blocked(failure),
            (None, None) => Outcome::Inconclusive(Cause::plain("the case ended early".to_owned())),
        };
    }
    if hidden {
        return Outcome::Partly;
    }
    if let Some(what) = declined {
        return Outcome::Declined(what.clone());
    }
    match (met, seen.is_empty(), unseen) {
        (_, false, ..) => Outcome::Observed(seen.join(", ")),
        (1.., ..) => Outcome::Held,
        (.., Some(why)) => Outcome::NotExercised(why.clone()),
        _ => Outcome::NotExercised("no step looked at it".to_owned()),
    }
}

/// What broke the rule first, and the other examples that broke it too.
fn broken(findings: &Findings, rule: &str) -> Option<Box<Failure>> {
    let mut broken = findings.of(rule).filter_map(|found| match found {
        Found::Broken(failure) => Some(failure),
        _ => None,
    });
    let mut first = broken.next()?.clone();
    first.also = broken.filter(|failure| failure.example.is_some()).map(|failure| failure.brief()).collect();
    Some(first)
}

fn blocked(failure: &Failure) -> Outcome {
    let why = format!("blocked by {} ({})", failure.rule, failure.code);
    Outcome::Inconclusive(Cause {
        why,
        root: Root::Broken { rule: failure.rule.clone(), code: failure.code.clone() },
    })
}

/// Why nothing that the shim reported can be taken as a pass.
fn untrusted(evidence: &Evidence) -> Option<String> {
    if let Some(line) = evidence.noise.first() {
        return Some(format!(
            "shim.stdout-noise: the shim printed `{line}`, which is no message of its protocol"
        ));
    }
    evidence.events.iter().find_map(|event| match &event.what {
        crate::testee::Event::ShimError { message } => {
            Some(format!("the shim reports its own failure: {message}"))
        }
        _ => None,
    })
}
