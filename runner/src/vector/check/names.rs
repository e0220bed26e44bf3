//! Names: that each is used once, and that what is named is there.

use std::collections::{BTreeMap, BTreeSet};

use super::Look;
use crate::rule::{Party, Profile};
use crate::vector::fault::{Fault, Log, near};
use crate::vector::json::Document;
use crate::vector::model::{Answer, Body};

/// Every case of every file, those with faults too.
#[derive(Default)]
pub(in crate::vector) struct Ids {
    /// Where each id was first used, by id; old ids included.
    used: BTreeMap<String, String>,
    /// Of the cases that run, by id: the profile, and the parties under test.
    running: BTreeMap<String, (Profile, BTreeSet<Party>)>,
}

impl Ids {
    /// Adds the cases of a file; gives a fault for each id that was used before.
    pub(in crate::vector) fn add(&mut self, doc: &Document<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, case) in doc.value["cases"].as_array().into_iter().flatten().enumerate() {
            let at = format!("/cases/{index}");
            let was = case["was"].as_array().into_iter().flatten().enumerate();
            let was = was.map(|(old, id)| (id, format!("{at}/was/{old}")));
            for (id, pointer) in std::iter::once((&case["id"], format!("{at}/id"))).chain(was) {
                let (Some(id), line) = (id.as_str(), doc.line(&pointer)) else { continue };
                if let Some(first) = self.used.get(id) {
                    let message = format!("duplicate id `{id}`, first at {first}");
                    faults.push(Fault { file: doc.file.clone(), line, pointer, message });
                } else {
                    self.used.insert(id.to_owned(), format!("{}:{line}", doc.file));
                }
            }
            if let (Some(id), true) = (case["id"].as_str(), case["status"] != "withdrawn") {
                let profile = case["profile"].as_str().and_then(Profile::of).unwrap_or(Profile::Document);
                let parties = case["under_test"].as_array().into_iter().flatten();
                let parties = parties.filter_map(|party| Party::of(party.as_str()?)).collect();
                self.running.insert(id.to_owned(), (profile, parties));
            }
        }
        faults
    }
}

pub(super) fn section(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    if case.section() != look.file.section {
        log.add(look.at("id"), format!("`{}` is not of the section `{}`", case.id, look.file.section));
    }
}

pub(super) fn twin(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    let Some(twin) = &case.twin else { return };
    let at = look.at("twin");
    if *twin == case.id {
        log.add(at, "a case is no twin of itself");
        return;
    }
    let Some((profile, parties)) = look.file.ids.running.get(twin) else {
        let hint = near(twin, look.file.ids.running.keys().map(String::as_str));
        log.add(at, format!("no case `{twin}` runs{hint}"));
        return;
    };
    if twin.split('/').next() != Some(case.section()) {
        log.add(&at, format!("`{twin}` is of another section"));
    }
    if *profile != case.profile {
        log.add(&at, format!("`{twin}` is of another profile"));
    }
    if let Some(party) = case.under_test.difference(parties).next() {
        log.add(&at, format!("`{twin}` does not test `{party}`, as this case does"));
    }
}

pub(super) fn codes(look: &Look<'_>, log: &mut Log<'_>) {
    for cited in &look.cited {
        if let Some(code) = cited.code.filter(|code| !look.file.codes.contains(code)) {
            let hint = near(code, look.file.codes.iter().copied());
            log.add(look.citation(cited, "code"), format!("no entry `{code}` in `codes` of this file{hint}"));
        }
    }
}

pub(super) fn examples(look: &Look<'_>, log: &mut Log<'_>) {
    let Body::Call { examples, .. } = &look.draft.case.body else { return };
    let mut seen = BTreeSet::new();
    for (index, example) in examples.iter().enumerate() {
        if !seen.insert(example.tc) {
            log.add(format!("{}/tc", look.draft.part(index)), format!("duplicate tc `{}`", example.tc));
        }
        let Answer::SameAs(other) = example.answer else { continue };
        if other == example.tc || !examples.iter().any(|example| example.tc == other) {
            log.add(format!("{}/same_as", look.draft.part(index)), format!("no other example `{other}`"));
        }
    }
}

pub(super) fn environment(look: &Look<'_>, log: &mut Log<'_>) {
    let case = &look.draft.case;
    if look.draft.node.contains_key("env") && !case.fresh {
        log.add(look.at("env"), "`env` needs `fresh`");
    }
}
