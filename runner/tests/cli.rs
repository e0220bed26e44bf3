//! What a user meets: the commands, their output, and their exit codes.

use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    // a report for people, also where these tests run under Actions
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command.args(arguments).output().expect("the binary runs")
}

#[track_caller]
fn says(arguments: &[&str], code: i32, wanted: &[&str]) -> String {
    let output = run(arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
    // lines are broken where the terminal ends
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in wanted {
        assert!(flat(&said).contains(&flat(part)), "{arguments:?}: `{part}` is not said\n{said}");
    }
    text
}

fn schema(name: &str) -> jsonschema::Validator {
    let parsed = |path: &str| -> Value {
        let schemas = thrum_vectors::schemas();
        let (_, text) = schemas.iter().find(|(known, _)| known == path).expect("the schema exists");
        serde_json::from_str(text).expect("the schema is JSON")
    };
    let act = parsed("schema/act.json");
    let acts = jsonschema::Registry::new()
        .add("thrum:act", &act)
        .and_then(jsonschema::RegistryBuilder::prepare)
        .expect("the act schema is a resource");
    let options = jsonschema::options().with_registry(&acts);
    options.build(&parsed(&format!("schema/{name}.json"))).expect("the schema is one")
}

#[track_caller]
fn conforms(schema: &jsonschema::Validator, value: &Value) {
    let faults: Vec<String> =
        schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "{value}\n{}", faults.join("\n"));
}

#[test]
fn the_built_in_client_holds_every_rule() {
    says(&["client"], 0, &["MUST held", "✓ framing", "thrum-reference"]);
}

#[test]
fn the_json_report_keeps_its_schema() {
    let schema = schema("report");
    for (arguments, code) in [
        (vec!["client", "--report", "json", "--run", "framing/*"], 0),
        (vec!["client", "--report", "json", "--run", "framing/*", "--mutant", "decode-per-read"], 1),
        (vec!["client", "--report", "json", "--mutant", "hello-without-rid", "--timeout", "300ms"], 1),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
        conforms(&schema, &report);
    }
}

#[test]
fn a_black_box_is_told_what_it_is() {
    says(
        &["client", "--black-box"],
        3,
        &["calculator 1.0.0 (black box)", "nothing broke; a shim decides the rest"],
    );
    says(
        &["client", "--black-box", "--mutant", "die-on-bad-utf8", "--run", "bee-framing/*"],
        1,
        &["rerun thrum-conform client --black-box --run"],
    );
    let output = run(&["client", "--black-box", "--report", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    conforms(&schema("report"), &report);
    assert_eq!((&report["level"], &report["impl"]["name"]), (&0.into(), &"calculator".into()));
}

#[test]
fn a_bee_that_cannot_be_tested_is_said_to_be_so() {
    let own = env!("CARGO_BIN_EXE_thrum-conform");
    let null = |name| {
        vec!["client", "--black-box", "--timeout-scale", "0.1", "--", own, "testee", "--bee", "--null", name]
    };
    let hint = "the socket that `HUM_THRUM_SOCK` names";
    says(
        &null("exits-at-once"),
        4,
        &["exit status: 70, before the bee connected", "| ending as asked", hint],
    );
    says(&null("never-connects"), 4, &["did not connect within 1 s", hint]);
    says(&["client", "--black-box", "--", "./no-such-program"], 4, &["it cannot be started"]);
    says(&null("says-nothing"), 1, &["the bee connected, and no hello came", "HELLO-02"]);
    says(&null("says-garbage"), 1, &["the first tone of a connection is no hello (HELLO-01)"]);
}

#[test]
fn what_has_no_sense_without_a_shim_is_refused() {
    for (arguments, said) in [
        (vec!["--black-box", "--role", "worker"], "a whole bee is tested as a client"),
        (vec!["--black-box", "--run", "sigil/*"], "the cases selected need a shim"),
        (vec!["--run", "bee-framing/*"], "the cases selected are for whole bees: `--black-box`"),
    ] {
        let arguments: Vec<&str> = ["client"].into_iter().chain(arguments).collect();
        says(&arguments, 2, &[said]);
    }
}

#[test]
fn each_role_in_each_profile_is_reported_apart() {
    let text = says(
        &["client"],
        0,
        &["document · client", "document · worker", "live · client", "live · worker", "✓ framing"],
    );
    assert_eq!(text.lines().filter(|line| line.contains("MUST held")).count(), 4, "{text}");
    let output = run(&["client", "--report", "json", "--role", "worker", "--profile", "live"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    conforms(&schema("report"), &report);
    assert_eq!(report["profiles"], serde_json::json!(["live"]));
    for row in report["rules"].as_array().into_iter().chain(report["cases"].as_array()).flatten() {
        assert_eq!((&row["role"], &row["profile"]), (&"worker".into(), &"live".into()), "{row}");
    }
    assert!(report["sides"][0]["rules"]["held"].as_u64() > Some(20), "{}", report["sides"]);
}

#[test]
fn a_rule_broken_by_a_worker_is_the_workers_alone() {
    let output = run(&["client", "--report", "json", "--mutant", "chunk-index-as-string"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let violated: Vec<String> = report["rules"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["verdict"] == "violated")
        .map(|row| format!("{} {} {}", row["id"], row["role"], row["profile"]))
        .collect();
    assert_eq!(violated, [r#""CHI-11" "worker" "document""#]);
    says(
        &["client", "--mutant", "chunk-index-as-string", "--run", "worker/chunk-has-its-fields"],
        1,
        &[
            "FAIL worker/chunk-has-its-fields (worker)",
            "--run worker/chunk-has-its-fields --role worker --trace",
        ],
    );
}

#[test]
fn what_a_client_does_not_offer_cannot_be_asked_for() {
    let null = ["--", env!("CARGO_BIN_EXE_thrum-conform"), "testee", "--null", "denies-all-capabilities"];
    says(
        &[["client", "--role", "worker"].as_slice(), &null].concat(),
        2,
        &["does not claim the surface `worker`"],
    );
    let plain =
        ["--", "python3", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shims/bad.py"), "plain", "/dev/null"];
    says(
        &[["client", "--profile", "live"].as_slice(), &plain].concat(),
        2,
        &["does not declare the profile `live`, only `document`", "(hint:"],
    );
}

#[test]
fn a_failure_explains_itself() {
    says(
        &["client", "--mutant", "decode-per-read", "--run", "framing/split-inside-a-two-byte-character"],
        1,
        &[
            "FAIL framing/split-inside-a-two-byte-character",
            "  rule  FRAME-10 MUST",
            "WIRE.md#framing",
            "  code  framing.",
            "daemon",
            "client under test",
            "✗",
            "  diff  /",
            "  hint  ",
            "  rerun thrum-conform client --run framing/split-inside-a-two-byte-character --trace",
            "1 violated",
        ],
    );
}

#[test]
fn a_client_that_cannot_be_tested_gets_one_diagnosis() {
    let text = says(
        &[
            "client",
            "--run",
            "encoding/*",
            "--timeout",
            "300ms",
            "--",
            env!("CARGO_BIN_EXE_thrum-conform"),
            "testee",
            "--null",
            "delivers-only-barriers",
        ],
        3,
        &["no case that builds on a connection was run", "(hint:"],
    );
    assert!(!text.contains("FAIL"), "{text}");
}

#[test]
fn only_the_headline_is_printed_when_quiet() {
    let text = says(&["client", "--quiet", "--run", "sigil/*"], 0, &["MUST held"]);
    assert_eq!(text.lines().count(), 2, "{text}");
}

#[test]
fn verbose_names_the_speed_and_the_slowest() {
    says(
        &["client", "--verbose", "--run", "sigil/*"],
        0,
        &["cases a second; the slowest:", "sigil/known-answers"],
    );
}

#[test]
fn a_trace_shows_what_crossed() {
    says(&["client", "--trace", "--run", "tools/round-trip"], 0, &["tool-call", "tool-result"]);
}

#[test]
fn a_negative_brings_its_twin_along() {
    let output = run(&["client", "--report", "json", "--run", "framing/array-line-is-no-tone"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    assert_eq!(report["summary"]["cases"]["selected"], 2, "{report}");
}

#[test]
fn the_vectors_and_the_guide_have_no_fault() {
    says(&["vectors", "lint"], 0, &["cases, no fault", "rules in the guide, no fault"]);
}

#[test]
fn the_help_teaches() {
    says(&["--help"], 0, &["Examples:", "client", "smoke", "selftest", "explain"]);
    says(&["client", "--help"], 0, &["--run", "--report", "Examples:", "Exit codes:"]);
    let formats = says(&["client", "--report", "pdf"], 2, &["`pdf` is no format; there are `tty`"]);
    assert_eq!(formats, "");
    for format in ["tty", "json", "junit", "tap", "github", "md", "badge"] {
        says(&["client", "--help"], 0, &[&format!("            {format:<7} ")]);
        says(&["client", "--report", "pdf"], 2, &[&format!("`{format}`")]);
    }
    says(
        &["selftest", "--report", "junit"],
        2,
        &["`junit` is no format of the kill matrix; there are `tty`, `json`"],
    );
}

#[test]
fn no_example_of_the_help_is_wrapped_on_a_narrow_terminal() {
    let commands = [
        "",
        "client",
        "smoke",
        "init",
        "doctor",
        "selftest",
        "baseline",
        "list",
        "explain",
        "completions",
        "man",
    ]
    .map(|name| if name.is_empty() { vec![] } else { vec![name] });
    let below = ["diff", "bump-check", "freeze", "export"].map(|name| vec!["vectors", name]);
    let keeping = ["write", "check", "prune"].map(|name| vec!["baseline", name]);
    let notes = |words: &[&str], width: &str| {
        let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
        command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
        let output = command.env("COLUMNS", width).args(words).arg("--help").output();
        let text = String::from_utf8(output.expect("the binary runs").stdout).expect("the help is text");
        let (_, notes) = text.split_once("Print help").expect("the options come first");
        notes.to_owned()
    };
    for words in commands.iter().chain(&below).chain(&keeping) {
        let narrow = notes(words, "80");
        assert!(narrow.lines().count() > 3, "{words:?} has no notes: {narrow}");
        assert_eq!(narrow, notes(words, "110"), "{words:?}");
    }
}

#[test]
fn the_built_in_shim_passes_smoke() {
    let text = says(&["smoke"], 0, &["ok   answers `start`", "next: thrum-conform client"]);
    assert!(!text.contains("no  "), "{text}");
}

#[test]
fn smoke_names_what_is_wrong() {
    let own = env!("CARGO_BIN_EXE_thrum-conform");
    says(&["smoke", "--timeout", "300ms", "--", own, "testee", "--null", "silent"], 1, &["no   ", "(hint:"]);
}

#[test]
fn the_messages_of_the_built_in_shim_keep_their_schema() {
    let schema = schema("shim");
    let requests = [
        r#"{"op":"start","id":0,"v":1,"wire":"0.7.0"}"#,
        r#"{"op":"call","id":1,"fn":"sigil","args":{"sid":"a","nest":"b"}}"#,
        r#"{"op":"open","id":2,"case":"x/y","role":"asker","socket":"/nowhere/s","hello":{"bee":"b"},"reconnect":"off"}"#,
        r#"{"op":"open","id":8,"case":"x/z","role":"worker","profile":"live","socket":null,"hello":{"bee":["worker"]}}"#,
        r#"{"op":"do","id":9,"client":"c2","act":{"do":"serve","on":"prompt","emits":[{"chi":"chunk"},{"gate":"g"}]}}"#,
        r#"{"op":"do","id":3,"client":"c1","act":{"do":"connect"}}"#,
        r#"{"op":"do","id":4,"client":"nobody","act":{"do":"close"},"wait":false}"#,
        r#"{"op":"clock","id":5,"now":null}"#,
        r#"{"op":"end","id":6,"client":"c1"}"#,
        r#"{"op":"stop","id":7}"#,
    ];
    for request in requests {
        conforms(&schema, &serde_json::from_str(request).expect("the request is JSON"));
    }
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    let output =
        command.arg("testee").write_stdin(requests.join("\n") + "\n").output().expect("the testee runs");
    let replies: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a reply is JSON"))
        .collect();
    assert!(replies.len() >= requests.len(), "{replies:?}");
    for reply in &replies {
        conforms(&schema, reply);
    }
    for bad in
        [r#"{"op":"start","id":0}"#, r#"{"id":1,"ok":true,"valu":1}"#, r#"{"ev":"delivered","client":"c1"}"#]
    {
        assert!(!schema.is_valid(&serde_json::from_str(bad).expect("it is JSON")), "{bad}");
    }
}

#[test]
fn stored_reports_stand_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (good, bad, none) = (path("good.json"), path("bad.json"), path("none.json"));
    let wanted = |path: &str| format!("json={path}");
    run(&["client", "--run", "framing/split*", "--report", &wanted(&good)]);
    run(&["client", "--run", "framing/split*", "--mutant", "decode-per-read", "--report", &wanted(&bad)]);
    let text = says(&["report", "matrix", &good, &bad], 0, &["document · client  thrum-reference"]);
    let row = |name: &str| -> Vec<String> {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(row("exit"), ["exit", "0", "1"]);
    assert_eq!(row("FRAME-10"), ["FRAME-10", "MUST", "held", "violated"]);
    std::fs::write(&none, "{}").expect("a file");
    says(
        &["report", "matrix", &good, &none, "nowhere"],
        2,
        &["none.json: is no report", "nowhere: No such file"],
    );
}
