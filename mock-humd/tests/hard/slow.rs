//! Bees that do not read, do not write, or write a byte now and then.

use std::time::Duration;

use mock_humd::engine::Engine;
use mock_humd::nest::{Config, Limits};
use mock_humd::script::ListenState;

use crate::daemon::Daemon;
use crate::{MEMORY_MAX, echoed, last_lines, numbered};

#[test]
fn bees_that_never_read_are_read_from_and_lose_the_oldest_echoes() {
    const TONES: usize = 5000;
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let mut deaf: Vec<_> = (0..50).map(|_| daemon.connect().unwrap()).collect();
    for batch in 0..TONES / 100 {
        let tones: String = (100 * batch..100 * (batch + 1)).map(numbered).collect();
        for bee in &mut deaf {
            bee.write(tones.as_bytes()).unwrap();
        }
        bystander.round_trip().unwrap();
    }
    assert!(daemon.memory().unwrap() < MEMORY_MAX, "{} bytes", daemon.memory().unwrap());
    // once they read, they find what WIRE.md's BP-01 leaves them: in order, and up to the newest
    for mut bee in deaf {
        let echoes = echoed(&last_lines(&mut bee));
        assert!(echoes.is_sorted_by(|one, next| one < next), "{echoes:?}");
        assert!((1024..=TONES).contains(&echoes.len()), "{} echoes", echoes.len());
        assert_eq!(echoes.last(), Some(&(TONES - 1)));
        bystander.round_trip().unwrap();
    }
}

/// The echo of a long rid is long, and stays under way for ever: what comes after it must not cost its length each time.
#[test]
fn a_long_echo_that_is_never_read_does_not_slow_the_others_down() {
    const TONES: usize = 20_000;
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let mut deaf = daemon.connect().unwrap();
    deaf.write(format!("{{\"chi\":\"load\",\"rid\":\"{}\"}}\n", "x".repeat(32 << 20)).as_bytes()).unwrap();
    for batch in 0..TONES / 100 {
        let tones: String = (100 * batch..100 * (batch + 1)).map(numbered).collect();
        deaf.write(tones.as_bytes()).unwrap();
        bystander.round_trip().unwrap();
    }
    let lines = last_lines(&mut deaf);
    assert!(lines[0].len() > 32 << 20);
    assert_eq!(echoed(&lines), (TONES - 1023..TONES).collect::<Vec<_>>());
}

/// Long echoes for many bees that do not read: together they stay within the bound of all, and nobody loses the newest.
#[tokio::test]
async fn what_waits_for_all_bees_together_is_bounded() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixStream;

    const BOUND: usize = 8 << 20;
    let dir = tempfile::tempdir().unwrap();
    let limits = Limits { queues_bytes_max: BOUND, ..Limits::default() };
    let mut engine = Engine::new(Config { limits, ..Config::default() }, dir.path().join("thrum.sock"));
    engine.listen(ListenState::Open).unwrap();
    let long = "x".repeat(10 << 10);
    let mut tones = String::new();
    (0..100).for_each(|k| tones += &format!("{{\"chi\":\"load\",\"rid\":\"{k}{long}\"}}\n"));
    let mut bees = Vec::new();
    for _ in 0..100 {
        let mut bee = UnixStream::connect(engine.path()).await.unwrap();
        bee.write_all(tones.as_bytes()).await.unwrap();
        bees.push(bee);
    }
    let mut read = 0;
    for bee in &mut bees {
        bee.shutdown().await.unwrap();
        let mut text = String::new();
        let rest = tokio::time::timeout(Duration::from_secs(30), bee.read_to_string(&mut text));
        rest.await.unwrap().unwrap();
        assert!(text.lines().last().unwrap().contains("\"rid\":\"99x"), "the newest is lost");
        read += text.len();
    }
    // besides what waited there is what the sockets held, and 64 KiB for each bee
    let besides = bees.len() * ((256 << 10) + (64 << 10));
    assert!(read < BOUND + besides && read < bees.len() * tones.len() / 2, "{read} bytes");
}

#[test]
fn bees_that_never_write_are_waited_for() {
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let mut mute: Vec<_> = (0..200).map(|_| daemon.connect().unwrap()).collect();
    for _ in 0..500 {
        bystander.round_trip().unwrap();
    }
    // nothing has come to them: the breath is the first
    for bee in &mut mute {
        bee.hello().unwrap();
    }
    assert!(daemon.memory().unwrap() < MEMORY_MAX, "{} bytes", daemon.memory().unwrap());
}

/// A byte a second, with the second left out: between two bytes the daemon answers somebody else, and so has
/// certainly seen the first.
#[test]
fn bees_that_write_byte_by_byte_take_little_memory_and_are_answered_at_the_end() {
    const TONE: &[u8] =
        b"{\"chi\":\"hello\",\"rid\":\"hello-0\",\"bee\":\"slow\",\"version\":\"1.2.3\",\"chis\":[\"ask\"]}\n";
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let mut slow: Vec<_> = (0..400).map(|_| daemon.connect().unwrap()).collect();
    let mut most = 0;
    for byte in TONE {
        for bee in &mut slow {
            bee.write(&[*byte]).unwrap();
        }
        bystander.round_trip().unwrap();
        most = most.max(daemon.memory().unwrap());
    }
    assert!(most < MEMORY_MAX, "{most} bytes");
    for bee in &mut slow {
        assert!(bee.line().unwrap().unwrap().starts_with("{\"chi\":\"breath\","));
        bee.round_trip().unwrap();
    }
}
