//! What the daemon does wrong when it is told to.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use mock_humd::nest::{Breath, Config, Faults, Limits, Overflow, Personality, Writing};
use serde_json::{Value, json};

use crate::routing::now_ms;
use crate::stage::{Bee, Stage, chis};

fn stage(faults: Faults) -> Stage {
    Stage::with(Config { faults, seed: 7, ..Config::default() })
}

fn mark(bee: &Bee, n: usize) {
    bee.say(&json!({ "chi": "perf-mark", "rid": format!("m-{n}"), "label": "l", "phase": "p", "t": 1 }));
}

fn rids(tones: &[Value]) -> Vec<String> {
    tones.iter().map(|tone| tone["rid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn latency_and_jitter_hold_tones_back_in_order() {
    let ms = Duration::from_millis;
    let stage = stage(Faults { latency: ms(40), jitter: ms(20), ..Faults::default() });
    let bee = stage.bee("b");
    let asked = Instant::now();
    (0..50).for_each(|n| mark(&bee, n));
    let tones: Vec<_> = (0..50).map(|_| bee.tone()).collect();
    assert!(asked.elapsed() >= ms(40));
    assert_eq!(rids(&tones), (0..50).map(|n| format!("m-{n}")).collect::<Vec<_>>());
}

#[cfg(target_os = "linux")]
#[test]
fn dribbled_bytes_are_read_so_many_at_a_time() {
    let stage = stage(Faults { dribble: Some(3), ..Faults::default() });
    let bee = stage.connect();
    bee.say(&json!({ "chi": "hello", "rid": "h", "bee": "b", "protoVersion": "0.7.0" }));
    let (mut whole, mut bytes) = (Vec::new(), [0; 64]);
    while !whole.ends_with(b"\n") {
        let count = bee.stream().read(&mut bytes).unwrap();
        assert!((1..=3).contains(&count), "{count}");
        whole.extend_from_slice(&bytes[..count]);
    }
    assert!(whole.starts_with(b"{\"chi\":\"breath\""));
    // far more pieces than may be under way at one time
    (0..400).for_each(|n| mark(&bee, n));
    bee.sync();
}

#[test]
fn the_same_seed_loses_the_same_tones() {
    let lost = |seed| {
        let stage = Stage::with(Config { seed, ..Config::default() });
        let bee = stage.bee("b");
        stage.handle.set_faults(Faults { drop: Some(3), duplicate: Some(5), ..Faults::default() });
        (0..200).for_each(|n| mark(&bee, n));
        stage.wait(|peers| peers[0].counts.received == 202);
        stage.handle.set_faults(Faults::default());
        rids(&bee.sync())
    };
    let some = lost(7);
    assert_eq!(some, lost(7));
    assert_ne!(some, lost(8));
    let once = |n: usize| some.iter().filter(|rid| **rid == format!("m-{n}")).count();
    let counts: Vec<_> = (0..200).map(once).collect();
    assert!(counts.contains(&0) && counts.contains(&1) && counts.contains(&2), "{counts:?}");
}

#[test]
fn a_corrupt_tone_differs_in_one_byte() {
    let stage = stage(Faults { corrupt: Some(1), breath: Breath::None, ..Faults::default() });
    let mut bee = stage.connect();
    bee.trusts = false;
    for n in 0..50 {
        mark(&bee, n);
        let wanted = format!("{{\"chi\":\"echo\",\"rid\":\"m-{n}\",\"from\":\"daemon\",\"ok\":true}}");
        let line = bee.line().unwrap();
        assert_eq!(line.len(), wanted.len());
        assert_eq!(line.iter().zip(wanted.bytes()).filter(|(got, wanted)| **got != *wanted).count(), 1);
    }
}

#[test]
fn a_daemon_that_stops_reading_reads_hello_only() {
    let stage = stage(Faults { stop_reading: true, ..Faults::default() });
    let bee = stage.connect();
    bee.say(&json!({ "chi": "hello", "rid": "h", "bee": "b", "protoVersion": "0.7.0" }));
    assert_eq!(bee.tone()["chi"], "breath");
    bee.stream().set_nonblocking(true).unwrap();
    let line = b"{\"chi\":\"cancel\",\"rid\":\"c\",\"sid\":\"s\"}\n".repeat(1000);
    let full = loop {
        if let Err(error) = bee.stream().write(&line) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
    assert_eq!(stage.handle.peers()[0].counts.received, 1);
}

#[test]
fn a_full_queue_loses_the_oldest_or_the_newest() {
    for (overflow, wanted) in [(Overflow::DropOldest, [6, 7, 8, 9]), (Overflow::DropNewest, [0, 1, 2, 3])] {
        let stage = stage(Faults {
            stop_writing: true,
            overflow: Some(overflow),
            queue: Some(4),
            ..Faults::default()
        });
        let bee = stage.connect();
        bee.say(&json!({ "chi": "hello", "rid": "h", "bee": "b", "protoVersion": "0.7.0" }));
        assert_eq!(bee.tone()["chi"], "breath");
        (0..10).for_each(|n| mark(&bee, n));
        stage.wait(|peers| peers[0].counts.received == 11);
        let peer = &stage.handle.peers()[0];
        assert_eq!((peer.queued, peer.counts.lost, peer.counts.sent), (4, 6, 1));
        stage.handle.change(|nest| {
            let slot = nest.named("b")[0];
            nest.peer(slot).unwrap().writing = Writing::Open;
            nest.wake(slot);
        });
        let got: Vec<_> = (0..4).map(|_| bee.tone()).collect();
        assert_eq!(rids(&got), wanted.map(|n| format!("m-{n}")));
    }
}

#[test]
fn a_connection_is_closed_after_so_many_tones() {
    let stage = stage(Faults { close_after: Some(3), ..Faults::default() });
    let bee = stage.connect();
    bee.say(&json!({ "chi": "hello", "rid": "h", "bee": "b", "protoVersion": "0.7.0" }));
    (0..2).for_each(|n| mark(&bee, n));
    let rest = String::from_utf8(bee.rest()).unwrap();
    let said: Vec<Value> = rest.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(chis(&said), ["breath", "echo", "echo"], "what waits is written first");
    stage.bee("the next one is served");
}

#[test]
fn a_daemon_that_starts_anew_has_forgotten_everything() {
    let stage = stage(Faults { restart_after: Some(4), ..Faults::default() });
    let (first, second) = (stage.connect(), stage.connect());
    first.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "@wait" }));
    first.until("chunk");
    for n in 0..3 {
        mark(&second, n);
    }
    first.rest();
    second.rest();
    stage.wait_for_socket();
    let third = stage.connect();
    third.say(&json!({ "chi": "cancel", "rid": "c", "sid": "s" }));
    assert_eq!(third.answers(), Vec::<Value>::new(), "no turn is left to cancel");
}

#[test]
fn hello_is_breathed_at_as_the_fault_says() {
    for (personality, breath, early, late) in [
        (Personality::Document, Breath::None, 0, vec![]),
        (Personality::Document, Breath::Before, 1, vec![]),
        (Personality::Document, Breath::Twice, 0, vec!["breath", "breath"]),
        (Personality::Live, Breath::None, 0, vec!["echo"]),
        (Personality::Live, Breath::Before, 1, vec!["echo"]),
        (Personality::Live, Breath::Twice, 0, vec!["echo", "breath", "breath"]),
    ] {
        let faults = Faults { breath, ..Faults::default() };
        let stage = Stage::with(Config { personality, faults, ..Config::default() });
        let bee = stage.connect();
        for _ in 0..early {
            assert_eq!(bee.tone()["chi"], "breath");
        }
        bee.say(&json!({ "chi": "hello", "rid": "h", "bee": "b", "protoVersion": "0.7.0" }));
        assert_eq!(chis(&bee.sync()), late, "{personality:?} {breath:?}");
    }
}

#[test]
fn a_skewed_clock_decides_what_has_expired() {
    let stage = stage(Faults { clock_skew_ms: 7_200_000, ..Faults::default() });
    let bee = stage.bee("b");
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "hi", "dusk": now_ms() + 3_600_000 }));
    assert_eq!(bee.sync()[0]["error"], "past dusk");
}

#[test]
fn a_line_without_an_end_closes_its_connection_alone() {
    let limits = Limits { line_max: 100_000, ..Limits::default() };
    let stage = Stage::with(Config { limits, ..Config::default() });
    let (endless, other) = (stage.bee("endless"), stage.bee("other"));
    endless.write(b"{\"chi\":\"log\",\"message\":\"");
    let mut said = Vec::new();
    while said.is_empty() {
        // the daemon may close in the middle of a write
        if endless.stream().write_all(&[b'x'; 10_000]).is_err() {
            break;
        }
        other.sync();
        if stage.handle.peers().len() == 1 {
            said = endless.rest();
        }
    }
    let said = if said.is_empty() { endless.rest() } else { said };
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("a line is longer than 100000 bytes: the connection is closed"), "{said}");
    other.sync();
}

#[test]
fn begun_lines_of_all_connections_have_a_bound_together() {
    let limits = Limits { rest_bytes_max: 1_000_000, ..Limits::default() };
    let stage = Stage::with(Config { limits, ..Config::default() });
    let bees: Vec<_> = (0..30).map(|n| stage.bee(&format!("b{n}"))).collect();
    for bee in &bees {
        // some are closed on the way
        let _ = bee.stream().write_all(&vec![b'x'; 50_000]);
    }
    stage.wait(|peers| peers.len() < 30);
    let last = stage.bee("last");
    last.sync();
    let closed = bees.iter().filter(|bee| bee.stream().write_all(b"\n").is_err()).count();
    assert!((1..30).contains(&closed), "{closed}");
}
