//! Bad input: each gives the exit code of the design and one clear message, and leaves no process, socket or
//! directory behind.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A run with a temporary directory of its own, and a shim that has one fault.
struct Trial {
    dir: TempDir,
}

impl Trial {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a directory can be made") }
    }

    fn pids(&self) -> PathBuf {
        self.dir.path().join("pids")
    }

    fn tmp(&self) -> PathBuf {
        let tmp = self.dir.path().join("t");
        std::fs::create_dir_all(&tmp).expect("a directory can be made");
        tmp
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
        command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
        command.env("TMPDIR", self.tmp()).env_remove("NO_COLOR").args(arguments);
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        command.output().expect("the binary runs")
    }

    fn with_shim(&self, fault: &str, arguments: &[&str]) -> Output {
        let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shims/bad.py");
        let (shim, pids) = (shim.display().to_string(), self.pids().display().to_string());
        let mut all = vec!["client", "--timeout-scale", "0.1", "--run", "version/*"];
        all.extend(arguments);
        all.extend(["--", "python3", &shim, fault, &pids]);
        self.run(&all)
    }

    /// Nothing of the run is left: no directory, and no process that the shim knew of.
    fn assert_clean(&self, what: &str) {
        let left: Vec<_> = std::fs::read_dir(self.tmp()).expect("the directory is there").collect();
        assert!(left.is_empty(), "{what} leaves {left:?}");
        for pid in std::fs::read_to_string(self.pids()).unwrap_or_default().lines() {
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            // a killed process whose parent is gone may stay a zombie for a moment
            let dead =
                state.is_empty() || state.rsplit(')').next().is_some_and(|rest| rest.trim().starts_with('Z'));
            assert!(dead, "{what} leaves process {pid}: {state}");
        }
    }
}

#[track_caller]
fn check(output: &Output, code: i32, wanted: &[&str], what: &str) {
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{what}\n{text}");
    // lines are broken where the terminal ends
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in wanted {
        assert!(flat(&text).contains(&flat(part)), "{what}: `{part}` is not said\n{text}");
    }
    assert!(!text.contains("panicked"), "{what}\n{text}");
}

#[test]
fn a_faulty_shim_is_named_with_a_hint() {
    for (fault, code, wanted) in [
        ("exits-at-once", 4, ["did not answer `start`", "no module named thrum"]),
        ("garbage", 4, ["listening on port 8080", "(hint: stdout belongs to the shim protocol"]),
        ("hangs-at-start", 4, ["did not answer `start`", "(hint:"]),
        ("wrong-id", 4, ["a reply with the id 1000", "(hint:"]),
        ("missing-id", 4, ["`id` is missing", "(hint:"]),
        ("accepts-anything", 4, ["an op that does not exist", "(hint:"]),
        ("unknown-key", 4, ["unknown key `at`", "(hint:"]),
        ("floods", 4, ["flooded its stdout", "(hint:"]),
        ("stops-reading", 4, ["does not answer `ping`", "(hint:"]),
        ("unknown-capability", 2, ["unknown capability `tolls`", "did you mean `tools`"]),
        ("unknown-profile", 2, ["unknown profile `dokument`", "(hint: there are `document` and `live`"]),
        ("no-profile", 2, ["declares no profile", "(hint:"]),
        ("other-wire", 2, ["targets wire 0.6.0", "(hint: `--wire 0.6.0`"]),
    ] {
        let trial = Trial::new();
        let output = trial.with_shim(fault, &[]);
        check(&output, code, &wanted, fault);
        trial.assert_clean(fault);
    }
}

#[test]
fn a_shim_that_hangs_in_a_case_fails_that_case_and_is_killed() {
    let trial = Trial::new();
    let output = trial.with_shim("hangs-in-a-case", &[]);
    check(&output, 1, &["version.hung"], "hangs-in-a-case");
    trial.assert_clean("hangs-in-a-case");
}

#[test]
fn noise_on_stdout_is_never_a_pass() {
    let trial = Trial::new();
    let output = trial.with_shim("noisy", &["--run", "version/is-0-7-0"]);
    check(&output, 3, &["shim.stdout-noise", "calling version"], "noisy");
}

#[test]
fn only_rules_about_types_can_be_impossible() {
    let trial = Trial::new();
    let output = trial.with_shim("impossible", &[]);
    check(&output, 3, &["the rule is not about types", "VER-03"], "impossible");
}

#[test]
fn a_child_left_behind_is_killed_and_said() {
    let trial = Trial::new();
    let output = trial.with_shim("leaves-a-child", &[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("left other processes behind"), "{text}");
    trial.assert_clean("leaves-a-child");
}

#[test]
fn a_verdict_that_is_not_the_same_each_time_fails_the_run() {
    let trial = Trial::new();
    let arguments = ["--jobs", "1", "--repeat", "8", "--shuffle=7"];
    let wanted =
        ["UNSTEADY version/is-", "7 times  VER-03 held", "1 time  VER-03 broken", "each 8 times · seed 7"];
    let output = trial.with_shim("fickle", &arguments);
    check(&output, 1, &wanted, "fickle");
    let once = trial.with_shim("fickle", &[]);
    assert!(!String::from_utf8_lossy(&once.stdout).contains("UNSTEADY"));
    trial.assert_clean("fickle");
}

#[test]
fn wrong_arguments_are_named_with_a_hint() {
    for (arguments, code, wanted) in [
        (
            vec!["client", "--", "no-such-program-anywhere"],
            4,
            ["cannot run `no-such-program-anywhere`", "(hint:"],
        ),
        (
            vec!["client", "--run", "framing/no-such-case"],
            2,
            ["no case matches `framing/no-such-case`", "the nearest are"],
        ),
        (
            vec!["client", "--run", "version/*", "--run", "nosuch/*"],
            2,
            ["no case matches `nosuch/*`", "(hint:"],
        ),
        (
            vec!["client", "--rule", "FRAME-10", "--rule", "FRAME-99"],
            2,
            ["no case decides `FRAME-99`", "(hint:"],
        ),
        (vec!["client", "--skip", "*"], 2, ["no case is left to run", "(hint:"]),
        (
            vec!["client", "--profile", "live", "--run", "framing/*"],
            2,
            ["none of the selected cases is for `live", "(hint:"],
        ),
        (vec!["client", "--vectors", "no-such-file"], 2, ["no-such-file: cannot be read", ""]),
        (vec!["client", "--rule", "FRAME-99"], 2, ["no case decides `FRAME-99`", "`FRAME-"]),
        (vec!["client", "--run", "[a"], 2, ["`[a` is no glob", ""]),
        (vec!["client", "--timeout", "soon"], 2, ["`soon` is no time", "2s"]),
        (vec!["client", "--report", "pdf"], 2, ["`pdf` is no format", "json"]),
        (vec!["client", "--mutant", "no-such-mutant"], 2, ["`no-such-mutant`", "(hint: the nearest name is"]),
        (vec!["explain", "FRAME-1"], 2, ["`FRAME-1` is no rule, case or code", "the nearest are"]),
        (vec!["client", "--wire-doc", "no-such-file"], 2, ["no-such-file", ""]),
        (vec!["vectors", "lint", "no-such-folder"], 2, ["no-such-folder", ""]),
        (
            vec!["client", "--report", "json=no/such/folder/r.json", "--run", "version/*"],
            2,
            ["cannot write the report", "no folder `no/such/folder`"],
        ),
        (
            vec!["selftest", "--report", "json=no/such/folder/r.json"],
            2,
            ["cannot write the report", "no folder"],
        ),
        (vec!["selftest", "no-such-testee"], 2, ["no testee matches `no-such-testee`", "(hint:"]),
        (vec!["selftest", "-j", "0"], 2, ["`0` is no number from 1", ""]),
        (vec!["client", "--jobs", "0"], 2, ["`0` is no number from 1", ""]),
        (vec!["client", "--repeat", "0"], 2, ["`0` is no number from 1", ""]),
        (vec!["client", "--shuffle=x"], 2, ["`x` is no seed", "--shuffle"]),
    ] {
        let trial = Trial::new();
        let output = trial.run(&arguments);
        check(&output, code, &wanted, &arguments.join(" "));
        trial.assert_clean(&arguments.join(" "));
    }
}

#[test]
fn a_vector_file_with_faults_names_each_with_file_line_and_pointer() {
    let trial = Trial::new();
    let file = trial.dir.path().join("bad.json");
    let text = r#"{"format": 1, "section": "bad", "title": "t", "frame": "ndjson", "codes": {}, "cases": [
 {"id": "bad/one", "title": "t", "kind": "call", "under_test": ["client"], "decides": ["SIGIL-99"],
  "since": "0.5.0", "status": "scored", "fn": "sigil",
  "examples": [{"tc": 1, "tc": 2, "args": {"sid": "a"}, "returns": "x", "rule": "SIGIL-99", "code": "bad.none"}]},
 {"id": "bad/two", "title": "t", "kind": "call", "under_test": ["client"], "decides": ["SIGIL-01"],
  "since": "0.5.0", "status": "scored", "fn": "sigil", "examples": [], "colour": 1}
]}"#;
    std::fs::write(&file, text).expect("the file can be written");
    let path = file.display().to_string();
    let output = trial.run(&["vectors", "lint", &path]);
    check(&output, 2, &["bad.json:", "`tc`"], "duplicate key");
    std::fs::write(&file, text.replace(r#""tc": 1, "tc": 2"#, r#""tc": 1"#))
        .expect("the file can be written");
    let output = trial.run(&["client", "--vectors", &path]);
    check(&output, 2, &["bad.json:2", "SIGIL-99", "bad.json:6", "colour", "/cases/1"], "schema and rules");
}

#[test]
fn a_temporary_directory_too_long_for_a_socket_is_said() {
    let trial = Trial::new();
    let long = trial.dir.path().join("d".repeat(100));
    std::fs::create_dir(&long).expect("a directory can be made");
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    let output = command
        .env("TMPDIR", &long)
        .args(["client", "--run", "version/*"])
        .output()
        .expect("the binary runs");
    check(&output, 2, &["too long for the path of a socket", "(hint: set `TMPDIR`"], "long TMPDIR");
}

#[test]
fn an_interrupt_ends_the_run_with_what_was_seen_so_far() {
    let trial = Trial::new();
    let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shims/bad.py");
    let report = trial.dir.path().join("report.json");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_thrum-conform"))
        .env("TMPDIR", trial.tmp())
        .args(["client", "--timeout", "1m", "--run", "version/*", "--report"])
        .arg(format!("json={}", report.display()))
        .args(["--", "python3"])
        .arg(&shim)
        .arg("hangs-in-a-case")
        .arg(trial.pids())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // the shim says when it has been asked; from then on the run waits for an answer that does not come
    while !std::fs::read_to_string(trial.pids()).unwrap_or_default().contains("hanging") {
        std::thread::yield_now();
    }
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("the process is there");
    let status = child.wait().expect("the process ends");
    assert_eq!(status.code(), Some(130));
    let report = std::fs::read_to_string(&report).expect("the report is written");
    let report: serde_json::Value = serde_json::from_str(&report).expect("the report is JSON");
    assert_eq!(report["summary"]["exit"], 130);
    trial.assert_clean("interrupt");
}

#[test]
fn an_interrupt_ends_a_repeated_run_with_what_was_seen_and_a_selftest_at_once() {
    for arguments in [
        &["client", "--shuffle", "--repeat", "1000", "--report", "json", "-j", "1"][..],
        // one testee at a time: an interrupt between two of them must not be lost
        &["selftest", "-j", "1"][..],
    ] {
        let trial = Trial::new();
        let child = std::process::Command::new(env!("CARGO_BIN_EXE_thrum-conform"))
            .env("TMPDIR", trial.tmp())
            .args(arguments)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the binary runs");
        let pid = i32::try_from(child.id()).expect("a pid");
        while !is_under_way(&trial.tmp()) {
            std::thread::yield_now();
        }
        let testees = children(pid);
        let process = rustix::process::Pid::from_raw(pid).expect("a pid");
        rustix::process::kill_process(process, rustix::process::Signal::INT).expect("the process is there");
        let output = child.wait_with_output().expect("the process ends");
        assert_eq!(output.status.code(), Some(130), "{arguments:?}");
        if arguments[0] == "client" {
            let report: serde_json::Value =
                serde_json::from_slice(&output.stdout).expect("the report is JSON");
            assert!(report["summary"]["cases"]["pass"].as_u64().is_some_and(|count| count > 0), "{report}");
        }
        std::fs::write(trial.pids(), testees).expect("the file can be written");
        trial.assert_clean(arguments[0]);
    }
}

/// Whether some cases of a run are over: each has a directory in the room of the run, by its number.
fn is_under_way(tmp: &Path) -> bool {
    let entries =
        |dir: &Path| std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let number = |case: &Path| case.file_name()?.to_str()?.parse::<u32>().ok();
    entries(tmp).flat_map(|room| entries(&room)).any(|case| number(&case).is_some_and(|number| number > 20))
}

/// The processes that this one has started, a line each.
fn children(parent: i32) -> String {
    let processes = std::fs::read_dir("/proc").expect("there is /proc").flatten();
    let own = processes.filter_map(|entry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let mut words = stat.rsplit(')').next()?.split_whitespace().skip(1);
        (words.next()? == parent.to_string()).then(|| format!("{}\n", entry.file_name().display()))
    });
    own.collect()
}

#[test]
fn a_report_never_takes_the_place_of_a_device_or_a_pipe() {
    let trial = Trial::new();
    let pipe = trial.dir.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("there is mkfifo");
    assert!(made.success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).expect("the pipe can be read")
    });
    let output =
        trial.run(&["client", "--run", "version/*", "--report", &format!("json={}", pipe.display())]);
    check(&output, 0, &["MUST held"], "a pipe");
    let report: serde_json::Value =
        serde_json::from_str(&reader.join().expect("the reader ends")).expect("the report is JSON");
    assert_eq!(report["summary"]["exit"], 0);
    assert!(!pipe.is_file(), "the pipe was replaced");
}
