//! The state that a daemon shares with its tasks: the transcript, and where each connection stands.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::{Limits, Missed};
use crate::transcript::{Crossed, Entry, Line};

/// The log, and the bell that rings whenever it changes.
#[derive(Debug)]
pub struct Shared {
    log: Mutex<Log>,
    changed: watch::Sender<()>,
    pub limits: Limits,
}

/// Everything that waiting looks at.
#[derive(Debug)]
pub struct Log {
    pub entries: Vec<Entry>,
    pub connections: Vec<Connection>,
    pub greets: Vec<bool>,
    /// Whether an expectation that names a chi passes over all others.
    pub by_chi: bool,
    /// A limit is reached: nothing more is read.
    pub full: bool,
    bytes: usize,
    bytes_max: usize,
    epoch: Instant,
}

/// Where one connection stands.
#[derive(Debug)]
pub struct Connection {
    /// Gone once it is closed.
    pub stream: Option<Arc<UnixStream>>,
    pub greeting: Greeting,
    /// Nothing is read.
    pub held: bool,
    /// The client has ended its writes.
    pub ended: bool,
    /// The mock has closed it.
    pub closed: bool,
    /// The task that reads.
    pub reader: ReaderTask,
    /// Lines that nobody took, as indexes of entries.
    pub untaken: VecDeque<usize>,
}

/// Whether a connection is being read.
#[derive(Debug)]
pub enum ReaderTask {
    /// A task reads, and holds the stream; with the means to end it, once it has started.
    Alive(Option<AbortHandle>),
    /// It has come to its end, and holds nothing.
    Gone,
}

/// How far the mock's own hello and breath are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    /// The script does it, or it is done.
    Done,
    /// The first line has not come.
    Due,
    /// It is a hello, and breath is being written.
    Answering,
    /// The first line is no hello.
    NotHello {
        /// The index of its entry.
        line: usize,
    },
}

impl Shared {
    pub fn new(limits: Limits, epoch: Instant) -> Self {
        let log = Log {
            entries: Vec::new(),
            connections: Vec::new(),
            greets: Vec::new(),
            by_chi: false,
            full: false,
            bytes: 0,
            bytes_max: limits.transcript_bytes_max,
            epoch,
        };
        Self { log: Mutex::new(log), changed: watch::Sender::new(()), limits }
    }

    /// The log; held only between two awaits.
    pub fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the log and wakes whoever waits.
    pub fn change<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        let changed = change(&mut self.lock());
        self.changed.send_replace(());
        changed
    }

    /// Waits until a look at the log gives something.
    pub async fn until<T>(&self, mut look: impl FnMut(&mut Log) -> Option<T>) -> T {
        let mut bell = self.changed.subscribe();
        loop {
            if let Some(found) = look(&mut self.lock()) {
                return found;
            }
            // the sender lives in `self`, so the bell cannot be gone; a fresh look does no harm
            let _ = bell.changed().await;
        }
    }

    /// Waits until the connection is there, and looks at it until the look gives something.
    pub async fn until_connection<T>(
        &self,
        k: usize,
        mut look: impl FnMut(&mut Log) -> Option<Result<T, Missed>>,
    ) -> Result<T, Missed> {
        self.until(|log| match log.connections.get(k) {
            Some(_) => look(log).or(log.full.then_some(Err(Missed::TooMany))),
            None => log.full.then_some(Err(Missed::TooMany)),
        })
        .await
    }
}

impl Log {
    /// Appends an entry and gives its index.
    pub fn push(&mut self, conn: usize, what: Crossed) -> usize {
        self.bytes += match &what {
            Crossed::FromClient(line) => line.bytes.len(),
            Crossed::FromDaemon(bytes) => bytes.len(),
            _ => 0,
        };
        self.full |= self.bytes > self.bytes_max;
        self.entries.push(Entry { at: self.epoch.elapsed(), conn, what });
        self.entries.len() - 1
    }

    /// The line of an entry that is one.
    pub fn line(&self, index: usize) -> Option<&Line> {
        match &self.entries.get(index)?.what {
            Crossed::FromClient(line) => Some(line),
            _ => None,
        }
    }

    /// Marks a line as consumed.
    pub fn take(&mut self, k: usize, index: usize) {
        if let Some(Entry { what: Crossed::FromClient(line), .. }) = self.entries.get_mut(index) {
            line.taken = true;
        }
        if let Some(connection) = self.connections.get_mut(k) {
            let place = connection.untaken.iter().position(|&untaken| untaken == index);
            place.and_then(|place| connection.untaken.remove(place));
        }
    }
}
