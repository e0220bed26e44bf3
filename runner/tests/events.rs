//! `--report ndjson`: a run as it goes on, a JSON object a line.

use std::process::{Command, Stdio};

use jsonschema::Validator;
use serde_json::Value;

fn schema() -> Validator {
    let schemas = thrum_vectors::schemas();
    let (_, schema) = schemas.iter().find(|(name, _)| *name == "schema/events.json").expect("it is there");
    let schema = serde_json::from_str(schema).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("it is a schema")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thrum-conform"));
    command.env_remove("GITHUB_ACTIONS").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The events on stdout, each of which keeps the schema, and the exit code.
#[track_caller]
fn events(arguments: &[&str]) -> (Vec<Value>, i32) {
    let output = command(arguments).output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("it is text");
    let schema = schema();
    let read = |line: &str| {
        let event = serde_json::from_str(line).expect("a line is JSON");
        let faults: Vec<String> = schema.iter_errors(&event).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{line}: {faults:?}");
        event
    };
    (text.lines().map(read).collect(), output.status.code().unwrap_or(-1))
}

fn of<'e>(events: &'e [Value], name: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

#[test]
fn a_run_is_told_of_from_its_start_to_its_end() {
    let dir = tempfile::tempdir().expect("a folder");
    let json = dir.path().join("r.json");
    let also = format!("--report=json={}", json.display());
    let client = ["client", "--mutant", "decode-per-read", "--run", "framing/s*"];
    let how = ["--shuffle=7", "--repeat", "2", "--jobs", "2", "--report", "ndjson", &also];
    let (told, exit) = events(&[&client[..], &how].concat());
    let report = std::fs::read_to_string(&json).expect("it is written");
    let report: Value = serde_json::from_str(&report).expect("it is JSON");
    let (start, end) = (&told[0], &told[told.len() - 1]);
    assert_eq!((&start["event"], &start["seed"], &start["times"]), (&"start".into(), &7.into(), &2.into()));
    assert_eq!(start["impl"], report["impl"]);
    let plays = &start["plays"];
    let count = |name: &str| Value::from(of(&told, name).len());
    assert_eq!((&count("began"), &count("judged")), (plays, plays));
    assert!(!of(&told, "again").is_empty(), "a failure is looked at once more");
    assert!(of(&told, "judged").iter().any(|event| event["code"] == "framing.split-corrupts"));
    // the end says what the report says
    assert_eq!((end["event"].as_str(), end["exit"].as_i64(), exit), (Some("end"), Some(1), 1));
    assert_eq!((&end["summary"], &end["dropped"]), (&report["summary"], &0.into()));
    let verdict = |row: &Value| (row["id"].clone(), row["verdict"].clone());
    for (event, rows) in [("case", "cases"), ("rule", "rules")] {
        let rows = report[rows].as_array().expect("there are rows");
        let told = of(&told, event).into_iter().map(verdict);
        assert_eq!(told.collect::<Vec<_>>(), rows.iter().map(verdict).collect::<Vec<_>>());
    }
}

#[test]
fn a_process_that_is_lost_is_told_of() {
    let (told, exit) =
        events(&["client", "--mutant", "die-on-bad-utf8", "--run", "framing/*", "--report", "ndjson"]);
    assert_eq!(exit, 1);
    assert!(!of(&told, "lost").is_empty(), "{told:?}");
}

#[test]
fn where_there_is_nothing_to_run_it_says_why() {
    let (told, exit) = events(&["client", "--run", "nothing/*", "--report", "ndjson"]);
    assert_eq!(exit, 2);
    let [error] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((&error["event"], &error["exit"]), (&"error".into(), &2.into()));
    assert!(error["message"].as_str().is_some_and(|message| message.contains("nothing/*")), "{error}");
}

#[test]
fn a_stored_report_tells_what_came_of_the_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("r.json").display().to_string();
    let also = format!("--report=json={path}");
    let (told, _) = events(&["client", "--run", "sigil/*", "--report", "ndjson", &also]);
    let (again, exit) = events(&["report", "render", &path, "ndjson"]);
    assert_eq!(exit, 0);
    let lasts = |event: &&Value| !matches!(event["event"].as_str(), Some("began" | "judged"));
    assert_eq!(told.iter().filter(lasts).collect::<Vec<_>>(), again.iter().collect::<Vec<_>>());
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let mut child =
        command(&["client", "--run", "version/*", "--report", "ndjson"]).spawn().expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
