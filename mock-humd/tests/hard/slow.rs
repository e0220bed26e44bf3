//! Bees that do not read, do not write, or write a byte now and then.

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
