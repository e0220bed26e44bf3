//! A process that is not ours: told to end, and waited for.

use std::io;
use std::time::Duration;

use rustix::process::{Pid, Signal};

pub use system::Process;

impl Process {
    /// A process that we have started.
    pub fn of(child: &std::process::Child) -> io::Result<Self> {
        Self::open(Pid::from_child(child))?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Asks it to end.
    pub fn terminate(&self) -> io::Result<()> {
        self.signal(Signal::TERM)
    }

    /// Ends it, whatever it is doing.
    pub fn kill(&self) -> io::Result<()> {
        self.signal(Signal::KILL)
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        match self.send(signal) {
            Err(rustix::io::Errno::SRCH) => Ok(()),
            sent => Ok(sent?),
        }
    }
}

/// With a descriptor that stays with the process, so that no other one with the same number is meant.
#[cfg(target_os = "linux")]
mod system {
    use super::{Duration, Pid, Signal, io};
    use std::os::fd::OwnedFd;

    use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};

    /// A process.
    #[derive(Debug)]
    pub struct Process {
        pid: Pid,
        descriptor: OwnedFd,
    }

    impl Process {
        /// The process with this number, if there is one.
        pub fn open(pid: Pid) -> io::Result<Option<Self>> {
            match pidfd_open(pid, PidfdFlags::empty()) {
                Ok(descriptor) => Ok(Some(Self { pid, descriptor })),
                Err(rustix::io::Errno::SRCH) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }

        /// Its number.
        pub fn pid(&self) -> i32 {
            self.pid.as_raw_nonzero().get()
        }

        /// Waits until it has ended; false where the time was too short.
        pub fn wait(&self, within: Duration) -> io::Result<bool> {
            super::super::readable(&self.descriptor, within)
        }

        pub(super) fn send(&self, signal: Signal) -> rustix::io::Result<()> {
            pidfd_send_signal(&self.descriptor, signal)
        }
    }
}

/// By its number alone: there is nothing better.
#[cfg(not(target_os = "linux"))]
mod system {
    use super::{Duration, Pid, Signal, io};
    use std::time::Instant;

    use rustix::process::{kill_process, test_kill_process};

    /// How often is looked whether it is still there.
    const LOOK_EVERY: Duration = Duration::from_millis(20);

    /// A process.
    #[derive(Debug)]
    pub struct Process {
        pid: Pid,
    }

    impl Process {
        /// The process with this number, if there is one.
        pub fn open(pid: Pid) -> io::Result<Option<Self>> {
            Ok(test_kill_process(pid).is_ok().then_some(Self { pid }))
        }

        /// Its number.
        pub fn pid(&self) -> i32 {
            self.pid.as_raw_nonzero().get()
        }

        /// Waits until it has ended; false where the time was too short.
        pub fn wait(&self, within: Duration) -> io::Result<bool> {
            let until = Instant::now() + within;
            while test_kill_process(self.pid).is_ok() {
                if Instant::now() >= until {
                    return Ok(false);
                }
                std::thread::sleep(LOOK_EVERY);
            }
            Ok(true)
        }

        pub(super) fn send(&self, signal: Signal) -> rustix::io::Result<()> {
            kill_process(self.pid, signal)
        }
    }
}
