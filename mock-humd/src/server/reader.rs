//! The task that reads one connection: bytes to lines to the log, and the greeting.

use std::io;
use std::sync::Arc;

use tokio::net::UnixStream;

use super::log::{Greeting, Log, ReaderTask, Shared};
use super::write;
use crate::script::Split;
use crate::transcript::{Crossed, Line};
use crate::wire::chi::THRUM_VERSION;
use crate::wire::codec;
use crate::wire::frame::{Frame, FrameBuffer, TooLong, terminate};

/// The most that one read takes.
const READ_BYTES_MAX: usize = 64 << 10;

/// Reads one connection until its end. Dropping it lets go of the stream first, and says so then.
pub struct Reader {
    shared: Arc<Shared>,
    k: usize,
    stream: Option<Arc<UnixStream>>,
}

impl Reader {
    pub fn new(shared: Arc<Shared>, k: usize, stream: Arc<UnixStream>) -> Self {
        Self { shared, k, stream: Some(stream) }
    }

    /// Reads to the end, pausing while the connection is held.
    pub async fn run(self) {
        let Some(stream) = self.stream.clone() else { return };
        let mut frames = FrameBuffer::new(self.shared.limits.line_max);
        let mut bytes = vec![0; READ_BYTES_MAX];
        loop {
            self.shared.until(|log| (log.full || !log.connections[self.k].held).then_some(())).await;
            let ready = stream.readable().await;
            let read = {
                // under the lock, so that nothing is read once a `hold` has returned
                let log = self.shared.lock();
                if log.full {
                    return;
                }
                if log.connections[self.k].held {
                    continue;
                }
                ready.and_then(|()| stream.try_read(&mut bytes))
            };
            match read {
                Ok(0) => return self.end(&mut frames, Crossed::Eof),
                Ok(count) => frames.push(&bytes[..count]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return self.end(&mut frames, Crossed::Reset),
            }
            while let Some(frame) = frames.next() {
                if self.take(frame) {
                    self.greet(&stream).await;
                }
            }
            tokio::task::coop::consume_budget().await;
        }
    }

    /// Logs a line; true if it is the hello that the mock answers by itself.
    fn take(&self, frame: Result<Frame, TooLong>) -> bool {
        // decoded before the log is locked: a line may have megabytes
        let what = match frame {
            Ok(frame) => Crossed::FromClient(line(frame)),
            Err(TooLong { line_max }) => Crossed::TooLong { line_max },
        };
        self.shared.change(|log| log_line(log, self.k, what))
    }

    /// Answers hello with one breath.
    async fn greet(&self, stream: &UnixStream) {
        let breath = serde_json::json!({
            "chi": "breath", "rid": format!("breath-{}", self.k), "from": "daemon", "protoVersion": THRUM_VERSION
        });
        let bytes = terminate(codec::encode(&breath));
        let written = write::logged(&self.shared, self.k, stream, &[&bytes], &Split::Whole).await;
        if written.is_ok() {
            self.shared.change(|log| log.connections[self.k].greeting = Greeting::Done);
        }
    }

    fn end(&self, frames: &mut FrameBuffer, how: Crossed) {
        let rest = frames.rest().map(line);
        self.shared.change(|log| {
            if let Some(rest) = rest {
                log_line(log, self.k, Crossed::FromClient(rest));
            }
            // once the mock has closed the connection, its end is no news of the client
            if !log.connections[self.k].closed {
                log.connections[self.k].ended = true;
                log.push(self.k, how);
            }
        });
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stream = None;
        self.shared.change(|log| log.connections[self.k].reader = ReaderTask::Gone);
    }
}

fn line(frame: Frame) -> Line {
    let decoded = codec::decode(&frame.bytes);
    Line { bytes: frame.bytes, terminated: frame.terminated, decoded, taken: false, greeted: false }
}

/// Enters a line; true if it is a hello that a greeting is due for.
fn log_line(log: &mut Log, k: usize, mut what: Crossed) -> bool {
    let due = log.connections[k].greeting == Greeting::Due;
    let mut greeted = false;
    if let Crossed::FromClient(line) = &mut what {
        greeted = due && line.decoded.tone.as_ref().is_some_and(|tone| tone.chi() == Some("hello"));
        line.greeted = greeted;
        line.taken = greeted;
    }
    let index = log.push(k, what);
    if log.line(index).is_some_and(|line| !line.taken) {
        log.connections[k].untaken.push_back(index);
    }
    if due {
        let greeting = if greeted { Greeting::Answering } else { Greeting::NotHello { line: index } };
        log.connections[k].greeting = greeting;
    }
    greeted
}
