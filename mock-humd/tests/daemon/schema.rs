//! The schema of scripts and the reader of scripts refuse the same.

use mock_humd::script::Script;
use serde_json::{Value, json};

fn schema() -> jsonschema::Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/schema/script.json");
    jsonschema::validator_for(&serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).unwrap()
}

#[track_caller]
fn check(script: &Value, good: bool) {
    let read = Script::parse(&script.to_string());
    assert_eq!(read.is_ok(), good, "the reader: {read:?} of {script}");
    let fault = schema().validate(script).err().map(|fault| fault.to_string());
    assert_eq!(fault.is_none(), good, "the schema: {fault:?} of {script}");
}

fn step(step: &Value) -> Value {
    json!({ "format": 1, "steps": [{ "accept": { "as": "a" } }, step] })
}

#[test]
fn every_verb_is_in_both() {
    for good in [
        json!({ "accept": { "as": "b" }, "comment": "c" }),
        json!({ "tone": { "chi": "log" }, "from": "client", "match": "exact", "on": "a" }),
        json!({ "tones": { "each": [{ "chi": "log" }], "any_order": true }, "from": "worker" }),
        json!({ "raw": { "parts": [{ "utf8": "ab" }, { "base64": "/w==" }], "split": [1] }, "from": "daemon", "on": "a" }),
        json!({ "raw": { "parts": [{ "fields": { "a": 1 } }, { "repeat": { "utf8": "a", "times": 3 } }], "split": "every-byte" },
                "from": "daemon" }),
        json!({ "listen": { "state": "paused", "at": "${dir}/x" } }),
        json!({ "hold": {}, "on": "a" }),
        json!({ "stall": {} }),
        json!({ "resume": {} }),
        json!({ "close": { "from": "daemon", "how": "reset" } }),
        json!({ "repeat": { "times": 2, "as": "n", "steps": [{ "hold": {} }] } }),
        json!({ "pause": { "ms": 5 } }),
        json!({ "fault": { "latency_ms": 0, "jitter_ms": null, "clock_skew_ms": -5, "dribble": 1, "drop": 2, "duplicate": 3,
                "corrupt": 4, "close_after": 5, "restart_after": 6, "queue": 7, "stop_reading": true, "stop_writing": null,
                "overflow": "drop-oldest", "breath": "none" } }),
        json!({ "restart": {} }),
    ] {
        check(&step(&good), true);
    }
    let rule = json!({ "tone": { "chi": "log" }, "send": [{ "chi": "log" }], "comment": "c" });
    check(&json!({ "format": 1, "title": "t", "when": [rule] }), true);
}

#[test]
fn whatever_is_not_a_script_is_refused_by_both() {
    for bad in [
        json!([]),
        json!({ "format": 1 }),
        json!({ "format": 2, "steps": [{ "hold": {} }] }),
        json!({ "format": 1, "steps": [] }),
        json!({ "format": 1, "steps": [{ "hold": {} }], "x": 1 }),
        json!({ "format": 1, "steps": [{ "hold": {} }], "title": 5 }),
        json!({ "format": 1, "when": [{ "tone": {} }] }),
        json!({ "format": 1, "when": [{ "tone": 5, "send": [] }] }),
        json!({ "format": 1, "when": [{ "tone": {}, "send": [], "x": 1 }] }),
    ] {
        check(&bad, false);
    }
    for bad in [
        json!({}),
        json!(5),
        json!({ "drive": { "do": "connect" } }),
        json!({ "hold": {}, "resume": {} }),
        json!({ "hold": { "x": 1 } }),
        json!({ "hold": 5 }),
        json!({ "hold": {}, "from": "client" }),
        json!({ "hold": {}, "comment": 5 }),
        json!({ "hold": {}, "on": 5 }),
        json!({ "accept": {} }),
        json!({ "accept": { "as": "" } }),
        json!({ "accept": { "as": "b", "x": 1 } }),
        json!({ "accept": { "as": "b" }, "on": "a" }),
        json!({ "tone": {} }),
        json!({ "tone": 5, "from": "daemon" }),
        json!({ "tone": {}, "from": "nobody" }),
        json!({ "tone": {}, "from": "client", "match": "some" }),
        json!({ "tones": { "each": [] }, "from": "client" }),
        json!({ "tones": { "each": [{}], "any_order": 1 }, "from": "client" }),
        json!({ "tones": { "each": [{}], "x": 1 }, "from": "client" }),
        json!({ "raw": { "parts": [] }, "from": "client" }),
        json!({ "raw": { "parts": [{}] }, "from": "daemon" }),
        json!({ "raw": { "parts": [{ "utf8": "a", "base64": "" }] }, "from": "daemon" }),
        json!({ "raw": { "parts": [{ "utf8": "ab" }], "split": [] }, "from": "daemon" }),
        json!({ "raw": { "parts": [{ "utf8": "ab" }], "split": "each" }, "from": "daemon" }),
        json!({ "raw": { "parts": [], "x": 1 }, "from": "daemon" }),
        json!({ "listen": { "state": "ajar" } }),
        json!({ "listen": { "state": "open", "x": 1 } }),
        json!({ "listen": { "state": "open" }, "on": "a" }),
        json!({ "stall": 1 }),
        json!({ "close": { "from": "daemon" } }),
        json!({ "close": { "from": "daemon", "how": "slam" } }),
        json!({ "close": { "from": "daemon", "how": "full", "x": 1 } }),
        json!({ "repeat": { "times": 0, "steps": [{ "hold": {} }] } }),
        json!({ "repeat": { "times": 1 } }),
        json!({ "repeat": { "times": 1, "steps": [] } }),
        json!({ "repeat": { "times": 1, "as": "", "steps": [{ "hold": {} }] } }),
        json!({ "repeat": { "times": 1, "steps": [{ "hold": {} }], "x": 1 } }),
        json!({ "pause": {} }),
        json!({ "pause": { "ms": 0 } }),
        json!({ "pause": { "ms": 1, "x": 1 } }),
        json!({ "fault": {} }),
        json!({ "fault": { "x": 1 } }),
        json!({ "fault": { "drop": 0 } }),
        json!({ "fault": { "latency_ms": -1 } }),
        json!({ "fault": { "overflow": "drop" } }),
        json!({ "fault": { "breath": "deep" } }),
        json!({ "fault": { "stop_reading": 1 } }),
        json!({ "restart": { "x": 1 } }),
    ] {
        check(&step(&bad), false);
    }
}
