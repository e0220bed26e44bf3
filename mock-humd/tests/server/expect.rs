//! Which lines an expectation takes, and when it ends.

use mock_humd::pattern::Pattern;
use mock_humd::pattern::Scope;
use mock_humd::server::Missed;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

use crate::bench::{Bench, bench, pends, soon, write};

async fn with_lines(lines: &[&str]) -> (Bench, UnixStream) {
    let bench = bench(&[false]);
    let mut client = bench.client().await;
    for line in lines {
        client.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }
    (bench, client)
}

#[tokio::test]
async fn an_expectation_passes_over_what_only_a_name_asks_for() {
    let (bench, _client) = with_lines(&[
        r#"{"chi":"hello","rid":"1"}"#,
        "no json",
        r#"{"chi":"echo","rid":"2"}"#,
        r#"{"chi":"log","rid":"3","message":"x"}"#,
        r#"{"chi":"log","rid":"4","message":"~barrier-1"}"#,
        r#"{"chi":"prompt","rid":"5"}"#,
        r#"{"chi":"log","rid":"6","message":"y"}"#,
        r#"{"rid":"7"}"#,
    ])
    .await;
    for (pattern, rid) in [
        (json!({"rid": {"$type": "string"}}), "5"),
        (json!({"chi": "log"}), "3"),
        (json!({"chi": {"$oneOf": ["log", {"$absent": true}]}}), "7"),
        (json!({"chi": "echo"}), "2"),
        (json!({"chi": "hello"}), "1"),
    ] {
        let expected = bench.expect(std::slice::from_ref(&pattern), false).await;
        assert_eq!((expected.met, bench.rids(&expected.taken)), (true, vec![rid.to_owned()]), "{pattern}");
    }
    // hello skips nothing, not even what is no tone
    let expected = bench.expect(&[json!({"chi": "hello"})], false).await;
    assert_eq!((expected.met, expected.taken), (false, vec![2]));
    assert_eq!(soon(bench.daemon.log_with_message(0, "~barrier-1")).await, Ok(()));
    assert!(pends(bench.daemon.log_with_message(0, "~barrier-1")).await);
}

#[tokio::test]
async fn a_tone_that_does_not_match_is_taken_and_ends_the_expectation() {
    let (bench, _client) = with_lines(&[
        r#"{"chi":"cancel","rid":"1"}"#,
        r#"{"chi":"cancel","rid":"2"}"#,
        r#"{"chi":"cancel","rid":"3"}"#,
    ])
    .await;
    let expected =
        bench.expect(&[json!({"rid": "1"}), json!({"rid": "x"}), json!({"rid": "3"})], false).await;
    assert_eq!((expected.met, bench.rids(&expected.taken)), (false, vec!["1".to_owned(), "2".to_owned()]));
    assert!(bench.expect(&[json!({"rid": "3"})], false).await.met);
}

#[tokio::test]
async fn tones_in_any_order_are_assigned_to_their_patterns() {
    let (bench, mut client) =
        with_lines(&[r#"{"chi":"tool-result","rid":"b"}"#, r#"{"chi":"log","rid":"l"}"#]).await;
    let patterns = [json!({"rid": "a"}), json!({"chi": "log"}), json!({"rid": "b"})];
    let parsed: Vec<_> = patterns.iter().map(|pattern| Pattern::parse(pattern).unwrap()).collect();
    assert!(pends(bench.daemon.expect(0, &parsed, true, &mut Scope::default())).await);
    write(&mut client, &json!({"chi": "tool-result", "rid": "a"})).await;
    let expected = bench.expect(&patterns, true).await;
    assert_eq!((expected.met, bench.rids(&expected.taken).concat()), (true, "alb".to_owned()));
    write(&mut client, &json!({"chi": "tool-result", "rid": "c"})).await;
    write(&mut client, &json!({"chi": "tool-result", "rid": "a"})).await;
    let expected = bench.expect(&[json!({"rid": "a"}), json!({"rid": "b"})], true).await;
    assert_eq!((expected.met, bench.rids(&expected.taken).concat()), (false, "ac".to_owned()));
}

#[tokio::test]
async fn an_expectation_that_is_given_up_takes_and_binds_nothing() {
    let (bench, mut client) = with_lines(&[r#"{"chi":"cancel","rid":"1"}"#]).await;
    let patterns = [json!({"rid": {"$bind": "first"}}), json!({"rid": "2"})];
    let parsed: Vec<_> = patterns.iter().map(|pattern| Pattern::parse(pattern).unwrap()).collect();
    let mut scope = Scope::default();
    assert!(pends(bench.daemon.expect(0, &parsed, false, &mut scope)).await);
    assert!(scope.bound.is_empty());
    write(&mut client, &json!({"chi": "cancel", "rid": "2"})).await;
    assert!(soon(bench.daemon.expect(0, &parsed, false, &mut scope)).await.met);
    assert_eq!(scope.bound["first"], json!("1"));
}

#[tokio::test]
async fn an_expectation_ends_with_the_client() {
    let (bench, client) = with_lines(&[r#"{"chi":"cancel","rid":"1"}"#]).await;
    drop(client);
    let expected = bench.expect(&[json!({}), json!({})], false).await;
    assert_eq!((expected.met, expected.taken.len(), expected.missed), (false, 1, Some(Missed::Ended)));
    assert_eq!(soon(bench.daemon.log_with_message(0, "~barrier-1")).await, Err(Missed::Ended));
}

#[tokio::test]
async fn by_chi_an_expectation_passes_over_every_other_chi() {
    let mut bench = bench(&[false]);
    bench.daemon.expect_by_chi();
    let mut client = bench.client().await;
    for line in [r#"{"chi":"prompt","rid":"1"}"#, r#"{"chi":"tool-result","rid":"2"}"#] {
        client.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }
    let expected = bench.expect(&[json!({"chi": "tool-result"})], false).await;
    assert_eq!((expected.met, bench.rids(&expected.taken)), (true, vec!["2".to_owned()]));
}

#[tokio::test]
async fn a_tone_is_found_wherever_it_stands_and_not_taken() {
    let (bench, mut client) =
        with_lines(&[r#"{"chi":"prompt","rid":"1"}"#, r#"{"chi":"prompt","rid":"2"}"#]).await;
    let taken = bench.expect(&[json!({"rid": "1"})], false).await.taken;
    let is = |rid: &'static str| move |tone: &serde_json::Value| tone["rid"] == rid;
    assert_eq!(soon(bench.daemon.tone_like(0, 0, is("1"))).await, Ok(taken[0]));
    assert!(pends(bench.daemon.tone_like(0, taken[0] + 1, is("1"))).await);
    let second = soon(bench.daemon.tone_like(0, 0, is("2"))).await.unwrap();
    bench.daemon.take(0, second);
    assert!(
        pends(bench.daemon.expect(
            0,
            &[Pattern::parse(&json!({"rid": "2"})).unwrap()],
            false,
            &mut Scope::default()
        ))
        .await
    );
    client.shutdown().await.unwrap();
    assert_eq!(soon(bench.daemon.tone_like(0, 0, is("3"))).await, Err(Missed::Ended));
}
