//! Hello and breath, done by the mock itself.

use std::io::ErrorKind;

use mock_humd::server::Missed;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::bench::{bench, line, pends, soon, write};

#[tokio::test]
async fn hello_is_answered_by_one_breath() {
    let bench = bench(&[]);
    let mut client = bench.client().await;
    assert!(pends(bench.daemon.greeted(0)).await);
    client
        .write_all(b"{\"chi\":\"hello\",\"rid\":\"h\"}\n{\"chi\":\"prompt\",\"rid\":\"p\"}\n")
        .await
        .unwrap();
    assert_eq!(soon(bench.daemon.greeted(0)).await, Ok(()));
    let breath = line(&mut client).await;
    assert_eq!(
        breath,
        json!({"chi": "breath", "rid": "breath-0", "from": "daemon", "protoVersion": "0.7.0"})
    );
    let expected = bench.expect(&[json!({"chi": "prompt"})], false).await;
    assert!(expected.met);
    assert_eq!(
        bench.crossed(),
        [
            "Opened",
            "> {\"chi\":\"hello\",\"rid\":\"h\"}",
            "< {\"chi\":\"breath\",\"rid\":\"breath-0\",\"from\":\"daemon\",\"protoVersion\":\"0.7.0\"}",
            "> {\"chi\":\"prompt\",\"rid\":\"p\"}",
        ]
    );
}

#[tokio::test]
async fn a_first_line_that_is_no_hello_is_not_greeted() {
    for first in ["{\"chi\":\"prompt\"}\n", "nonsense\n", "\n"] {
        let bench = bench(&[]);
        let mut client = bench.client().await;
        client.write_all(first.as_bytes()).await.unwrap();
        write(&mut client, &json!({"chi": "hello"})).await;
        assert_eq!(soon(bench.daemon.greeted(0)).await, Err(Missed::NotHello { line: 1 }), "{first:?}");
    }
}

#[tokio::test]
async fn a_client_that_goes_before_hello_has_ended() {
    let bench = bench(&[]);
    drop(bench.client().await);
    assert_eq!(soon(bench.daemon.greeted(0)).await, Err(Missed::Ended));
    assert!(bench.daemon.is_ended(0));
}

#[tokio::test]
async fn a_connection_whose_script_greets_is_left_alone() {
    let bench = bench(&[false]);
    let mut client = bench.client().await;
    assert_eq!(soon(bench.daemon.greeted(0)).await, Ok(()));
    write(&mut client, &json!({"chi": "hello", "rid": "h"})).await;
    let expected = bench.expect(&[json!({"chi": "hello"})], false).await;
    assert_eq!((expected.met, bench.rids(&expected.taken)), (true, vec!["h".to_owned()]));
    assert_eq!(client.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[tokio::test]
async fn many_daemons_live_in_one_thread() {
    let mut benches: Vec<_> = (0..50).map(|_| bench(&[])).collect();
    let mut clients = Vec::new();
    for bench in &benches {
        clients.push(bench.client().await);
    }
    for client in &mut clients {
        write(client, &json!({"chi": "hello", "rid": "h"})).await;
    }
    for (bench, client) in benches.iter_mut().zip(&mut clients) {
        soon(bench.daemon.greeted(0)).await.unwrap();
        assert_eq!(line(client).await["chi"], "breath");
        soon(bench.daemon.shut()).await;
    }
}
