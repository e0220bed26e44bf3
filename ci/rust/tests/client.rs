//! The client against a small daemon.

mod daemon;

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use daemon::{Daemon, into, rids, soon};
use serde_json::{Value, json};
use thrum::{Chi, Client, Error, Hello, Options, Outcome, Reconnect, THRUM_VERSION, Tone, Tool, serde_json};
use tokio::sync::mpsc;

const AT_ONCE: Reconnect = Reconnect::Backoff { first: Duration::ZERO, most: Duration::from_millis(5) };

fn log(rid: &str, sid: Option<&str>) -> Value {
    json!({"chi": "log", "rid": rid, "sid": sid, "level": "info", "message": ""})
}

#[tokio::test]
async fn says_hello_first_and_then_what_was_sent_before() {
    let daemon = Daemon::start();
    let client = daemon.client(Reconnect::Off);
    client.on_connect(|client| drop(client.cleanup("hum-x").send()));
    client.prompt("hum-x", "early").with("modelId", "any").send().expect("queued");
    client.cancel("hum-x").send().expect("queued");
    soon(client.connect()).await.expect("connected");
    let mut peer = daemon.accept().await;
    let hello = peer.read().await;
    assert_eq!((hello.text("bee"), hello.text("protoVersion")), (Some("test-bee"), Some(THRUM_VERSION)));
    let prompt = peer.read().await;
    assert_eq!(
        (prompt.text("text"), prompt.text("modelId"), prompt.text("from")),
        (Some("early"), Some("any"), Some("test-bee"))
    );
    assert_eq!([peer.read().await.chi(), peer.read().await.chi()], [Some(Chi::Cancel), Some(Chi::Cleanup)]);
    assert_eq!(client.connections(), 1);
}

#[tokio::test]
async fn hands_each_tone_to_the_handler_of_its_sid() {
    let daemon = Daemon::start();
    let (client, mut peer, mut rest) = daemon.connected().await;
    let (tones, mut of_x) = mpsc::unbounded_channel();
    client.on("hum-x", into(tones));
    for tone in [log("1", Some("hum-x")), log("2", None), log("3", Some("hum-y")), log("4", Some("hum-x"))] {
        peer.write(tone).await;
    }
    peer.write(json!({"chi": "log", "rid": "5", "sid": 7})).await;
    assert_eq!(rids(&mut of_x).await, ["1", "4"]);
    // two lanes, and no order between them
    assert_eq!(HashSet::from(rids::<3>(&mut rest).await), HashSet::from(["2", "3", "5"].map(String::from)));
    client.off("hum-x");
    peer.write(log("6", Some("hum-x"))).await;
    assert_eq!(rids(&mut rest).await, ["6"]);
    assert!(of_x.recv().await.is_none(), "nothing is left of the handler");
}

#[tokio::test]
async fn goes_on_when_a_handler_panics() {
    let daemon = Daemon::start();
    let (client, mut peer, mut rest) = daemon.connected().await;
    let (tones, mut seen) = mpsc::unbounded_channel();
    client.on("hum-x", move |tone| {
        let (rid, report) = (tone.text("rid").map(str::to_owned), into(tones.clone())(tone));
        assert!(rid.as_deref() != Some("1"), "on purpose, at once");
        async move {
            report.await;
            tokio::task::yield_now().await;
            assert!(rid.as_deref() != Some("2"), "on purpose, later");
        }
    });
    for rid in ["1", "2", "3"] {
        peer.write(log(rid, Some("hum-x"))).await;
    }
    assert_eq!(rids(&mut seen).await, ["1", "2", "3"]);
    peer.write(log("4", None)).await;
    assert_eq!(rids(&mut rest).await, ["4"]);
}

#[tokio::test]
async fn survives_every_bad_line() {
    let daemon = Daemon::start();
    let (_client, mut peer, mut rest) = daemon.connected().await;
    let deep = format!("{{\"chi\":\"log\",\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let bad: [&[u8]; 12] = [
        b"",
        b"\r",
        b"[1]",
        b"null",
        b"{",
        b"\xff\xfe",
        b"{\"chi\":\"log\",\"rid\":\"\xff\"}",
        b"{\"chi\":\"log\",\"n\":NaN}",
        b"{\"rid\":\"x\"}",
        b"{\"chi\":\"\"}",
        b"{\"chi\":\"log\",\"rid\":\"x\",\"dusk\":1}",
        deep.as_bytes(),
    ];
    peer.write_raw(&bad.join(&b'\n')).await;
    peer.write_raw(b"\n").await;
    peer.write(json!({"chi": "unheard-of", "rid": "good"})).await;
    assert_eq!(rids(&mut rest).await, ["good"]);
}

#[tokio::test]
async fn answers_each_tool_call_once() {
    let daemon = Daemon::start();
    let (client, mut peer, _rest) = daemon.connected().await;
    client.tool(Tool::new("add", "Adds", json!({"type": "object"})), |args| async move {
        let (a, b) = (args["a"].as_i64(), args["b"].as_i64());
        a.zip(b).map(|(a, b)| json!({"sum": a + b})).ok_or("not two numbers")
    });
    client.prompt("hum-x", "2 + 3?").tools(["add", "nonesuch"]).send().expect("queued");
    let offer = json!([{"name": "add", "description": "Adds", "input_schema": {"type": "object"}}]);
    assert_eq!(peer.read().await.get("tools"), Some(&offer));
    let call = |id: &str, name: &str, args: Value| json!({"chi": "tool-call", "rid": id, "sid": "hum-x", "callId": id, "name": name, "args": args});
    for (id, name, args, result) in [
        (" a", "add", json!({"a": 2, "b": 3}), json!({"sum": 5})),
        ("b", "add", json!({}), json!({"error": "not two numbers"})),
        ("c", "nonesuch", json!({}), json!({"error": "no such tool: nonesuch"})),
    ] {
        peer.write(call(id, name, args.clone())).await;
        peer.write(call(id, name, args)).await;
        peer.write(json!({"chi": "tool-info", "sid": "hum-x", "callId": "i", "name": name})).await;
        let answer = peer.read().await;
        assert_eq!(
            (answer.chi(), answer.sid(), answer.text("callId")),
            (Some(Chi::ToolResult), Some("hum-x"), Some(id))
        );
        assert_eq!(answer.get("result"), Some(&result));
    }
}

#[tokio::test]
async fn answers_permission_asks_and_tendrils() {
    let daemon = Daemon::start();
    let (client, mut peer, mut rest) = daemon.connected().await;
    let ask = json!({"chi": "permission-ask", "rid": "1", "sid": "hum-x", "permitId": "p", "question": "?"});
    peer.write(ask.clone()).await;
    assert_eq!(rids(&mut rest).await, ["1"], "nobody is there to decide it, and it is not answered");
    client.on_permission(|_| async { panic!("on purpose") as &str });
    peer.write(ask).await;
    assert_eq!(peer.read().await.text("decision"), Some("deny"));
}

#[tokio::test]
async fn tells_of_a_turn_after_its_last_tone() {
    let daemon = Daemon::start();
    let (client, mut peer, _rest) = daemon.connected().await;
    let (told, mut order) = mpsc::unbounded_channel();
    let turns = told.clone();
    client.on_turn(move |turn| drop(turns.send((turn.sid, Some(turn.outcome)))));
    client.on("hum-x", move |tone| {
        let told = told.clone();
        async move {
            tokio::task::yield_now().await;
            told.send((tone.text("chi").unwrap_or_default().to_owned(), None)).expect("told");
        }
    });
    peer.write(json!({"chi": "finish", "sid": "hum-x", "finishReason": "stop", "usage": {}})).await;
    peer.write(json!({"chi": "error", "sid": "hum-x", "message": "no code, no rid"})).await;
    for expected in [
        ("finish", None),
        ("hum-x", Some(Outcome::Finished)),
        ("error", None),
        ("hum-x", Some(Outcome::Failed)),
    ] {
        let (what, outcome) = soon(order.recv()).await.expect("told");
        assert_eq!((what.as_str(), outcome), expected);
    }
}

#[tokio::test]
async fn comes_back_with_hello_and_without_what_was_meant_for_the_last_connection() {
    let daemon = Daemon::start();
    let client = daemon.client(AT_ONCE);
    let (told, mut order) = mpsc::unbounded_channel();
    let lost = told.clone();
    client.on_disconnect(move |_| drop(lost.send("disconnected".to_owned())));
    client.on_any(move |tone| {
        _ = told.send(tone.text("rid").unwrap_or_default().to_owned());
        std::future::ready(())
    });
    soon(client.connect()).await.expect("connected");
    let mut first = daemon.accept().await;
    assert_eq!(first.read().await.chi(), Some(Chi::Hello));
    // more than a socket takes, so the rest is still queued when the connection ends
    for _ in 0..64 {
        client.prompt("hum-stale", &"x".repeat(65_536)).send().expect("queued");
    }
    first.write_raw(b"{\"chi\":\"log\",\"rid\":\"half").await;
    drop(first);
    let mut second = daemon.accept().await;
    second.write(log("whole", None)).await;
    assert_eq!(
        [soon(order.recv()).await, soon(order.recv()).await],
        ["disconnected", "whole"].map(|told| Some(told.to_owned()))
    );
    client.cancel("hum-fresh").send().expect("queued");
    assert_eq!(second.read().await.chi(), Some(Chi::Hello));
    assert_eq!(second.read().await.sid(), Some("hum-fresh"));
    soon(client.close()).await;
    assert_eq!(second.read_or_end().await, None);
}

#[tokio::test]
async fn connects_again_when_told() {
    let daemon = Daemon::start();
    let (client, first, _rest) = daemon.connected().await;
    let (told, mut losses) = mpsc::unbounded_channel();
    client.on_disconnect(move |loss| _ = told.send(loss.error.is_some()));
    drop(first);
    soon(client.ended()).await;
    soon(client.connect()).await.expect("connected");
    let mut second = daemon.accept().await;
    assert_eq!(second.read().await.chi(), Some(Chi::Hello));
    soon(client.connect()).await.expect("a connection that still stands is given up");
    assert_eq!(second.read_or_end().await, None);
    assert_eq!(daemon.accept().await.read().await.chi(), Some(Chi::Hello));
    assert_eq!([soon(losses.recv()).await, soon(losses.recv()).await], [Some(false); 2]);
    assert_eq!(client.connections(), 3);
}

#[tokio::test]
async fn flushes_on_its_own_close_which_is_final() {
    let daemon = Daemon::start();
    let (client, mut peer, _rest) = daemon.connected().await;
    let (told, mut losses) = mpsc::unbounded_channel();
    client.on_disconnect(move |_| drop(told.send("its own close is no news to the application".to_owned())));
    client.log("info", &"x".repeat(1_000_000)).send().expect("queued");
    client.cancel("hum-x").send().expect("queued");
    let closing = tokio::spawn({
        let client = client.clone();
        async move { client.close().await }
    });
    assert_eq!([peer.read().await.chi(), peer.read().await.chi()], [Some(Chi::Log), Some(Chi::Cancel)]);
    assert_eq!(peer.read_or_end().await, None);
    soon(closing).await.expect("closed");
    assert_eq!(soon(losses.recv()).await, None, "the handler is let go of, and was not called");
    assert!(matches!(client.cancel("hum-x").send(), Err(Error::Closed)));
    assert!(matches!(soon(client.connect()).await, Err(Error::Closed)));
    soon(client.ended()).await;
}

#[tokio::test]
async fn gives_up_a_connect_that_is_closed_meanwhile() {
    let socket = Some("/nonexistent/thrum.sock".into());
    let client =
        Client::new(Hello::new("b"), Options { socket, reconnect: Reconnect::backoff() }).expect("a client");
    let connecting = tokio::spawn({
        let client = client.clone();
        async move { client.connect().await }
    });
    tokio::task::yield_now().await;
    soon(client.close()).await;
    assert!(matches!(soon(connecting).await.expect("ended"), Err(Error::Closed)));
}

#[tokio::test]
async fn says_which_socket_is_not_there() {
    for path in ["/nonexistent/thrum.sock".to_owned(), format!("/tmp/{}", "d".repeat(200))] {
        let options = Options { socket: Some(path.clone().into()), ..Options::default() };
        let client = Client::new(Hello::new("b"), options).expect("a client");
        let error = soon(client.connect()).await.expect_err("no daemon");
        assert!(error.to_string().starts_with(&path), "{error}");
    }
    assert!(matches!(Client::new(Hello::new(""), Options::default()), Err(Error::NoName)));
}

#[tokio::test]
async fn reads_while_a_write_is_blocked() {
    let daemon = Daemon::start();
    let (client, mut peer, mut rest) = daemon.connected().await;
    let text = "x".repeat(4_000_000);
    client.prompt("hum-x", &text).send().expect("queued");
    peer.write(log("1", None)).await;
    assert_eq!(rids(&mut rest).await, ["1"]);
    assert_eq!(peer.read().await.text("text"), Some(text.as_str()));
}

#[tokio::test]
async fn takes_tones_from_many_threads() {
    let daemon = Daemon::start();
    let (client, mut peer, _rest) = daemon.connected().await;
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let client = client.clone();
            thread::spawn(move || {
                for _ in 0..25 {
                    client.log("info", &number.to_string().repeat(20_000)).send().expect("queued");
                }
            })
        })
        .collect();
    let mut rids = HashSet::new();
    for _ in 0..100 {
        let Some(message) = peer.read().await.text("message").map(str::to_owned) else { panic!("a log") };
        assert!(message.len() == 20_000 && message.chars().all(|digit| message.starts_with(digit)));
        rids.insert(message);
    }
    assert_eq!(rids.len(), 4);
    for thread in threads {
        thread.join().expect("no thread fails");
    }
}

#[tokio::test]
async fn carries_wane_both_ways() {
    let daemon = Daemon::start();
    let (client, mut peer, mut rest) = daemon.connected().await;
    let sigil = thrum::sigil("hum-x", "claude-cli");
    peer.write(json!({"chi": "log", "rid": "1", "sigil": sigil, "wane": 7})).await;
    rids::<1>(&mut rest).await;
    assert_eq!(client.tick("hum-x", "claude-cli"), Ok(8));
    client.send(Tone::new(Chi::Cancel).with("sid", "hum-x")).expect("queued");
    let cancel = peer.read().await;
    assert_eq!((cancel.text("sigil"), cancel.get("wane")), (Some(sigil.as_str()), Some(&json!(8))));
    assert_eq!(client.wane().get(&sigil), 8);
}
