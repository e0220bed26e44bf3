//! The badge, against what Shields takes from an endpoint.

use serde_json::{Value, json};
use thrum_conform::report::{Format, Report};

use crate::{red, sample, wild, written};

/// Schema version 1 of an endpoint badge; the colours are the names that Shields knows and this program uses.
fn schema() -> jsonschema::Validator {
    let schema = json!({
        "type": "object",
        "required": ["schemaVersion", "label", "message"],
        "additionalProperties": false,
        "properties": {
            "schemaVersion": {"const": 1},
            "label": {"type": "string"},
            "message": {"type": "string", "minLength": 1},
            "color": {"enum": ["brightgreen", "green", "yellow", "red", "lightgrey"]},
        },
    });
    jsonschema::validator_for(&schema).expect("it is a schema")
}

fn badge(report: &Report) -> Value {
    let badge = serde_json::from_str(&written(report, Format::Badge)).expect("it is JSON");
    assert!(schema().is_valid(&badge), "{badge}");
    badge
}

#[test]
fn counts_what_must_hold_and_is_green_where_the_run_is() {
    let shown = |report: &Report| {
        let badge = badge(report);
        [&badge["label"], &badge["message"], &badge["color"]]
            .map(|part| part.as_str().unwrap_or("").to_owned())
    };
    assert_eq!(shown(&sample::everything()), ["thrum 0.7.0", "1/5 MUST", "red"]);
    assert_eq!(shown(&sample::fine()), ["thrum 0.7.0", "1/2 MUST, 1 warned", "green"]);
    assert_eq!(shown(&sample::interrupted()), ["thrum 0.7.0", "interrupted", "lightgrey"]);
    for (what, report) in red() {
        assert!(!shown(&report)[2].contains("green"), "{what}");
    }
    for (_, report) in wild() {
        badge(&report);
    }
}
