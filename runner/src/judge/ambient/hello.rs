//! What hello may hold, on every connection: HELLO-09 to HELLO-12, HELLO-14, HELLO-15 and HELLO-17.

use mock_humd::wire::chi;
use serde_json::Value;

use super::{Notes, Sent, given};

const STATEFULNESS: &[&str] = &["stateless", "convention-stateful", "stateful", "transport-only"];
const RICHNESS: &[&str] = &["rich", "medium", "lean", "opaque"];

pub(super) fn look(tones: &[Sent<'_>], notes: &mut Notes) {
    let mut hellos = 0;
    for sent in tones {
        let Some(tone) = &sent.tone else { continue };
        // a list where the type should stand: hello's list under the wrong name
        if tone["chi"].is_array() {
            notes.check("HELLO-14", sent.line, Some("the list of chi is spelled `chi`".to_owned()));
        }
        if tone["chi"] != "hello" {
            continue;
        }
        hellos += 1;
        notes.exercised("HELLO-14");
        notes.check(
            "HELLO-15",
            sent.line,
            (hellos > 1).then(|| format!("hello number {hellos} on one connection")),
        );
        let nest = tone.get("provides_nest").map(|_| "hello has `provides_nest`".to_owned());
        notes.check("HELLO-17", sent.line, nest);
        propensity(tone, sent, notes);
        if let Some(chis) = given(tone, "chis") {
            notes.check("HELLO-12", sent.line, bad_list(chis));
        }
    }
}

fn propensity(tone: &Value, sent: &Sent<'_>, notes: &mut Notes) {
    let Some(propensity) = given(tone, "propensity") else { return };
    let one_of = |value: &Value, allowed: &[&str]| {
        let known = value.as_str().is_some_and(|value| allowed.contains(&value));
        (!known).then(|| format!("`{value}` is none of `{}`", allowed.join("`, `")))
    };
    if let Some(value) = given(propensity, "statefulness") {
        notes.check("HELLO-09", sent.line, one_of(value, STATEFULNESS));
    }
    if let Some(value) = given(propensity, "richness") {
        notes.check("HELLO-10", sent.line, one_of(value, RICHNESS));
    }
    if let Some(value) = given(propensity, "wire") {
        notes.check("HELLO-11", sent.line, (!value.is_string()).then(|| format!("`{value}` is no string")));
    }
}

fn bad_list(chis: &Value) -> Option<String> {
    let Some(items) = chis.as_array() else { return Some(format!("`chis` is no array: `{chis}`")) };
    let unknown = items.iter().find(|item| item.as_str().is_none_or(|item| chi::row(item).is_none()))?;
    Some(format!("`{unknown}` is no chi"))
}
