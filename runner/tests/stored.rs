//! `report`: what is made of stored reports.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use regex::Regex;
use serde_json::Value;

/// Runs the binary in this folder; gives its exit code, stdout and stderr.
fn run(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    let output =
        command.current_dir(dir).env_remove("GITHUB_ACTIONS").args(arguments).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

const FORMATS: [&str; 7] = ["tty", "json", "junit", "tap", "github", "md", "badge"];

fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(name)).expect("it is written")
}

/// A JSON report but for times: how long things took, and times of day within what a client said.
fn timeless(text: &str) -> String {
    let took = Regex::new(r#""(ms|duration_ms)": [0-9.]+"#).expect("it is a pattern");
    let epoch = Regex::new(r"\b1[0-9]{12}\b").expect("it is a pattern");
    epoch.replace_all(&took.replace_all(text, "\"$1\": 0"), "0").into_owned()
}

/// The same without what crossed in cases that failed: there stand ids that the client makes of the time.
fn without_exchange(text: &str) -> Value {
    let mut report: Value = serde_json::from_str(&timeless(text)).expect("it is JSON");
    for case in report["cases"].as_array_mut().expect("there are cases") {
        case.as_object_mut().expect("a case is an object").remove("exchange");
    }
    report
}

#[test]
fn every_format_is_made_of_the_stored_report_as_of_the_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let rows = [(vec!["--run", "sigil/*"], 0), (vec!["--mutant", "decode-per-read", "--run", "f*/*"], 1)];
    for (about, exit) in rows {
        let mut arguments = vec!["client", "-v"];
        arguments.extend(about);
        let reports = FORMATS.map(|format| format!("--report={format}=run.{format}"));
        arguments.extend(reports.iter().map(String::as_str));
        let (code, _, said) = run(dir.path(), &arguments);
        assert_eq!(code, exit, "{said}");
        for format in FORMATS {
            let (code, text, said) = run(dir.path(), &["report", "render", "-v", "run.json", format]);
            assert_eq!((code, said.as_str()), (0, ""), "{format}");
            let wanted = fs::read_to_string(dir.path().join(format!("run.{format}"))).expect("it is written");
            assert_eq!(text, wanted, "{format}");
        }
    }
    let (code, out, _) = run(dir.path(), &["report", "render", "run.json", "tap=again.tap", "md=again.md"]);
    assert_eq!((code, out.as_str()), (0, ""));
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("it is written");
    assert_eq!((read("again.tap"), read("again.md")), (read("run.tap"), read("run.md")));
}

#[test]
fn what_cannot_be_rendered_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("none.json"), "{}").expect("a file");
    for (arguments, wanted) in [
        (vec!["none.json", "md"], "none.json: is no report: missing field `schema`"),
        (vec!["nowhere.json", "md"], "nowhere.json: No such file"),
        (vec!["none.json", "pdf"], "`pdf` is no format; there are `tty`, `json`"),
        (vec!["none.json"], "<FORMAT[=PATH]>"),
    ] {
        let mut all = vec!["report", "render"];
        all.extend(arguments);
        let (code, out, said) = run(dir.path(), &all);
        assert_eq!((code, out.as_str()), (2, ""), "{said}");
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn two_runs_differ_in_nothing_but_times() {
    let dir = tempfile::tempdir().expect("a folder");
    let runs = [("one.json", "--jobs=1", "1"), ("two.json", "--jobs=4", "2")];
    let mutants = [(None, true), (Some("sigil-lowercase-input"), true), (Some("decode-per-read"), false)];
    for (mutant, exact) in mutants {
        let [one, two] = runs.map(|(name, jobs, seed)| {
            let (report, shuffle) = (format!("--report=json={name}"), format!("--shuffle={seed}"));
            let mut arguments = vec!["client", jobs, &shuffle, &report];
            arguments.extend(mutant.map(|mutant| ["--mutant", mutant]).into_iter().flatten());
            run(dir.path(), &arguments);
            // the seed is what makes the order again
            read(dir.path(), name).replacen(&format!("\"seed\": {seed}"), "\"seed\": 0", 1)
        });
        assert!(!exact || timeless(&one) == timeless(&two), "{mutant:?}");
        assert_eq!(without_exchange(&one), without_exchange(&two), "{mutant:?}");
    }
}

/// Plays each shard of a run; gives their exit codes.
fn play(dir: &Path, of: usize, arguments: &[&str]) -> Vec<i32> {
    let shard = |number| {
        let (shard, report) = (format!("--shard={number}/{of}"), format!("--report=json={number}.json"));
        run(dir, &[&["client", &shard, &report], arguments].concat()).0
    };
    (1..=of).map(shard).collect()
}

/// Each entry is about a case of its own, and those are not all in one shard.
const KNOWN: &str = r#"
[[expect]]
case = "framing/split-inside-a-two-byte-character"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"

[[expect]]
case = "framing/split-at-every-byte"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
"#;

/// It is about cases of several shards, and matches in none: only the whole can tell.
const STALE: &str = r#"
[[expect]]
case = "sigil/*"
status = "fail"
code = "sigil.normalised"
reason = "makes the parts lower-case"
"#;

#[test]
fn shards_are_joined_to_what_one_machine_would_have_reported() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("known.toml"), KNOWN).expect("a file");
    fs::write(dir.path().join("stale.toml"), [KNOWN, STALE].concat()).expect("a file");
    let mutant = ["--mutant", "decode-per-read"];
    let some = "--run=framing/split*two*,--run=framing/split-at*,--run=sigil/*,--run=wane/*".split(',');
    let some: Vec<&str> = some.collect();
    let how = "--level=should --run=tools/* --skip=*timeout* --shuffle=3 --repeat=2".split(' ').collect();
    let rows: [(Vec<&str>, &[i32], i32); 5] = [
        (vec![], &[0, 0, 0], 0),
        (mutant.into(), &[1, 1, 1], 1),
        (how, &[0, 0], 0),
        ([&mutant[..], &some, &["--config=known.toml"]].concat(), &[0, 0, 0, 0], 0),
        ([&mutant[..], &some, &["--config=stale.toml"]].concat(), &[0, 0, 0, 0], 1),
    ];
    for (arguments, wanted, exit) in rows {
        assert_eq!(play(dir.path(), wanted.len(), &arguments), wanted, "{arguments:?}");
        let (code, ..) = run(dir.path(), &[&["client", "--report=json=whole.json"], &arguments[..]].concat());
        assert_eq!(code, exit, "{arguments:?}");
        let names: Vec<String> = (1..=wanted.len()).rev().map(|number| format!("{number}.json")).collect();
        let mut merge = vec!["report", "merge", "--report=json=merged.json", "--report=junit=merged.xml"];
        merge.extend(names.iter().map(String::as_str));
        let (code, text, said) = run(dir.path(), &merge);
        assert_eq!((code, said.as_str()), (exit, ""), "{arguments:?}\n{text}");
        assert!(text.contains("MUST held"), "people are told too: {text}");
        let [merged, whole] =
            ["merged.json", "whole.json"].map(|name| without_exchange(&read(dir.path(), name)));
        assert_eq!(merged, whole, "{arguments:?}");
        assert!(read(dir.path(), "merged.xml").contains("<testsuite"), "{arguments:?}");
        // every case in one shard, and no case in two
        let ids = |name: &str| -> Vec<String> {
            let report: Value = serde_json::from_str(&read(dir.path(), name)).expect("it is JSON");
            let rows = report["cases"].as_array().expect("there are cases");
            let own = rows.iter().map(|row| format!("{} {} {}", row["id"], row["role"], row["profile"]));
            own.filter(|id| !id.contains("ambient/")).collect()
        };
        let mut parts: Vec<String> = names.iter().flat_map(|name| ids(name)).collect();
        let mut all = ids("whole.json");
        parts.sort_unstable();
        all.sort_unstable();
        assert_eq!(parts, all, "{arguments:?}");
    }
}

#[test]
fn a_shard_holds_no_rule_that_another_may_break() {
    let dir = tempfile::tempdir().expect("a folder");
    let standing = |name: &str, rule: &str| -> String {
        let report: Value = serde_json::from_str(&read(dir.path(), name)).expect("it is JSON");
        let rows = report["rules"].as_array().expect("there are rules");
        let row = rows.iter().find(|row| row["id"] == rule).expect("the rule is there");
        format!("{} {}", row["verdict"], row["why"])
    };
    assert_eq!(play(dir.path(), 2, &["--run", "framing/split*"]), [0, 0]);
    for name in ["1.json", "2.json"] {
        let wanted = r#""undecided" "held here, and other shards decide it too""#;
        assert_eq!(standing(name, "FRAME-10"), wanted, "{name}");
    }
    let (_, text, _) = run(dir.path(), &["report", "render", "1.json", "md"]);
    assert!(text.contains("nothing failed in this shard") && text.contains("shard 1 of 2"), "{text}");
    // what is broken in one shard is broken in all
    assert_eq!(play(dir.path(), 2, &["--run", "framing/split*", "--mutant", "decode-per-read"]), [1, 1]);
    assert!(standing("1.json", "FRAME-10").starts_with(r#""violated""#));
    // a shard without a case is no gap
    assert_eq!(play(dir.path(), 3, &["--run", "sigil/parts-as-they-are"]), [0, 0, 0]);
    assert_eq!(run(dir.path(), &["report", "merge", "1.json", "2.json", "3.json"]).0, 0);
}

#[test]
fn a_shard_that_is_missing_doubled_or_foreign_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let client = |name: &str, arguments: &[&str]| {
        let report = format!("--report=json={name}");
        run(dir.path(), &[&["client", "--run", "sigil/*", "--run", "wane/*", &report], arguments].concat())
    };
    for number in ["1", "2", "3"] {
        assert_eq!(client(&format!("{number}.json"), &[&format!("--shard={number}/3")]).0, 0);
    }
    client("whole.json", &[]);
    client("seed.json", &["--shard=3/3", "--shuffle=1"]);
    client("four.json", &["--shard=3/4"]);
    client("skip.json", &["--shard=3/3", "--skip", "wane/*"]);
    client("level.json", &["--shard=3/3", "--level", "should"]);
    let third = read(dir.path(), "3.json");
    for (name, from, to) in [
        ("other.json", "\"name\": \"thrum-reference\"", "\"name\": \"thrum-py\""),
        ("vectors.json", "\"vectors\": \"0.7.0+1\"", "\"vectors\": \"0.7.0+9\""),
        ("case.json", "\"id\": \"wane/", "\"id\": \"wanes/"),
    ] {
        assert!(third.contains(from), "{from}");
        fs::write(dir.path().join(name), third.replace(from, to)).expect("a file");
    }
    let of_another = |what: &str| format!(".json: is of another run: {what}");
    for (names, wanted) in [
        (vec!["1.json", "3.json"], "of 3 shards, there is none with the number 2".to_owned()),
        (vec!["2.json"], "of 3 shards, there is none with the number 1, 3".to_owned()),
        (
            vec!["1.json", "2.json", "3.json", "2.json"],
            "2.json: is shard 2 of 3, and so is 2.json".to_owned(),
        ),
        (
            vec!["1.json", "2.json", "whole.json"],
            "whole.json: is of a whole run, and no shard (hint: ".to_owned(),
        ),
        (vec!["1.json", "seed.json"], of_another("its seed is 1, and that of 1.json is none")),
        (vec!["1.json", "four.json"], of_another("its number of shards is 4, and that of 1.json is 3")),
        (vec!["1.json", "skip.json"], of_another("the selection of cases is not that of 1.json")),
        (vec!["1.json", "level.json"], of_another("the selection of cases is not that of 1.json")),
        (vec!["1.json", "other.json"], of_another("its client is `thrum-py 0.7.0`")),
        (vec!["1.json", "vectors.json"], of_another("its vectors is `0.7.0+9`")),
        (vec!["1.json", "2.json", "case.json"], "case.json: played `wanes/".to_owned()),
        (vec!["1.json", "2.json", "nowhere.json"], "nowhere.json: No such file".to_owned()),
    ] {
        let (code, out, said) = run(dir.path(), &[&["report", "merge"], &names[..]].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{names:?}: {said}");
        assert!(said.contains(&wanted), "{names:?}: {said}");
    }
    for (shard, shuffle, wanted) in [
        ("--shard=0/3", "--shuffle=1", "`0/3` is no shard"),
        ("--shard=4/3", "--shuffle=1", "`4/3` is no shard"),
        ("--shard=1/3", "--shuffle", "(hint: `--shuffle=SEED`"),
    ] {
        let (code, _, said) = client("none.json", &[shard, shuffle]);
        assert!(code == 2 && said.contains(wanted), "{said}");
    }
}

#[test]
fn a_shard_that_broke_breaks_the_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    assert_eq!(play(dir.path(), 2, &["--run", "sigil/*", "--", "false"]), [4, 4]);
    let (code, text, _) = run(dir.path(), &["report", "merge", "1.json", "2.json", "--report=md"]);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("could not be tested") && text.contains("did not answer `start`"), "{text}");
}

#[test]
fn what_changed_is_told_with_what_became_worse_first() {
    let dir = tempfile::tempdir().expect("a folder");
    let client = |name: &str, arguments: &[&str]| {
        let report = format!("--report=json={name}");
        run(dir.path(), &[&["client", "--run=framing/split*", "--run=sigil/*", &report], arguments].concat());
    };
    client("good.json", &[]);
    client("split.json", &["--mutant", "decode-per-read"]);
    client("sigil.json", &["--mutant", "sigil-lowercase-input"]);
    let compare = |arguments: &[&str]| run(dir.path(), &[&["report", "compare"], arguments].concat());
    let (code, text, _) = compare(&["split.json", "sigil.json"]);
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what} is not in\n{text}"));
    assert_eq!(code, 0);
    assert!(place("✗ SIGIL-04 MUST  held → violated") < place("↑ FRAME-10 MUST  violated → held"), "{text}");
    assert!(place("✗ sigil/parts-as-they-are") < place("↑ framing/split-at-every-byte"), "{text}");
    assert!(text.contains("pass → fail sigil.separator"), "{text}");
    let [good, split, sigil] = ["good.json", "split.json", "sigil.json"];
    let rows = [([good, split], true), ([split, sigil], true), ([split, good], false), ([good, good], false)];
    let schemas = thrum_vectors::schemas();
    let (_, schema) =
        schemas.iter().find(|(name, _)| *name == "schema/comparison.json").expect("it is there");
    let schema: Value = serde_json::from_str(schema).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    for (names, worse) in rows {
        assert_eq!(compare(&names).0, 0, "{names:?}");
        let (code, text, _) = compare(&[&names[..], &["--fail-on-worse", "--report=json"]].concat());
        assert_eq!(code, i32::from(worse), "{names:?}");
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        let faults: Vec<String> = schema.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty() && value["worse"] == worse, "{names:?}: {faults:?}");
    }
    assert_eq!(compare(&[good, good]).1, "nothing changed\n");
    let (_, text, _) = compare(&[good, split, "--report=md"]);
    assert!(text.starts_with("## ❌ thrum-conform: something became worse"), "{text}");
    assert!(text.contains("| exit | ` 0 ` | ` 1 ` |"), "{text}");
    let row = "| ❌ FRAME-10 MUST (document · client) | held | violated ` framing.split-corrupts ` |";
    assert!(text.contains(row), "{text}");
}

#[test]
fn a_matrix_can_stand_on_a_page() {
    let dir = tempfile::tempdir().expect("a folder");
    run(dir.path(), &["client", "--run=framing/split*", "--report=json=good.json"]);
    run(
        dir.path(),
        &["client", "--run=framing/split*", "--mutant=decode-per-read", "--report=json=bad.json"],
    );
    let both = ["report", "matrix", "good.json", "bad.json", "--report=md=m.md", "--report=tty"];
    let (code, text, _) = run(dir.path(), &both);
    assert!(code == 0 && text.contains("FRAME-10 MUST"), "{text}");
    let page = read(dir.path(), "m.md");
    assert!(page.contains("| framing | ✅ 9/9 | ❌ 8/9 |"), "{page}");
    assert!(page.contains("| FRAME-10 MUST | held | ❌ violated |"), "{page}");
}
