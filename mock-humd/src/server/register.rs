//! A new connection gets its number and its reader.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::net::UnixStream;

use super::log::{Connection, Greeting, Log, ReaderTask, Shared};
use super::reader::Reader;
use crate::transcript::Crossed;

/// Gives a connection its number and a task that reads it.
pub(super) fn register(stream: UnixStream, shared: &Arc<Shared>) {
    let connections_max = shared.limits.connections_max;
    let stream = Arc::new(stream);
    let entered = shared.change(|log| {
        if log.connections.len() >= connections_max {
            log.full = true;
            return None;
        }
        Some(enter(log, Arc::clone(&stream)))
    });
    if let Some(k) = entered {
        let task = tokio::spawn(Reader::new(Arc::clone(shared), k, stream).run());
        // in a runtime of several threads it may be gone already
        if let ReaderTask::Alive(handle) = &mut shared.lock().connections[k].reader {
            *handle = Some(task.abort_handle());
        }
    }
}

fn enter(log: &mut Log, stream: Arc<UnixStream>) -> usize {
    let k = log.connections.len();
    let greet = log.greets.get(k).copied().unwrap_or(true);
    log.connections.push(Connection {
        stream: Some(stream),
        greeting: if greet { Greeting::Due } else { Greeting::Done },
        held: false,
        ended: false,
        closed: false,
        reader: ReaderTask::Alive(None),
        untaken: VecDeque::new(),
    });
    log.push(k, Crossed::Opened);
    k
}
