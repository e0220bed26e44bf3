//! What the gate says of its known failures.

use std::fs;

use serde_json::Value;

use crate::repository::*;

#[test]
fn each_way_in_which_an_entry_can_be_wrong_fails_the_gate_with_the_lines_to_change() {
    let code = "code = \"framing.split-corrupts\"";
    let good = format!("{code}\nreason = \"{KNOWN}\"");
    for (mutant, entry, wanted) in [
        ("", expect(SPLIT, &good), vec!["it passes", "- [[expect]]", "- reason = "]),
        ("", expect("framing/split-*", &good), vec!["none of the 6 cases that it is about fails"]),
        (
            "",
            expect("sigil/known-answers#4", &good.replace("framing.split-corrupts", "sigil.hex")),
            vec!["it passes"],
        ),
        (
            "",
            expect("framing/split-inside", &good),
            vec!["there is no such case (hint: the nearest are `framing/split-"],
        ),
        (
            "",
            expect("ambient/frame-02", &good.replace("framing.split-corrupts", "ambient.frame-02")),
            vec!["it passes"],
        ),
        (
            "decode-per-read",
            expect(SPLIT, &good.replace("split-corrupts", "died")),
            vec![
                "it fails with `framing.split-corrupts`, instead of failing with `framing.died`",
                "- code = \"framing.died\"",
                "+ code = \"framing.split-corrupts\"",
                "split-inside-a-two-byte-character",
            ],
        ),
        (
            "decode-per-read",
            expect(SPLIT, &format!("{good}\nuntil = 2026-01-31")),
            vec!["it expired with 2026-01-31", "+ until = YYYY-MM-DD"],
        ),
        (
            "decode-per-read",
            expect(SPLIT, &format!("{code}\nreason = \"TODO: look\"")),
            vec!["its reason is a placeholder"],
        ),
        ("decode-per-read", expect(SPLIT, &format!("{code}\nreason = \"\"")), vec!["it gives no reason"]),
        (
            "decode-per-read",
            [expect(SPLIT, &good), expect(SPLIT, &good)].concat(),
            vec!["it says the same as the entry in line 5"],
        ),
        (
            "decode-per-read",
            [expect(SPLIT, &good), expect("framing/split-inside-a-two*", &good)].concat(),
            vec!["waived by `framing/split-inside-a-two-byte-character` in line 5"],
        ),
    ] {
        let gate = Repository::of(mutant, &entry);
        // a section is whole for each of these entries, but for what is judged on every line
        let run: &[&str] = if entry.contains("ambient") {
            &["client"]
        } else {
            &["client", "--run", "framing/*", "--run", "sigil/*"]
        };
        gate.says(run, 1, &[&wanted[..], &["BASELINE conformance.toml:"]].concat());
    }
}

#[test]
fn what_the_user_left_out_is_no_fault_of_an_entry() {
    let good = format!("code = \"framing.split-corrupts\"\nreason = \"{KNOWN}\"");
    for entry in [expect(SPLIT, &good), expect("framing/split-*", &good), expect("rule:FRAME-10", &good)] {
        let gate = Repository::of("", &entry);
        gate.says(&["client", "--run", "framing/split-before-the-lf"], 0, &["MUST held"]);
        gate.says(&["client", "--rule", "TOOL-02"], 0, &["MUST held"]);
        gate.says(&["baseline", "prune", "--run", "tools/*"], 0, &["nothing was written"]);
    }
    // what is wrong with an entry by itself is wrong whatever runs
    let gate = Repository::of("", &expect(SPLIT, &good.replace(KNOWN, "TODO")));
    gate.says(&["client", "--rule", "TOOL-02"], 1, &["its reason is a placeholder"]);
}

#[test]
fn examples_can_be_known_one_by_one() {
    let gate = Repository::of("sigil-uppercase", "");
    gate.says(
        &["client", "--run", "sigil/known-answers"],
        1,
        &["FAIL sigil/known-answers#1", "more examples"],
    );
    gate.says(&["baseline", "write", "--run", "sigil/*"], 0, &["+ sigil/known-answers"]);
    gate.edit("FIXME: why?", "digits are upper-case in the old release");
    gate.says(&["client", "--run", "sigil/*"], 0, &["xfail sigil/known-answers"]);
    let one = expect("sigil/known-answers#1", &format!("code = \"sigil.value\"\nreason = \"{KNOWN}\""));
    let gate = Repository::of("sigil-uppercase", &one);
    let said = gate.says(&["client", "--run", "sigil/known-answers"], 1, &["FAIL sigil/known-answers#2"]);
    assert!(!said.contains("FAIL sigil/known-answers#1") && !said.contains("BASELINE"), "{said}");
}

#[test]
fn what_a_shim_does_not_support_can_be_known() {
    let unsupported = "\n[[expect]]\ncase = \"sigil/*\"\nstatus = \"unsupported\"\nreason = \"the shim has no helpers yet\"\n";
    let null = "[client]\ncommand = [\"OWN\", \"testee\", \"--null\", \"unsupported-to-all\"]\n";
    let run = ["client", "--run", "sigil/*", "--role", "client"];
    Repository::new(null).says(&run, 3, &["does not support the function", "undecided"]);
    Repository::new(&format!("{null}{unsupported}")).says(
        &run,
        0,
        &["waived", "the shim has no helpers yet"],
    );
    Repository::of("", unsupported).says(&run, 1, &["the shim supports it"]);
}

#[test]
fn the_json_report_tells_of_what_is_known_and_keeps_its_schema() {
    let schemas = thrum_vectors::schemas();
    let (_, schema) = schemas.iter().find(|(path, _)| *path == "schema/report.json").expect("it is there");
    let schema: Value = serde_json::from_str(schema).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    let good = format!(
        "code = \"framing.split-corrupts\"\nreason = \"{KNOWN}\"\nissue = \"#12\"\nuntil = 2999-01-01"
    );
    let entries = [expect(SPLIT, &good), expect("framing/split-before-the-lf", &good)].concat();
    let gate = Repository::of("decode-per-read", &entries);
    gate.says(
        &["client", "--run", SPLIT, "--run", "framing/split-b*", "--report", "json=r.json"],
        1,
        &["BASELINE"],
    );
    let text = fs::read(gate.0.path().join("r.json")).expect("it was written");
    let report: Value = serde_json::from_slice(&text).expect("it is JSON");
    let faults: Vec<String> = schema.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let case =
        |id: &str| report["cases"].as_array().into_iter().flatten().find(|case| case["id"] == id).cloned();
    let known = case(SPLIT).expect("it ran");
    assert_eq!((&known["verdict"], &known["failures"][0]["waived"]), (&"xfail".into(), &true.into()));
    assert_eq!(
        known["waiver"],
        serde_json::json!({"status": "fail", "reason": KNOWN, "issue": "#12", "until": "2999-01-01",
            "file": "conformance.toml", "line": 5})
    );
    assert_eq!(case("framing/split-before-the-lf").expect("it ran")["verdict"], "xpass");
    let finding = &report["waivers"][0];
    assert_eq!((&finding["fault"], &finding["line"]), (&"passed".into(), &13.into()));
    assert_eq!(finding["changes"][0], serde_json::json!({"line": 13, "old": "[[expect]]", "new": null}));
    assert_eq!(report["summary"]["rules"]["waived"], 1);
    assert_eq!(report["summary"]["exit"], 1);
}
