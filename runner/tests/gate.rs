//! A client's repository with a `conformance.toml`: what its gate says, and how its known failures are kept.
//!
//! The client is the built-in one, whole or as a mutant, started by the command of the file.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const OWN: &str = env!("CARGO_BIN_EXE_thrum-conform");
const SPLIT: &str = "framing/split-inside-a-two-byte-character";
const KNOWN: &str = "decodes each read on its own until the reader is rewritten";

/// A folder with a configuration in it.
struct Repository(TempDir);

impl Repository {
    /// With `OWN` standing for this program, in any text.
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let repository = Self(folder);
        repository.put("conformance.toml", config);
        repository
    }

    /// A client that is a mutant of the built-in one; `""` for the whole one.
    fn of(mutant: &str, rest: &str) -> Self {
        let arguments =
            if mutant.is_empty() { String::new() } else { format!(", \"--mutant\", \"{mutant}\"") };
        Self::new(&format!(
            "# how it is tested\n[client]\ncommand = [\"OWN\", \"testee\"{arguments}]\n{rest}"
        ))
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text.replace("OWN", OWN)).expect("the file is written");
    }

    fn config(&self) -> String {
        fs::read_to_string(self.0.path().join("conformance.toml")).expect("the file is there")
    }

    /// Changes the configuration, as somebody with an editor would.
    fn edit(&self, old: &str, new: &str) {
        let text = self.config();
        assert!(text.contains(old), "`{old}` is not in\n{text}");
        self.put("conformance.toml", &text.replace(old, new));
    }

    /// Runs the program in the folder.
    #[track_caller]
    fn says(&self, arguments: &[&str], code: i32, wanted: &[&str]) -> String {
        says_in(self.0.path(), arguments, code, wanted)
    }
}

#[track_caller]
fn says_in(folder: &Path, arguments: &[&str], code: i32, wanted: &[&str]) -> String {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    let output = command.args(arguments).current_dir(folder).output().expect("the binary runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
    for part in wanted {
        assert!(said.contains(part), "{arguments:?}: `{part}` is not said\n{said}");
    }
    said
}

fn expect(case: &str, rest: &str) -> String {
    format!("\n[[expect]]\ncase = \"{case}\"\nstatus = \"fail\"\n{rest}\n")
}

#[test]
fn known_failures_are_written_given_a_reason_and_taken_out_again() {
    let gate = Repository::of("decode-per-read", "# the end\n");
    let before = gate.config();
    gate.says(&["client", "--run", "framing/*"], 1, &["FAIL framing/split-inside", "1 violated"]);
    gate.says(
        &["baseline", "write"],
        0,
        &[
            "+ framing/split-inside-a-two-byte-character  framing.split-corrupts",
            "6 entries added",
            "`FIXME: why?`",
        ],
    );
    let written = gate.config();
    assert!(written.starts_with(&before), "{written}");
    gate.says(
        &["baseline", "check"],
        1,
        &["its reason is a placeholder", "+ reason = \"…\"", "6 entries, 6 findings"],
    );
    gate.says(&["client"], 1, &["BASELINE conformance.toml:6: framing/", "- reason = \"FIXME: why?\""]);
    gate.edit("FIXME: why?", KNOWN);
    gate.says(&["client"], 0, &["xfail framing/split-inside", KNOWN, "1 waived", " · conformance.toml · "]);
    gate.says(&["baseline", "check"], 0, &["6 entries, no finding"]);
    gate.says(&["baseline", "write"], 0, &["nothing was written"]);
    gate.says(&["baseline", "prune"], 0, &["no entry is stale: nothing was written"]);
    // the reader is rewritten: each entry is one too many
    gate.edit(", \"--mutant\", \"decode-per-read\"", "");
    let said = gate.says(&["client"], 1, &["xpass framing/split-inside-a-two-byte-character", "it passes"]);
    assert_eq!(said.matches("BASELINE").count(), 6, "{said}");
    gate.says(&["baseline", "check"], 1, &["- case = \"framing/split-inside-a-two-byte-character\""]);
    gate.says(
        &["baseline", "prune"],
        0,
        &["- framing/split-at-every-byte: it passes", "6 entries taken out"],
    );
    assert_eq!(gate.config(), before.replace(", \"--mutant\", \"decode-per-read\"", ""));
    gate.says(&["client", "--quiet"], 0, &[]);
}

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
                "FAIL framing/split-inside-a-two-byte-character",
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
fn a_flaky_failure_is_written_as_such_and_may_come_and_go() {
    // every other process is the mutant; a case of the socket's path has a process of its own
    let gate = Repository::new("[client]\ncommand = [\"sh\", \"turns.sh\"]\n");
    gate.put(
        "turns.sh",
        "if rm turn 2>/dev/null; then exec OWN testee; fi\n: >turn\nexec OWN testee --mutant sock-runtime-dir-ignored\n",
    );
    let run = ["--run", "socket/runtime-dir-on-the-wire", "--role", "client", "--jobs", "1"];
    let six = [&run[..], &["--repeat", "6"]].concat();
    gate.says(&[&["client"], &six[..]].concat(), 1, &["UNSTEADY socket/runtime-dir-on-the-wire", "3 times"]);
    gate.says(
        &[&["baseline", "write"], &six[..]].concat(),
        0,
        &["+ socket/runtime-dir-on-the-wire  socket.runtime-dir  flaky"],
    );
    gate.edit("FIXME: why?", "depends on who was started before");
    let said = gate.says(&[&["client"], &six[..]].concat(), 0, &["flaky socket/runtime-dir-on-the-wire"]);
    assert!(!said.contains("UNSTEADY"), "{said}");
    for _ in 0..2 {
        gate.says(&[&["client"], &run[..]].concat(), 0, &["flaky socket/runtime-dir-on-the-wire"]);
    }
    gate.edit("\"flaky\"", "\"fail\"");
    gate.says(&[&["client"], &six[..]].concat(), 1, &["it did not come to the same", "+ status = \"flaky\""]);
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
fn the_command_is_started_in_the_folder_of_the_file_with_its_environment() {
    let gate =
        Repository::new("[client]\ncommand = [\"./client.sh\"]\nenv = { MUTANT = \"decode-per-read\" }\n");
    gate.put("client.sh", "#!/bin/sh\nexec OWN testee --mutant \"$MUTANT\"\n");
    let script = gate.0.path().join("client.sh");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(script, open).expect("the file is there");
    let config = gate.0.path().join("conformance.toml").display().to_string();
    let elsewhere = tempfile::tempdir().expect("there is room for a folder");
    let run = ["client", "--config", &config, "--run", SPLIT];
    let rerun = format!("rerun thrum-conform client --config {config} --run {SPLIT} --trace\n");
    says_in(elsewhere.path(), &run, 1, &["FAIL framing/split-inside", &rerun]);
    says_in(elsewhere.path(), &["smoke", "--config", &config], 0, &["ok   answers `start`"]);
    // the arguments take the place of the command alone, and their paths count from here
    let own = ["--", OWN, "testee"];
    says_in(elsewhere.path(), &[&run[..], &own].concat(), 0, &["MUST held"]);
    says_in(elsewhere.path(), &[&run[..], &["--mutant", "decode-per-read"]].concat(), 1, &["FAIL"]);
    says_in(
        elsewhere.path(),
        &[&run[..], &["--", "./client.sh"]].concat(),
        4,
        &["cannot run `./client.sh`:"],
    );
}

#[test]
fn the_file_of_the_current_folder_is_taken_and_that_is_said() {
    let gate = Repository::of("decode-per-read", "");
    let taken = "taking conformance.toml from the current folder";
    let said = gate.says(&["client", "--run", SPLIT], 1, &[taken, "FAIL", " · conformance.toml · "]);
    assert!(said.contains(&format!("client --run {SPLIT} --trace\n")), "{said}");
    gate.says(&["smoke"], 0, &[taken]);
    for other in [vec!["--", OWN, "testee"], vec!["--mutant", "lf-twice"]] {
        let said = gate.says(&[vec!["client", "--run", SPLIT, "--quiet"], other].concat(), 0, &["MUST held"]);
        assert!(!said.contains("conformance.toml"), "{said}");
    }
    let empty = tempfile::tempdir().expect("there is room for a folder");
    says_in(empty.path(), &["client", "--run", SPLIT], 0, &["thrum-reference"]);
    says_in(
        empty.path(),
        &["baseline", "check"],
        2,
        &["there is no conformance.toml", "(hint: `--config FILE`"],
    );
}

#[test]
fn a_configuration_that_is_wrong_ends_the_run_with_the_line() {
    let client = "[client]\ncommand = [\"OWN\", \"testee\"]\n";
    for (config, code, wanted) in [
        (
            "[client]\ncomand = 3\n[vectorz]\n".to_owned(),
            2,
            vec![
                "2 faults in the configuration",
                "conformance.toml:2: `comand`",
                "conformance.toml:3: `vectorz`",
            ],
        ),
        ("[client]\n".to_owned(), 2, vec!["conformance.toml: there is no `command`", "(hint: "]),
        ("[client]\ncommand = [\"./gone\"]\n".to_owned(), 4, vec!["cannot run `./gone` in `/"]),
        (
            format!(
                "{client}{}",
                expect(SPLIT, &format!("code = \"framing.split-corupts\"\nreason = \"{KNOWN}\""))
            ),
            2,
            vec![
                "conformance.toml:7: nothing fails with `framing.split-corupts`",
                "`framing.split-corrupts`",
            ],
        ),
        (
            format!("{client}[vectors]\nrelease = \"0.1.0+1\"\n"),
            2,
            vec![
                "conformance.toml:4: release 0.1.0+1 is pinned, but this program has 0.7.0+",
                "(hint: name an `archive`",
            ],
        ),
        (
            format!("{client}[vectors]\narchive = \"gone.tar\"\n"),
            2,
            vec!["conformance.toml:4: `gone.tar` cannot be read", "vectors export"],
        ),
        (
            format!(
                "{}capabilities = [\"hello\", \"tools\"]\n",
                client.replace("testee\"", "testee\", \"--null\", \"denies-all-capabilities\"")
            ),
            2,
            vec![
                "conformance.toml:3: the shim does not claim the capability `hello` (hint: it claims none)",
                "`tools`",
            ],
        ),
        (
            format!("{client}wire = \"0.6.0\"\n"),
            2,
            vec!["the client targets wire 0.7.0, but the run is about wire 0.6.0"],
        ),
    ] {
        Repository::new(&config).says(&["client", "--run", SPLIT], code, &wanted);
    }
}

#[test]
fn a_shim_is_narrowed_and_never_widened() {
    let gate = Repository::of(
        "chunk-index-as-string",
        "capabilities = [\"hello\", \"tools\"]\nprofiles = [\"document\"]\n",
    );
    let said = gate.says(
        &["client"],
        0,
        &["note conformance.toml narrows what the shim claims", "does not claim the surface `worker`"],
    );
    assert!(!said.contains("live · "), "{said}");
    gate.edit("\"tools\"]", "\"tools\", \"worker\"]");
    gate.says(&["client"], 1, &["FAIL worker/chunk-has-its-fields"]);
    gate.says(&["client", "--profile", "live"], 2, &["does not declare the profile `live`"]);
    // a broken SHOULD only warns, unless the file asks for more
    let gate = Repository::of("sock-tmpdir", "level = \"should\"\n");
    let run = ["client", "--run", "socket/no-other-variable", "--role", "client"];
    gate.says(&run, 1, &["FAIL socket/no-other-variable"]);
    gate.says(&[&run[..], &["--level", "must"]].concat(), 0, &["WARN socket/no-other-variable"]);
}

#[test]
fn an_archive_is_pinned_by_its_release_and_its_digest() {
    let gate = Repository::of("", "");
    let release = gate.says(&["vectors", "export", "-o", "pins"], 0, &["thrum-vectors-"]);
    let archive =
        fs::read_dir(gate.0.path().join("pins")).expect("it is there").next().expect("one was written");
    let archive = archive.expect("it has a name").file_name().into_string().expect("it is text");
    let version = archive.trim_start_matches("thrum-vectors-").trim_end_matches(".tar").to_owned();
    assert!(release.contains(&version), "{release}");
    let config = gate.config();
    let pinned = |release: &str, digest: &str| {
        gate.put(
            "conformance.toml",
            &format!("{config}[vectors]\nrelease = \"{release}\"\narchive = \"pins/{archive}\"\n{digest}"),
        );
    };
    let run = ["client", "--run", "sigil/*", "--report", "json=report.json", "--quiet"];
    pinned(&version, "");
    gate.says(&run, 0, &[]);
    let report = fs::read(gate.0.path().join("report.json")).expect("it was written");
    let report: Value = serde_json::from_slice(&report).expect("it is JSON");
    assert_eq!(
        (&report["vectors"], &report["config"]),
        (&version.as_str().into(), &"conformance.toml".into())
    );
    pinned("0.1.0+1", "");
    gate.says(&run, 2, &["release 0.1.0+1 is pinned, but `pins/", "name the archive of the pinned release"]);
    // who names vectors by hand wants those
    gate.says(&[&run[..], &["--vectors", &format!("pins/{archive}")]].concat(), 0, &[]);
    let digest = format!("sha256 = \"{}\"\n", "0".repeat(64));
    pinned(&version, &digest);
    let said = gate.says(&run, 2, &["conformance.toml:7: `pins/", "is pinned"]);
    let found = said.split("has the sha256 ").nth(1).and_then(|rest| rest.get(..64)).expect("it is said");
    pinned(&version, &digest.replace(&"0".repeat(64), found));
    gate.says(&run, 0, &[]);
}

#[test]
fn keeping_the_file_leaves_its_rights_and_links_as_they_are() {
    use std::os::unix::fs::PermissionsExt as _;
    let gate = Repository::of("decode-per-read", "");
    let real = gate.0.path().join("conformance.toml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("the file is there");
    std::os::unix::fs::symlink(&real, gate.0.path().join("link.toml")).expect("a link is made");
    gate.says(
        &["baseline", "write", "--config", "link.toml", "--run", SPLIT],
        0,
        &["1 entry added to link.toml"],
    );
    assert!(gate.config().contains(SPLIT), "{}", gate.config());
    assert_eq!(fs::metadata(&real).expect("the file is there").permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(gate.0.path().join("link.toml")).expect("it is there").is_symlink());
    let left: Vec<_> = fs::read_dir(gate.0.path()).expect("it is there").collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn nothing_is_written_where_a_client_cannot_be_tested() {
    let gate = Repository::new(&format!(
        "[client]\ncommand = [\"OWN\", \"testee\", \"--null\", \"delivers-only-barriers\"]\n{}",
        expect(SPLIT, &format!("code = \"framing.split-corrupts\"\nreason = \"{KNOWN}\""))
    ));
    let before = gate.config();
    for command in ["write", "check", "prune"] {
        gate.says(
            &["baseline", command, "--run", "framing/*", "--timeout", "300ms"],
            3,
            &["no case that builds on a connection was run", "(hint: "],
        );
    }
    assert_eq!(gate.config(), before);
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
