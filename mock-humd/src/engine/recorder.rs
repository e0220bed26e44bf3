//! The transcript as it grows: a tap that writes it on a thread of its own, so that the daemon never waits for a disk,
//! for a reader or for a hook.

use std::io::Write;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Filter;
use crate::nest::{Crossed, Crossing, Tap};

/// By default the most that waits to be written; beyond it, what crosses is left out, and how much is said.
const WAITING_BYTES_MAX: usize = 64 << 20;

/// So much is gathered before it is handed over in the middle of a turn.
const HAND_OVER_BYTES: usize = 256 << 10;

/// An empty buffer that has grown beyond this is given back; less is what gathering takes.
const SPARE_BYTES_MAX: usize = 2 * HAND_OVER_BYTES;

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
    /// The same as in there, to be seen without the lock.
    is_over: AtomicBool,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// How much of what no longer waits is not written yet.
    under_way: usize,
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
                empty(&mut bytes);
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
        let mut waiting = self.desk.lock();
        if waiting.is_over {
            return false;
        }
        if !waiting.has_room(self.gathered.len(), self.waiting_bytes_max) {
            waiting.skip(memchr::memchr_iter(b'\n', &self.gathered).count() as u64);
            empty(&mut self.gathered);
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
        empty(&mut self.gathered);
        drop(waiting);
        self.desk.bell.notify_one();
        true
    }
}

impl Tap for Recorder {
    fn crossed(&mut self, crossing: &Crossing<'_>) -> bool {
        if self.desk.is_over.load(Ordering::Relaxed) {
            return false;
        }
        if !self.filter.passes(crossing) {
            return true;
        }
        let length = length(crossing.what);
        if !self.gathered.is_empty() && self.gathered.len() + length > HAND_OVER_BYTES && !self.hand_over() {
            return false;
        }
        if length > HAND_OVER_BYTES {
            // a long line takes no memory where there is no room for it
            let mut waiting = self.desk.lock();
            if !waiting.has_room(length, self.waiting_bytes_max) {
                waiting.skip(1);
                return true;
            }
        }
        crossing.write(&mut self.gathered);
        true
    }

    fn turned(&mut self) {
        if !self.gathered.is_empty() {
            self.hand_over();
        }
    }
}

/// How long the line is at least that tells of this.
fn length(what: Crossed<'_>) -> usize {
    match what {
        Crossed::FromBee(seen) | Crossed::ToBee(seen) | Crossed::Lost(seen) => seen.line.len(),
        Crossed::NoTone(line) => line.len(),
        _ => 0,
    }
}

/// Empties a buffer, and gives it back where it has grown much.
fn empty(bytes: &mut Vec<u8>) {
    if bytes.capacity() > SPARE_BYTES_MAX {
        *bytes = Vec::new();
    } else {
        bytes.clear();
    }
}

impl Waiting {
    fn has_room(&self, length: usize, bytes_max: usize) -> bool {
        self.bytes.len() + self.under_way + length <= bytes_max
    }

    fn skip(&mut self, lines: u64) {
        self.skipped_lately += lines;
        self.skipped += lines;
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for bytes and swaps them for an empty buffer; false once there will be none.
    fn fetch(&self, bytes: &mut Vec<u8>) -> bool {
        let mut waiting = self.lock();
        waiting.under_way = 0;
        while waiting.bytes.is_empty() && !waiting.is_over {
            waiting = self.bell.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(&mut waiting.bytes, bytes);
        waiting.under_way = bytes.len();
        !bytes.is_empty()
    }

    fn close(&self) {
        self.lock().is_over = true;
        self.is_over.store(true, Ordering::Relaxed);
        self.bell.notify_all();
    }

    fn done(&self) {
        let mut waiting = self.lock();
        waiting.is_done = true;
        waiting.bytes = Vec::new();
        drop(waiting);
        self.bell.notify_all();
    }
}

impl Recording {
    /// How many lines were left out because too much waited.
    pub fn skipped(&self) -> u64 {
        self.desk.lock().skipped
    }

    /// Whether nothing is written any more.
    pub fn is_done(&self) -> bool {
        self.desk.lock().is_done
    }

    /// Takes nothing more and lets what waits be written, within a time; false where that was not enough, and then
    /// it is given up.
    pub fn end(&self, within: Duration) -> bool {
        self.desk.close();
        let waiting = self.desk.lock();
        let waited = self.desk.bell.wait_timeout_while(waiting, within, |waiting| !waiting.is_done);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        waiting.is_given_up = !waiting.is_done;
        waiting.is_done
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.desk.close();
        let is_given_up = self.desk.lock().is_given_up;
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

    use crate::nest::Seen;

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
        let held = |waiting: &Waiting| waiting.bytes.len() + waiting.under_way;
        let held = held(&tap.desk.lock());
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
            told = tap.desk.lock().skipped_lately == 0;
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
        assert!(held <= 10_000, "{held} bytes");
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
        assert!(!tap.crossed(&note("x")));
    }

    #[test]
    fn a_tap_whose_recording_has_ended_goes_with_whatever_crosses_next() {
        let (tap, recording) = Recorder::start(io::sink());
        let mut tap = tap.only(Filter { chis: vec!["prompt".to_owned()], ..Filter::default() });
        assert!(tap.crossed(&note("x")));
        assert!(recording.end(Duration::from_secs(60)));
        assert!(!tap.crossed(&note("x")));
    }

    fn tone(line: &[u8]) -> Crossing<'_> {
        let what = Crossed::FromBee(Seen { chi: "log", sid: None, line });
        Crossing { at: Duration::ZERO, conn: 0, bee: None, what }
    }

    #[test]
    fn a_line_that_there_is_no_room_for_takes_no_memory() {
        let (tap, recording) = Recorder::start(io::sink());
        let mut tap = tap.waiting(1 << 20);
        let long = vec![b'x'; 2 << 20];
        assert!(tap.crossed(&note("x")) && tap.crossed(&tone(&long)));
        assert!(tap.gathered.capacity() < HAND_OVER_BYTES);
        assert_eq!(recording.skipped(), 1);
    }

    #[test]
    fn no_buffer_stays_as_long_as_the_longest_line() {
        let (mut tap, recording) = Recorder::start(io::sink());
        let long = vec![b'x'; 2 << 20];
        for _ in 0..20 {
            assert!(tap.crossed(&tone(&long)));
            tap.turned();
            assert!(tap.gathered.capacity() <= SPARE_BYTES_MAX);
        }
        // of the two others the thread has one, until it fetches again
        let is_written = |waiting: &Waiting| waiting.bytes.is_empty() && waiting.under_way == 0;
        while !is_written(&recording.desk.lock()) {
            std::thread::yield_now();
        }
        assert!(recording.desk.lock().bytes.capacity() <= SPARE_BYTES_MAX);
        assert_eq!(recording.skipped(), 0);
    }
}
