//! How fast the daemon is and how much it takes, beside bare programs that do the least that could be done. Everything
//! is measured in turns, so that a machine that is busy with other things slows both; medians are printed, with the
//! bounds that they have to keep.
//!
//! `daemon` and `baseline` are the two sides, `flood` and `trips` the loads, `table` what is printed.

mod baseline;
mod daemon;
mod flood;

use std::io;

use baseline::{Baseline, Kind};
use daemon::Daemon;

fn main() -> io::Result<()> {
    if baseline::serve_if_asked()? {
        return Ok(());
    }
    let daemon = Daemon::start(&["--quiet"])?;
    let counter = Baseline::start(Kind::Counter)?;
    eprintln!("daemon {}", daemon.id());
    for _ in 0..9 {
        let count = 500_000;
        let a = flood::flood(&daemon.socket(), 1, count)?.as_secs_f64();
        let b = flood::flood(&counter.socket(), 1, count)?.as_secs_f64();
        eprintln!("{:.2} M/s, {:.2} M/s, ratio {:.2}", 0.5 / a, 0.5 / b, b / a);
    }
    Ok(())
}
