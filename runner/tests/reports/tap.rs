//! TAP 14, read by the parser of node-tap in strict mode: whatever is no TAP is a fault.

use serde_json::Value;
use thrum_conform::exit::Exit;
use thrum_conform::report::{Format, Report};

use crate::{readers, red, sample, wild, written};

#[track_caller]
fn read(what: &str, report: &Report) -> Option<Value> {
    let read = readers::read(&["tap"], &written(report, Format::Tap))?;
    assert_eq!(read["version"], 14, "{what}");
    assert_eq!(read["noise"], Value::Array(Vec::new()), "{what}");
    let faults: Vec<&Value> =
        points(&read).into_iter().map(|point| &point["tapError"]).filter(|fault| !fault.is_null()).collect();
    assert!(faults.is_empty(), "{what}: {faults:?}");
    Some(read)
}

fn points(read: &Value) -> Vec<&Value> {
    read["points"].as_array().expect("there are points").iter().collect()
}

fn of<'a>(read: &'a Value, name: &str) -> &'a Value {
    points(read).into_iter().find(|point| point["name"] == name).expect("the point is there")
}

fn names(read: &Value) -> Vec<&str> {
    points(read).into_iter().filter_map(|point| point["name"].as_str()).collect()
}

#[test]
fn is_red_where_the_run_is_and_bails_out_where_it_ended_early() {
    for (what, report) in red() {
        let Some(read) = read(what, &report) else { continue };
        assert_eq!(read["ok"], false, "{what}");
        let early = matches!(report.exit, Exit::Interrupted | Exit::Broken);
        assert_eq!(read["bailout"].is_string(), early, "{what}: {}", read["bailout"]);
    }
    if let Some(read) = read("fine", &sample::fine()) {
        assert_eq!(read["ok"], true, "{}", read["failures"]);
    }
}

#[test]
fn each_outcome_has_its_directive_and_its_diagnostics() {
    let Some(read) = read("everything", &sample::everything()) else { return };
    for (case, ok, directive, code) in [
        ("framing/one-line", true, None, None),
        ("framing/split-inside-a-two-byte-character", false, None, Some("framing.split-corrupts")),
        ("encoding/overlong-form", true, None, Some("encoding.replaced")),
        ("socket/refused", false, None, Some("inconclusive")),
        ("tools/limit", true, Some(("skip", "does not claim the seam")), None),
        ("framing/draft-of-a-case", true, Some(("skip", "provisional")), None),
        ("envelope/sid-kept", false, Some(("todo", "until the reader is rewritten, reader#12")), None),
        ("turns/two-at-once", true, Some(("todo", "until the reader is rewritten")), None),
        ("delivery/in-order", false, None, Some("unsteady")),
    ] {
        let found = of(&read, case);
        assert_eq!(found["ok"], ok, "{case}");
        for word in ["skip", "todo"] {
            match directive.filter(|(wanted, _)| *wanted == word) {
                Some((_, why)) => {
                    assert!(found[word].as_str().is_some_and(|said| said.contains(why)), "{found}");
                }
                None => assert_eq!(found[word], false, "{found}"),
            }
        }
        assert_eq!(found["diag"]["code"].as_str(), code, "{found}");
    }
    let failure = points(&read).into_iter().find(|point| point["diag"]["severity"] == "fail");
    let seen = &failure.expect("there is a failure")["diag"]["seen"];
    assert!(seen.as_str().is_some_and(|seen| seen.contains("   ✗ wanted \"é\"\n")), "{seen}");
}

#[test]
fn nothing_that_a_client_writes_is_a_line_of_its_own() {
    let Some(plain) = read("everything", &sample::everything()) else { return };
    for (what, report) in wild() {
        let Some(read) = read(what, &report) else { return };
        // a diagnosis is one entry more, and the group that it stands in another
        let known: Vec<&str> =
            names(&read).into_iter().filter(|name| !matches!(*name, "diagnosis" | "the run")).collect();
        assert_eq!(known, names(&plain), "{what}");
        assert_eq!(read["bailout"], false, "{what}");
    }
}

#[test]
fn what_a_client_writes_is_read_as_it_was_written() {
    let text = "a # SKIP \\ and \\# b # TODO";
    let mut report = sample::says(text);
    // an entry may name an example, as in `sigil/known-answers#7`
    report.waivers[0].entry = "a # TODO b#7".to_owned();
    let Some(read) = read("signs", &report) else { return };
    assert_eq!(of(&read, "a # TODO b#7")["ok"], false);
    assert_eq!(of(&read, "a # TODO b#7")["todo"], false);
    assert_eq!(of(&read, "tendrils/round-trip")["skip"], text);
    assert_eq!(of(&read, "socket/refused")["diag"]["message"], text);
}
