//! Sessions by the tens of thousands: what is done for one of them must not look at all the others.
//!
//! Where it does, what follows takes minutes, and the wait for it ends in a fault.

use crate::daemon::Daemon;
use crate::last_lines;

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
