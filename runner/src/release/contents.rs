//! The files of an archive: the cut cases, the schemas, the rules, the set, the kill matrix, the changelog,
//! and a manifest with the SHA-256 of every other file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::changelog::changelog;
use super::cut::Material;
use super::diff::Change;
use super::digest;
use super::set::Set;
use crate::lines;
use crate::rule::{Rule, Version};
use crate::vector::lay_out_cases;

/// The name of the manifest.
pub(super) const MANIFEST: &str = "manifest.json";
/// The name of the set.
pub(super) const SET: &str = "set.json";

/// Path and text of each file of a release. Errors are the faults of a vector file.
pub fn contents(
    material: &Material<'_>,
    set: &Set,
    changes: &[Change],
) -> Result<BTreeMap<String, String>, String> {
    let mut files = data(material, set.version.wire)?;
    files.insert("CHANGELOG.md".to_owned(), changelog(set, changes));
    files.insert(SET.to_owned(), set.to_text());
    let manifest = manifest(set, &files);
    files.insert(MANIFEST.to_owned(), manifest);
    Ok(files)
}

/// The files that are cut for a wire version, whatever its release is called.
pub(super) fn data(material: &Material<'_>, wire: Version) -> Result<BTreeMap<String, String>, String> {
    let wanted: BTreeSet<&str> = material.cases(wire).map(|case| case.id.as_str()).collect();
    let mut files = BTreeMap::new();
    for (name, text) in &material.files {
        let cut = lay_out_cases(name, text, |id| wanted.contains(id));
        let cut =
            cut.map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
        if let Some(cut) = cut {
            files.insert(format!("cases/{name}"), cut);
        }
    }
    files.extend(material.schemas.iter().map(|(name, text)| (name.clone(), text.to_string())));
    files.insert("WIRE.md".to_owned(), material.wire_doc.to_string());
    let rules: Vec<Value> = material.rules(wire).map(rule_value).collect();
    files.insert("rules.json".to_owned(), lines::text(&json!({"wire": wire.to_string(), "rules": rules})));
    files.insert("kills.json".to_owned(), lines::text(&kills(material, wire)));
    Ok(files)
}

/// The text of the manifest over these files.
pub(super) fn manifest(set: &Set, files: &BTreeMap<String, String>) -> String {
    let entry = |(name, text): (&String, &String)| {
        (name.clone(), json!({"sha256": digest::of_bytes(text.as_bytes()), "bytes": text.len()}))
    };
    let own = |(name, _): &(&String, &String)| *name != MANIFEST;
    let entries: Map<String, Value> = files.iter().filter(own).map(entry).collect();
    lines::text(&json!({
        "format": 1,
        "name": "thrum-vectors",
        "version": set.version.to_string(),
        "wire": set.version.wire.to_string(),
        "revision": set.version.revision,
        "released": set.released,
        "files": entries,
    }))
}

/// A rule as WIRE.md has it.
pub(super) fn rule_value(rule: &Rule) -> Value {
    let words = |words: Vec<String>| Value::from(words);
    json!({
        "id": rule.id,
        "level": rule.level.to_string(),
        "roles": words(rule.roles.iter().map(ToString::to_string).collect()),
        "seen": words(rule.seen.iter().map(ToString::to_string).collect()),
        "profile": rule.profile.to_string(),
        "since": rule.since.to_string(),
        "section": rule.section,
        "anchor": rule.anchor,
        "ambient": rule.ambient,
        "type_level": rule.type_level,
        "needs": words(rule.needs.iter().map(ToString::to_string).collect()),
        "untested": rule.untested,
        "text": rule.text,
    })
}

/// Which case catches which mutant, and what each mutant breaks.
pub(super) fn kills(material: &Material<'_>, wire: Version) -> Value {
    let cases: BTreeMap<&str, &[String]> =
        material.cases(wire).map(|case| (case.id.as_str(), case.kills.as_slice())).collect();
    let mutant = |name: &str| {
        let by: Vec<&&str> = cases
            .iter()
            .filter(|(_, kills)| kills.iter().any(|killed| killed == name))
            .map(|(id, _)| id)
            .collect();
        json!(by)
    };
    let mut mutants: Vec<_> = material.mutants.iter().collect();
    mutants.sort_by(|a, b| a.name.cmp(&b.name));
    let rows: Map<String, Value> = mutants
        .into_iter()
        .map(|row| {
            let value = json!({"bug": row.bug, "breaks": row.breaks, "killed_by": mutant(&row.name)});
            (row.name.clone(), value)
        })
        .collect();
    json!({"cases": cases, "mutants": rows})
}
