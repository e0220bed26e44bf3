//! How fast the daemon is and how much it takes, beside bare programs that do the least that could be done.
//!
//! What is compared is measured in turns, so that a machine that is busy with other things slows both sides; medians
//! are printed, with the bounds that they have to keep. Ends with 1 where one is missed.
//!
//! `daemon` and `baseline` are the two sides, `processors` where they are, `flood` and `trips` the loads, `table` what is
//! printed.

#![expect(clippy::cast_precision_loss, reason = "figures are printed with two digits")]

mod baseline;
mod daemon;
mod flood;
mod processors;
mod table;
mod trips;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use baseline::{Baseline, Kind};
use daemon::Daemon;
use table::{Bound, Table, median};

/// How often each side has its turn.
const TURNS: usize = 11;

fn main() -> io::Result<ExitCode> {
    if baseline::serve_if_asked()? {
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::default();
    throughput(&mut table)?;
    lockstep(&mut table)?;
    crowds(&mut table)?;
    start(&mut table)?;
    idle(&mut table)?;
    Ok(if table.missed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Millions of tones a second on one connection, with 512 unanswered.
fn throughput(table: &mut Table) -> io::Result<()> {
    const TONES: usize = 200_000;
    let dir = tempfile::tempdir()?;
    let transcript = dir.path().join("transcript.ndjson");
    let transcript_arg = transcript.to_string_lossy();
    let quiet = Daemon::start(&["--quiet"])?;
    let counter = Baseline::start(Kind::Counter)?;
    let (mut off, mut on, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let mut alone = Vec::new();
    for _ in 0..TURNS {
        let before = busy(&quiet)?;
        off.push(rate(&quiet.socket(), 1, TONES)?);
        alone.push(TONES as f64 / busy(&quiet)?.saturating_sub(before).as_secs_f64() / 1e6);
        // a new one each time, so that no disk fills up
        let written = Daemon::start(&["--transcript", &transcript_arg])?;
        on.push(rate(&written.socket(), 1, TONES)?);
        written.end()?;
        whole(&transcript, TONES)?;
        bare.push(rate(&counter.socket(), 1, TONES)?);
    }
    table.row(
        "512 unanswered tones, transcript off",
        median(off.clone()),
        "M tones/s",
        Bound::AtLeast(1.5),
    )?;
    table.row(
        "  for each second that it had a processor",
        median(alone),
        "M tones/s",
        Bound::AtLeast(1.5),
    )?;
    table.row("the same, transcript written to a file", median(on), "M tones/s", Bound::AtLeast(0.75))?;
    table.row("a loop that counts LFs and parses nothing", median(bare.clone()), "M tones/s", Bound::None)?;
    let shares = off.iter().zip(&bare).map(|(off, bare)| off / bare).collect();
    table.row("  share of it, transcript off, turn by turn", median(shares), "", Bound::None)
}

/// The median time of one tone and its answer, beside that of a program that writes back what it reads. Whether both
/// ends share a processor makes more of a difference than any program, so it is not left to the system where a bound
/// has to be kept.
fn lockstep(table: &mut Table) -> io::Result<()> {
    let all = processors::allowed()?;
    let one = &all[..1];
    trips(table, "both ends on one processor", one, one, Bound::AtMost(1.3))?;
    match all.get(1..2) {
        Some(other) => trips(table, "each end on its own processor", other, one, Bound::AtMost(1.3))?,
        None => writeln!(io::stdout(), "left out: each end on its own processor, for there is one")?,
    }
    trips(table, "where the system puts them", &all, &all, Bound::None)
}

/// With the daemon on these processors, and this program on those.
fn trips(table: &mut Table, placed: &str, daemons: &[usize], bees: &[usize], bound: Bound) -> io::Result<()> {
    const TRIPS: usize = 5000;
    // a program starts where the one that starts it is
    processors::stay_on(daemons)?;
    let daemon = Daemon::start(&["--quiet"])?;
    let mirror = Baseline::start(Kind::Mirror)?;
    processors::stay_on(bees)?;
    let (mut times, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..2 * TURNS {
        let time = trips::trips(&daemon.socket(), TRIPS)?.as_secs_f64();
        ratios.push(time / trips::trips(&mirror.socket(), TRIPS)?.as_secs_f64());
        times.push(time * 1e6);
    }
    table.row(&format!("one tone at a time, {placed}"), median(times), "µs", Bound::None)?;
    table.row("  against a bare socket echo, turn by turn", median(ratios), "times", bound)
}

/// The same number of tones over more connections, beside one.
fn crowds(table: &mut Table) -> io::Result<()> {
    const TONES: usize = 400_000;
    daemon::allow_files(1100)?;
    let daemon = Daemon::start(&["--quiet"])?;
    for connections in [10, 100, 1000] {
        let mut shares = Vec::new();
        for _ in 0..TURNS {
            let one = rate(&daemon.socket(), 1, TONES)?;
            shares.push(rate(&daemon.socket(), connections, TONES / connections)? / one);
        }
        let name = format!("{connections} connections against one, turn by turn");
        table.row(&name, median(shares), "times", Bound::AtLeast(0.7))?;
    }
    Ok(())
}

/// From the start of the program to the first breath; beside the start of a program that does nothing else.
fn start(table: &mut Table) -> io::Result<()> {
    let (mut starts, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..2 * TURNS {
        let begin = Instant::now();
        let daemon = Daemon::start(&["--quiet"])?;
        daemon.bee()?;
        starts.push(begin.elapsed().as_secs_f64() * 1e3);
        let begin = Instant::now();
        let mirror = Baseline::start(Kind::Mirror)?;
        trips::trips(&mirror.socket(), 1)?;
        bares.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    table.row("from the start to the first breath", median(starts), "ms", Bound::AtMost(20.0))?;
    table.row("  a bare socket echo, from the start to its first", median(bares), "ms", Bound::None)
}

/// What 10,000 bees take that have said hello and nothing else.
fn idle(table: &mut Table) -> io::Result<()> {
    const BEES: usize = 10_000;
    daemon::allow_files(BEES as u64 + 100)?;
    let daemon = Daemon::start(&["--quiet"])?;
    let mut bees = (0..BEES).map(|_| daemon.bee()).collect::<io::Result<Vec<_>>>()?;
    let megabytes = |daemon: &Daemon| Ok::<_, io::Error>(daemon.memory()? as f64 / 1e6);
    table.row("10,000 idle connections", megabytes(&daemon)?, "MB", Bound::AtMost(100.0))?;
    bees.iter_mut().try_for_each(daemon::Bee::round_trip)?;
    if daemon.files()? < BEES {
        return Err(io::Error::other("the daemon has let connections go"));
    }
    Ok(())
}

/// Millions of tones a second.
fn rate(socket: &Path, connections: usize, tones: usize) -> io::Result<f64> {
    let time = flood::flood(socket, connections, tones)?.as_secs_f64();
    Ok((connections * tones) as f64 / time / 1e6)
}

/// How long the daemon's one thread has had a processor.
fn busy(daemon: &Daemon) -> io::Result<Duration> {
    let nanos = daemon.says("schedstat")?.split(' ').next().and_then(|nanos| nanos.parse().ok());
    nanos.map(Duration::from_nanos).ok_or_else(|| io::Error::other("the system does not say how busy it is"))
}

/// A transcript counts only where each tone and each echo stands in it.
fn whole(transcript: &Path, tones: usize) -> io::Result<()> {
    let written = std::fs::read(transcript)?;
    let lines = memchr::memmem::find_iter(&written, b",\"tone\":{").count();
    if lines == 2 * tones {
        return Ok(());
    }
    Err(io::Error::other(format!("the transcript has {lines} tones of {}", 2 * tones)))
}
