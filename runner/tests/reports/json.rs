//! The report for programs: against `vectors/schema/report.json`, and back.

use std::fs;

use serde_json::{Value, json};
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

#[test]
fn comes_back_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("report.json");
    for (what, report) in red().iter().chain(&wild()).chain(&[("fine", sample::fine())]) {
        let text = written(report, Format::Json);
        fs::write(&path, &text).expect("a file");
        let back = Report::read(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(written(&back, Format::Json) == text, "{what} is not as it was");
        assert_eq!(back.exit, report.exit, "{what}");
    }
}

#[test]
fn what_is_no_whole_report_is_refused_with_its_path() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("report.json");
    let text = written(&sample::everything(), Format::Json);
    let whole: Value = serde_json::from_str(&text).expect("it is JSON");
    let with = |pointer: &str, to: Value| {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).expect("it is there") = to;
        changed.to_string()
    };
    let rows = [
        (String::new(), "is no report: EOF while parsing"),
        (text[..text.len() / 2].to_owned(), "is no report: EOF while parsing"),
        ("{}".to_owned(), "is no report: missing field `schema`"),
        ("[1, 2]".to_owned(), "is no report: "),
        (r#"{"schema": 1, "summary": {}}"#.to_owned(), "is no report: missing field `exit`"),
        (with("/schema", json!(2)), "has schema 2, and this program reads schema 1"),
        (with("/summary/exit", json!(7)), "is no report: 7 is no exit code"),
        (with("/cases/0/verdict", json!("fine")), "is no report: unknown variant `fine`"),
        (with("/cases/0/role", json!("bystander")), "unknown variant `bystander`"),
        (with("/cases/0/ms", json!(-1)), "is no report: "),
        (with("/cases/1/exchange/0/conn", json!(0)), "it counts from 1"),
        (with("/cases/1/verdict", json!("pass")), "its summary does not fit its rows"),
    ];
    for (text, wanted) in rows {
        fs::write(&path, &text).expect("a file");
        let said = Report::read(&path).err().unwrap_or_else(|| panic!("{wanted}: it was read")).to_string();
        assert!(said.starts_with(&format!("{}: ", path.display())) && said.contains(wanted), "{said}");
    }
}
