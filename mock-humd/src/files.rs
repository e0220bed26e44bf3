//! Open files: each connection is one, and systems allow few of them unless asked.

use std::io::{self, Write};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is open besides connections: the socket, standard streams, the transcript, what the runtime needs.
const BESIDES: u64 = 64;

/// Below so many connections it is worth a word that there is room for no more.
const PLENTY: usize = 10_000;

/// Raises the limit of open files as far as this process may; gives for how many connections there is room, at
/// most `wanted`, and says so where that is few.
pub fn make_room(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let needed = wanted as u64 + BESIDES;
    let raised = limit.maximum.map_or(needed, |hard| hard.min(needed));
    let is_enough = limit.current.is_none_or(|soft| soft >= raised);
    let is_raised =
        is_enough || setrlimit(Resource::Nofile, Rlimit { current: Some(raised), ..limit }).is_ok();
    let files = if is_raised { raised } else { limit.current.unwrap_or(raised) };
    // a few connections are worth trying however few files there are
    let room = usize::try_from(files.saturating_sub(BESIDES)).unwrap_or(wanted).clamp(1, wanted);
    if room < PLENTY.min(wanted) {
        // nobody may be listening
        let _ = writeln!(
            io::stderr(),
            "mock-humd: room for {room} connections only: {files} files may be open (hint: `ulimit -Hn` says \
             how many the system allows)"
        );
    }
    room
}
