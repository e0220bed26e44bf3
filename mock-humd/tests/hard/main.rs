//! The daemon under bees that mean no good, or too many: the program in a process of its own, the load in this one.
//!
//! Each test has a bystander, whose tones must be answered in order while the others do what they do; how often is
//! counted, and no time is measured. Memory is what the system says the daemon holds. The load needs 10,100 open files:
//! where the hard limit is lower, the test that wants them fails and says so.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod crowd;
#[path = "../../benches/load/daemon.rs"]
mod daemon;
mod half;
mod lines;
mod sessions;
mod slow;

use std::io::Read;
use std::net::Shutdown;

use daemon::{Bee, Daemon};

/// What the daemon may hold where no line is long, in bytes.
const MEMORY_MAX: u64 = 40 << 20;

/// Lets the bystander talk until the daemon has no more files open than that.
fn until_files(daemon: &Daemon, bystander: &mut Bee, wanted: usize) {
    let is_reached = (0..100_000).any(|_| {
        bystander.round_trip().unwrap();
        daemon.files().unwrap() <= wanted
    });
    assert!(is_reached, "{} files stay open", daemon.files().unwrap());
}

/// Ends the bee's writes, and gives every line that still comes.
fn last_lines(bee: &mut Bee) -> Vec<String> {
    bee.stream.get_ref().shutdown(Shutdown::Write).unwrap();
    let mut rest = String::new();
    bee.stream.read_to_string(&mut rest).unwrap();
    assert!(rest.is_empty() || rest.ends_with('\n'), "the last line is cut off: {rest}");
    rest.lines().map(str::to_owned).collect()
}

/// The k-th tone of a bee that numbers them.
fn numbered(k: usize) -> String {
    format!("{{\"chi\":\"load\",\"rid\":\"{k}\",\"text\":\"{}\"}}\n", "x".repeat(150))
}

/// The numbers of the echoes among these lines.
fn echoed(lines: &[String]) -> Vec<usize> {
    let number = |line: &String| {
        line.strip_prefix("{\"chi\":\"echo\",\"rid\":\"")?.split('"').next()?.parse::<usize>().ok()
    };
    lines.iter().filter_map(number).collect()
}
