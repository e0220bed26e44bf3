//! `--wait-for-debugger` and `--attach`: no deadline applies while a person holds the client up.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{CASE, PROGRAM, client, says};

/// A run that waits for somebody, and what it says.
struct Waiting {
    run: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Waiting {
    fn start(dir: &Path, arguments: &[&str]) -> Self {
        // so short that nothing done by hand would come in time
        let all = [&["-q", "--timeout", "50ms", "--run", CASE], arguments].concat();
        let mut command = client(dir, &all);
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::piped());
        let mut run = command.spawn().expect("it runs");
        let lines = BufReader::new(run.stderr.take().expect("it is piped")).lines();
        Self { run, lines }
    }

    /// The next line on stderr.
    fn line(&mut self) -> String {
        self.lines.next().expect("it says something").expect("it is text")
    }

    #[track_caller]
    fn ends(self, code: i32) {
        let rest: Vec<String> = self.lines.map_while(Result::ok).collect();
        let output = self.run.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{said}{}", rest.join("\n"));
    }
}

/// Takes longer than all deadlines of a run with the same limits: such a run has come to its end over a client that
/// does not answer.
fn let_the_deadlines_pass(dir: &Path) {
    let hangs = ["-q", "--timeout", "50ms", "--run", CASE, "--", PROGRAM, "testee", "--null", "hang"];
    let output = client(dir, &hangs).output().expect("it runs");
    assert!(matches!(output.status.code(), Some(1 | 3 | 4)), "{output:?}");
}

/// Starts a shim as somebody would at a shell.
fn by_hand(dir: &Path, arguments: &str) -> Child {
    let line = format!("exec '{PROGRAM}' testee {arguments} < door/in > door/out");
    Command::new("sh").args(["-c", &line]).current_dir(dir).spawn().expect("a shell runs")
}

#[test]
fn a_shim_started_by_hand_is_waited_for_and_tested() {
    let dir = tempfile::tempdir().unwrap();
    let mut waiting = Waiting::start(dir.path(), &["--attach", "door"]);
    assert_eq!(waiting.line(), "waiting for a shim: start it in another terminal");
    let (stdin, stdout) = (dir.path().join("door/in"), dir.path().join("door/out"));
    let redirected = format!("testee < {} > {}", stdin.display(), stdout.display());
    assert!(waiting.line().ends_with(&redirected));
    let_the_deadlines_pass(dir.path());
    let mut shim = by_hand(dir.path(), "");
    waiting.ends(0);
    assert!(shim.wait().expect("it ends").success(), "it is told to stop, and its last reply is read");
    assert!(!dir.path().join("door/in").exists(), "the pipes go with the run");
}

#[test]
fn what_a_shim_started_by_hand_breaks_is_found_without_a_second_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut waiting = Waiting::start(dir.path(), &["--attach", "door"]);
    waiting.line();
    let mut shim = by_hand(dir.path(), "--mutant decode-per-read");
    waiting.ends(1);
    shim.wait().expect("it ends");
}

#[test]
fn a_shim_that_ends_by_hand_is_told_of() {
    let dir = tempfile::tempdir().unwrap();
    let mut waiting = Waiting::start(dir.path(), &["--attach", "door"]);
    waiting.line();
    by_hand(dir.path(), "--null crash-at-start").wait().expect("it ends");
    waiting.line();
    assert!(waiting.line().contains("the process ended: it closed its stdout"));
    waiting.ends(4);
}

#[test]
fn a_process_is_held_until_enter_and_no_deadline_applies_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut waiting = Waiting::start(dir.path(), &["--wait-for-debugger"]);
    let line = waiting.line();
    let id: i32 = line
        .strip_prefix("the shim is process ")
        .and_then(|rest| rest.split(':').next())
        .and_then(|id| id.parse().ok())
        .unwrap_or_else(|| panic!("it tells the id of the process: {line}"));
    let_the_deadlines_pass(dir.path());
    // as a debugger would, with the first request on its way
    let shim = Pid::from_raw(id).expect("it is a process");
    kill_process(shim, Signal::STOP).expect("it is there");
    waiting.run.stdin.take().expect("it is piped").write_all(b"\n").expect("it reads");
    let_the_deadlines_pass(dir.path());
    kill_process(shim, Signal::CONT).expect("it is there still");
    waiting.ends(0);
}

#[test]
fn an_interrupt_ends_the_wait() {
    let dir = tempfile::tempdir().unwrap();
    for arguments in [&["--wait-for-debugger"][..], &["--attach", "door"]] {
        let mut waiting = Waiting::start(dir.path(), arguments);
        waiting.line();
        let run = Pid::from_child(&waiting.run);
        kill_process(run, Signal::INT).expect("it is there");
        waiting.ends(130);
    }
}

#[test]
fn what_cannot_be_held_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let says = |arguments: &[&str], wanted: &str| says(dir.path(), arguments, 2, &[wanted]);
    says(&["--wait-for-debugger", "--black-box"], "cannot be used with '--black-box'");
    says(&["--wait-for-debugger", "--attach", "door"], "cannot be used with '--attach <DIR>'");
    says(&["--attach", "door", "-j", "2"], "cannot be used with '--jobs <N>'");
    std::fs::create_dir(dir.path().join("door")).unwrap();
    std::fs::write(dir.path().join("door/in"), "mine").unwrap();
    says(&["--attach", "door"], "door/in` is no pipe");
    assert_eq!(std::fs::read_to_string(dir.path().join("door/in")).unwrap(), "mine");
}
