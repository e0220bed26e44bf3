//! Those who read along. Each has a thread that may wait for its reader, so that the daemon never does.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mock_humd::engine::{Filter, Handle, Recorder, Recording};
use rustix::event::{PollFd, PollFlags, poll};

use crate::service::readable;

/// So many may read along at a time.
const TAILS_MAX: usize = 16;

/// So much may wait for each of them.
const WAITING_BYTES_MAX: usize = 8 << 20;

/// All of them.
#[derive(Debug, Default)]
pub struct Tails(Mutex<Vec<Tail>>);

#[derive(Debug)]
struct Tail {
    recording: Arc<Recording>,
    /// Shows whether the reader is gone.
    reader: UnixStream,
}

/// The thread waits for its reader; the socket itself does not, since its end is watched too.
struct Reader(UnixStream);

impl Tails {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.present().len()
    }

    /// An error where no more may come.
    pub fn check_room(&self) -> Result<(), String> {
        if self.len() < TAILS_MAX { Ok(()) } else { Err(format!("{TAILS_MAX} others read along already")) }
    }

    /// Lets what crosses go to a reader.
    pub fn add(&self, handle: &Handle, filter: Filter, reader: UnixStream) -> io::Result<()> {
        let copy = reader.try_clone()?;
        reader.set_nonblocking(true)?;
        let watched = tokio::net::UnixStream::from_std(reader.try_clone()?)?;
        let (recorder, recording) = Recorder::start(Reader(reader));
        let recording = Arc::new(recording);
        let watching = Arc::clone(&recording);
        tokio::spawn(async move {
            // it is gone, or it cannot be told, and then its next line will
            let is_gone = watched.readable().await.is_ok();
            if is_gone {
                watching.end(Duration::ZERO);
            }
        });
        self.present().push(Tail { recording, reader: copy });
        handle.attach(Box::new(recorder.only(filter).waiting(WAITING_BYTES_MAX)));
        Ok(())
    }

    /// Gives them what waits for them, within a time.
    pub fn end(&self, within: Duration) {
        let until = Instant::now() + within;
        for tail in self.present().drain(..) {
            tail.recording.end(until.saturating_duration_since(Instant::now()));
        }
    }

    /// All but those who are gone.
    fn present(&self) -> MutexGuard<'_, Vec<Tail>> {
        let mut tails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tails.retain(|tail| {
            // a reader says nothing more, so there is something to read only once it is gone
            let is_gone = readable(&tail.reader, Duration::ZERO).unwrap_or(true);
            if is_gone {
                tail.recording.end(Duration::ZERO);
            }
            !is_gone && !tail.recording.is_done()
        });
        tails
    }
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], None)?;
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
