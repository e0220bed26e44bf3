//! `--failed`.

use super::{CASE, says};

const MUTANT: [&str; 3] = ["-q", "--mutant", "decode-per-read"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&MUTANT[..], more].concat()
}

#[test]
fn what_failed_is_run_again_until_it_passes() {
    let dir = tempfile::tempdir().unwrap();
    let says = |more: &[&str], code, wanted: &[&str]| says(dir.path(), &with(more), code, wanted);
    let nothing =
        "nothing failed last time, or this command was not run in this folder yet\n(hint: without `--failed`";
    says(&["--failed"], 2, &[nothing]);
    says(&["--run", "framing/*"], 1, &["85 cases"]);
    // only those, and they still fail
    says(&["--failed"], 1, &["5 cases"]);
    // what another selection passes changes nothing of what it did not play
    says(&["--run", "sigil/*"], 0, &[]);
    says(&["--failed"], 1, &["5 cases"]);
    says(&["--failed", "--run", CASE], 1, &["· 1 case in"]);
    // another client has failures of its own
    super::says(dir.path(), &["-q", "--failed"], 2, &[nothing]);
}

#[test]
fn what_passes_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    // the same command line, and another client behind it
    let shim = dir.path().join("shim");
    let set = |arguments: &str| {
        std::fs::write(&shim, format!("exec {} testee {arguments}\n", super::PROGRAM)).unwrap();
    };
    let says = |more: &[&str], code, wanted: &[&str]| {
        let arguments = [&["-q"], more, &["--", "sh", "shim"]].concat();
        says(dir.path(), &arguments, code, wanted)
    };
    set("--mutant decode-per-read");
    says(&["--run", "framing/*"], 1, &["85 cases"]);
    set("");
    says(&["--failed", "--run", CASE], 0, &["· 1 case in"]);
    says(&["--failed"], 0, &["4 cases"]);
    says(&["--failed"], 2, &["nothing failed last time"]);
    assert_eq!(dir.path().join("state/thrum-conform/failed").read_dir().unwrap().count(), 0);
}

#[test]
fn a_rule_that_some_line_breaks_is_looked_at_where_it_was_broken() {
    let dir = tempfile::tempdir().unwrap();
    let mutant = ["-q", "--mutant", "hello-without-rid", "--run", "echo/*"];
    says(dir.path(), &mutant, 1, &["violated"]);
    let again = says(dir.path(), &["--mutant", "hello-without-rid", "--failed"], 1, &["ambient/env-03"]);
    assert!(again.contains("FAIL ambient/env-03"), "{again}");
}
