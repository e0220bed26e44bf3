//! Looking at a daemon from outside: how much has crossed, and whether a client is really gone.

use std::os::fd::AsFd;

use serde_json::Value;

use super::Daemon;
use crate::kernel;
use crate::wire::tone::Tone;

impl Daemon {
    /// How many entries the transcript has.
    pub fn entries(&self) -> usize {
        self.shared.lock().entries.len()
    }

    /// The tone of a transcript entry, where the entry is a line that can be read as one.
    pub fn tone(&self, entry: usize) -> Option<Value> {
        let log = self.shared.lock();
        log.line(entry).and_then(|line| line.decoded.tone.clone()).map(Tone::into_value)
    }

    /// Whether nothing more can come on the k-th connection, from either side's doing.
    pub fn is_over(&self, k: usize) -> bool {
        self.shared.lock().connections.get(k).is_some_and(super::log::Connection::is_over)
    }

    /// Waits until the client has gone from the k-th connection altogether. A client that only ended its writes
    /// still reads, and is not gone.
    pub async fn hung_up(&self, k: usize) {
        let gone = self.shared.until_connection(k, |log| {
            let connection = &log.connections[k];
            let gone = connection.closed
                || (connection.ended
                    && connection.stream.as_ref().is_none_or(|stream| kernel::is_hung_up(stream.as_fd())));
            gone.then_some(Ok(()))
        });
        // a limit of the mock ends the wait as well: whoever waits finds out at the next step
        let _ = gone.await;
    }
}
