//! Readers that do not read keep no daemon that is to end, and neither does anybody from ending it at once.

use std::io::Read;
use std::process::Command;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::stage::{Follower, SOON, Stage};

/// Looks until the program has ended, and does something before each look.
fn until_ended(daemon: &mut Follower, mut first: impl FnMut()) {
    let deadline = Instant::now() + SOON;
    while daemon.child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it does not end");
        first();
        std::thread::yield_now();
    }
}

/// What it said on stderr: all of it, once nobody has that open any more.
fn said(daemon: &mut Follower) -> String {
    let mut said = String::new();
    daemon.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    said
}

#[test]
fn a_transcript_that_nobody_reads_is_told_and_leaves_nothing_behind() {
    let stage = Stage::new();
    let mut daemon = Follower::spawn(&mut stage.command(&["run"]));
    daemon.says("listening on");
    let mut bee = stage.bee("loud");
    // more than a pipe holds
    let mark = "x".repeat(1 << 20);
    bee.say(&json!({ "chi": "perf-mark", "rid": "p", "mark": mark }));
    assert_eq!(bee.hear()["chi"], "echo");
    stage.good(&["stop"]);
    assert_eq!(stage.files(), [""; 0]);
    assert!(said(&mut daemon).contains("the transcript may lack its end"));
}

#[test]
fn whoever_asks_once_more_does_not_wait_and_nothing_is_left_behind() {
    for signal in [Signal::INT, Signal::TERM] {
        let stage = Stage::new();
        let hooks = ["--hook", "sleep 1000", "--hook", "sleep 1000", "--hook", "sleep 1000"];
        let mut daemon = Follower::spawn(stage.command(&["run", "--transcript", "seen"]).args(hooks));
        daemon.says("listening on");
        let pid = Pid::from_child(&daemon.child);
        // each hook has a second, unless somebody asks again
        until_ended(&mut daemon, || kill_process(pid, signal).unwrap());
        assert_eq!(stage.files(), ["seen"]);
        // the hooks have stderr too, so that its end is theirs
        let said = said(&mut daemon);
        assert!(said.contains("the transcript may lack its end"), "{signal:?}: {said}");
    }
}

/// A pipe that nobody reads is opened before anything is there that could be left behind.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_a_daemon_that_waits_for_the_reader_of_its_transcript() {
    let stage = Stage::new();
    assert!(Command::new("mkfifo").arg(stage.path("pipe")).status().unwrap().success());
    let mut daemon = Follower::spawn(&mut stage.command(&["run", "--transcript", "pipe"]));
    let pid = Pid::from_child(&daemon.child);
    let status = format!("/proc/{}/status", pid.as_raw_nonzero());
    while !std::fs::read_to_string(&status).unwrap().contains("State:\tS") {
        std::thread::yield_now();
    }
    kill_process(pid, Signal::TERM).unwrap();
    until_ended(&mut daemon, || ());
    assert_eq!(stage.files(), ["pipe"]);
}
