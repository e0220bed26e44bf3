//! Scripts: what each verb does, over a real socket.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

use crate::stage::{HELLO, example, read_line, stage, stderr};

/// What would otherwise wait for ever fails after this.
const PATIENCE: Duration = Duration::from_secs(20);

fn tone(client: &UnixStream) -> Value {
    serde_json::from_str(&read_line(client)).unwrap()
}

fn greet(client: &UnixStream) {
    let mut client = client;
    client.write_all(HELLO).unwrap();
    assert_eq!(tone(client)["chi"], "breath");
}

fn say(client: &UnixStream, line: &str) {
    let mut client = client;
    client.write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Plays a script that must be kept to.
#[track_caller]
fn kept(script: &str, client: impl FnOnce(UnixStream)) {
    let (code, stdout, stderr) = stage(script).play(&[], client);
    assert_eq!((code, &*stderr), (Some(0), ""), "{stdout}");
}

#[test]
fn values_are_captured_and_tones_repeated_with_a_counter() {
    let script = "\
format: 1
steps:
- { tone: { chi: prompt, sid: { $bind: sid } }, from: client }
- repeat:
    times: 3
    as: n
    steps:
    - tone: { chi: chunk, rid: 'c-${n}', sid: { $ref: sid }, index: { $ref: n }, part: {} }
      from: daemon
    - { tone: { chi: cancel, rid: { $bind: last }, sid: { $ref: sid } }, from: client }
- { tone: { chi: finish, rid: { $ref: last }, sid: { $ref: sid }, finishReason: stop, usage: {} }, from: daemon }
";
    kept(script, |client| {
        greet(&client);
        say(&client, r#"{"chi":"prompt","rid":"p","sid":"hum-7","text":"x"}"#);
        for n in 0..3 {
            let chunk = tone(&client);
            assert_eq!((&chunk["rid"], &chunk["index"]), (&format!("c-{n}").into(), &n.into()));
            say(&client, &format!(r#"{{"chi":"cancel","rid":"x-{n}","sid":"hum-7"}}"#));
        }
        assert_eq!(tone(&client)["rid"], "x-2");
    });
}

#[test]
fn rules_answer_any_number_of_times_and_everything_else_is_answered_as_ever() {
    let script = "\
format: 1
when:
- { tone: { chi: prompt, text: { $re: secret }, sid: { $bind: s } },
    send: [ { chi: error, rid: e-1, sid: { $ref: s }, code: no, message: no } ] }
- { tone: { chi: cancel }, send: [] }
";
    let stage = stage(script);
    let (child, _stderr) = stage.start(&[]);
    let client = UnixStream::connect(stage.socket()).unwrap();
    greet(&client);
    for _ in 0..3 {
        say(&client, r#"{"chi":"prompt","rid":"p","sid":"a","text":"a secret"}"#);
        assert_eq!(tone(&client)["message"], "no");
    }
    say(&client, r#"{"chi":"cancel","rid":"c","sid":"a"}"#);
    say(&client, r#"{"chi":"prompt","rid":"p","sid":"a","text":"hi"}"#);
    assert_eq!(
        (tone(&client)["chi"].clone(), tone(&client)["chi"].clone()),
        ("echo".into(), "session-ready".into())
    );
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM)
        .unwrap();
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0), "rules are never done");
}

#[test]
fn connections_have_names_and_others_are_answered_as_ever() {
    let script = "\
format: 1
steps:
- accept: { as: first }
- accept: { as: second }
- { tone: { chi: log, rid: l-1, level: info, message: to the first }, from: daemon, on: first }
- { tone: { chi: log, rid: l-2, level: info, message: to the second }, from: daemon }
- { tone: { chi: cancel, sid: s }, from: client, on: first }
";
    let stage = stage(script);
    let (child, _stderr) = stage.start(&[]);
    let connect = || UnixStream::connect(stage.socket()).unwrap();
    let (first, second) = (connect(), connect());
    greet(&first);
    greet(&second);
    assert_eq!((tone(&second)["rid"].clone(), tone(&first)["rid"].clone()), ("l-2".into(), "l-1".into()));
    let third = connect();
    greet(&third);
    say(&third, r#"{"chi":"prompt","rid":"p","sid":"a","text":"hi"}"#);
    assert_eq!(tone(&third)["chi"], "echo");
    say(&second, r#"{"chi":"cancel","rid":"c","sid":"s"}"#);
    say(&first, r#"{"chi":"cancel","rid":"c","sid":"s"}"#);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn exact_bytes_are_split() {
    let script = "\
format: 1
steps:
- raw:
    parts: [ { utf8: '{\"chi\":\"log\",\"x\":\"é\"}' }, { base64: /w== }, { repeat: { utf8: ab, times: 2 } } ]
    split: [ 18 ]
  from: daemon
";
    kept(script, |mut client| {
        greet(&client);
        let mut bytes = [0; 64];
        let count = client.read(&mut bytes).unwrap();
        if cfg!(target_os = "linux") {
            assert_eq!(&bytes[..count], b"{\"chi\":\"log\",\"x\":\"");
        }
        let mut rest = Vec::new();
        client.read_to_end(&mut rest).unwrap();
        let whole = [&bytes[..count], &rest].concat();
        assert_eq!(whole, b"{\"chi\":\"log\",\"x\":\"\xc3\xa9\"}\xffabab");
    });
}

#[test]
fn a_half_close_leaves_the_other_half() {
    let script = "\
format: 1
steps:
- close: { from: daemon, how: write-half }
- { tone: { chi: cancel, sid: s }, from: client }
- close: { from: client, how: full }
";
    kept(script, |mut client| {
        greet(&client);
        assert_eq!(client.read(&mut [0; 8]).unwrap(), 0);
        say(&client, r#"{"chi":"cancel","rid":"c","sid":"s"}"#);
    });
}

#[test]
fn a_reset_drops_what_a_held_connection_wrote() {
    let script = "\
format: 1
steps:
- accept: { as: a }
- hold: {}
- accept: { as: b }
- { tone: { chi: cancel, sid: s }, from: client }
- close: { from: daemon, how: reset }
  on: a
";
    let stage = stage(script);
    let (child, _stderr) = stage.start(&[]);
    let mut first = UnixStream::connect(stage.socket()).unwrap();
    let mut other = UnixStream::connect(stage.socket()).unwrap();
    // the second connection is taken once the first one is held
    greet(&other);
    first.write_all(HELLO).unwrap();
    other.write_all(b"{\"chi\":\"cancel\",\"rid\":\"c\",\"sid\":\"s\"}\n").unwrap();
    let error = first.read(&mut [0; 8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn a_stalled_connection_is_written_to_once_it_is_resumed() {
    let script = "\
format: 1
steps:
- { tone: { chi: cancel, sid: a }, from: client }
- stall: {}
- { tone: { chi: log, rid: l-1, level: info, message: late }, from: daemon }
- accept: { as: first }
- accept: { as: second }
- { tone: { chi: log, rid: l-2, level: info, message: early }, from: daemon }
- { tone: { chi: cancel, sid: b }, from: client }
- resume: {}
  on: first
- close: { from: client, how: full }
  on: first
";
    let stage = stage(script);
    let (child, _stderr) = stage.start(&[]);
    let first = UnixStream::connect(stage.socket()).unwrap();
    greet(&first);
    say(&first, r#"{"chi":"cancel","rid":"c","sid":"a"}"#);
    let second = UnixStream::connect(stage.socket()).unwrap();
    greet(&second);
    assert_eq!(tone(&second)["message"], "early");
    first.set_nonblocking(true).unwrap();
    assert_eq!((&first).read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    first.set_nonblocking(false).unwrap();
    say(&second, r#"{"chi":"cancel","rid":"c","sid":"b"}"#);
    assert_eq!(tone(&first)["message"], "late");
    drop(first);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn connections_are_refused_until_the_socket_opens() {
    let script = "\
format: 1
steps:
- accept: { as: first }
- listen: { state: refusing }
- { tone: { chi: log, rid: l-1, level: info, message: refusing }, from: daemon }
- { tone: { chi: cancel }, from: client }
- listen: { state: missing }
- { tone: { chi: log, rid: l-2, level: info, message: missing }, from: daemon }
- { tone: { chi: cancel }, from: client }
- listen: { state: open }
- { tone: { chi: log, rid: l-3, level: info, message: open }, from: daemon }
- accept: { as: second }
- pause: { ms: 1 }
- { tone: { chi: cancel }, from: client }
";
    let stage = stage(script);
    let (child, _stderr) = stage.start(&[]);
    let first = UnixStream::connect(stage.socket()).unwrap();
    greet(&first);
    for (state, error) in [("refusing", ErrorKind::ConnectionRefused), ("missing", ErrorKind::NotFound)] {
        assert_eq!(tone(&first)["message"], state);
        assert_eq!(UnixStream::connect(stage.socket()).unwrap_err().kind(), error);
        say(&first, r#"{"chi":"cancel","rid":"c","sid":"b"}"#);
    }
    assert_eq!(tone(&first)["message"], "open");
    let second = UnixStream::connect(stage.socket()).unwrap();
    greet(&second);
    say(&second, r#"{"chi":"cancel","rid":"c","sid":"b"}"#);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn faults_come_and_go_and_a_daemon_starts_anew() {
    let script = "\
format: 1
steps:
- { tone: { chi: cancel, rid: '1' }, from: client }
- fault: { drop: 1 }
- { tone: { chi: log, rid: lost, level: info, message: m }, from: daemon }
- fault: { drop: null, duplicate: 1 }
- { tone: { chi: log, rid: twice, level: info, message: m }, from: daemon }
- restart: {}
- accept: { as: a }
- accept: { as: b }
- fault: { duplicate: null }
- { tone: { chi: log, rid: back, level: info, message: m }, from: daemon }
";
    kept_with_return(script);
}

fn kept_with_return(script: &str) {
    let stage = stage(script);
    let (child, _stderr) = stage.start(&[]);
    let mut client = UnixStream::connect(stage.socket()).unwrap();
    greet(&client);
    say(&client, r#"{"chi":"cancel","rid":"1","sid":"s"}"#);
    assert_eq!(
        (tone(&client)["rid"].clone(), tone(&client)["rid"].clone()),
        ("twice".into(), "twice".into())
    );
    let mut rest = Vec::new();
    // a daemon that dies may reset
    let _ = client.read_to_end(&mut rest);
    assert_eq!(rest, b"");
    let start = Instant::now();
    let again = loop {
        match UnixStream::connect(stage.socket()) {
            Ok(client) => break client,
            Err(_) => assert!(start.elapsed() < PATIENCE),
        }
        std::thread::yield_now();
    };
    (&again).write_all(HELLO).unwrap();
    loop {
        if tone(&again)["rid"] == "back" {
            break;
        }
    }
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
}

#[test]
fn check_says_all_that_is_wrong_with_a_script() {
    let check = |text: &str| {
        let stage = stage(text);
        let output = Command::new(cargo_bin("mock-humd")).arg("check").arg(&stage.script).output().unwrap();
        let said = stderr(&output).replace(&stage.script.display().to_string(), "FILE");
        (output.status.code(), said)
    };
    assert_eq!(check(&example("greet.json")), (Some(0), String::new()));
    assert_eq!(check(&example("crowd.yaml")), (Some(0), String::new()));
    let (code, said) = check("format: 2\nsteps:\n- hold: {}\n  on: x\n- pause: { ms: 0 }\n");
    assert_eq!(code, Some(2));
    assert_eq!(
        said,
        "mock-humd: the script has faults\n  FILE: line 1: /format: wants 1\n  FILE: line 4: /steps/0/on: no `accept` before \
         this step names `x`\n  FILE: line 5: /steps/1/pause/ms: wants a time from 1 to 3600000\n"
    );
}
