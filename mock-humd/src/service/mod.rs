//! Running it: a daemon in the background, found again by the path of its socket.
//!
//! | file | what |
//! |---|---|
//! | `beside` | the files of one daemon: socket, admin socket, pid file, log |
//! | `pid_file` `process` | who runs here, and ending it |
//! | `log` | what a daemon in the background prints |
//! | `manager` | socket activation and readiness, as systemd has them |
//! | `start` `stop` `status` | the commands |

mod beside;
mod log;
pub mod manager;
mod pid_file;
mod process;
mod start;
mod status;
mod stop;

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub use beside::Beside;
pub use log::{Log, Rotation};
pub use pid_file::PidFile;
pub use process::Process;
pub use start::{Starter, restart, start};
pub use status::status;
pub use stop::stop;

/// Waits until there is something to read, or the other side is gone; false where the time was too short.
pub fn readable(descriptor: impl AsFd, within: Duration) -> io::Result<bool> {
    let mut descriptors = [PollFd::new(&descriptor, PollFlags::IN)];
    let within = Timespec::try_from(within).map_err(io::Error::other)?;
    Ok(poll(&mut descriptors, Some(&within))? > 0)
}
