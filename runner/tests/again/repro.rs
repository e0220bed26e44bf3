//! `--repro DIR`, `run.sh` and `replay`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{CASE, PROGRAM, client, says, told};

const FILES: [&str; 5] = ["README.txt", "case.json", "environment.json", "run.sh", "transcript.json"];

fn names(dir: &Path) -> Vec<String> {
    let entry = |entry: Result<fs::DirEntry, std::io::Error>| {
        entry.expect("it can be read").file_name().into_string().expect("it is text")
    };
    let mut names: Vec<String> = dir.read_dir().expect("it is a folder").map(entry).collect();
    names.sort();
    names
}

fn program(arguments: &[&str]) -> std::process::Output {
    Command::new(PROGRAM).args(arguments).output().expect("it runs")
}

#[test]
fn a_folder_holds_all_that_reproduces_a_failure_from_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out of the way");
    let shim = dir.path().join("my shim");
    fs::write(&shim, format!("#!/bin/sh\nexec {PROGRAM} testee --mutant decode-per-read\n")).unwrap();
    fs::set_permissions(&shim, fs::Permissions::from_mode(0o755)).unwrap();
    let arguments = ["-q", "--run", "framing/split-*", "--repro", "out of the way", "--", "./my shim"];
    says(dir.path(), &arguments, 1, &["4 folders to reproduce in out of the way"]);
    let folder = out.join("framing--split-inside-a-two-byte-character");
    assert_eq!(names(&folder), FILES);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let readme = read("README.txt");
    assert!(
        readme
            .starts_with(&format!("{CASE} · fail: MUST FRAME-10 (framing.split-corrupts) · thrum-reference")),
        "{readme}"
    );
    assert!(readme.lines().nth(2).is_some_and(|line| line.contains("thrum-conform replay")), "{readme}");
    // the case is a vector file
    let case = folder.join("case.json");
    let list = program(&["list", "cases", "--json", "--vectors", case.to_str().unwrap()]);
    let listed: Value = serde_json::from_slice(&list.stdout).expect("it is JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    let environment: Value = serde_json::from_str(&read("environment.json")).expect("it is JSON");
    assert_eq!(environment["command"], serde_json::json!(["./my shim"]));
    assert_eq!(environment["client"]["name"], "thrum-reference");
    assert!(environment["machine"]["kernel"].is_string() && environment["program"]["version"].is_string());
    // from another folder, with an option more
    let script = || Command::new(folder.join("run.sh"));
    let again = script().arg("--trace").current_dir("/").output().expect("it can be run");
    told(&["run.sh"], &again, 1, &["FAIL framing/split-inside-a-two-byte-character", "· 1 case in", "──▶"]);
    // and against a client that is mended
    fs::write(&shim, format!("#!/bin/sh\nexec {PROGRAM} testee\n")).unwrap();
    told(&["run.sh"], &script().output().expect("it can be run"), 0, &["· 1 case in"]);
    let astray = script().env("CLIENT_DIR", "/no/such/folder").output().expect("it can be run");
    assert_ne!(astray.status.code(), Some(0));
    // the transcript still shows what it showed
    let replay = program(&["replay", folder.to_str().unwrap()]);
    told(
        &["replay"],
        &replay,
        1,
        &["FAIL framing/split-inside-a-two-byte-character", "judged again from 1 transcript"],
    );
}

#[test]
fn a_negative_brings_its_twin_along() {
    let dir = tempfile::tempdir().unwrap();
    says(
        dir.path(),
        &["-q", "--mutant", "die-on-bad-utf8", "--run", "framing/*", "--repro", "out"],
        1,
        &["to reproduce"],
    );
    let mut pairs = 0;
    for name in names(&dir.path().join("out")) {
        let folder = dir.path().join("out").join(name);
        let file: Value =
            serde_json::from_str(&fs::read_to_string(folder.join("case.json")).unwrap()).unwrap();
        pairs += usize::from(file["cases"].as_array().is_some_and(|cases| cases.len() > 1));
        let again = Command::new(folder.join("run.sh")).output().expect("it can be run");
        let readme = fs::read_to_string(folder.join("README.txt")).unwrap();
        let failed = readme.lines().next().is_some_and(|first| first.contains(" · fail: "));
        let said = String::from_utf8_lossy(&again.stdout);
        // whether a warning leaves another rule undecided is up to the case
        let wanted = if failed { "FAIL framing/" } else { "WARN framing/" };
        assert!(said.contains(wanted) && (!failed || again.status.code() == Some(1)), "{said}");
    }
    assert!(pairs > 0);
}

#[test]
fn a_rule_that_some_line_breaks_has_the_case_in_which_it_shows() {
    let dir = tempfile::tempdir().unwrap();
    says(dir.path(), &["-q", "--mutant", "hello-without-rid", "--run", "echo/*", "--repro", "out"], 1, &[]);
    let folder = dir.path().join("out/ambient--env-03");
    let again = Command::new(folder.join("run.sh")).output().expect("it can be run");
    told(&["run.sh"], &again, 1, &["FAIL ambient/env-03"]);
    told(&["replay"], &program(&["replay", folder.to_str().unwrap()]), 1, &["FAIL ambient/env-03"]);
}

#[test]
fn what_passes_now_is_taken_away_and_what_is_foreign_stays() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let run = |more: &[&str], code, said: &str| {
        says(dir.path(), &[&["-q", "--repro", "out"], more].concat(), code, &[said]);
    };
    let broken = ["--mutant", "decode-per-read", "--run", "framing/*"];
    run(&broken, 1, "5 folders to reproduce");
    let all = names(&out);
    // foreign: a file beside them, one in a folder, a folder of somebody's own
    fs::write(out.join("notes.txt"), "mine").unwrap();
    fs::write(out.join("framing--split-at-every-byte/notes.txt"), "mine").unwrap();
    fs::create_dir(out.join("framing--foreign")).unwrap();
    // again: the same folders, with what was put into them
    run(&broken, 1, "5 folders to reproduce in out");
    assert!(out.join("framing--split-at-every-byte/notes.txt").is_file());
    // what is not played is not judged
    run(&["--run", "sigil/*"], 0, "0 folders to reproduce in out");
    assert!(all.iter().all(|name| out.join(name).join("run.sh").is_file()));
    run(&["--run", "framing/*"], 0, "0 folders to reproduce in out, 5 folders of what passes now removed");
    assert_eq!(names(&out), ["framing--foreign", "framing--split-at-every-byte", "notes.txt"]);
    assert_eq!(names(&out.join("framing--split-at-every-byte")), ["notes.txt"]);
}

#[test]
fn passing_cases_are_kept_where_that_is_asked_for_and_replay_as_a_whole() {
    let dir = tempfile::tempdir().unwrap();
    says(dir.path(), &["-q", "--repro", "all", "--repro-all"], 0, &["folders to reproduce in all"]);
    let all = dir.path().join("all");
    let replay = program(&["replay", all.to_str().unwrap(), "--report", "json"]);
    let report: Value = serde_json::from_slice(&replay.stdout).expect("it is a report");
    assert_eq!(replay.status.code(), Some(0), "{}", report["summary"]);
    assert_eq!(report["summary"]["rules"]["undecided"], 0);
    let live = client(dir.path(), &["--report", "json"]).output().expect("it runs");
    let live: Value = serde_json::from_slice(&live.stdout).expect("it is a report");
    assert_eq!(report["summary"], live["summary"]);
    let verdicts = |report: &Value| -> Vec<String> {
        let rule =
            |rule: &Value| format!("{} {} {} {}", rule["id"], rule["role"], rule["profile"], rule["verdict"]);
        report["rules"].as_array().into_iter().flatten().map(rule).collect()
    };
    assert_eq!(verdicts(&report), verdicts(&live));
    says(dir.path(), &["--repro-all"], 2, &["--repro <DIR>"]);
}

#[test]
fn a_case_alone_is_no_whole_and_a_negative_without_its_twin_no_pass() {
    let dir = tempfile::tempdir().unwrap();
    says(
        dir.path(),
        &["-q", "--run", "framing/array-line-is-no-tone", "--repro", "all", "--repro-all"],
        0,
        &[],
    );
    let folder = dir.path().join("all/framing--array-line-is-no-tone");
    let replay = program(&["replay", folder.to_str().unwrap()]);
    told(&["replay"], &replay, 3, &["framing/array-line-is-no-tone", "its twin framing/", "was not played"]);
    told(&["replay"], &program(&["replay", dir.path().join("all").to_str().unwrap()]), 0, &[]);
}

#[test]
fn what_cannot_be_replayed_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let replay = |arguments: &[&str], wanted: &[&str]| {
        let output = Command::new(PROGRAM).arg("replay").args(arguments).current_dir(dir.path()).output();
        told(arguments, &output.expect("it runs"), 2, wanted);
    };
    fs::create_dir(dir.path().join("empty")).unwrap();
    fs::write(dir.path().join("t.json"), "{\"transcript\": 7}").unwrap();
    fs::write(dir.path().join("u.json"), "{").unwrap();
    replay(&["empty"], &["empty: holds no `transcript.json`\n(hint: "]);
    replay(&["gone.json"], &["gone.json: No such file"]);
    replay(
        &["t.json", "u.json"],
        &["t.json: has the format 7, and this program reads 1", "u.json: is no transcript"],
    );
    replay(&[], &["<TRANSCRIPT>"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_said_before_the_run() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    says(
        dir.path(),
        &["--repro", "file", "--", "./no-such-shim"],
        2,
        &["file: cannot write what reproduces a failure"],
    );
}

/// Variables of a configuration may be secrets.
#[test]
fn a_variable_of_the_configuration_is_named_and_its_value_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("conformance.toml"),
        format!("[client]\ncommand = [\"{PROGRAM}\", \"testee\", \"--mutant\", \"decode-per-read\"]\nenv = {{ TOKEN = \"s3cr3t\" }}\n"),
    )
    .unwrap();
    says(dir.path(), &["-q", "--run", CASE, "--repro", "out"], 1, &["1 folder to reproduce"]);
    let folder = dir.path().join("out/framing--split-inside-a-two-byte-character");
    for name in FILES {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        assert!(!text.contains("s3cr3t"), "{name}: {text}");
    }
    let script = || Command::new(folder.join("run.sh"));
    let bare = script().output().expect("it can be run");
    assert!(
        String::from_utf8_lossy(&bare.stderr).contains("set TOKEN to what the configuration"),
        "{bare:?}"
    );
    told(&["run.sh"], &script().env("TOKEN", "x").output().expect("it can be run"), 1, &["· 1 case in"]);
}

/// What was seen until then is written, each folder whole.
#[test]
fn an_interrupted_run_leaves_whole_folders() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let dir = tempfile::tempdir().unwrap();
    let mut command = client(
        dir.path(),
        &[
            "-q",
            "-j",
            "1",
            "--trace",
            "--mutant",
            "decode-per-read",
            "--repro",
            "out",
            "--repeat",
            "1000",
            "--run",
            "framing/split-*",
        ],
    );
    let mut run = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it runs");
    let mut lines = BufReader::new(run.stderr.take().expect("it is piped")).lines().map_while(Result::ok);
    // the second time that the case is played, it has failed once
    assert_eq!(lines.by_ref().filter(|line| line == CASE).take(2).count(), 2);
    let id = rustix::process::Pid::from_child(&run);
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it is there");
    let rest: Vec<String> = lines.collect();
    assert_eq!(run.wait().expect("it ends").code(), Some(130), "{:?}", rest.last());
    let out = dir.path().join("out");
    assert!(names(&out).contains(&"framing--split-inside-a-two-byte-character".to_owned()));
    for name in names(&out) {
        assert_eq!(names(&out.join(&name)), FILES, "{name}");
    }
}
