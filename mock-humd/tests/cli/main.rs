//! The program: what it prints, how it ends, and that it leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod guide;
mod script;
mod stage;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;

use stage::{HELLO, example, read_line, stage, stderr};

#[test]
fn the_greeting_script_answers_a_prompt_and_prints_what_crossed() {
    let (code, stdout, stderr) = stage(&example("greet.json")).play(&[], |mut client| {
        client.write_all(HELLO).unwrap();
        assert!(read_line(&client).starts_with("{\"chi\":\"breath\""));
        client.write_all(b"{\"chi\":\"prompt\",\"rid\":\"p\",\"sid\":\"hum-1\",\"text\":\"hi\"}\n").unwrap();
        assert!(
            read_line(&client)
                .contains("\"chi\":\"chunk\",\"rid\":\"c-1\",\"from\":\"daemon\",\"sid\":\"hum-1\"")
        );
        assert!(read_line(&client).starts_with("{\"chi\":\"finish\""));
    });
    assert_eq!((code, &*stderr), (Some(0), ""));
    let lines: Vec<_> =
        stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()).collect();
    let word = |line: &serde_json::Value| {
        let who = line["dir"].as_str().or(line["event"].as_str()).unwrap();
        format!("{who} {}", line["tone"]["chi"].as_str().unwrap_or_default())
    };
    assert_eq!(
        lines.iter().map(word).collect::<Vec<_>>(),
        [
            "opened ",
            "client hello",
            "daemon breath",
            "client prompt",
            "daemon chunk",
            "daemon finish",
            "eof ",
            "closed ",
        ]
    );
}

#[test]
fn the_tool_script_splits_and_checks() {
    let (code, _, stderr) = stage(&example("tool-call.json")).play(&[], |mut client| {
        client.write_all(HELLO).unwrap();
        read_line(&client);
        client.write_all(b"{\"chi\":\"prompt\",\"rid\":\"p\",\"sid\":\"s\",\"tools\":[{}]}\n").unwrap();
        read_line(&client);
        assert!(read_line(&client).contains("\"callId\":\"call-1\""));
        client
            .write_all(
                b"{\"chi\":\"tool-result\",\"rid\":\"r\",\"sid\":\"s\",\"callId\":\"call-1\",\"result\":5}\n",
            )
            .unwrap();
    });
    assert_eq!((code, &*stderr), (Some(0), ""));
}

#[test]
fn a_tone_that_does_not_match_is_shown_with_its_step() {
    let script =
        r#"{"format":1,"steps":[{"accept":{"as":"a"}},{"tone":{"chi":"cancel","sid":"x"},"from":"client"}]}"#;
    let (code, stdout, stderr) = stage(script).play(&[], |mut client| {
        client.write_all(HELLO).unwrap();
        client.write_all(b"{\"chi\":\"cancel\",\"rid\":\"c\",\"sid\":\"y\"}\n").unwrap();
        let _ = client.read_to_end(&mut Vec::new());
    });
    assert_eq!(code, Some(1));
    assert!(stdout.contains("\"chi\":\"cancel\""), "{stdout}");
    assert_eq!(
        stderr,
        "mock-humd: step 2 of 2 (line 1): the bee's tone does not match\n  /sid: wanted \"x\", got \"y\"\n  \
        {\"tone\":{\"chi\":\"cancel\",\"sid\":\"x\"},\"from\":\"client\"}\n"
    );
}

#[test]
fn a_step_that_waits_too_long_is_named() {
    let script = r#"{"format":1,"steps":[{"tone":{"chi":"cancel"},"from":"client"}]}"#;
    let (code, _, stderr) = stage(script).play(&["--timeout", "100ms"], |mut client| {
        let _ = client.read_to_end(&mut Vec::new());
    });
    assert_eq!(code, Some(1));
    assert_eq!(
        stderr,
        "mock-humd: step 1 of 1 (line 1): still waiting after 100ms\n  {\"tone\":{\"chi\":\"cancel\"},\"from\":\"client\"}\n"
    );
}

#[test]
fn a_client_that_leaves_early_ends_the_step() {
    let script = r#"{"format":1,"steps":[{"tone":{"chi":"cancel"},"from":"client"}]}"#;
    let (code, _, stderr) = stage(script).play(&[], drop);
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("mock-humd: step 1 of 1 (line 1): the connection has ended\n"), "{stderr}");
}

const VERBS: &str = "`accept`, `tone`, `tones`, `raw`, `listen`, `hold`, `stall`, `resume`, `close`, `repeat`, `pause`, \
    `fault`, `restart`";

#[test]
fn all_faults_of_a_script_are_listed() {
    let stage = stage(r#"{"format":2,"steps":[{"drive":{}},{"tone":{"a":{"$x":1}},"from":"client"}]}"#);
    let output = stage.command().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let name = stage.script.display();
    assert_eq!(
        stderr(&output),
        format!(
            "mock-humd: the script has faults\n  {name}: line 1: /format: wants 1\n  {name}: line 1: /steps/0/drive: no verb of a script (hint: the verbs are {VERBS})\n  \
        {name}: line 1: /steps/1/tone/a/$x: unknown `$` key (hint: an object with `$` keys of its own needs `$literal`)\n"
        )
    );
}

#[test]
fn bad_arguments_exit_with_2() {
    let stage = stage("{}");
    for args in [&["--timeout", "soon"][..], &["--nonsense"], &["second.json"]] {
        assert_eq!(stage.command().args(args).output().unwrap().status.code(), Some(2), "{args:?}");
    }
    let missing = Command::new(cargo_bin("mock-humd")).args(["--script", "/none.json"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).starts_with("mock-humd: --script /none.json: "));
}

#[test]
fn the_socket_of_another_daemon_is_left_alone() {
    let stage = stage(&example("greet.json"));
    std::fs::create_dir_all(stage.socket().parent().unwrap()).unwrap();
    let other = UnixListener::bind(stage.socket()).unwrap();
    let output = stage.command().output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("another daemon listens here"), "{}", stderr(&output));
    assert!(stage.socket().exists());
    drop(other);
}

#[test]
fn the_file_of_a_daemon_that_died_is_replaced() {
    let stage = stage(r#"{"format":1,"steps":[{"accept":{"as":"a"}}]}"#);
    std::fs::create_dir_all(stage.socket().parent().unwrap()).unwrap();
    drop(UnixListener::bind(stage.socket()).unwrap());
    let (code, _, stderr) = stage.play(&[], |mut client| {
        client.read_to_end(&mut Vec::new()).unwrap();
    });
    assert_eq!((code, &*stderr), (Some(0), ""));
}

#[test]
fn an_interrupt_exits_with_130_and_leaves_no_socket() {
    for (signal, code) in [(rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 1)] {
        let stage = stage(&example("greet.json"));
        let (child, mut said) = stage.start(&[]);
        let pid = rustix::process::Pid::from_child(&child);
        let mut client = UnixStream::connect(stage.socket()).unwrap();
        client.write_all(HELLO).unwrap();
        read_line(&client);
        rustix::process::kill_process(pid, signal).unwrap();
        let output = child.wait_with_output().unwrap();
        let mut stderr = String::new();
        said.read_to_string(&mut stderr).unwrap();
        assert!(
            stderr.contains("step 1 of 4 (line 5): still waiting\n  {\"tone\":{\"chi\":\"prompt\""),
            "{stderr}"
        );
        assert_eq!(output.status.code(), Some(code));
        assert!(!stage.socket().exists());
        assert!(String::from_utf8_lossy(&output.stdout).contains("\"chi\":\"hello\""));
    }
}

#[test]
fn the_help_teaches_with_a_script_that_is_valid() {
    let output = Command::new(cargo_bin("mock-humd")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let start = help.find("  format: 1\n").unwrap();
    let end = start + help[start..].find("\n\n").unwrap();
    let script = mock_humd::script::Script::parse(&help[start..end]).unwrap();
    assert_eq!((script.rules.len(), script.len()), (1, 2));
}

#[test]
fn without_a_script_it_answers_until_it_is_asked_to_end() {
    for (signal, code) in [(rustix::process::Signal::INT, 130), (rustix::process::Signal::TERM, 0)] {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("deep/own.sock");
        let mut child = Command::new(cargo_bin("mock-humd"))
            .args(["--drop", "1/1000000", "--seed", "7"])
            // the first variable wins over the second
            .env("HUM_THRUM_SOCK", &socket)
            .env("XDG_RUNTIME_DIR", dir.path().join("not-here"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        // from here on nobody reads what it says, and it works on
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, format!("mock-humd: listening on {}, seed 7\n", socket.display()));
        let mut client = UnixStream::connect(&socket).unwrap();
        client.write_all(HELLO).unwrap();
        assert!(read_line(&client).contains("\"chi\":\"breath\""));
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).unwrap();
        assert_eq!(client.read(&mut [0; 8]).unwrap(), 0);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(!socket.exists());
        let transcript = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<serde_json::Value> =
            transcript.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let words: Vec<_> = lines
            .iter()
            .map(|line| line["tone"]["chi"].as_str().or(line["event"].as_str()).unwrap())
            .collect();
        assert_eq!(words, ["opened", "hello", "breath", "closed"]);
    }
}

#[test]
fn a_check_warns_of_types_that_the_wire_does_not_have() {
    let stage = stage(
        "\
format: 1
when:
- { tone: { chi: cancle }, send: [{ chi: dance, rid: d }] }
steps:
- { tone: { chi: promt }, from: client }
- repeat:
    times: 2
    as: n
    steps:
    - { tones: { each: [{ chi: { $re: x } }, { chi: finis }, { chi: finish }] }, from: client }
    - { tone: { chi: 'x-${n}', rid: x }, from: daemon }
",
    );
    let output = Command::new(cargo_bin("mock-humd")).arg("check").arg(&stage.script).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let name = stage.script.display();
    let wanted = [
        ("3: /when/0/tone/chi: the wire has no `cancle` (hint: `cancel`)"),
        ("3: /when/0/send/0/chi: the wire has no `dance`"),
        ("5: /steps/0/tone/chi: the wire has no `promt` (hint: `prompt`)"),
        ("10: /steps/1/repeat/steps/0/tones/each/1/chi: the wire has no `finis` (hint: `finish`)"),
    ];
    let wanted = wanted.map(|it| format!("mock-humd: warning: {name}: line {it}\n"));
    assert_eq!(stderr(&output), wanted.concat());
}
