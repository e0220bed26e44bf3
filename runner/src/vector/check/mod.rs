//! What a single case cannot show by its form: each refusal is one small function.
//!
//! The list stands in `vectors/README.md` under "What the loader refuses". [`cites`] asks what the rules say
//! of the case, [`caps`] what a client must claim for it, [`names`] whether what it names is there, [`bees`] whether a whole bee can show it, and
//! [`proof`] whether its verdict would mean anything.

mod bees;
mod caps;
mod cites;
mod names;
mod proof;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fault::Log;
use super::model::{Body, Step};
use super::read::Draft;
use crate::rule::{Rule, RuleBook};

pub(super) use names::Ids;

/// One refusal.
type Check = fn(&Look<'_>, &mut Log<'_>);

const CHECKS: [Check; 26] = [
    cites::unknown_rules,
    cites::uncited_rules,
    cites::rules_cited_in_passing,
    cites::rules_on_both_lists,
    cites::levels,
    cites::unjudged_rules,
    cites::roles,
    cites::profile,
    cites::versions,
    caps::needs_of_rules,
    caps::needs_of_steps,
    caps::needs_of_workers,
    caps::needs_of_clients,
    caps::needs_of_calls,
    caps::needs_of_clocks,
    names::section,
    names::twin,
    names::codes,
    names::examples,
    names::environment,
    bees::only_what_a_bee_shows,
    bees::parts,
    proof::liveness,
    proof::can_fail,
    proof::waiting_connects,
    proof::silent_nevers,
];

/// Adds a fault for each refusal of this case.
pub(super) fn case(look: &Look<'_>, log: &mut Log<'_>) {
    for check in CHECKS {
        check(look, log);
    }
    proof::bindings(look, log);
}

/// What a case shares with the others of its file.
pub(super) struct File<'f> {
    /// The `section` of the file.
    pub(super) section: &'f str,
    /// The codes of the file.
    pub(super) codes: BTreeSet<&'f str>,
    /// The cases of all files.
    pub(super) ids: &'f Ids,
}

/// A case, and what it is looked at with.
pub(super) struct Look<'l> {
    draft: &'l Draft<'l>,
    rules: &'l RuleBook,
    file: &'l File<'l>,
    /// Every citation of the case: its steps or examples, and the checks in them.
    cited: Vec<Cited<'l>>,
}

/// A place that cites a rule.
struct Cited<'l> {
    /// The index of the step or example.
    part: usize,
    /// The index of the check in it.
    check: Option<usize>,
    rule: &'l str,
    code: Option<&'l str>,
}

fn cited<'l>(draft: &'l Draft<'l>) -> Vec<Cited<'l>> {
    let mut found = Vec::new();
    for (part, node) in draft.parts() {
        let checks = node.get("checks").and_then(Value::as_array).into_iter().flatten();
        let checks = checks.filter_map(Value::as_object).enumerate().map(|(index, node)| (Some(index), node));
        for (check, node) in std::iter::once((None, node)).chain(checks) {
            let word = |key| node.get(key).and_then(Value::as_str);
            found.extend(word("rule").map(|rule| Cited { part, check, rule, code: word("code") }));
        }
    }
    found
}

impl<'l> Look<'l> {
    pub(super) fn new(draft: &'l Draft<'l>, rules: &'l RuleBook, file: &'l File<'l>) -> Self {
        Self { draft, rules, file, cited: cited(draft) }
    }

    /// The decided rules that WIRE.md has, each with its pointer.
    fn decided(&self) -> impl Iterator<Item = (String, &Rule)> {
        let ids = self.draft.case.decides.iter().enumerate();
        ids.filter_map(|(index, id)| Some((self.at(&format!("decides/{index}")), self.rules.get(id)?)))
    }

    /// The pointer of a citation's `rule` or `code`.
    fn citation(&self, cited: &Cited<'_>, key: &str) -> String {
        let part = self.draft.part(cited.part);
        match cited.check {
            Some(check) => format!("{part}/checks/{check}/{key}"),
            None => format!("{part}/{key}"),
        }
    }

    /// The steps with their JSON; none in a call case.
    fn steps(&self) -> Vec<(usize, &Step, &Map<String, Value>)> {
        let Body::Wire { steps, .. } = &self.draft.case.body else { return Vec::new() };
        steps.iter().zip(self.draft.parts()).map(|(step, (index, node))| (index, step, node)).collect()
    }

    fn at(&self, below: &str) -> String {
        format!("{}/{below}", self.draft.pointer)
    }
}
