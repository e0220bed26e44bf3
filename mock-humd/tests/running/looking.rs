//! Who is connected, and what crosses.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
#[cfg(target_os = "linux")]
use std::time::Instant;

use serde_json::{Value, json};

#[cfg(target_os = "linux")]
use crate::stage::SOON;
use crate::stage::Stage;

/// A connection to the admin socket that speaks for itself.
fn ask(stage: &Stage, request: &str) -> Value {
    let mut stream = UnixStream::connect(stage.path("t.sock.admin")).unwrap();
    stream.write_all(format!("{request}\n").as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

#[test]
fn the_admin_socket_is_for_this_user_alone_and_never_the_tested_one() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let mode = std::fs::metadata(stage.path("t.sock.admin")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut bee = stage.connect();
    bee.say(&json!({ "v": 1, "do": "status" }));
    bee.say(&json!({ "chi": "hello", "rid": "h", "bee": "b", "protoVersion": "0.7.0" }));
    assert_eq!(bee.hear()["chi"], "breath");
}

#[test]
fn requests_that_make_no_sense_are_answered_with_what_is_wanted() {
    let stage = Stage::new();
    stage.good(&["start"]);
    for (request, error) in [
        ("nonsense", "a request is JSON: "),
        ("[]", "a request is an object"),
        (r#"{"v":2,"do":"peers"}"#, "/v: wants 1"),
        (r#"{"v":1,"do":"dance"}"#, "/do: wants `status`"),
        (r#"{"v":1,"do":"tail","chis":"log"}"#, "/chis: wants a list of texts"),
        (r#"{"v":1,"do":"kick"}"#, "/bee: wants the name of a bee"),
        (r#"{"v":1,"do":"play","script":"{}","step_ms":0}"#, "the script has faults"),
    ] {
        let reply = ask(&stage, request);
        assert_eq!((&reply["v"], &reply["ok"]), (&1.into(), &false.into()));
        assert!(reply["error"].as_str().unwrap().starts_with(error), "{reply}");
    }
}

#[test]
fn peers_say_what_they_are_and_what_is_waited_for() {
    let stage = Stage::new();
    stage.good(&["start"]);
    assert_eq!(stage.good(&["peers"]), "nobody is connected\n");
    let mut bee = stage.bee("adder");
    let prompt = json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "@tool add {\"a\":1}",
        "tools": [{ "name": "add" }] });
    bee.say(&prompt);
    while bee.hear()["chi"] != "tool-call" {}
    let said = stage.good(&["peers"]);
    assert!(said.contains("sessions s\n"), "{said}");
    assert!(said.contains("waits for tool-result "), "{said}");
    let peer: Value = serde_json::from_str(&stage.good(&["peers", "--json"])).unwrap();
    assert_eq!((&peer["bee"], &peer["in"], &peer["sids"]), (&"adder".into(), &2.into(), &json!(["s"])));
    assert_eq!(peer["hello"]["bee"], "adder");
}

#[test]
fn a_tail_warns_of_a_type_that_the_wire_does_not_have() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let mut tail = stage.follow(&["tail", "--chi", "promt,prompt"]);
    stage.until(|status| status["tails"] == 1);
    stage.good(&["stop"]);
    let mut said = String::new();
    tail.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "mock-humd: warning: --chi: the wire has no `promt` (hint: `prompt`)\n");
}

#[test]
fn a_tail_shows_what_passes_its_filter() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let mut adder = stage.bee("adder");
    let mut other = stage.bee("other");
    let mut all = stage.follow(&["tail"]);
    let mut some =
        stage.follow(&["tail", "--bee", "adder", "--chi", "perf-mark,prompt", "--sid", "s", "--json"]);
    // both read along once the daemon says so
    stage.until(|status| status["tails"] == 2);
    let mark = |sid: &str| json!({ "chi": "perf-mark", "rid": "l", "sid": sid, "mark": "m" });
    other.say(&mark("s"));
    // its echo shows that it came first
    assert_eq!(other.hear()["chi"], "echo");
    adder.say(&mark("t"));
    adder.say(&mark("s"));
    let seen = some.value();
    assert_eq!(
        (&seen["bee"], &seen["tone"]["sid"], &seen["dir"]),
        (&"adder".into(), &"s".into(), &"client".into())
    );
    let first = all.line();
    assert!(first.contains(" other > {\"chi\":\"perf-mark\""), "{first}");
    drop((adder, other));
    stage.good(&["stop"]);
    assert_eq!(some.ends(), (Some(0), String::new()));
    let (code, rest) = all.ends();
    assert_eq!(code, Some(0));
    assert!(rest.contains(" adder * closed\n"), "{rest}");
}

#[test]
fn a_tail_that_does_not_read_is_told_what_it_missed_and_holds_nobody_up() {
    let stage = Stage::new();
    stage.good(&["start", "-q"]);
    let mut slow = UnixStream::connect(stage.path("t.sock.admin")).unwrap();
    slow.write_all(b"{\"v\":1,\"do\":\"tail\",\"chis\":[\"perf-mark\"]}\n").unwrap();
    let mut slow = BufReader::new(slow);
    let mut line = String::new();
    slow.read_line(&mut line).unwrap();
    assert_eq!(line, "{\"v\":1,\"ok\":true}\n");
    let mut bee = stage.bee("loud");
    let message = "x".repeat(1 << 20);
    // more than may wait for a reader; each tone is answered before the next one
    for _ in 0..24 {
        bee.say(&json!({ "chi": "perf-mark", "rid": "l", "mark": message }));
        assert_eq!(bee.hear()["chi"], "echo");
    }
    drop(bee);
    // what waits is read; as soon as there is room again what was missed is told, before what comes next
    let (mut seen, mut skipped) = (0, 0);
    for number in 0.. {
        let mut bee = stage.bee("quiet");
        bee.say(&json!({ "chi": "perf-mark", "rid": "l", "number": number }));
        assert_eq!(bee.hear()["chi"], "echo");
        line.clear();
        slow.read_line(&mut line).unwrap();
        let value: Value = serde_json::from_str(&line).unwrap();
        if value["event"] == "skipped" {
            skipped += value["count"].as_u64().unwrap();
        } else if let Some(number) = value["tone"]["number"].as_u64() {
            // the quiet ones before this one were missed too
            assert_eq!(seen + skipped, 24 + number);
            assert!(skipped > 0);
            return;
        } else {
            seen += 1;
        }
    }
}

#[test]
fn clients_that_ask_nothing_make_room_for_those_who_do() {
    let stage = Stage::new();
    stage.good(&["start"]);
    // as many as there is room for
    let silent: Vec<_> = (0..32).map(|_| UnixStream::connect(stage.path("t.sock.admin")).unwrap()).collect();
    assert_eq!(stage.status()["up"], true);
    let mut line = String::new();
    BufReader::new(&silent[0]).read_line(&mut line).unwrap();
    assert!(line.contains("no request came within "), "{line}");
}

/// Its thread ends although nothing crosses, and nobody asks who reads along.
#[cfg(target_os = "linux")]
#[test]
fn a_tail_that_is_gone_is_noticed_before_its_next_line() {
    let stage = Stage::new();
    stage.good(&["start", "-q"]);
    let pid = stage.status()["pid"].clone();
    let threads = || std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().count();
    let before = threads();
    let mut tail = UnixStream::connect(stage.path("t.sock.admin")).unwrap();
    tail.write_all(b"{\"v\":1,\"do\":\"tail\"}\n").unwrap();
    let mut tail = BufReader::new(tail);
    assert!(tail.read_line(&mut String::new()).unwrap() > 0);
    let deadline = Instant::now() + SOON;
    let until = |wanted: usize| {
        while threads() != wanted {
            assert!(Instant::now() < deadline, "{} threads, and {before} before", threads());
        }
    };
    until(before + 1);
    drop(tail);
    until(before);
}
