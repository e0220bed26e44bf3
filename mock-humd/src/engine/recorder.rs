//! The transcript as it grows: a tap that writes it on a thread of its own, so that the daemon never waits for a disk
//! or for a reader.

use std::io::Write;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::nest::{Crossing, Tap};

/// The most that waits to be written; beyond it, what crosses is left out, and how much is said.
const WAITING_BYTES_MAX: usize = 64 << 20;

/// So much is gathered before it is handed over in the middle of a turn.
const HAND_OVER_BYTES: usize = 256 << 10;

/// Writes what crosses, one line of JSON each.
#[derive(Debug)]
pub struct Recorder {
    gathered: Vec<u8>,
    desk: Arc<Desk>,
}

/// Ends the writing; dropping it waits until everything is written.
#[derive(Debug)]
pub struct Recording {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Desk {
    waiting: Mutex<Waiting>,
    bell: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    skipped: u64,
    /// Nothing more comes, or can be written.
    is_over: bool,
}

impl Recorder {
    /// A tap, and what ends its writing.
    pub fn start(mut out: impl Write + Send + 'static) -> (Self, Recording) {
        let desk = Arc::new(Desk::default());
        let at_desk = Arc::clone(&desk);
        let thread = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            while at_desk.fetch(&mut bytes) {
                // a reader that went away does not stop the daemon
                if out.write_all(&bytes).and_then(|()| out.flush()).is_err() {
                    at_desk.close();
                }
                bytes.clear();
            }
        });
        (Self { gathered: Vec::new(), desk: Arc::clone(&desk) }, Recording { desk, thread: Some(thread) })
    }

    /// False once nothing can be written any more.
    fn hand_over(&mut self) -> bool {
        let mut waiting = self.desk.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_over {
            return false;
        }
        if waiting.bytes.len() + self.gathered.len() > WAITING_BYTES_MAX {
            waiting.skipped += memchr::memchr_iter(b'\n', &self.gathered).count() as u64;
            self.gathered.clear();
            return true;
        }
        let skipped = mem::take(&mut waiting.skipped);
        if skipped > 0 {
            let line = format!("{{\"event\":\"skipped\",\"count\":{skipped}}}\n");
            waiting.bytes.extend_from_slice(line.as_bytes());
        }
        if waiting.bytes.is_empty() {
            mem::swap(&mut waiting.bytes, &mut self.gathered);
        } else {
            waiting.bytes.append(&mut self.gathered);
        }
        drop(waiting);
        self.desk.bell.notify_one();
        true
    }
}

impl Tap for Recorder {
    fn crossed(&mut self, crossing: &Crossing<'_>) -> bool {
        crossing.write(&mut self.gathered);
        self.gathered.len() < HAND_OVER_BYTES || self.hand_over()
    }

    fn turned(&mut self) {
        if !self.gathered.is_empty() {
            self.hand_over();
        }
    }
}

impl Desk {
    /// Waits for bytes and swaps them for an empty buffer; false once there will be none.
    fn fetch(&self, bytes: &mut Vec<u8>) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.bytes.is_empty() && !waiting.is_over {
            waiting = self.bell.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(&mut waiting.bytes, bytes);
        !bytes.is_empty()
    }

    fn close(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
        self.bell.notify_one();
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.desk.close();
        if let Some(thread) = self.thread.take() {
            // if it panicked, it wrote what it could
            let _ = thread.join();
        }
    }
}
