//! One connection: waiting for it, holding it, sending on it, ending it.

use std::io;
use std::sync::Arc;

use rustix::net::Shutdown;
use tokio::net::UnixStream;
use tokio::task::AbortHandle;

use super::log::{Connection, Greeting, Log, ReaderTask};
use super::{Daemon, Missed, write};
use crate::kernel;
use crate::script::{How, Split};
use crate::transcript::Crossed;

impl Daemon {
    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.shared.lock().connections.len()
    }

    /// Waits until the k-th connection, counted from 0, is there.
    pub async fn connected(&self, k: usize) {
        self.shared.until(|log| (log.connections.len() > k).then_some(())).await;
    }

    /// Waits until the mock's own greeting of a connection is done, at once where the script greets.
    pub async fn greeted(&self, k: usize) -> Result<(), Missed> {
        let look = |log: &mut Log| {
            let connection = &log.connections[k];
            match connection.greeting {
                Greeting::Done => Some(Ok(())),
                Greeting::NotHello { line } => Some(Err(Missed::NotHello { line })),
                Greeting::Due | Greeting::Answering => connection.is_over().then_some(Err(Missed::Ended)),
            }
        };
        self.shared.until_connection(k, look).await
    }

    /// Sends exact bytes. Where they are split, the client has read each piece before the next is written.
    pub async fn send(&self, k: usize, bytes: &[u8], split: &Split) -> Result<(), Missed> {
        self.send_frames(k, &[bytes], split).await
    }

    /// Sends frames in one write, each an entry of its own.
    pub(super) async fn send_frames(&self, k: usize, frames: &[&[u8]], split: &Split) -> Result<(), Missed> {
        let stream = |log: &mut Log| Some(log.connections[k].stream.clone().ok_or(Missed::Ended));
        let stream = self.shared.until_connection(k, stream).await?;
        write::logged(&self.shared, k, &stream, frames, split).await
    }

    /// Stops reading: what the client writes from now on waits in the kernel.
    pub fn hold(&self, k: usize) {
        self.set_held(k, true);
    }

    /// Reads again.
    pub fn resume(&self, k: usize) {
        self.set_held(k, false);
    }

    fn set_held(&self, k: usize, held: bool) {
        self.shared.change(|log| {
            if let Some(connection) = log.connections.get_mut(k) {
                connection.held = held;
            }
        });
    }

    /// How many bytes of the client wait in the kernel, unread by the mock.
    pub fn unread(&self, k: usize) -> io::Result<usize> {
        let stream = self.stream(k).ok_or(io::ErrorKind::NotConnected)?;
        kernel::unread(&*stream)
    }

    /// Waits until the client has read everything that was written.
    pub async fn drained(&self, k: usize) -> Result<(), Missed> {
        let stream = self.stream(k).ok_or(Missed::Ended)?;
        write::drained(&stream).await
    }

    /// Waits until the client has ended its writes; at once if the mock has closed the connection.
    pub async fn ended(&self, k: usize) -> Result<(), Missed> {
        self.shared.until_connection(k, |log| log.connections[k].is_over().then_some(Ok(()))).await
    }

    /// Whether the client has been seen to end its writes.
    pub fn is_ended(&self, k: usize) -> bool {
        self.shared.lock().connections.get(k).is_some_and(|connection| connection.ended)
    }

    /// Whether the mock has closed the connection.
    pub fn is_closed_by_us(&self, k: usize) -> bool {
        self.shared.lock().connections.get(k).is_some_and(|connection| connection.closed)
    }

    /// Ends a connection from the mock's side.
    ///
    /// Full and write-half wait first until the client has read everything or is gone, and everything that
    /// the client wrote until a full close is in the transcript. A reset leaves unread what is unread, so
    /// the connection must be held with bytes waiting: otherwise the client sees an ordinary end.
    pub async fn close(&mut self, k: usize, how: How) -> Result<(), Missed> {
        if k >= self.connections() {
            return Err(Missed::NoConnection);
        }
        let Some(stream) = self.stream(k) else { return Ok(()) };
        match how {
            How::Reset => self.end_reader(k),
            How::WriteHalf => {
                drained_or_gone(&stream).await?;
                shutdown(&stream, Shutdown::Write)?;
                self.shared.change(|log| log.push(k, Crossed::HalfClosed));
                return Ok(());
            }
            How::Full => {
                drained_or_gone(&stream).await?;
                self.shared.change(|log| {
                    log.connections[k].closed = true;
                    log.push(k, Crossed::Closed)
                });
                // From here on the client's writes fail: what it could not write to a held connection stays
                // unwritten. The reader comes to an end, and no byte is left unread that would turn the close
                // into a reset.
                shutdown(&stream, Shutdown::Both)?;
                self.resume(k);
            }
        }
        drop(stream);
        let reader_gone = |log: &mut Log| matches!(log.connections[k].reader, ReaderTask::Gone).then_some(());
        self.shared.until(reader_gone).await;
        self.shared.change(|log| {
            if !std::mem::replace(&mut log.connections[k].closed, true) {
                log.push(k, Crossed::Closed);
            }
            log.connections[k].stream = None;
        });
        Ok(())
    }

    /// Lets go of every connection as it is.
    pub(super) fn drop_connections(&mut self) {
        for k in 0..self.connections() {
            self.end_reader(k);
            self.shared.change(|log| log.connections[k].stream = None);
        }
    }

    fn end_reader(&self, k: usize) {
        let handle = match self.shared.lock().connections.get_mut(k).map(|connection| &mut connection.reader)
        {
            Some(ReaderTask::Alive(handle)) => handle.take(),
            _ => None,
        };
        handle.as_ref().map(AbortHandle::abort);
    }

    fn stream(&self, k: usize) -> Option<Arc<UnixStream>> {
        self.shared.lock().connections.get(k).and_then(|connection| connection.stream.clone())
    }
}

impl Connection {
    /// Whether nothing more can come from the client.
    pub fn is_over(&self) -> bool {
        self.ended || self.closed
    }
}

async fn drained_or_gone(stream: &UnixStream) -> Result<(), Missed> {
    match write::drained(stream).await {
        Err(Missed::Ended) => Ok(()),
        other => other,
    }
}

fn shutdown(stream: &UnixStream, what: Shutdown) -> Result<(), Missed> {
    match rustix::net::shutdown(stream, what).map_err(|errno| Missed::from(io::Error::from(errno))) {
        // the client was faster
        Err(Missed::Ended) => Ok(()),
        other => other,
    }
}
