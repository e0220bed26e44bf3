//! `doctor`: facts for a bug report, and findings that say what to do.

use assert_cmd::Command;
use serde_json::Value;

fn doctor(arguments: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.arg("doctor").args(arguments).env_remove("TMPDIR").envs(env.iter().copied());
    let output = command.output().expect("the binary runs");
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

#[test]
fn this_machine_is_fine_and_its_facts_are_said() {
    let (code, text) = doctor(&[], &[]);
    assert_eq!(code, Some(0), "{text}");
    for part in [
        &format!("version           {}", env!("CARGO_PKG_VERSION")),
        "vectors           0.7.0+",
        "wire              0.7.0",
        "kernel            ",
        "open files        ",
        "cargo             cargo ",
        "ok   a Unix socket can be bound",
        "ok   what is sent in pieces is read in pieces: 10 of 10",
        "ok   a process can be started in a group of its own",
        "ok   the built-in client passes a case: framing/",
        "the suite works here",
    ] {
        assert!(text.contains(part), "`{part}` is not said\n{text}");
    }
}

#[test]
fn of_variables_only_the_names_are_said() {
    let (_, text) = doctor(&[], &[("HUM_THRUM_SOCK", "/a/secret/place")]);
    let set = text.lines().find(|line| line.trim_start().starts_with("set ")).unwrap_or_default();
    assert!(set.contains("HUM_THRUM_SOCK"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn a_program_gets_the_same_as_json() {
    let (code, text) = doctor(&["--json"], &[]);
    let report: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(report["program"]["wire"], "0.7.0");
    assert!(report["toolchains"]["cargo"].as_str().is_some_and(|said| said.starts_with("cargo ")), "{text}");
    assert!(report["variables_set"]["CI"].is_boolean(), "{text}");
    let checks = report["checks"].as_array().expect("a list");
    assert!(checks.len() >= 6 && checks.iter().all(|check| check["ok"] == true), "{text}");
}

#[test]
fn a_finding_says_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory can be made");
    let long = dir.path().join("a-folder-with-a-name-that-is-much-too-long-for-the-path-of-any-socket");
    std::fs::create_dir(&long).expect("a directory can be made");
    for tmp in [long.display().to_string(), dir.path().join("missing").display().to_string()] {
        let (code, text) = doctor(&[], &[("TMPDIR", &tmp)]);
        assert_eq!(code, Some(1), "{text}");
        for part in ["no   the temporary folder is there", "TMPDIR", "(hint: ", "1 finding"] {
            assert!(text.contains(part), "{tmp}: `{part}` is not said\n{text}");
        }
        assert!(!text.contains("panicked"), "{text}");
    }
}
