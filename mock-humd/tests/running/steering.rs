//! Sending, closing, and playing scripts on a daemon that runs.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

use crate::stage::Stage;

#[test]
fn a_tone_is_sent_to_a_bee_by_name_or_number() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let mut bee = stage.bee("adder");
    for name in ["adder", "#1"] {
        let said = stage.good(&["send", name, r#"{"chi":"log","level":"info","message":"x"}"#]);
        assert_eq!(said, "sent to 1 connection\n");
        let tone = bee.hear();
        assert_eq!(
            (&tone["chi"], &tone["message"], &tone["from"]),
            (&"log".into(), &"x".into(), &"daemon".into())
        );
        assert!(tone["rid"].is_string());
    }
    stage.good(&["send", "adder", "no tone", "--raw"]);
    assert_eq!(bee.hear_line(), "no tone\n");
}

#[test]
fn a_tone_may_come_from_stdin() {
    use std::io::Write;
    use std::process::Stdio;

    let stage = Stage::new();
    stage.good(&["start"]);
    let mut bee = stage.bee("adder");
    let mut child =
        stage.command(&["send", "adder", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"{\"chi\":\"cancel\",\"rid\":\"mine\",\"sid\":\"s\"}\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(bee.hear()["rid"], "mine");
}

#[test]
fn what_cannot_be_sent_is_explained() {
    let stage = Stage::new();
    assert!(stage.bad(3, &["send", "x", "{}"]).contains("no daemon runs at "));
    stage.good(&["start"]);
    assert!(stage.bad(2, &["kick", "adder"]).contains("no bee `adder`: nobody is connected"));
    let _bees = (stage.bee("adder"), stage.bee("digger"), stage.connect());
    for (args, wanted) in [
        (["nobody", "{\"chi\":\"log\"}"], "no bee `nobody` (hint: there is `adder`, `digger`"),
        (["adder", "{"], "the tone is not JSON: "),
        (["adder", "[]"], "/tone: wants a tone, which is an object"),
        (["adder", "{}"], "/tone/chi: a tone says its type"),
        (["adder", "{\"chi\":\"lug\"}"], "the wire has no `lug` (hint: `--raw`"),
    ] {
        let said = stage.bad(2, &["send", args[0], args[1]]);
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn a_bee_that_is_kicked_and_all_that_are_dropped_find_the_daemon_again() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let (adder, digger) = (stage.bee("adder"), stage.bee("digger"));
    assert_eq!(stage.good(&["kick", "adder"]), "closed 1 connection\n");
    assert_eq!(adder.hear_out(), "");
    let _adder = stage.bee("adder");
    assert_eq!(stage.good(&["drop"]), "dropped 2 connections\n");
    assert_eq!(digger.hear_out(), "");
    stage.bee("digger");
}

#[test]
fn a_script_is_played_for_the_next_bee_and_the_others_are_answered_as_ever() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let mut before = stage.bee("before");
    let script = r#"{"format":1,
        "when":[{"tone":{"chi":"cancel"},"send":[{"chi":"log","rid":"w","level":"info","message":"rule"}]}],
        "steps":[{"accept":{"as":"a"}},
        {"tone":{"chi":"log","message":"go"},"from":"client"},
        {"tone":{"chi":"log","rid":"x","level":"info","message":"done"},"from":"daemon"}]}"#;
    std::fs::write(stage.path("s.json"), script).unwrap();
    let played = stage.follow(&["play", "s.json"]);
    stage.until(|status| status["script"].is_string());
    before.say(&json!({ "chi": "cancel", "rid": "c", "sid": "s" }));
    assert_eq!(before.hear()["message"], "rule");
    before.say(&json!({ "chi": "perf-mark", "rid": "l", "mark": "x" }));
    assert_eq!(before.hear()["chi"], "echo");
    let mut next = stage.bee("next");
    next.say(&json!({ "chi": "log", "rid": "l", "level": "info", "message": "go" }));
    assert_eq!(next.hear()["message"], "done");
    assert_eq!(played.ends(), (Some(0), String::new()));
    // the connection stays, and is answered as ever
    next.say(&json!({ "chi": "perf-mark", "rid": "m", "mark": "x" }));
    assert_eq!(next.hear(), json!({ "chi": "echo", "rid": "m", "from": "daemon", "ok": true }));
    before.say(&json!({ "chi": "cancel", "rid": "c", "sid": "s" }));
    assert_eq!(before.hear()["chi"], "echo");
}

#[test]
fn a_script_that_is_not_kept_to_is_explained_and_the_daemon_goes_on() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let script = r#"{"format":1,"steps":[{"tone":{"chi":"cancel"},"from":"client"}]}"#;
    std::fs::write(stage.path("s.json"), script).unwrap();
    let said = stage.bad(1, &["play", "s.json", "--timeout", "50ms"]);
    assert!(said.contains("step 1 of 1 (line 1): still waiting after 50ms"), "{said}");
    assert_eq!(stage.status()["script"], json!(null));
    stage.bee("adder");
    std::fs::write(stage.path("s.json"), "{}").unwrap();
    assert!(stage.bad(2, &["play", "s.json"]).contains("the script has faults"));
}

#[test]
fn a_script_whose_player_goes_away_is_given_up() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let script = r#"{"format":1,"steps":[{"listen":{"state":"missing"}},{"accept":{"as":"a"}}]}"#;
    std::fs::write(stage.path("s.json"), script).unwrap();
    let mut played = stage.follow(&["play", "s.json"]);
    stage.until(|_| !stage.socket().exists());
    played.child.kill().unwrap();
    played.child.wait().unwrap();
    stage.until(|_| stage.socket().exists());
    let mut bee = stage.bee("adder");
    bee.say(&json!({ "chi": "perf-mark", "rid": "l", "mark": "x" }));
    assert_eq!(bee.hear()["chi"], "echo");
}

#[test]
fn what_is_asked_before_a_script_is_done_is_answered_after_it() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let script = r#"{"format":1,"steps":[{"tone":{"chi":"log"},"from":"client"}]}"#;
    let mut stream = UnixStream::connect(stage.path("t.sock.admin")).unwrap();
    let play = json!({ "v": 1, "do": "play", "script": script });
    stream.write_all(format!("{play}\n{{\"v\":1,\"do\":\"sta").as_bytes()).unwrap();
    stage.until(|status| status["script"].is_string());
    let mut bee = stage.bee("adder");
    bee.say(&json!({ "chi": "log", "rid": "l", "level": "info", "message": "go" }));
    stream.write_all(b"tus\"}\n").unwrap();
    let replies = BufReader::new(&stream).lines().take(2);
    let [played, status]: [Value; 2] = replies
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    assert_eq!(played, json!({ "v": 1, "ok": true }));
    assert!(status["up_ms"].is_u64());
}
