//! Holding, limits, whole operations, and following along.

use std::io::ErrorKind;

use mock_humd::pattern::Pattern;
use mock_humd::pattern::Scope;
use mock_humd::pattern::Template;
use mock_humd::script::How;
use mock_humd::script::Op;
use mock_humd::server::Limits;
use mock_humd::server::Missed;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

use crate::bench::{bench, bench_with, line, pends, soon, write};

#[tokio::test]
async fn a_held_connection_is_not_read_until_it_is_resumed() {
    let bench = bench(&[]);
    let mut client = bench.client().await;
    write(&mut client, &json!({"chi": "hello", "rid": "h"})).await;
    soon(bench.daemon.greeted(0)).await.unwrap();
    bench.daemon.hold(0);
    assert_eq!(bench.daemon.unread(0).unwrap(), 0);
    write(&mut client, &json!({"rid": "1"})).await;
    assert_eq!(bench.daemon.unread(0).unwrap(), 12);
    let pattern = [Pattern::parse(&json!({"rid": "1"})).unwrap()];
    assert!(pends(bench.daemon.expect(0, &pattern, false, &mut Scope::default())).await);
    assert_eq!(bench.daemon.unread(0).unwrap(), 12);
    bench.daemon.resume(0);
    assert!(bench.expect(&[json!({"rid": "1"})], false).await.met);
    assert_eq!(bench.daemon.unread(7).unwrap_err().kind(), ErrorKind::NotConnected);
}

#[tokio::test]
async fn a_line_over_the_limit_is_noted_and_the_next_is_read() {
    let bench = bench_with(Limits { line_max: 20, ..Limits::default() }, vec![false]);
    let mut client = bench.client().await;
    client.write_all(&[b'x'; 1000]).await.unwrap();
    client.write_all(b"\n{\"rid\":\"next\"}\n").await.unwrap();
    assert!(bench.expect(&[json!({"rid": "next"})], false).await.met);
    assert_eq!(bench.crossed(), ["Opened", "TooLong { line_max: 20 }", "> {\"rid\":\"next\"}"]);
}

#[tokio::test]
async fn limits_end_every_wait() {
    let bench = bench_with(
        Limits { transcript_bytes_max: 100, connections_max: 1, ..Limits::default() },
        vec![false],
    );
    let mut client = bench.client().await;
    let mut second = UnixStream::connect(&bench.path).await.unwrap();
    assert_eq!(soon(second.read(&mut [0])).await.unwrap(), 0);
    let expected = bench.expect(&[json!({"rid": "1"})], false).await;
    assert_eq!(expected.missed, Some(Missed::TooMany));
    assert_eq!(soon(bench.daemon.greeted(1)).await, Err(Missed::TooMany));
    client.write_all(b"x\n").await.unwrap();
    assert_eq!(bench.crossed(), ["Opened"]);
}

#[tokio::test]
async fn operations_are_played_in_order() {
    let mut bench = bench(&[]);
    let mut client = bench.client().await;
    write(&mut client, &json!({"chi": "hello", "rid": "h"})).await;
    let mut scope = Scope::default();
    let expect = Op::Expect {
        patterns: vec![Pattern::parse(&json!({"chi": "prompt", "sid": {"$bind": "sid"}})).unwrap()],
        any_order: false,
    };
    let send = Op::Send {
        tones: vec![
            Template::parse(&json!({"chi": "chunk", "sid": {"$ref": "sid"}})).unwrap(),
            Template::parse(&json!({"chi": "finish", "sid": {"$ref": "sid"}})).unwrap(),
        ],
    };
    let unbound = soon(bench.daemon.play(&send, 0, &mut scope)).await;
    assert_eq!(unbound, Err(Missed::Unbound { name: "sid".to_owned() }));
    write(&mut client, &json!({"chi": "prompt", "sid": "hum-x"})).await;
    assert!(soon(bench.daemon.play(&expect, 0, &mut scope)).await.unwrap().met);
    soon(bench.daemon.play(&send, 0, &mut scope)).await.unwrap();
    assert_eq!(line(&mut client).await["chi"], "breath");
    assert_eq!(line(&mut client).await, json!({"chi": "chunk", "sid": "hum-x"}));
    assert_eq!(line(&mut client).await, json!({"chi": "finish", "sid": "hum-x"}));
    soon(bench.daemon.play(&Op::Close { how: How::Full }, 0, &mut scope)).await.unwrap();
    assert!(pends(bench.daemon.play(&Op::Accept, 1, &mut scope)).await);
}

#[tokio::test]
async fn a_tap_gives_each_entry_once() {
    let bench = bench(&[false]);
    let mut tap = bench.daemon.tap();
    let mut client = bench.client().await;
    write(&mut client, &json!({"rid": "1"})).await;
    assert!(bench.expect(&[json!({"rid": "1"})], false).await.met);
    assert_eq!(soon(tap.next()).await.len(), 2);
    assert!(pends(tap.next()).await);
    drop(client);
    soon(bench.daemon.ended(0)).await.unwrap();
    assert_eq!(tap.rest().len(), 1);
    assert_eq!(tap.rest().len(), 0);
}

#[tokio::test]
async fn a_client_that_only_ended_its_writes_is_over_but_not_gone() {
    let bench = bench(&[false, false]);
    let mut half = bench.client().await;
    drop(bench.client().await);
    half.write_all(b"{\"rid\":\"1\"}\n").await.unwrap();
    half.shutdown().await.unwrap();
    soon(bench.daemon.ended(0)).await.unwrap();
    assert!(bench.daemon.is_over(0) && pends(bench.daemon.hung_up(0)).await);
    soon(bench.daemon.hung_up(1)).await;
    let tones: Vec<_> = (0..bench.daemon.entries()).filter_map(|entry| bench.daemon.tone(entry)).collect();
    assert_eq!(tones, [json!({"rid": "1"})]);
}
