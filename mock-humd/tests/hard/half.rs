//! Bees that end their writes, in every state that a connection can be in: what waits for them still comes, then the
//! end, and nothing of them is left.

use crate::daemon::Daemon;
use crate::{echoed, last_lines, numbered, until_files};

const HELLO: &str = "{\"chi\":\"hello\",\"rid\":\"h\",\"bee\":\"half\"}\n";

fn prompt(content: &str) -> String {
    let prompt = serde_json::json!({
        "chi": "prompt", "rid": "p", "sid": "s", "content": content,
        "tools": [{ "name": "add", "description": "adds", "inputSchema": {} }],
    });
    format!("{HELLO}{prompt}\n")
}

/// The types of the tones on these lines.
fn chis(lines: &[String]) -> Vec<String> {
    let chi = |line: &String| {
        let tone: serde_json::Value = serde_json::from_str(line).unwrap();
        tone["chi"].as_str().unwrap().to_owned()
    };
    lines.iter().map(chi).collect()
}

#[test]
fn a_bee_that_ends_its_writes_gets_what_waits_and_then_the_end() {
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let before = daemon.files().unwrap();
    for (state, words, wanted) in [
        ("before hello", String::new(), &[][..]),
        ("in a tone that is whole but for its LF", numbered(7).trim_end().to_owned(), &["echo"]),
        ("in the middle of a tone", "{\"chi\":\"hello".to_owned(), &[]),
        ("after hello", HELLO.to_owned(), &["breath"]),
        ("after hello, in a tone", format!("{HELLO}{{\"chi"), &["breath"]),
        ("in a turn", prompt("@wait"), &["breath", "echo", "session-ready", "chunk"]),
        ("with a tool call open", prompt("@tool add {}"), &["breath", "echo", "session-ready", "tool-call"]),
        ("with a permit open", prompt("@permit Go?"), &["breath", "echo", "session-ready", "permission-ask"]),
        (
            "after a turn",
            prompt("hi"),
            &["breath", "echo", "session-ready", "chunk", "chunk", "chunk", "finish"],
        ),
    ] {
        let mut bee = daemon.connect().unwrap();
        bee.write(words.as_bytes()).unwrap();
        assert_eq!(chis(&last_lines(&mut bee)), wanted, "{state}");
        bystander.round_trip().unwrap();
    }
    until_files(&daemon, &mut bystander, before);
}

#[test]
fn a_bee_that_ends_its_writes_with_a_full_queue_gets_the_newest() {
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let mut bee = daemon.connect().unwrap();
    let tones: String = (0..10_000).map(numbered).collect();
    bee.write(tones.as_bytes()).unwrap();
    bystander.round_trip().unwrap();
    let echoes = echoed(&last_lines(&mut bee));
    assert!(echoes.is_sorted_by(|one, next| one < next));
    assert_eq!(echoes.last(), Some(&9_999));
    bystander.round_trip().unwrap();
}

#[test]
fn a_worker_that_ends_its_writes_serves_no_more() {
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut asker = daemon.bee().unwrap();
    let mut worker = daemon.connect().unwrap();
    worker.write(b"{\"chi\":\"hello\",\"rid\":\"w\",\"bee\":\"worker\",\"hive\":\"compute\"}\n").unwrap();
    assert!(worker.line().unwrap().unwrap().contains("breath"));
    asker.write(b"{\"chi\":\"prompt\",\"rid\":\"p-1\",\"sid\":\"s\",\"content\":\"one\"}\n").unwrap();
    assert!(asker.line().unwrap().unwrap().contains("\"echo\""));
    assert!(worker.line().unwrap().unwrap().contains("\"prompt\""));
    assert_eq!(chis(&last_lines(&mut worker)), [""; 0]);
    assert!(asker.line().unwrap().unwrap().contains("\"worker-gone\""));
    asker.write(b"{\"chi\":\"prompt\",\"rid\":\"p-2\",\"sid\":\"s\",\"content\":\"two\"}\n").unwrap();
    assert!(asker.line().unwrap().unwrap().contains("\"echo\""));
    assert!(asker.line().unwrap().unwrap().contains("\"session-ready\""));
}
