//! The report for programs, against `vectors/schema/report.json`.

use serde_json::Value;
use thrum_conform::report::{Format, Report};

use crate::{red, sample, wild, written};

#[test]
fn keeps_its_schema_and_says_how_the_run_ended() {
    let schemas = thrum_vectors::schemas();
    let (_, schema) = schemas.iter().find(|(name, _)| *name == "schema/report.json").expect("it is there");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    let check = |what: &str, report: &Report| {
        let value: Value = serde_json::from_str(&written(report, Format::Json)).expect("it is JSON");
        let faults: Vec<String> = schema.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{what}: {faults:?}");
        [&value["interrupted"], &value["unplayed"], &value["summary"]["exit"]].map(ToString::to_string)
    };
    for (what, report) in red().iter().chain(&wild()) {
        check(what, report);
    }
    assert_eq!(check("fine", &sample::fine()), ["false", "0", "0"]);
    assert_eq!(check("interrupted", &sample::interrupted()), ["true", "411", "130"]);
    assert_eq!(check("broken", &sample::broken()), ["false", "411", "4"]);
}
