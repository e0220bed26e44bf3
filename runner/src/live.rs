//! Events that are written while a run goes on. Another thread writes them, so that a reader who is slow or gone holds
//! nothing up: what it has not taken waits, up to a limit, beyond which events of single cases are left out and counted.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use thrum_conform::error::Error;
use thrum_conform::report::{self, Event, Report};

use crate::sink::Sink;

/// Bytes that may wait for the reader.
const WAITING_BYTES_MAX: usize = 8 << 20;

/// A place where events are written to.
pub struct Live {
    /// The place, for messages.
    place: String,
    lines: Sender<String>,
    ended: Receiver<io::Result<()>>,
    waiting: Arc<AtomicUsize>,
    dropped: usize,
    started: bool,
    /// How long the reader may take for what is left, when the run is over.
    patience: Duration,
}

impl Live {
    /// Opens the place; a file is written anew.
    pub fn open(sink: Sink, patience: Duration) -> Result<Self, Error> {
        let (place, out): (String, Box<dyn Write + Send>) = match sink {
            Sink::Stdout(_) => ("stdout".to_owned(), Box::new(io::stdout())),
            Sink::Open(path, file) => (shown(&path), Box::new(file)),
            Sink::File(path) => {
                let file = File::create(&path).map_err(|error| {
                    Error::Input(format!("cannot write the report to {}: {error}", shown(&path)))
                })?;
                (shown(&path), Box::new(file))
            }
        };
        let waiting = Arc::new(AtomicUsize::new(0));
        let (lines, taken) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let count = Arc::clone(&waiting);
        let started = std::thread::Builder::new().spawn(move || {
            // nobody listens any more where the reader took too long
            let _ = end.send(write(out, &taken, &count));
        });
        started.map_err(|error| Error::Broken(format!("cannot start a thread: {error}")))?;
        Ok(Self { place, lines, ended, waiting, dropped: 0, started: false, patience })
    }

    /// Writes an event, unless too much waits already.
    pub fn tell(&mut self, event: &Event<'_>) {
        self.started |= matches!(event, Event::Start(_));
        if self.waiting.load(Ordering::Relaxed) > WAITING_BYTES_MAX {
            self.dropped += 1;
            return;
        }
        // an event holds nothing that JSON cannot say
        if let Ok(line) = event.line() {
            self.send(line);
        }
    }

    /// Writes what came of the run, and waits until the reader has it.
    pub fn finish(mut self, report: &Report) -> Result<(), Error> {
        if !self.started {
            self.tell(&Event::start(report));
        }
        let text = report::outcome(report, self.dropped)
            .map_err(|error| Error::Broken(format!("cannot make the report: {error}")))?;
        self.send(text);
        self.close()
    }

    /// Writes that there was nothing to run, and why.
    pub fn fail(mut self, error: &Error) -> Result<(), Error> {
        self.tell(&Event::Error { exit: error.exit().code(), message: error.to_string() });
        self.close()
    }

    fn send(&self, text: String) {
        self.waiting.fetch_add(text.len(), Ordering::Relaxed);
        // a reader that has gone away is told nothing more
        let _ = self.lines.send(text);
    }

    fn close(self) -> Result<(), Error> {
        drop(self.lines);
        let why = match self.ended.recv_timeout(self.patience) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "nobody reads on".to_owned(),
        };
        Err(Error::Broken(format!("cannot write the report to {}: {why}", self.place)))
    }
}

/// Writes each text as it comes, until no more will come or the reader has gone away.
fn write(mut out: Box<dyn Write + Send>, lines: &Receiver<String>, waiting: &AtomicUsize) -> io::Result<()> {
    for text in lines {
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        waiting.fetch_sub(text.len(), Ordering::Relaxed);
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    format!("`{}`", path.display())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    fn live(patience: Duration) -> (UnixStream, Live) {
        let (reader, writer) = UnixStream::pair().unwrap();
        let sink = Sink::Open("pipe".into(), File::from(OwnedFd::from(writer)));
        (reader, Live::open(sink, patience).unwrap())
    }

    fn event(bytes: usize) -> Event<'static> {
        Event::Error { exit: 2, message: "x".repeat(bytes) }
    }

    #[test]
    fn a_reader_that_stands_still_holds_nothing_up_and_what_was_left_out_is_counted() {
        let (mut reader, mut live) = live(Duration::from_secs(60));
        for _ in 0..20 {
            live.tell(&event(1 << 20));
        }
        assert!((8..=12).contains(&live.dropped), "{}", live.dropped);
        let told = 20 - live.dropped;
        let drain = std::thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).map(|_| text)
        });
        live.close().unwrap();
        assert_eq!(drain.join().unwrap().unwrap().lines().count(), told);
    }

    #[test]
    fn a_reader_that_takes_nothing_at_all_is_not_waited_for_for_ever() {
        let (reader, mut live) = live(Duration::from_millis(1));
        live.tell(&event(4 << 20));
        assert!(live.close().unwrap_err().to_string().contains("`pipe`: nobody reads on"));
        drop(reader);
    }
}
