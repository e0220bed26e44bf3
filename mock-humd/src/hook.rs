//! Hooks: programs that are shown each tone, one line of JSON each on their stdin.
//!
//! A hook is a process that lives as long as the daemon. A thread of its own writes to it, so that the daemon never
//! waits; what a hook is too slow for is left out and counted. One that ends early is started again, after a while
//! that doubles each time, and goes on with the next whole line.

use std::io::{self, Write};
use std::mem;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mock_humd::engine::{Filter, Recorder, Recording};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::service::Process;

/// So much may wait for a hook.
const WAITING_BYTES_MAX: usize = 16 << 20;

/// The shortest time before another start, twice that the first time.
const REST_MIN: Duration = Duration::from_millis(50);

/// The longest time before another start; a hook that lived longer starts anew with the shortest.
const REST_MAX: Duration = Duration::from_secs(10);

/// A program that is shown each tone.
#[derive(Debug)]
pub struct Hook {
    state: Arc<State>,
    recording: Recording,
}

#[derive(Debug)]
struct State {
    command: String,
    starts: AtomicU64,
    process: Mutex<Processes>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct Processes {
    child: Option<Child>,
    /// No other one is to be started.
    is_over: bool,
}

/// What the thread writes to.
struct Pipe {
    state: Arc<State>,
    stdin: Option<ChildStdin>,
    started: Instant,
    /// Of the last line only a part has been written.
    is_mid_line: bool,
    /// What comes next is the rest of a line that the last process had begun to read.
    is_torn: bool,
    rest: Duration,
}

impl Hook {
    /// Starts a command of the shell, and gives the tap that shows it what crosses.
    pub fn start(command: &str) -> io::Result<(Self, Recorder)> {
        let state = State {
            command: command.to_owned(),
            starts: AtomicU64::new(0),
            process: Mutex::default(),
            bell: Condvar::new(),
        };
        let stdin = state.spawn(&mut state.lock())?;
        let state = Arc::new(state);
        let (recorder, recording) = Recorder::start(Pipe {
            state: Arc::clone(&state),
            stdin,
            started: Instant::now(),
            is_mid_line: false,
            is_torn: false,
            rest: REST_MIN,
        });
        let recorder =
            recorder.only(Filter { tones_only: true, ..Filter::default() }).waiting(WAITING_BYTES_MAX);
        Ok((Self { state, recording }, recorder))
    }

    /// The command.
    pub fn command(&self) -> &str {
        &self.state.command
    }

    /// How many tones it was not shown because it was too slow.
    pub fn skipped(&self) -> u64 {
        self.recording.skipped()
    }

    /// How many times it was started.
    pub fn starts(&self) -> u64 {
        self.state.starts.load(Ordering::Relaxed)
    }

    /// Shows it what waits, ends its stdin and waits for it to end, all within a time; after that it is killed.
    pub fn end(&self, within: Duration) {
        let until = Instant::now() + within;
        self.state.lock().is_over = true;
        self.state.bell.notify_all();
        let is_written = self.recording.end(within);
        // while it is waited for, somebody else may end it at once
        let process = self.state.lock().child.as_ref().map(Process::of);
        let has_ended =
            is_written && process.is_some_and(|process| process.is_ok_and(|process| ends(&process, until)));
        let Some(mut child) = self.state.lock().child.take() else { return };
        if !has_ended {
            crate::say(&format!("hook `{}` is killed: it did not end with its stdin", self.state.command));
        }
        reap(&mut child);
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Processes> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts it in a process group of its own, which Ctrl-C at a terminal does not reach.
    fn spawn(&self, process: &mut Processes) -> io::Result<Option<ChildStdin>> {
        let mut shell = Command::new("sh");
        let mut child = shell.arg("-c").arg(&self.command).stdin(Stdio::piped()).process_group(0).spawn()?;
        let stdin = child.stdin.take();
        process.child = Some(child);
        self.starts.fetch_add(1, Ordering::Relaxed);
        Ok(stdin)
    }
}

impl Pipe {
    /// Another start, after a rest; an error once there is to be none.
    fn start_again(&mut self) -> io::Result<()> {
        let mut process = self.state.lock();
        if let Some(mut child) = process.child.take() {
            let how = reap(&mut child);
            if !process.is_over {
                let how = how.map_or_else(|| "no longer reads".to_owned(), |how| format!("has ended, {how}"));
                crate::say(&format!("hook `{}` {how}; it is started again", self.state.command));
            }
        }
        self.rest = if self.started.elapsed() > REST_MAX { REST_MIN } else { (self.rest * 2).min(REST_MAX) };
        let waited = self.state.bell.wait_timeout_while(process, self.rest, |process| !process.is_over);
        let mut process = waited.unwrap_or_else(PoisonError::into_inner).0;
        if process.is_over {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.stdin = self.state.spawn(&mut process)?;
        self.started = Instant::now();
        Ok(())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_torn {
            let end = memchr::memchr(b'\n', bytes);
            self.is_torn = end.is_none();
            return Ok(end.map_or(bytes.len(), |at| at + 1));
        }
        let Some(stdin) = &mut self.stdin else {
            self.start_again()?;
            return Err(io::ErrorKind::Interrupted.into());
        };
        if let Ok(count @ 1..) = stdin.write(bytes) {
            self.is_mid_line = bytes.get(count - 1) != Some(&b'\n');
            return Ok(count);
        }
        self.stdin = None;
        self.is_torn = mem::take(&mut self.is_mid_line);
        // whoever writes tries again
        Err(io::ErrorKind::Interrupted.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits for a process to end by itself.
fn ends(process: &Process, until: Instant) -> bool {
    loop {
        match process.wait(until.saturating_duration_since(Instant::now())) {
            // a signal came to this thread
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            waited => return waited.unwrap_or(false),
        }
    }
}

/// Ends a process and all that it has started; gives how it had ended by itself, if it had.
fn reap(child: &mut Child) -> Option<ExitStatus> {
    let ended = child.try_wait().ok().flatten();
    if ended.is_none() {
        // it may be gone by now
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        let _ = child.wait();
    }
    ended
}
