//! Types of tones that the wire does not have. A script may send and want them on purpose, so they are no faults; more
//! often they are misspelt.

use serde_json::Value;

use super::Fault;
use super::source::Source;
use crate::wire::chi::{REGISTRY, row};

/// In a name of so many letters there may be two slips.
const LONG: usize = 8;

/// Each place where a script that is valid names a type that the wire does not have, with the nearest one that it has.
pub fn unknown_chis(text: &str) -> Vec<Fault> {
    let Ok(source) = Source::parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    for (at, rule) in items(&source.value["when"]) {
        look(&rule["tone"], &format!("/when/{at}/tone"), &mut found);
        for (k, answer) in items(&rule["send"]) {
            look(answer, &format!("/when/{at}/send/{k}"), &mut found);
        }
    }
    steps(&source.value["steps"], "/steps", &mut found);
    found.into_iter().map(|fault| source.place(fault)).collect()
}

fn steps(list: &Value, pointer: &str, found: &mut Vec<Fault>) {
    for (at, step) in items(list) {
        look(&step["tone"], &format!("{pointer}/{at}/tone"), found);
        for (k, tone) in items(&step["tones"]["each"]) {
            look(tone, &format!("{pointer}/{at}/tones/each/{k}"), found);
        }
        steps(&step["repeat"]["steps"], &format!("{pointer}/{at}/repeat/steps"), found);
    }
}

fn items(list: &Value) -> impl Iterator<Item = (usize, &Value)> {
    list.as_array().into_iter().flatten().enumerate()
}

fn look(tone: &Value, pointer: &str, found: &mut Vec<Fault>) {
    // what is a matcher, or is filled in, may become anything
    let chi = tone["chi"].as_str().filter(|chi| !chi.contains("${"));
    let unknown = chi.and_then(unknown_chi).map(|message| Fault::new(&format!("{pointer}/chi"), message));
    found.extend(unknown);
}

/// What to say of a type that the wire does not have, with the nearest one that it has.
pub fn unknown_chi(chi: &str) -> Option<String> {
    let hint = || nearest(chi).map(|near| format!(" (hint: `{near}`)")).unwrap_or_default();
    row(chi).is_none().then(|| format!("the wire has no `{chi}`{}", hint()))
}

/// The type that one slip makes this one of, or two where it is long.
fn nearest(chi: &str) -> Option<&'static str> {
    let near = REGISTRY.iter().map(|row| row.chi).filter(|near| near.len().abs_diff(chi.len()) <= 2);
    let (slips, near) = near.map(|near| (strsim::damerau_levenshtein(chi, near), near)).min()?;
    (slips <= if near.len() < LONG { 1 } else { 2 }).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_type_is_one_that_may_be_meant() {
        for (chi, near) in [
            ("promt", Some("prompt")),
            ("cancle", Some("cancel")),
            ("toolcall", Some("tool-call")),
            ("lg", Some("log")),
            ("permision-aks", Some("permission-ask")),
            ("dance", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(chi), near, "{chi}");
        }
    }
}
