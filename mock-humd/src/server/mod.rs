//! A daemon on a Unix socket that does what it is told, and writes down what crosses.
//!
//! [`Daemon::play`] performs one operation of a script; the other methods are its parts. No method has a
//! deadline of its own: a caller wraps it in one, and a future that is dropped has taken nothing. Many
//! daemons live side by side in one runtime; a runtime of one thread is enough.

mod connection;
mod expect;
mod log;
mod play;
mod reader;
mod register;
mod view;
mod write;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::listen::Listener;
use crate::script::ListenState;
use crate::transcript::{Entry, Transcript};
use log::Shared;

pub use crate::script::{Expected, Missed};

pub use play::Played;

/// What a daemon keeps at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one line; a longer one is noted and skipped.
    pub line_max: usize,
    /// Bytes of all lines in the transcript; beyond it nothing more is read.
    pub transcript_bytes_max: usize,
    /// Connections, closed ones included; one more is refused.
    pub connections_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line_max: 64 << 20, transcript_bytes_max: 256 << 20, connections_max: 64 }
    }
}

/// A daemon that follows a script. Dropping it closes everything and removes its socket file.
pub struct Daemon {
    shared: Arc<Shared>,
    own_path: Option<PathBuf>,
    listener: Listener,
}

impl Daemon {
    /// A daemon that does not listen yet. The transcript counts time from `epoch`.
    pub fn new(limits: Limits, epoch: Instant) -> Self {
        let shared = Arc::new(Shared::new(limits, epoch));
        let taking = Arc::clone(&shared);
        let listener = Listener::new(Arc::new(move |stream| register::register(stream, &taking)));
        Self { shared, own_path: None, listener }
    }

    /// Sets the path at which [`Daemon::play`] listens where an operation names none.
    #[must_use]
    pub fn at(mut self, path: impl Into<PathBuf>) -> Self {
        self.own_path = Some(path.into());
        self
    }

    /// Changes what stands at a path. A former socket is closed and its file removed, unless it only goes
    /// between open and paused: then the same socket stays, with the connections that wait on it.
    pub fn listen(&mut self, path: &Path, state: ListenState) -> io::Result<()> {
        self.listener.listen(path, state)
    }

    /// For the k-th connection, whether to take its hello and answer one breath without being told; true for
    /// every connection beyond the list.
    pub fn expect_connections(&mut self, greets: Vec<bool>) {
        self.shared.lock().greets = greets;
    }

    /// From here on an expectation that names a chi passes over tones of every other chi, as one has to for a client
    /// that does things of its own accord.
    pub fn expect_by_chi(&mut self) {
        self.shared.lock().by_chi = true;
    }

    /// What has crossed so far.
    pub fn transcript(&self) -> Transcript {
        Transcript { entries: self.shared.lock().entries.clone() }
    }

    /// What has crossed, without copying it; everything is closed.
    pub fn take_transcript(self) -> Transcript {
        Transcript { entries: std::mem::take(&mut self.shared.lock().entries) }
    }

    /// Follows the transcript as it grows.
    pub fn tap(&self) -> Tap {
        Tap { shared: Arc::clone(&self.shared), next: 0 }
    }

    /// Stops listening, then closes every connection, each after its client has read everything.
    pub async fn shut(&mut self) {
        self.listener.stop();
        for k in 0..self.connections() {
            // what one connection missed must not keep the others open
            let _ = self.close(k, crate::script::How::Full).await;
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.listener.stop();
        self.drop_connections();
    }
}

impl fmt::Debug for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Daemon").field("own_path", &self.own_path).finish_non_exhaustive()
    }
}

/// Follows a daemon's transcript; it may outlive the daemon.
#[derive(Debug)]
pub struct Tap {
    shared: Arc<Shared>,
    next: usize,
}

impl Tap {
    /// Waits for entries that it has not given yet.
    pub async fn next(&mut self) -> Vec<Entry> {
        let from = self.next;
        let new =
            self.shared.until(|log| log.entries.get(from..).filter(|new| !new.is_empty()).map(<[_]>::to_vec));
        let new = new.await;
        self.next += new.len();
        new
    }

    /// The entries that it has not given yet, without waiting.
    pub fn rest(&mut self) -> Vec<Entry> {
        let new = self.shared.lock().entries.get(self.next..).unwrap_or_default().to_vec();
        self.next += new.len();
        new
    }
}
