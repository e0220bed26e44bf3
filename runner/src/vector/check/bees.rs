//! What a case for whole bees may hold: no shim drives them, and none reports.

use std::collections::BTreeSet;

use super::Look;
use crate::rule::Party;
use crate::vector::fault::Log;
use crate::vector::model::{Happening, Verb};

/// What a prompt of the bee gives to every case, under these names.
pub(super) const CAPTURED: [&str; 3] = ["sid", "tool", "args"];

/// Only connecting can be driven, and only the wire can be looked at; a client behind a shim is not probed.
pub(super) fn only_what_a_bee_shows(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    for (index, step, _) in look.steps() {
        let at = look.draft.part(index);
        let wrong = match &step.verb {
            Verb::Probe if !case.is_for_bees => Some("only a whole bee is probed (hint: `barrier`)"),
            _ if !case.is_for_bees => None,
            Verb::Drive { act, .. } if act != "connect" => {
                Some("nothing but `connect` can be driven in a whole bee")
            }
            Verb::Observe(_)
            | Verb::Never { what: Happening::Event(_), .. }
            | Verb::Record { what: Happening::Event(_), .. } => Some("a whole bee reports no events"),
            Verb::Barrier { .. } => Some("a whole bee has no barrier (hint: `probe`)"),
            Verb::Call { .. } | Verb::Stalled | Verb::Clock { .. } => Some("a whole bee has no shim to ask"),
            _ => None,
        };
        if let Some(wrong) = wrong {
            log.add(at, wrong);
        }
    }
    if case.is_for_bees && case.under_test != BTreeSet::from([Party::Client]) {
        log.add(look.at("under_test"), "a whole bee is tested as a client");
    }
}

/// What shows in part is decided in part.
pub(super) fn parts(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    for (index, rule) in case.partly.iter().enumerate().filter(|(_, rule)| !case.decides.contains(rule)) {
        log.add(look.at(&format!("partly/{index}")), format!("`{rule}` is not in `decides`"));
    }
}
