//! Ending a daemon, and waiting until it is gone.

use std::os::unix::net::UnixStream;

use super::{Beside, PidFile, Process, pid_file};
use crate::cli::StopArgs;
use crate::exit::Stop;
use crate::socket;

/// Ends the daemon at the socket; it is fine if there is none.
pub fn stop(args: &StopArgs) -> Result<(), Stop> {
    let beside = Beside::new(&args.at.path());
    let path = beside.socket().display().to_string();
    let broken = |error: std::io::Error| Stop::Broken(format!("{path}: {error}"));
    let Some(process) = pid_file::holder(&beside.pid()).map_err(broken)? else {
        clear(&beside);
        if UnixStream::connect(beside.socket()).is_ok() {
            return Err(Stop::Broken(format!(
                "{path}: somebody listens here without a pid file, and is left alone (hint: what started it stops it)"
            )));
        }
        crate::print(&format!("no daemon runs at {path}\n"));
        return Ok(());
    };
    process.terminate().map_err(broken)?;
    if !process.wait(args.timeout).map_err(broken)? {
        if !args.force {
            let (pid, time) = (process.pid(), args.timeout);
            return Err(Stop::Broken(format!(
                "process {pid} still runs after {time:?} (hint: `--force` kills it)"
            )));
        }
        kill(&process, args)?;
    }
    clear(&beside);
    crate::print(&format!("stopped process {} at {path}\n", process.pid()));
    Ok(())
}

fn kill(process: &Process, args: &StopArgs) -> Result<(), Stop> {
    let pid = process.pid();
    let broken = |error: std::io::Error| Stop::Broken(format!("process {pid}: {error}"));
    process.kill().map_err(broken)?;
    if process.wait(args.timeout).map_err(broken)? {
        return Ok(());
    }
    Err(Stop::Broken(format!("process {pid} still runs after it was killed")))
}

/// Removes what a daemon has left that could not do so itself. What another one uses stays.
fn clear(beside: &Beside) {
    // taking the lock is what shows that nobody else has come, and dropping it removes the file
    let Some(Ok(_lock)) = beside.pid().exists().then(|| PidFile::claim(&beside.pid())) else { return };
    for path in [beside.socket().to_owned(), beside.admin()] {
        // a socket that somebody listens on is not ours
        let _ = socket::claim(&path);
    }
}
