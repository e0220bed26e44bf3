//! The case and the rules: what it decides, what it cites, and whether the two agree.

use std::collections::BTreeSet;

use super::Look;
use crate::rule::{Level, Profile};
use crate::vector::fault::{Log, near, ticked};

pub(super) fn unknown_rules(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    let lists = [("decides", &case.decides), ("touches", &case.touches)];
    let listed = lists.into_iter().flat_map(|(list, ids)| {
        ids.iter().enumerate().map(move |(index, id)| (look.at(&format!("{list}/{index}")), id.as_str()))
    });
    let cited = look.cited.iter().map(|cited| (look.citation(cited, "rule"), cited.rule));
    for (at, id) in listed.chain(cited).filter(|(_, id)| look.rules.get(id).is_none()) {
        let hint = near(id, look.rules.rules().map(|rule| rule.id.as_str()));
        log.add(at, format!("WIRE.md has no rule `{id}`{hint}"));
    }
}

pub(super) fn uncited_rules(look: &Look<'_>, log: &mut Log<'_>) {
    let cited: BTreeSet<&str> = look.cited.iter().map(|cited| cited.rule).collect();
    let case = &look.draft.case;
    for (list, ids) in [("decides", &case.decides), ("touches", &case.touches)] {
        for (index, id) in ids.iter().enumerate().filter(|(_, id)| !cited.contains(id.as_str())) {
            let at = look.at(&format!("{list}/{index}"));
            log.add(at, format!("`{id}` is cited by no step or example"));
        }
    }
}

pub(super) fn rules_cited_in_passing(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    for cited in &look.cited {
        if !case.decides.iter().chain(&case.touches).any(|id| id == cited.rule) {
            let message = format!("`{}` is in neither `decides` nor `touches`", cited.rule);
            log.add(look.citation(cited, "rule"), message);
        }
    }
}

pub(super) fn rules_on_both_lists(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    for (index, id) in case.touches.iter().enumerate().filter(|(_, id)| case.decides.contains(id)) {
        log.add(look.at(&format!("touches/{index}")), format!("`{id}` is in `decides` already"));
    }
}

/// A NOTE decides nothing; a MAY is recorded.
pub(super) fn levels(look: &Look<'_>, log: &mut Log<'_>) {
    for (at, rule) in look.decided() {
        let recorded = || look.cited.iter().any(|cited| cited.rule == rule.id && cited.code.is_none());
        match rule.level {
            Level::Note => log.add(at, format!("`{}` is a NOTE: nothing can decide it", rule.id)),
            Level::May if !recorded() => {
                let hint = "(hint: `record`, `raises`: `may`, or `accept` with `seen`)";
                log.add(at, format!("`{}` is a MAY, and no step records what happens {hint}", rule.id));
            }
            _ => {}
        }
    }
}

/// A MUST or SHOULD that is only recorded could never be broken.
pub(super) fn unjudged_rules(look: &Look<'_>, log: &mut Log<'_>) {
    for (at, rule) in look.decided().filter(|(_, rule)| rule.level >= Level::Should) {
        let mut of_rule = look.cited.iter().filter(|cited| cited.rule == rule.id).peekable();
        if of_rule.peek().is_some() && of_rule.all(|cited| cited.code.is_none()) {
            log.add(at, format!("`{}` is a {}, and is only recorded here", rule.id, rule.level));
        }
    }
}

pub(super) fn roles(look: &Look<'_>, log: &mut Log<'_>) {
    for (at, rule) in look.decided().filter(|(_, rule)| !rule.roles.is_empty()) {
        for party in look.draft.case.under_test.difference(&rule.roles) {
            let bound = ticked(rule.roles.iter().map(|role| role.word()));
            log.add(
                at.clone(),
                format!("`{}` binds {bound}, and not `{party}`, which is under test", rule.id),
            );
        }
    }
}

/// What binds in the profile `live` alone is decided there; everything else in either profile.
pub(super) fn profile(look: &Look<'_>, log: &mut Log<'_>) {
    if look.draft.case.profile == Profile::Live {
        return;
    }
    for (at, rule) in look.decided().filter(|(_, rule)| rule.profile == Profile::Live) {
        log.add(at, format!("`{}` is of the profile `live`, the case of `document`", rule.id));
    }
}

/// A case applies from the youngest rule that it decides on, and not only before it.
pub(super) fn versions(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    if case.until.is_some_and(|until| until < case.since) {
        log.add(look.at("until"), "comes before `since`");
    }
    for (at, rule) in look.decided().filter(|(_, rule)| rule.since > case.since) {
        log.add(at, format!("`{}` is of {}, the case of {}", rule.id, rule.since, case.since));
    }
}
