//! The ends of connections, from either side.

use std::io::ErrorKind;

use mock_humd::script::How;
use mock_humd::script::Split;
use mock_humd::server::Missed;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

use crate::bench::{bench, pends, soon, write};

#[tokio::test]
async fn a_full_close_follows_what_was_sent_and_keeps_what_was_written() {
    let mut bench = bench(&[false]);
    let mut client = bench.client().await;
    let reader = tokio::spawn(async move {
        client.write_all(b"{\"rid\":\"last\"}\nhalf").await.unwrap();
        let mut bytes = Vec::new();
        client.read_to_end(&mut bytes).await.map(|_| bytes)
    });
    assert!(bench.expect(&[json!({"rid": "last"})], false).await.met);
    soon(bench.daemon.send(0, &vec![b'x'; 1 << 20], &Split::Whole)).await.unwrap();
    soon(bench.daemon.close(0, How::Full)).await.unwrap();
    assert_eq!(soon(reader).await.unwrap().unwrap().len(), 1 << 20);
    assert!(bench.daemon.is_closed_by_us(0) && !bench.daemon.is_ended(0));
    assert_eq!(bench.crossed()[3..], ["Closed", "> half"]);
    assert_eq!(soon(bench.daemon.send(0, b"x", &Split::Whole)).await, Err(Missed::Ended));
    assert_eq!(soon(bench.daemon.close(0, How::Full)).await, Ok(()));
}

#[tokio::test]
async fn a_full_close_of_a_held_connection_is_an_ordinary_end() {
    let mut bench = bench(&[false]);
    let mut client = bench.client().await;
    bench.daemon.hold(0);
    client.write_all(b"{\"rid\":\"1\"}\n").await.unwrap();
    soon(bench.daemon.close(0, How::Full)).await.unwrap();
    assert_eq!(soon(client.read(&mut [0])).await.unwrap(), 0);
    assert_eq!(bench.crossed(), ["Opened", "Closed", "> {\"rid\":\"1\"}"]);
}

#[tokio::test]
async fn a_full_close_waits_for_the_client_to_read() {
    let mut bench = bench(&[false]);
    let mut client = bench.client().await;
    soon(bench.daemon.send(0, b"unread", &Split::Whole)).await.unwrap();
    #[cfg(target_os = "linux")]
    assert!(pends(bench.daemon.close(0, How::Full)).await);
    soon(client.read_exact(&mut [0; 6])).await.unwrap();
    soon(bench.daemon.close(0, How::Full)).await.unwrap();
}

#[tokio::test]
async fn a_write_half_close_goes_on_reading() {
    let mut bench = bench(&[false]);
    let mut client = bench.client().await;
    soon(bench.daemon.close(0, How::WriteHalf)).await.unwrap();
    assert_eq!(soon(client.read(&mut [0])).await.unwrap(), 0);
    write(&mut client, &json!({"rid": "after"})).await;
    assert!(bench.expect(&[json!({"rid": "after"})], false).await.met);
    drop(client);
    assert_eq!(soon(bench.daemon.ended(0)).await, Ok(()));
    assert_eq!(bench.crossed(), ["Opened", "HalfClosed", "> {\"rid\":\"after\"}", "Eof"]);
}

#[tokio::test]
async fn a_reset_leaves_bytes_unread() {
    let mut bench = bench(&[false]);
    let mut client = bench.client().await;
    bench.daemon.hold(0);
    write(&mut client, &json!({"rid": "1"})).await;
    soon(bench.daemon.close(0, How::Reset)).await.unwrap();
    assert_eq!(soon(client.read(&mut [0])).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(bench.crossed(), ["Opened", "Closed"]);
}

#[tokio::test]
async fn the_ends_of_clients_are_told_apart() {
    let bench = bench(&[false, false]);
    let mut polite = bench.client().await;
    let rude = bench.client().await;
    soon(bench.daemon.send(1, b"unread", &Split::Whole)).await.unwrap();
    polite.shutdown().await.unwrap();
    drop(rude);
    soon(bench.daemon.ended(0)).await.unwrap();
    soon(bench.daemon.ended(1)).await.unwrap();
    let mut crossed = bench.crossed();
    crossed.sort();
    assert_eq!(crossed, ["< unread", "Eof", "Opened", "Opened", "Reset"]);
    // a client that only ended its writes can still be written to
    soon(bench.daemon.send(0, b"late", &Split::Whole)).await.unwrap();
    soon(polite.read_exact(&mut [0; 4])).await.unwrap();
}

#[tokio::test]
async fn shutting_down_closes_everything_and_removes_the_file() {
    let mut bench = bench(&[false, false]);
    let mut clients = [bench.client().await, bench.client().await];
    soon(bench.daemon.shut()).await;
    assert!(!bench.path.exists());
    for client in &mut clients {
        assert_eq!(soon(client.read(&mut [0])).await.unwrap(), 0);
    }
    assert_eq!(bench.daemon.take_transcript().entries.len(), 4);
}
