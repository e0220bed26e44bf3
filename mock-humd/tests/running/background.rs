//! Starting, stopping, and telling how it is.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::process::Stdio;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use serde_json::{Value, json};

use crate::stage::{Follower, Stage};

fn pid(status: &Value) -> Pid {
    Pid::from_raw(i32::try_from(status["pid"].as_i64().unwrap()).unwrap()).unwrap()
}

/// Waits until a process that is not our child has ended.
fn ends(pid: Pid, signal: Signal) {
    let process = pidfd_open(pid, PidfdFlags::empty()).unwrap();
    kill_process(pid, signal).unwrap();
    let mut fds = [rustix::event::PollFd::new(&process, rustix::event::PollFlags::IN)];
    let soon = rustix::event::Timespec { tv_sec: 20, tv_nsec: 0 };
    assert_eq!(rustix::event::poll(&mut fds, Some(&soon)).unwrap(), 1, "it does not end");
}

#[test]
fn a_daemon_in_the_background_answers_once_it_is_started_and_is_gone_once_it_is_stopped() {
    let stage = Stage::new();
    let said = stage.good(&["start"]);
    let socket = stage.socket();
    assert!(said.starts_with(&format!("listening on {}, process ", socket.display())), "{said}");
    assert_eq!(stage.files(), ["t.sock", "t.sock.admin", "t.sock.log", "t.sock.pid"]);
    let status = stage.status();
    assert_eq!((&status["up"], &status["personality"]), (&true.into(), &"document".into()));
    stage.bee("adder");
    let written = std::fs::read_to_string(stage.path("t.sock.pid")).unwrap();
    assert_eq!(written.trim().parse::<i64>().ok(), status["pid"].as_i64());
    let said = stage.good(&["stop"]);
    assert_eq!(said, format!("stopped process {} at {}\n", status["pid"], socket.display()));
    assert_eq!(stage.files(), ["t.sock.log"]);
    assert!(stage.good(&["stop"]).starts_with("no daemon runs at "));
}

#[test]
fn status_tells_up_from_down() {
    let stage = Stage::new();
    assert!(stage.bad(3, &["status"]).contains("no daemon runs at "));
    let down = stage.output(&["status", "--json"]);
    assert_eq!(down.status.code(), Some(3));
    assert_eq!(serde_json::from_slice::<Value>(&down.stdout).unwrap()["up"], false);
    stage.good(&["start", "--personality", "live", "--seed", "7"]);
    let _bee = stage.bee("adder");
    let said = stage.good(&["status"]);
    assert!(said.contains("personality live, seed 7"), "{said}");
    assert!(said.contains("adder"), "{said}");
}

#[test]
fn a_second_daemon_says_who_is_there() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let pid = stage.status()["pid"].to_string();
    for args in [&["start"][..], &["run", "-q"]] {
        assert!(stage.bad(2, args).contains(&format!(", process {pid}")), "{args:?}");
    }
    assert_eq!(stage.status()["pid"].to_string(), pid);
}

#[test]
fn a_start_that_fails_shows_why_and_has_the_exit_code_of_the_reason() {
    let stage = Stage::new();
    let other = UnixListener::bind(stage.socket()).unwrap();
    let said = stage.bad(2, &["start"]);
    assert!(said.contains("the daemon has ended (log: "), "{said}");
    assert!(said.contains("another daemon listens here"), "{said}");
    assert_eq!(stage.files(), ["t.sock", "t.sock.log"]);
    drop(other);
    assert!(stage.bad(2, &["start", "--script", "none.yaml"]).contains("none.yaml: "));
}

#[test]
fn somebody_who_listens_without_a_pid_file_is_not_said_to_be_gone() {
    let stage = Stage::new();
    let _other = UnixListener::bind(stage.socket()).unwrap();
    let said = stage.bad(4, &["stop"]);
    assert!(said.contains("t.sock: somebody listens here without a pid file"), "{said}");
    assert_eq!(stage.files(), ["t.sock"]);
}

#[test]
fn a_daemon_without_an_admin_socket_is_named_by_its_process() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let pid = stage.status()["pid"].to_string();
    std::fs::remove_file(stage.path("t.sock.admin")).unwrap();
    let said = stage.bad(4, &["status"]);
    assert!(said.contains(&format!("t.sock: process {pid} runs, but has no admin socket (hint: ")), "{said}");
}

#[test]
fn what_a_killed_daemon_leaves_is_no_hindrance() {
    let stage = Stage::new();
    stage.good(&["start"]);
    ends(pid(&stage.status()), Signal::KILL);
    assert_eq!(stage.files(), ["t.sock", "t.sock.admin", "t.sock.log", "t.sock.pid"]);
    assert!(stage.bad(3, &["status"]).contains("no daemon runs at "));
    stage.good(&["start"]);
    ends(pid(&stage.status()), Signal::KILL);
    assert!(stage.good(&["stop"]).starts_with("no daemon runs at "));
    assert_eq!(stage.files(), ["t.sock.log"]);
}

#[test]
fn the_pid_in_a_file_that_nobody_has_locked_is_left_alone() {
    let stage = Stage::new();
    // this process is alive, and no daemon
    std::fs::write(stage.path("t.sock.pid"), format!("{}\n", std::process::id())).unwrap();
    assert!(stage.good(&["stop"]).starts_with("no daemon runs at "));
    assert_eq!(stage.files(), <[&str; 0]>::default());
}

#[test]
fn every_signal_that_asks_to_end_leaves_nothing_behind() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let stage = Stage::new();
        stage.good(&["start"]);
        let _bee = stage.bee("adder");
        ends(pid(&stage.status()), signal);
        assert_eq!(stage.files(), ["t.sock.log"], "{signal:?}");
    }
}

#[test]
fn a_daemon_that_does_not_react_is_killed_only_by_force() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let pid = pid(&stage.status());
    kill_process(pid, Signal::STOP).unwrap();
    let said = stage.bad(4, &["stop", "--timeout", "10ms"]);
    assert!(said.contains("still runs after 10ms (hint: `--force` kills it)"), "{said}");
    stage.good(&["stop", "--timeout", "10ms", "--force"]);
    assert_eq!(stage.files(), ["t.sock.log"]);
}

#[test]
fn a_restart_without_options_keeps_those_of_before() {
    let stage = Stage::new();
    stage.good(&["start", "--personality", "live", "--seed", "5"]);
    let before = stage.status();
    stage.good(&["restart"]);
    let after = stage.status();
    assert_ne!(before["pid"], after["pid"]);
    assert_eq!((&after["personality"], &after["seed"]), (&"live".into(), &5.into()));
    stage.good(&["restart", "--seed", "6"]);
    let last = stage.status();
    assert_eq!((&last["personality"], &last["seed"]), (&"document".into(), &6.into()));
    stage.good(&["stop"]);
    stage.good(&["restart"]);
    assert_eq!(stage.status()["up"], true);
}

#[test]
fn a_script_and_faults_are_left_their_connections() {
    let stage = Stage::new();
    std::fs::write(
        stage.path("s.yaml"),
        r#"{"format":1,"steps":[{"accept":{"as":"a"}},{"tone":{"chi":"log"},"from":"client"}]}"#,
    )
    .unwrap();
    stage.good(&["start", "--script", "s.yaml"]);
    assert!(stage.status()["script"].as_str().unwrap().starts_with("step 1 of 2 (line 1)"));
    assert!(stage.bad(1, &["play", "s.yaml"]).contains("another script is being played"));
    stage.good(&["restart", "--breath", "none"]);
    assert_eq!(stage.status()["connections"], serde_json::json!([]));
}

#[test]
fn a_daemon_that_is_to_end_with_its_stdin_does_and_leaves_nothing_behind() {
    let stage = Stage::new();
    let mut command = stage.command(&["run", "--until-stdin-ends"]);
    let mut daemon = Follower::spawn(command.stdin(Stdio::piped()));
    daemon.says("listening on");
    let mut bee = stage.bee("adder");
    daemon.child.stdin.as_mut().unwrap().write_all(b"what is written does not matter\n").unwrap();
    bee.say(&json!({ "chi": "perf-mark", "rid": "p", "label": "here", "phase": "still", "t": 1 }));
    assert_eq!(bee.hear()["chi"], "echo");
    drop(daemon.child.stdin.take());
    assert_eq!(daemon.ends().0, Some(0));
    assert_eq!(stage.files(), [""; 0]);
    for command in ["start", "restart"] {
        let said = stage.bad(2, &[command, "--until-stdin-ends"]);
        assert!(said.contains("(hint: `mock-humd run`)"), "{said}");
    }
}

#[test]
fn a_script_that_is_not_done_when_stdin_ends_is_told() {
    let stage = Stage::new();
    std::fs::write(stage.path("s.yaml"), "format: 1\nsteps: [{ accept: { as: a } }]\n").unwrap();
    let mut command = stage.command(&["run", "--until-stdin-ends", "--script", "s.yaml"]);
    let mut daemon = Follower::spawn(command.stdin(Stdio::piped()));
    daemon.says("listening on");
    drop(daemon.child.stdin.take());
    daemon.says("step 1 of 1");
    assert_eq!(daemon.ends().0, Some(1));
}

#[test]
fn a_restart_that_cannot_start_leaves_the_daemon_running() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let pid = stage.status()["pid"].to_string();
    std::fs::write(stage.path("bad.yaml"), "format: 2\n").unwrap();
    std::fs::write(stage.path("bad.toml"), "colour = 1\n").unwrap();
    for args in [
        &["--script", "none.yaml"][..],
        &["--script", "bad.yaml"],
        &["--config", "bad.toml"],
        &["--log", "none/log"],
        &["--transcript", "none/t"],
    ] {
        let said = stage.bad(2, &[&["restart"], args].concat());
        assert!(said.contains(args[1]), "{said}");
        assert_eq!(stage.status()["pid"].to_string(), pid, "{args:?}");
    }
}

#[test]
fn a_restart_looks_at_the_options_of_before_too() {
    let stage = Stage::new();
    std::fs::write(stage.path("s.yaml"), "format: 1\nwhen: [{ tone: { chi: log }, send: [] }]\n").unwrap();
    stage.good(&["start", "--script", "s.yaml"]);
    let pid = stage.status()["pid"].to_string();
    std::fs::remove_file(stage.path("s.yaml")).unwrap();
    assert!(stage.bad(2, &["restart"]).contains("s.yaml: "));
    assert_eq!(stage.status()["pid"].to_string(), pid);
}

#[test]
fn a_daemon_that_no_command_would_find_is_not_started() {
    let stage = Stage::new();
    let room = 103 - stage.path("").as_os_str().len();
    let long = stage.path(&"x".repeat(room)).display().to_string();
    let said = stage.bad(2, &["start", "--socket", &long]);
    let wanted = format!(
        "{long}.admin: 2 bytes too long for a socket's path (hint: a --socket of at most 101 bytes leaves room for its admin socket)"
    );
    assert!(said.contains(&wanted), "{said}");
    assert_eq!(stage.files(), [""; 0]);
    // in the foreground bees can do without it
    let mut daemon = stage.follow(&["run", "-q", "--socket", &long]);
    let mut said = BufReader::new(daemon.child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert_eq!(line, format!("mock-humd: there is no admin socket: {wanted}\n"));
    // nothing is steered there before it listens
    said.read_line(&mut line).unwrap();
    for command in ["restart", "status", "peers"] {
        assert!(stage.bad(2, &[command, "--socket", &long]).contains(&wanted));
    }
    assert!(daemon.child.try_wait().unwrap().is_none());
    drop(daemon);

    std::fs::write(stage.path("t.sock.admin"), "mine").unwrap();
    let said = stage.bad(2, &["start"]);
    assert!(said.contains("t.sock.admin: there is a file, and it is no socket (hint: "), "{said}");
    assert_eq!(std::fs::read_to_string(stage.path("t.sock.admin")).unwrap(), "mine");
}
