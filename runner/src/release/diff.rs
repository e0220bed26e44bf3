//! What changes for a client from one set to another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::bump::Step;
use super::kind::Kind;
use super::set::{Body, CaseEntry, Field, Presence, RuleEntry, Set};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of what kind it is.
    pub kind: Kind,
    /// What changed: a chi, `chi.field`, a rule, a case, a file.
    pub what: String,
    /// How; may be empty.
    pub how: String,
}

impl Change {
    /// The version step that it needs.
    pub fn step(&self) -> Step {
        self.kind.row().0
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.how.is_empty() {
            write!(f, "`{}`", self.what)
        } else {
            write!(f, "`{}`: {}", self.what, self.how)
        }
    }
}

/// All changes, by kind and then by name.
pub fn diff(old: &Set, new: &Set) -> Vec<Change> {
    let mut changes = Changes::default();
    changes.registry(old, new);
    changes.body("envelope", &old.envelope, &new.envelope);
    changes.rules(&old.rules, &new.rules);
    changes.cases(&old.cases, &new.cases);
    changes.besides(&old.besides, &new.besides);
    if changes.0.is_empty() && old.contents != new.contents {
        changes.add(Kind::Besides, "the layout", "the same is written otherwise");
    }
    changes.0.sort_by(|a, b| (a.kind, &a.what).cmp(&(b.kind, &b.what)));
    changes.0
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, kind: Kind, what: impl Into<String>, how: impl Into<String>) {
        self.0.push(Change { kind, what: what.into(), how: how.into() });
    }

    fn registry(&mut self, old: &Set, new: &Set) {
        let (gone, fresh) = (only(&old.chi, &new.chi), only(&new.chi, &old.chi));
        for chi in &gone {
            self.add(Kind::ChiRemoved, *chi, renamed(&gone, &fresh, ""));
        }
        for chi in &fresh {
            self.add(Kind::ChiAdded, *chi, "");
        }
        for (chi, before, after) in both(&old.chi, &new.chi) {
            match (before, after) {
                (Some(before), Some(after)) => self.body(chi, before, after),
                (Some(_), None) => self.add(Kind::FieldRemoved, chi, "its body was fixed and is now free"),
                (None, Some(body)) => {
                    let required = body.iter().filter(|(_, field)| field.required != Presence::No);
                    let names: Vec<&str> = required.map(|(name, _)| name.as_str()).collect();
                    self.add(Kind::BodyFixed, chi, format!("requires {}", names.join(", ")));
                }
                (None, None) => {}
            }
        }
    }

    fn body(&mut self, chi: &str, old: &Body, new: &Body) {
        let (gone, fresh) = (only(old, new), only(new, old));
        for field in &gone {
            self.add(Kind::FieldRemoved, format!("{chi}.{field}"), renamed(&gone, &fresh, "among "));
        }
        for field in &fresh {
            let required = new[*field].required != Presence::No;
            let kind = if required { Kind::FieldRequired } else { Kind::FieldAdded };
            self.add(kind, format!("{chi}.{field}"), &new[*field].kind);
        }
        for (field, before, after) in both(old, new) {
            self.field(&format!("{chi}.{field}"), before, after);
        }
    }

    fn field(&mut self, name: &str, old: &Field, new: &Field) {
        if old.kind != new.kind {
            self.add(Kind::FieldChanged, name, format!("was {}, is {}", old.kind, new.kind));
        }
        match (old.required, new.required) {
            (before, after) if before == after => {}
            (_, Presence::Yes) => self.add(Kind::FieldRequired, name, "was optional, is required"),
            (Presence::No, _) => {
                self.add(Kind::FieldRequired, name, "was optional, is one of those required");
            }
            _ => self.add(Kind::FieldChanged, name, "was required, may be missing"),
        }
        let missing = |of: &Field, from: &Field| {
            let values = of.values.iter().filter(|value| !from.values.contains(value));
            values.map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        match (missing(old, new), missing(new, old)) {
            (gone, fresh) if gone.is_empty() && fresh.is_empty() => {}
            (gone, fresh) if gone.is_empty() && !old.values.is_empty() => {
                self.add(Kind::FieldRequired, name, format!("new values {fresh}"));
            }
            (gone, fresh) => {
                let list = |values: String| if values.is_empty() { "any".to_owned() } else { values };
                let how = format!("values {} became {}", list(gone), list(fresh));
                self.add(Kind::FieldChanged, name, how);
            }
        }
    }

    fn rules(&mut self, old: &BTreeMap<String, RuleEntry>, new: &BTreeMap<String, RuleEntry>) {
        for id in only(old, new) {
            self.add(Kind::RuleRemoved, id, &old[id].level);
        }
        for id in only(new, old) {
            let breakable = matches!(new[id].level.as_str(), "MUST" | "SHOULD");
            self.add(if breakable { Kind::RuleAdded } else { Kind::NoteAdded }, id, &new[id].level);
        }
        for (id, before, after) in both(old, new) {
            if (&before.level, &before.binds) != (&after.level, &after.binds) {
                let shown = |rule: &RuleEntry| format!("{} for {}", rule.level, rule.binds);
                self.add(Kind::RuleChanged, id, format!("was {}, is {}", shown(before), shown(after)));
            } else if before.words != after.words {
                self.add(Kind::RuleReworded, id, "");
            }
        }
    }

    fn cases(&mut self, old: &BTreeMap<String, CaseEntry>, new: &BTreeMap<String, CaseEntry>) {
        let mut followed = BTreeSet::new();
        for (id, case) in new {
            let was = case.was.iter().find(|was| old.contains_key(*was) && !new.contains_key(*was));
            if let (false, Some(was)) = (old.contains_key(id), was) {
                followed.insert(was.as_str());
                self.add(Kind::CaseRenamed, id, format!("was `{was}`"));
                self.case(id, &old[was], case);
            } else if let Some(before) = old.get(id) {
                self.case(id, before, case);
            } else {
                self.add(Kind::CaseAdded, id, if case.status == "scored" { "" } else { &case.status });
            }
        }
        for (id, case) in old.iter().filter(|(id, _)| !new.contains_key(*id)) {
            if !followed.contains(id.as_str()) {
                let same = |(_, other): &(&String, &CaseEntry)| {
                    (&other.expects, &other.examples) == (&case.expects, &case.examples)
                };
                match new.iter().find(same) {
                    Some((other, _)) => {
                        let how = format!("`{other}` is the same (hint: list the old id in its `was`)");
                        self.add(Kind::CaseLost, id, how);
                    }
                    None => self.add(Kind::CaseDropped, id, "removed"),
                }
            }
        }
    }

    fn case(&mut self, id: &str, old: &CaseEntry, new: &CaseEntry) {
        if old.status != new.status {
            let kind = if new.status == "scored" { Kind::CaseAdded } else { Kind::CaseDropped };
            self.add(kind, id, format!("was {}, is {}", old.status, new.status));
        }
        let scored = old.status == "scored" && new.status == "scored";
        let kind = if scored { Kind::ExpectationChanged } else { Kind::ProvisionalChanged };
        let changed: Vec<String> = old
            .examples
            .iter()
            .filter(|(tc, example)| new.examples.get(tc) != Some(example))
            .map(|(tc, _)| format!("#{tc}"))
            .collect();
        let added = new.examples.keys().filter(|tc| !old.examples.contains_key(tc)).count();
        if old.expects != new.expects {
            self.add(kind, id, "");
        } else if !changed.is_empty() {
            self.add(kind, id, format!("examples {}", changed.join(", ")));
        } else if added > 0 {
            self.add(Kind::CaseExtended, id, format!("{added} more"));
        } else if old.words != new.words {
            self.add(Kind::CaseReworded, id, "");
        }
    }

    fn besides(&mut self, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) {
        for name in only(old, new) {
            self.add(Kind::Besides, name, "removed");
        }
        for name in only(new, old) {
            self.add(Kind::Besides, name, "new");
        }
        for (name, before, after) in both(old, new) {
            if before != after {
                self.add(Kind::Besides, name, "changed");
            }
        }
    }
}

/// The keys of the first that the second lacks.
fn only<'a, V, W>(of: &'a BTreeMap<String, V>, from: &BTreeMap<String, W>) -> Vec<&'a str> {
    of.keys().filter(|key| !from.contains_key(*key)).map(String::as_str).collect()
}

fn both<'a, V>(
    old: &'a BTreeMap<String, V>,
    new: &'a BTreeMap<String, V>,
) -> impl Iterator<Item = (&'a str, &'a V, &'a V)> {
    old.iter().filter_map(|(key, before)| Some((key.as_str(), before, new.get(key)?)))
}

/// Where something went and something came: what it may be called now.
fn renamed(gone: &[&str], fresh: &[&str], among: &str) -> String {
    match fresh {
        [] => String::new(),
        [one] if gone.len() == 1 => format!("now `{one}`, it seems"),
        several => {
            let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
            format!("its new name may be {among}{}", names.join(", "))
        }
    }
}
