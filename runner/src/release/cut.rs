//! Cuts the set of one wire version out of the vectors: the cases whose `since` and `until` hold it, the
//! rules and the chi that it has.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use mock_humd::wire::chi::REGISTRY;
use serde_json::{Map, Value, json};

use super::contents::{data, kills, rule_value};
use super::digest;
use super::set::{Body, CaseEntry, Field, Presence, Release, RuleEntry, Set};
use crate::catalog::MutantRow;
use crate::rule::{Rule, RuleBook, Version};
use crate::vector::{Case, Status, Suite};

/// The first wire version with a stable meaning; nothing is cut for those before it.
const FIRST: Version = Version(0, 5, 0);

/// What a release is made of. The cases have been loaded, so that all files are sound.
pub struct Material<'m> {
    /// Path below the folder of cases (`framing.json`) and text of each vector file.
    pub files: Vec<(String, Cow<'m, str>)>,
    /// Path (`schema/vector.json`) and text of each schema.
    pub schemas: Vec<(String, Cow<'m, str>)>,
    /// The text of WIRE.md.
    pub wire_doc: Cow<'m, str>,
    /// Its rules.
    pub book: &'m RuleBook,
    /// The cases of the files.
    pub suite: &'m Suite,
    /// The mutants of the reference client.
    pub mutants: &'m [MutantRow],
}

impl Material<'_> {
    /// The cases that this wire version has.
    pub(super) fn cases(&self, wire: Version) -> impl Iterator<Item = &Case> {
        self.suite
            .cases
            .iter()
            .filter(move |case| case.since <= wire && case.until.is_none_or(|until| wire <= until))
    }

    /// The rules that this wire version has.
    pub(super) fn rules(&self, wire: Version) -> impl Iterator<Item = &Rule> {
        self.book.rules().filter(move |rule| rule.since <= wire)
    }
}

/// The wire versions that sets are cut for: each that added a chi since meanings are stable, and the
/// document's own.
pub fn wires(book: &RuleBook) -> BTreeSet<Version> {
    let added = REGISTRY.iter().filter_map(|row| row.since.parse().ok());
    added.chain([FIRST, book.version]).filter(|wire| (FIRST..=book.version).contains(wire)).collect()
}

/// The set of a wire version, without a number yet. Errors name a file that is no JSON.
pub fn cut(material: &Material<'_>, wire: Version) -> Result<Set, String> {
    let mut besides = BTreeMap::new();
    let mut cases = BTreeMap::new();
    let wanted: BTreeMap<&str, &Case> = material.cases(wire).map(|case| (case.id.as_str(), case)).collect();
    for (name, text) in &material.files {
        let file = json(name, text)?;
        let before = cases.len();
        for node in file["cases"].as_array().into_iter().flatten() {
            if let Some(case) = node["id"].as_str().and_then(|id| wanted.get(id)) {
                cases.insert(case.id.clone(), entry(case, node));
            }
        }
        if cases.len() > before {
            besides.insert(format!("cases/{name}"), digest::of_value(&without(&file, &["cases"])));
        }
    }
    let mut schemas = BTreeMap::new();
    for (name, text) in &material.schemas {
        let schema = json(name, text)?;
        besides.insert(name.clone(), digest::of_value(&schema));
        schemas.insert(name.as_str(), schema);
    }
    besides.insert("WIRE.md".to_owned(), digest::of_bytes(material.wire_doc.as_bytes())[..32].to_owned());
    besides.insert("kills.json".to_owned(), digest::of_value(&kills(material, wire)));
    let body = |name: &str| schemas.get(name).map(body).unwrap_or_default();
    let registry = REGISTRY.iter().filter(|row| row.since.parse().is_ok_and(|since: Version| since <= wire));
    let chi = registry.map(|row| {
        // a body is known as of the version that its rule is about
        let fixed = material.book.get(row.rule).is_some_and(|rule| rule.since <= wire);
        (row.chi.to_owned(), fixed.then(|| body(&format!("schema/chi/{}.json", row.chi))))
    });
    Ok(Set {
        format: 1,
        version: Release { wire, revision: 0 },
        released: false,
        follows: None,
        envelope: body("schema/envelope.json"),
        chi: chi.collect(),
        rules: material.rules(wire).map(|rule| (rule.id.clone(), rule_entry(rule))).collect(),
        cases,
        besides,
        contents: digest::of_value(&json!(data(material, wire)?)),
    })
}

fn json(name: &str, text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{name}: is no JSON: {error}"))
}

fn rule_entry(rule: &Rule) -> RuleEntry {
    let list = |words: Vec<String>| words.join(" ");
    let roles = list(rule.roles.iter().map(ToString::to_string).collect());
    let needs = list(rule.needs.iter().map(ToString::to_string).collect());
    let needs = if needs.is_empty() { needs } else { format!(", needs {needs}") };
    RuleEntry {
        level: rule.level.to_string(),
        binds: format!("{roles} in {}{needs}", rule.profile),
        words: digest::of_value(&rule_value(rule)),
    }
}

/// Keys of a step, an example or a check that are words for people.
const WORDS: [&str; 3] = ["comment", "code", "hint"];

fn entry(case: &Case, node: &Value) -> CaseEntry {
    let examples = node["examples"].as_array().into_iter().flatten();
    CaseEntry {
        status: match case.status {
            Status::Scored => "scored",
            Status::Provisional => "provisional",
            Status::Withdrawn => "withdrawn",
        }
        .to_owned(),
        expects: digest::of_value(&expected(node)),
        words: digest::of_value(&json!([node, case.notes])),
        was: case.was.clone(),
        examples: examples
            .filter_map(|example| {
                Some((example["tc"].as_u64()?, digest::of_value(&without(example, &WORDS))))
            })
            .collect(),
    }
}

/// What happens in a case and what is expected, without the examples.
fn expected(node: &Value) -> Value {
    let mut kept = Map::new();
    for key in ["kind", "fn", "profile", "open", "fresh", "env"] {
        kept.insert(key.to_owned(), node[key].clone());
    }
    for key in ["under_test", "requires", "decides", "touches"] {
        let mut words: Vec<&str> =
            node[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        words.sort_unstable();
        kept.insert(key.to_owned(), words.into());
    }
    if let Some(partly) = node.get("partly") {
        kept.insert("partly".to_owned(), partly.clone());
    }
    let step = |step: &Value| {
        let mut step = without(step, &WORDS);
        if let Some(checks) = step.get_mut("checks").and_then(Value::as_array_mut) {
            for check in checks {
                *check = without(check, &WORDS);
            }
        }
        step
    };
    let steps = node["steps"].as_array().into_iter().flatten();
    kept.insert("steps".to_owned(), steps.map(step).collect());
    Value::Object(kept)
}

fn without(value: &Value, keys: &[&str]) -> Value {
    let fields = value.as_object().into_iter().flatten();
    fields.filter(|(key, _)| !keys.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// The fields that a schema of a tone names.
fn body(schema: &Value) -> Body {
    let among = |list: &Value, name: &str| list.as_array().into_iter().flatten().any(|item| item == name);
    let presence = |name: &str| {
        if among(&schema["required"], name) {
            Presence::Yes
        } else if schema["anyOf"].as_array().into_iter().flatten().any(|way| among(&way["required"], name)) {
            Presence::OneOf
        } else {
            Presence::No
        }
    };
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .map(|(name, field)| {
            let values = field["enum"].as_array().into_iter().flatten();
            let values = values.filter_map(Value::as_str).map(str::to_owned).collect();
            (name.clone(), Field { kind: kind(field), required: presence(name), values })
        })
        .collect()
}

fn kind(field: &Value) -> String {
    if field["enum"].is_array() {
        return "string".to_owned();
    }
    let types: Vec<&str> = match &field["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return "any".to_owned(),
    };
    let named =
        types.into_iter().filter(|kind| *kind != "null").map(|kind| match field["items"]["type"].as_str() {
            Some(item) if kind == "array" => format!("array of {item}"),
            _ => kind.to_owned(),
        });
    named.collect::<Vec<_>>().join(" or ")
}
