//! The transcript as it grows: a tap that writes it on a thread of its own, so that the daemon never waits for a disk,
//! for a reader or for a hook.

use std::io::Write;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Filter;
use crate::nest::{Crossing, Tap};

/// By default the most that waits to be written; beyond it, what crosses is left out, and how much is said.
const WAITING_BYTES_MAX: usize = 64 << 20;

/// So much is gathered before it is handed over in the middle of a turn.
const HAND_OVER_BYTES: usize = 256 << 10;

/// Writes what crosses, one line of JSON each.
#[derive(Debug)]
pub struct Recorder {
    gathered: Vec<u8>,
    desk: Arc<Desk>,
    filter: Filter,
    waiting_bytes_max: usize,
}

/// Ends the writing; dropping it waits until everything is written, unless [`Recording::end`] has given that up.
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
    /// How many lines were left out since the last ones that were not.
    skipped_lately: u64,
    skipped: u64,
    /// The thread has ended.
    is_done: bool,
    /// Nobody waits for the thread any more.
    is_given_up: bool,
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
            drop(out);
            at_desk.done();
        });
        let recorder = Self {
            gathered: Vec::new(),
            desk: Arc::clone(&desk),
            filter: Filter::default(),
            waiting_bytes_max: WAITING_BYTES_MAX,
        };
        (recorder, Recording { desk, thread: Some(thread) })
    }

    /// Writes only what passes.
    #[must_use]
    pub fn only(self, filter: Filter) -> Self {
        Self { filter, ..self }
    }

    /// Lets at most so many bytes wait to be written; 64 MiB without this.
    #[must_use]
    pub fn waiting(self, bytes_max: usize) -> Self {
        Self { waiting_bytes_max: bytes_max, ..self }
    }

    /// False once nothing can be written any more.
    fn hand_over(&mut self) -> bool {
        let mut waiting = self.desk.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_over {
            return false;
        }
        if waiting.bytes.len() + self.gathered.len() > self.waiting_bytes_max {
            let skipped = memchr::memchr_iter(b'\n', &self.gathered).count() as u64;
            waiting.skipped_lately += skipped;
            waiting.skipped += skipped;
            self.gathered.clear();
            return true;
        }
        let skipped = mem::take(&mut waiting.skipped_lately);
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
        if self.filter.passes(crossing) {
            crossing.write(&mut self.gathered);
        }
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
        self.bell.notify_all();
    }

    fn done(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_done = true;
        self.bell.notify_all();
    }
}

impl Recording {
    /// How many lines were left out because too much waited.
    pub fn skipped(&self) -> u64 {
        self.desk.waiting.lock().unwrap_or_else(PoisonError::into_inner).skipped
    }

    /// Whether nothing is written any more.
    pub fn is_done(&self) -> bool {
        self.desk.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_done
    }

    /// Takes nothing more and lets what waits be written, within a time; false where that was not enough, and then
    /// it is given up.
    pub fn end(&self, within: Duration) -> bool {
        self.desk.close();
        let waiting = self.desk.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.desk.bell.wait_timeout_while(waiting, within, |waiting| !waiting.is_done);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        waiting.is_given_up = !waiting.is_done;
        waiting.is_done
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.desk.close();
        let is_given_up = self.desk.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_given_up;
        if let Some(thread) = self.thread.take().filter(|_| !is_given_up) {
            // if it panicked, it wrote what it could
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Read};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use crate::nest::Crossed;

    fn note(text: &str) -> Crossing<'_> {
        Crossing { at: Duration::ZERO, conn: 0, bee: None, what: Crossed::Note(text) }
    }

    #[test]
    fn a_reader_that_is_slow_misses_lines_and_is_told_how_many() {
        let (mut reader, out) = UnixStream::pair().unwrap();
        let (tap, recording) = Recorder::start(out);
        let mut tap = tap.waiting(10_000);
        // more than the socket and what may wait hold together
        let long = "x".repeat(999);
        for _ in 0..2000 {
            assert!(tap.crossed(&note(&long)));
            tap.turned();
        }
        let mut said = Vec::new();
        let mut first = vec![0; 2_000_000];
        let count = reader.read(&mut first).unwrap();
        said.extend_from_slice(&first[..count]);
        let rest = std::thread::spawn(move || {
            let mut rest = Vec::new();
            reader.read_to_end(&mut rest).map(|_| rest)
        });
        // what waits is written before this comes through
        let mut told = false;
        while !told {
            tap.crossed(&note("short"));
            tap.turned();
            told = tap.desk.waiting.lock().unwrap().skipped_lately == 0;
            std::thread::yield_now();
        }
        drop(recording);
        said.extend(rest.join().unwrap().unwrap());
        let said = String::from_utf8(said).unwrap();
        let lines = said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let (skips, notes): (Vec<_>, Vec<_>) = lines.partition(|line| line["event"] == "skipped");
        let skipped: u64 = skips.iter().map(|line| line["count"].as_u64().unwrap()).sum();
        let long = notes.iter().filter(|line| line["text"] != "short").count() as u64;
        assert!(skipped > 0 && long < 2000, "{skipped} {long}");
    }

    #[test]
    fn a_reader_that_goes_away_takes_the_tap_away() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (mut tap, recording) = Recorder::start(Gone);
        tap.crossed(&note("x"));
        tap.turned();
        drop(recording);
        tap.gathered.resize(HAND_OVER_BYTES, b'x');
        assert!(!tap.crossed(&note("x")));
    }
}
