//! `selftest` finds what is wrong with a suite: a survivor, breakage that nobody declared, a rule or a case that
//! catches nothing, a case that is too strict, and one that is content with nothing.

use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Cases of the suite in a folder of their own, each file changed first.
fn vectors(files: &[&str], change: impl Fn(&mut Value)) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory can be made");
    for file in files {
        let (_, text) = thrum_vectors::vectors()
            .into_iter()
            .find(|(path, _)| path == file)
            .unwrap_or_else(|| panic!("there is no {file}"));
        let mut parsed: Value = serde_json::from_str(text).expect("the file is JSON");
        change(&mut parsed);
        let to = dir.path().join(Path::new(file).file_name().expect("a file has a name"));
        std::fs::write(to, parsed.to_string()).expect("the file can be written");
    }
    dir
}

/// The case of this id, to be changed.
fn with_case(parsed: &mut Value, id: &str, change: impl FnOnce(&mut Value)) {
    let cases = parsed["cases"].as_array_mut().expect("a file has cases");
    if let Some(case) = cases.iter_mut().find(|case| case["id"] == id) {
        change(case);
    }
}

fn selftest(vectors: Option<&TempDir>, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.arg("selftest");
    if let Some(dir) = vectors {
        command.arg("--vectors").arg(dir.path());
    }
    let output = command.args(arguments).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The control mutant breaks what every wire case begins with, so some are always there.
const WIRE: &str = "thrum/delivery.json";
const SIGIL: &str = "thrum/helpers/sigil.json";

#[test]
fn a_sound_part_of_the_suite_has_no_finding() {
    let (code, out, err) = selftest(None, &["sigil-*", "reversed-keys", "silent", "-q"]);
    assert_eq!(code, Some(0), "{out}{err}");
    assert!(out.contains("no finding") && out.contains("not every testee took part"), "{out}");
}

#[test]
fn a_survivor_is_found() {
    let dir = vectors(&[WIRE, SIGIL], |parsed| {
        with_case(parsed, "sigil/known-answers", |case| {
            let examples = case["examples"].as_array_mut().expect("a call case has examples");
            for example in examples {
                example["returns"] = json!({"$type": "string"});
            }
        });
    });
    let (code, out, err) = selftest(Some(&dir), &["sigil-sha1", "-q"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("FINDING sigil-sha1 survives sigil/known-answers"), "{out}");
}

#[test]
fn breakage_that_nobody_declared_is_found() {
    let dir = vectors(&[WIRE, SIGIL], |parsed| {
        with_case(parsed, "sigil/known-answers", |case| {
            case["decides"] = json!(["SIGIL-01", "RID-02"]);
            case["examples"][0]["rule"] = json!("RID-02");
        });
    });
    let (code, out, err) = selftest(Some(&dir), &["sigil-sha1", "-q"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("FINDING sigil-sha1 breaks RID-02, which it does not declare"), "{out}");
}

#[test]
fn a_case_that_is_too_strict_is_found() {
    let dir = vectors(&[WIRE, "thrum/handshake.json"], |parsed| {
        with_case(parsed, "handshake/hello-names-the-bee", |case| {
            for step in case["steps"].as_array_mut().expect("a wire case has steps") {
                if step["tone"]["chi"] == "hello" {
                    step["tone"]["colour"] = json!({"$absent": true});
                }
            }
        });
    });
    let (code, out, err) = selftest(Some(&dir), &["extra-hello-fields", "-q"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("FINDING extra-hello-fields leaves HELLO-04 undecided"), "{out}");
}

#[test]
fn a_case_that_is_content_with_nothing_is_found() {
    let dir = vectors(&[WIRE, SIGIL], |parsed| {
        with_case(parsed, "sigil/nest-is-required", |case| {
            case["examples"].as_array_mut().expect("a call case has examples").truncate(3);
        });
    });
    let (code, out, err) = selftest(Some(&dir), &["errors-to-all", "-q"]);
    assert_eq!(code, Some(1), "{out}{err}");
    assert!(out.contains("FINDING errors-to-all holds SIGIL-03"), "{out}");
}

#[test]
fn a_rule_and_a_case_that_catch_nothing_are_found() {
    let dir = vectors(&[WIRE, "thrum/helpers/version.json"], |parsed| {
        with_case(parsed, "delivery/breath-once", |case| case["kills"] = json!(["nobody-at-all"]));
        with_case(parsed, "version/is-semver", |case| {
            case["examples"] = json!([{"tc": 1, "args": {}, "returns": {"$type": "string"}, "rule": "VER-03", "code": "version.not-semver"}]);
        });
    });
    let (code, out, err) = selftest(Some(&dir), &["-q", "--report", "json"]);
    assert_eq!(code, Some(1), "{out}{err}");
    let report: Value = serde_json::from_str(&out).expect("the report is JSON");
    let findings: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings are listed")
        .iter()
        .filter_map(|finding| finding["what"].as_str())
        .collect();
    for wanted in [
        "sigil-sha1 survives",
        "no mutant breaks CHI-02",
        "no mutant fails version/is-semver",
        "delivery/breath-once names `nobody-at-all` in `kills`",
    ] {
        assert!(findings.contains(&wanted), "{wanted} is missing among {findings:#?}");
    }
    assert!(report["mutants"].as_array().is_some_and(|mutants| !mutants.is_empty()));
}

#[test]
fn without_a_control_that_dies_nothing_counts() {
    let dir = vectors(&[SIGIL], |_| ());
    let (code, out, err) = selftest(Some(&dir), &["sigil-sha1"]);
    assert_eq!(code, Some(4), "{out}{err}");
    assert!(err.contains("the control mutant") && err.contains("survived"), "{err}");
}

#[test]
fn an_unknown_testee_is_refused_with_the_nearest_name() {
    let (code, out, err) = selftest(None, &["sigil-sha2"]);
    assert_eq!(code, Some(2), "{out}{err}");
    assert!(err.contains("no testee matches `sigil-sha2`") && err.contains("sigil-sha1"), "{err}");
}
