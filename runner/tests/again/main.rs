//! After a failure: what reproduces it, what is run again, what is seen while it runs, and a debugger beside it.

mod by_hand;
mod failed;
mod repro;
mod trace;

use std::path::Path;
use std::process::{Command, Output};

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_thrum-conform");

/// A case that `decode-per-read` fails.
const CASE: &str = "framing/split-inside-a-two-byte-character";

/// `client` with these arguments, started in a folder that also holds what is remembered between runs.
fn client(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(dir).env("XDG_STATE_HOME", dir.join("state"));
    // a report for people, also where these tests run under Actions
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command.arg("client").args(arguments);
    command
}

/// Runs `client`, and gives what it said on stdout and stderr.
#[track_caller]
fn says(dir: &Path, arguments: &[&str], code: i32, wanted: &[&str]) -> String {
    told(arguments, &client(dir, arguments).output().expect("it runs"), code, wanted)
}

#[track_caller]
fn told(what: &[&str], output: &Output, code: i32, wanted: &[&str]) -> String {
    let text = [&output.stdout, &output.stderr].map(|out| String::from_utf8_lossy(out)).concat();
    assert_eq!(output.status.code(), Some(code), "{what:?}\n{text}");
    for part in wanted {
        assert!(text.contains(part), "{what:?}: `{part}` is not said\n{text}");
    }
    text
}
