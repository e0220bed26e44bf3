//! What stands at the path.

use std::io::ErrorKind;

use mock_humd::pattern::Scope;
use mock_humd::script::ListenState;
use mock_humd::script::Op;
use serde_json::json;
use tokio::net::UnixStream;

use crate::bench::{bench, line, pends, soon, write};

#[tokio::test]
async fn a_paused_socket_keeps_connections_until_it_is_opened() {
    let mut bench = bench(&[]);
    let path = bench.path.clone();
    bench.daemon.listen(&path, ListenState::Paused).unwrap();
    let mut client = UnixStream::connect(&path).await.unwrap();
    write(&mut client, &json!({"chi": "hello", "rid": "h"})).await;
    assert!(pends(bench.daemon.connected(0)).await);
    bench.daemon.listen(&path, ListenState::Open).unwrap();
    assert_eq!(soon(bench.daemon.greeted(0)).await, Ok(()));
    assert_eq!(line(&mut client).await["chi"], "breath");
}

#[tokio::test]
async fn refusing_and_missing_sockets_fail_as_they_should() {
    let mut bench = bench(&[]);
    let path = bench.path.clone();
    for (state, kind) in [
        (ListenState::Refusing, ErrorKind::ConnectionRefused),
        (ListenState::Missing, ErrorKind::NotFound),
        (ListenState::Refusing, ErrorKind::ConnectionRefused),
    ] {
        bench.daemon.listen(&path, state).unwrap();
        assert_eq!(UnixStream::connect(&path).await.unwrap_err().kind(), kind);
    }
    bench.daemon.listen(&path, ListenState::Open).unwrap();
    bench.client().await;
}

#[tokio::test]
async fn listening_elsewhere_removes_the_former_file() {
    let mut bench = bench(&[]);
    let other = bench.path.with_file_name("other.sock");
    let op = Op::Listen { state: ListenState::Open, at: Some("${dir}/other.sock".to_owned()) };
    let dir = bench.path.parent().unwrap().display().to_string();
    let mut scope = Scope { variables: [("dir".to_owned(), dir)].into(), ..Scope::default() };
    bench.daemon.play(&op, 0, &mut scope).await.unwrap();
    assert!(!bench.path.exists() && other.exists());
    drop(bench.daemon);
    assert!(!other.exists());
}

#[tokio::test]
async fn a_path_beyond_the_systems_limit_is_refused_in_words() {
    let mut bench = bench(&[]);
    let path = bench.path.with_file_name("x".repeat(120));
    let error = bench.daemon.listen(&path, ListenState::Open).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("a socket's path has at most"), "{error}");
}

#[tokio::test]
async fn folders_that_were_made_for_a_socket_go_with_it_unless_they_hold_more() {
    let mut bench = bench(&[]);
    let dir = bench.path.parent().unwrap().to_owned();
    bench.daemon.listen(&dir.join("a/b/x.sock"), ListenState::Open).unwrap();
    bench.daemon.listen(&dir.join("c/d/x.sock"), ListenState::Refusing).unwrap();
    assert!(!dir.join("a").exists() && dir.join("c/d").exists());
    std::fs::write(dir.join("c/mine"), "").unwrap();
    drop(bench.daemon);
    assert!(dir.join("c/mine").exists() && !dir.join("c/d").exists());
}
