//! The course of a case: what of it decides how an exchange goes, and not only how it is judged.
//!
//! A transcript decides a case whose course is that of the case that was played. Rules, codes and hints, what a pattern
//! wants and what an example must return may have changed since.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::rule::Party;

/// What only a judge or a reader looks at in a step.
const OF_A_STEP: &[&str] =
    &["comment", "rule", "code", "hint", "seen", "unseen", "checks", "window", "match"];
/// The same in an example.
const OF_AN_EXAMPLE: &[&str] = &["comment", "rule", "code", "returns", "raises", "same_as", "record"];

/// The case's clients and environment (or function) first, then each of its steps (or examples).
pub(super) fn course(case: &Map<String, Value>, under_test: &BTreeSet<Party>) -> Vec<Value> {
    let head = ["kind", "fn", "profile", "open", "env"];
    let head = head.iter().filter_map(|key| Some(((*key).to_owned(), case.get(*key)?.clone())));
    let list =
        |key| case.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let steps = list("steps").map(|step| step_of(step, under_test));
    let examples = list("examples").map(|example| without(example, OF_AN_EXAMPLE));
    std::iter::once(Value::Object(head.collect())).chain(steps).chain(examples).collect()
}

fn step_of(step: &Map<String, Value>, under_test: &BTreeSet<Party>) -> Value {
    // of an expectation, the chi says which tone it takes, and what it binds may be sent later
    let taken = |tone: &Value| json!({"chi": tone["chi"], "binds": binds(tone)});
    let from = step.get("from").and_then(Value::as_str).and_then(Party::of);
    let expects = from.is_some_and(|from| under_test.contains(&from));
    let mut kept = without(step, OF_A_STEP);
    let checks = binds(step.get("checks").unwrap_or(&Value::Null));
    if !checks.is_empty() {
        kept["checks"] = json!({ "binds": checks });
    }
    if let Some(tone) = step.get("tone").filter(|_| expects) {
        kept["tone"] = taken(tone);
    }
    if let Some(each) = step.get("tones").filter(|_| expects).and_then(|tones| tones["each"].as_array()) {
        kept["tones"]["each"] = each.iter().map(taken).collect();
    }
    if let Some(event) = step.get("observe").and_then(Value::as_object) {
        kept["observe"] = without(event, &["outcome", "tone"]);
        if let Some(tone) = event.get("tone") {
            kept["observe"]["tone"] = taken(tone);
        }
    }
    if let Some(what) = step.get("never") {
        // everything that came is in the transcript: only where one looks counts
        kept["never"] = what.get("event").cloned().unwrap_or_else(|| json!("tone"));
    }
    if let Some(call) = step.get("call").and_then(Value::as_object) {
        kept["call"] = without(call, &["is"]);
    }
    // what is recorded takes the event that it finds, so all of its pattern counts
    if let Some(record) = step.get("record").and_then(Value::as_object) {
        kept["record"] = without(record, &["seen", "unseen"]);
    }
    kept
}

fn without(node: &Map<String, Value>, keys: &[&str]) -> Value {
    let kept = node.iter().filter(|(key, _)| !keys.contains(&key.as_str()));
    Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// The places of a pattern that bind, each with what it binds.
fn binds(pattern: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    walk(pattern, "", &mut found);
    found
}

fn walk(node: &Value, at: &str, found: &mut Map<String, Value>) {
    match node {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$bind") {
                found.insert(at.to_owned(), name.clone());
            }
            fields.iter().for_each(|(key, value)| walk(value, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, value)| walk(value, &format!("{at}/{place}"), found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(case: &Value) -> Vec<Value> {
        course(case.as_object().unwrap(), &[Party::Client].into())
    }

    fn wire(step: &Value) -> Value {
        json!({"kind": "wire", "steps": [step]})
    }

    #[test]
    fn what_is_only_judged_is_no_part_of_it() {
        for (one, other) in [
            (
                json!({"tone": {"chi": "log", "message": "a"}, "from": "client", "rule": "A-01", "code": "a.b"}),
                json!({"tone": {"chi": "log", "level": "x"}, "from": "client", "rule": "B-01", "code": "b.b",
                       "hint": "h", "checks": [{"at": "/x", "is": 1}]}),
            ),
            (json!({"never": {"tone": {"chi": "log"}}}), json!({"never": {"tone": {}}, "window": "case"})),
            (
                json!({"call": {"fn": "rid", "args": {}, "is": 1}}),
                json!({"call": {"fn": "rid", "args": {}, "is": 2}}),
            ),
        ] {
            assert_eq!(of(&wire(&one)), of(&wire(&other)), "{one}");
        }
        let call = |returns: u64| json!({"kind": "call", "fn": "rid", "examples": [{"tc": 1, "args": {}, "returns": returns}]});
        assert_eq!(of(&call(1)), of(&call(2)));
    }

    #[test]
    fn what_the_client_sees_and_what_an_expectation_takes_is() {
        for (one, other) in [
            (
                json!({"tone": {"chi": "log", "n": 1}, "from": "daemon"}),
                json!({"tone": {"chi": "log", "n": 2}, "from": "daemon"}),
            ),
            (
                json!({"tone": {"chi": "log"}, "from": "client"}),
                json!({"tone": {"chi": "echo"}, "from": "client"}),
            ),
            (
                json!({"tone": {"chi": "log", "a": {"$bind": "x"}}, "from": "client"}),
                json!({"tone": {"chi": "log", "b": {"$bind": "x"}}, "from": "client"}),
            ),
            (json!({"drive": {"do": "connect"}}), json!({"drive": {"do": "connect"}, "wait": false})),
            (json!({"drive": {"do": "send"}}), json!({"drive": {"do": "send"}, "raises": true})),
            (json!({"never": {"tone": {}}}), json!({"never": {"event": "delivered"}})),
            (
                json!({"record": {"event": "delivered", "tone": {"chi": "a"}}}),
                json!({"record": {"event": "delivered", "tone": {"chi": "b"}}}),
            ),
            (
                json!({"observe": {"event": "delivered", "to": null}}),
                json!({"observe": {"event": "delivered", "to": "s"}}),
            ),
        ] {
            assert_ne!(of(&wire(&one)), of(&wire(&other)), "{one}");
        }
        let call =
            |n: u64| json!({"kind": "call", "fn": "rid", "examples": [{"tc": 1, "args": {"count": n}}]});
        assert_ne!(of(&call(1)), of(&call(2)));
    }
}
