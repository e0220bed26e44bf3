//! What crosses, told as it crosses: the frames of the wire, and the messages of the shim protocol.
//!
//! Nothing waits for whoever listens, and no verdict knows of it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mock_humd::server::Tap;
use mock_humd::transcript::{Crossed, Entry};

/// Something that crosses in a case.
#[derive(Debug, Clone, Copy)]
pub struct Crossing<'a> {
    /// The id of the case, or what else is being played.
    pub case: &'a str,
    /// Whether no other case is played meanwhile.
    pub alone: bool,
    /// Since it began.
    pub at: Duration,
    /// What crosses.
    pub what: What<'a>,
}

/// What can cross.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// On the wire: the connection, from 0, and what crossed there.
    Wire(usize, &'a Crossed),
    /// A request to the shim, with its LF.
    Request(&'a [u8]),
    /// A line of the shim, without its LF.
    Said(&'a [u8]),
}

/// Whom to tell. It is told on the thread that plays, and must not wait.
#[derive(Clone)]
pub struct Trace {
    tell: Arc<dyn Fn(Crossing<'_>) + Send + Sync>,
    /// Whether the messages of the shim protocol are told too.
    messages: bool,
    /// Whether one case is played at a time.
    one_by_one: Arc<AtomicBool>,
}

impl Trace {
    /// Tells of frames, and of messages where they are wanted.
    pub fn new(messages: bool, tell: impl Fn(Crossing<'_>) + Send + Sync + 'static) -> Self {
        Self { tell: Arc::new(tell), messages, one_by_one: Arc::new(AtomicBool::new(true)) }
    }

    /// From now on several cases are played side by side, or one after the other.
    pub(crate) fn one_by_one(&self, is: bool) {
        self.one_by_one.store(is, Ordering::Relaxed);
    }

    /// For one case that began at this instant. Where it has no wire, its messages are all that there is to tell.
    pub(crate) fn of(&self, case: &str, began: Instant, has_wire: bool) -> Ear {
        let messages = self.messages || !has_wire;
        Ear { trace: self.clone(), case: case.into(), began, messages }
    }
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trace").field("messages", &self.messages).finish_non_exhaustive()
    }
}

/// A trace of one case.
#[derive(Debug, Clone)]
pub(crate) struct Ear {
    trace: Trace,
    case: Arc<str>,
    began: Instant,
    messages: bool,
}

impl Ear {
    /// A request goes out.
    pub(crate) fn request(&self, line: &[u8]) {
        self.message(What::Request(line));
    }

    /// The shim says something.
    pub(crate) fn said(&self, line: &[u8]) {
        self.message(What::Said(line));
    }

    fn message(&self, what: What<'_>) {
        if self.messages {
            self.tell(self.began.elapsed(), what);
        }
    }

    /// Does some work, and tells meanwhile of what the tap gives.
    pub(crate) async fn during<T>(&self, mut tap: Tap, work: impl Future<Output = T>) -> T {
        let done = tokio::select! {
            biased;
            done = work => done,
            never = self.follow(&mut tap) => match never {},
        };
        self.entries(&tap.rest());
        done
    }

    async fn follow(&self, tap: &mut Tap) -> Infallible {
        loop {
            self.entries(&tap.next().await);
        }
    }

    fn entries(&self, entries: &[Entry]) {
        for entry in entries {
            self.tell(entry.at, What::Wire(entry.conn, &entry.what));
        }
    }

    fn tell(&self, at: Duration, what: What<'_>) {
        let alone = self.trace.one_by_one.load(Ordering::Relaxed);
        (self.trace.tell)(Crossing { case: &self.case, alone, at, what });
    }
}
