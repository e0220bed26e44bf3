//! One thing that did not pass, as small as an entry can name it.

use super::entry::{Entry, Expected, Target, ambient_id};
use super::scope::Seen;
use crate::judge::{Failure, Outcome, Root};
use crate::rule::Side;
use crate::run::Judged;
use crate::vector::Case;

/// A rule that was broken in a case (or by an example of it), or that the shim does not support.
pub(super) struct Spot<'a> {
    pub(super) side: Side,
    /// The id of the case, or the name of the rule among them.
    pub(super) id: String,
    /// `None` for a rule that is judged on every line.
    case: Option<&'a Case>,
    pub(super) rule: &'a str,
    pub(super) example: Option<u64>,
    /// `None` where the shim answered `unsupported`.
    pub(super) code: Option<&'a str>,
}

/// Everything that did not pass.
pub(super) fn spots<'a>(seen: &Seen<'a>) -> Vec<Spot<'a>> {
    let ambient = seen.ambient.iter().map(|((side, rule), failure)| Spot {
        side: *side,
        id: ambient_id(rule),
        case: None,
        rule,
        example: None,
        code: Some(&failure.code),
    });
    seen.cases.iter().flat_map(of_case).chain(ambient).collect()
}

fn of_case<'a>(judged: &'a Judged<'_>) -> Vec<Spot<'a>> {
    let spot = |rule: &'a str, failure: Option<&'a Failure>| Spot {
        side: judged.side,
        id: judged.case.id.clone(),
        case: Some(judged.case),
        rule,
        example: failure.and_then(|failure| failure.example),
        code: failure.map(|failure| failure.code.as_str()),
    };
    let mut spots = Vec::new();
    for verdict in &judged.verdicts {
        match &verdict.outcome {
            Outcome::Broken(failure) => {
                spots.extend(failure.each().map(|failure| spot(&verdict.rule, Some(failure))));
            }
            Outcome::Inconclusive(cause) if cause.root == Root::Unsupported => {
                spots.push(spot(&verdict.rule, None));
            }
            _ => {}
        }
    }
    spots
}

impl Spot<'_> {
    /// Whether an entry is about it, however it fails.
    pub(super) fn is_in(&self, target: &Target) -> bool {
        let near =
            self.case.map_or_else(|| target.names(&self.id, self.rule, None), |case| target.takes(case));
        near && match target {
            Target::Rule(rule) => rule == self.rule,
            // what the shim does not support, it supports in no example
            Target::Example(_, tc) => self.example == Some(*tc) || self.code.is_none(),
            Target::Case(_) | Target::Glob(_) => true,
        }
    }

    /// Whether it fails as an entry says.
    pub(super) fn is_as(&self, entry: &Entry) -> bool {
        match (entry.expected, self.code) {
            (Expected::Fail | Expected::Flaky, Some(code)) => entry.code == code,
            (Expected::Unsupported, None) => true,
            _ => false,
        }
    }
}
