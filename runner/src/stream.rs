//! `--trace`: what crosses, on stderr while it crosses.
//!
//! A thread of its own writes, so that a stderr which nobody reads holds up no case. Lines that do not fit into the
//! queue are counted and left out.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use anstyle::Style;
use terminal_size::{Width, terminal_size_of};
use thrum_conform::error::Error;
use thrum_conform::report::trace_line;
use thrum_conform::trace::{Crossing, Trace};

/// Lines that wait to be written.
const LINES_MAX: usize = 20_000;
/// Columns that stand before what crossed, at most, where no case is named.
const MARGIN: usize = 22;
/// Characters of what crossed, where no terminal says how many fit.
const CHARS_MAX: usize = 2000;

/// A trace that is being written.
pub struct Stream {
    /// Whom to tell.
    pub trace: Trace,
    writer: JoinHandle<()>,
}

/// A line, and the case that it belongs to where it does not say so itself.
struct Line {
    case: Option<String>,
    text: String,
}

impl Stream {
    /// Begins to write; with the messages of the shim protocol where those are wanted.
    pub fn start(messages: bool) -> Result<Self, Error> {
        let (sender, receiver) = sync_channel(LINES_MAX);
        let lost = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&lost);
        let writer = std::thread::Builder::new().spawn(move || write(&receiver, &counted));
        let writer = writer.map_err(|error| Error::Broken(format!("cannot start a thread: {error}")))?;
        let chars_max = chars_max();
        let trace = Trace::new(messages, move |crossing| tell(&crossing, chars_max, &sender, &lost));
        Ok(Self { trace, writer })
    }

    /// Writes what still waits.
    pub fn end(self) {
        drop(self.trace);
        // it ends when nobody is left who could tell it something
        let _ = self.writer.join();
    }
}

fn tell(crossing: &Crossing<'_>, chars_max: usize, sender: &SyncSender<Line>, lost: &AtomicUsize) {
    let case = crossing.alone.then(|| crossing.case.to_owned());
    if sender.try_send(Line { case, text: trace_line(crossing, chars_max) }).is_err() {
        lost.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes lines until nobody sends any more. One by one cases have a title each.
fn write(lines: &Receiver<Line>, lost: &AtomicUsize) {
    let bold = Style::new().bold();
    let mut err = anstream::stderr();
    let mut title = String::new();
    for line in lines {
        // a closed stderr is no reason to end the run
        if let Some(case) = line.case.filter(|case| *case != title) {
            let _ = writeln!(err, "{bold}{case}{bold:#}");
            title = case;
        }
        let _ = writeln!(err, "{}", line.text);
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let _ = writeln!(err, "… {lost} lines are not shown: stderr was not read fast enough");
        }
    }
    let _ = err.flush();
}

fn chars_max() -> usize {
    let err = std::io::stderr();
    let width = if err.is_terminal() { terminal_size_of(&err) } else { None };
    width.map_or(CHARS_MAX, |(Width(columns), _)| usize::from(columns).saturating_sub(MARGIN).max(40))
}
