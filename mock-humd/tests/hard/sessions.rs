//! Sessions by the tens of thousands: what is done for one of them must not look at all the others.
//!
//! Where it does, what follows takes minutes, and the wait for it ends in a fault.

use crate::daemon::Daemon;
use crate::{MEMORY_MAX, last_lines};

#[test]
fn a_bee_with_fifty_thousand_open_questions_leaves_at_once() {
    const SESSIONS: usize = 50_000;
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let (mut bystander, mut bee) = (daemon.bee().unwrap(), daemon.bee().unwrap());
    let prompt = |k| format!("{{\"chi\":\"prompt\",\"rid\":\"p\",\"sid\":\"s{k}\",\"text\":\"@permit\"}}\n");
    bee.write((0..SESSIONS).map(prompt).collect::<String>().as_bytes()).unwrap();
    // the stream ends once the daemon has forgotten everything of the bee
    let said = last_lines(&mut bee);
    assert!(said.last().unwrap().contains("\"sid\":\"s49999\""), "{:?}", said.last());
    bystander.round_trip().unwrap();
}

#[test]
fn what_a_worker_says_of_itself_is_not_kept_for_each_session() {
    const SESSIONS: usize = 1000;
    let daemon = Daemon::start(&["--quiet"]).unwrap();
    let mut worker = daemon.connect().unwrap();
    let hive = "h".repeat(60_000);
    worker
        .write(format!("{{\"chi\":\"hello\",\"rid\":\"h\",\"bee\":\"w\",\"hive\":\"{hive}\"}}\n").as_bytes())
        .unwrap();
    assert!(worker.line().unwrap().unwrap().contains("\"breath\""));
    let mut bee = daemon.bee().unwrap();
    let prompt = |k| format!("{{\"chi\":\"prompt\",\"sid\":\"s{k}\"}}\n");
    bee.write((0..SESSIONS).map(prompt).collect::<String>().as_bytes()).unwrap();
    bee.round_trip().unwrap();
    // the worker is given them all, and none to the built-in one, which would have answered
    assert!(daemon.memory().unwrap() < MEMORY_MAX, "{} bytes", daemon.memory().unwrap());
}
