//! Many connections: at once, one after the other, and more than there may be.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::daemon::{Daemon, allow_files};
use crate::{MEMORY_MAX, numbered, until_files};

#[test]
fn ten_thousand_bees_are_served_in_less_than_100_mb() {
    const BEES: usize = 10_000;
    allow_files(BEES as u64 + 100).unwrap();
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let before = daemon.files().unwrap();
    let mut bees: Vec<_> = (0..BEES)
        .map(|k| {
            if k % 100 == 0 {
                bystander.round_trip().unwrap();
            }
            daemon.bee().unwrap()
        })
        .collect();
    assert!(daemon.memory().unwrap() < 100_000_000, "{} bytes", daemon.memory().unwrap());
    for bee in &mut bees {
        bee.round_trip().unwrap();
    }
    assert!(daemon.memory().unwrap() < 100_000_000, "{} bytes", daemon.memory().unwrap());
    drop(bees);
    until_files(&daemon, &mut bystander, before);
}

#[test]
fn storms_of_bees_that_come_and_vanish_leave_nothing_behind() {
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut bystander = daemon.bee().unwrap();
    let before = daemon.files().unwrap();
    let (is_over, storms) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) && storms.fetch_add(1, Ordering::Relaxed) < 20_000 {
                    for words in [
                        "",
                        "{\"chi\":\"hel",
                        "{\"chi\":\"hello\",\"rid\":\"h\",\"hive\":\"worker\"}\n",
                        "{\"chi\":\"prompt\",\"rid\":\"p\",\"sid\":\"s\",\"content\":\"@wait\"}\n{\"chi\":",
                        &numbered(1).repeat(50),
                        "\n\n\u{0}\n[1]\n{}\n",
                    ] {
                        daemon.connect().unwrap().write(words.as_bytes()).unwrap();
                    }
                }
            });
        }
        let served = (0..2000).try_for_each(|_| bystander.round_trip());
        is_over.store(true, Ordering::Relaxed);
        served.unwrap();
    });
    assert!(storms.into_inner() > 100, "there was no storm");
    until_files(&daemon, &mut bystander, before);
    assert!(daemon.memory().unwrap() < MEMORY_MAX, "{} bytes", daemon.memory().unwrap());
}

#[test]
fn beyond_the_hard_limit_of_files_bees_are_sent_away_and_the_others_served() {
    let daemon = Daemon::start_by("ulimit -n 300 && exec \"$0\" \"$@\"", &["--quiet"]).unwrap();
    assert!(daemon.said.contains("room for 236 connections only: 300 files may be open"), "{}", daemon.said);
    let mut bees: Vec<_> = (0..236).map(|_| daemon.bee().unwrap()).collect();
    for _ in 0..100 {
        assert_eq!(daemon.connect().unwrap().line().unwrap(), None);
    }
    for bee in &mut bees {
        bee.round_trip().unwrap();
    }
    let before = daemon.files().unwrap();
    bees.truncate(230);
    until_files(&daemon, &mut bees[0], before - 6);
    bees.push(daemon.bee().unwrap());
    for bee in &mut bees {
        bee.round_trip().unwrap();
    }
}
