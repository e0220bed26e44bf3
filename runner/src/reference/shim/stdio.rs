//! stdin and stdout as lines: requests without a cap on their length, one write for each reply or event.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader as AsyncBufReader};
use tokio::net::unix::pipe;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Refusal;
use crate::reference::odd::{self, Odd};

const READ_SIZE: usize = 64 * 1024;

/// Requests, one line each.
pub enum Lines {
    /// Read in the runtime itself: no thread to wake, which is what makes a step fast.
    Pipe(AsyncBufReader<pipe::Receiver>),
    /// From a thread, for everything that is no pipe.
    Thread(UnboundedReceiver<Vec<u8>>),
}

impl Lines {
    pub fn stdin() -> Self {
        let fd = std::io::stdin().as_fd().try_clone_to_owned();
        match fd.and_then(pipe::Receiver::from_owned_fd) {
            Ok(pipe) => Self::Pipe(AsyncBufReader::with_capacity(READ_SIZE, pipe)),
            Err(_) => Self::Thread(reader_thread()),
        }
    }

    /// The next line; None at the end.
    pub async fn next(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Pipe(pipe) => {
                let mut line = Vec::new();
                matches!(pipe.read_until(b'\n', &mut line).await, Ok(1..)).then_some(line)
            }
            Self::Thread(lines) => lines.recv().await,
        }
    }
}

fn reader_thread() -> UnboundedReceiver<Vec<u8>> {
    let (queue, lines) = unbounded_channel();
    std::thread::spawn(move || {
        let mut input = BufReader::with_capacity(READ_SIZE, std::io::stdin());
        let mut line = Vec::new();
        while matches!(input.read_until(b'\n', &mut line), Ok(1..)) {
            if queue.send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    });
    lines
}

/// Where replies and events go; clones share it, and may write from any thread.
#[derive(Clone)]
pub struct Out {
    file: Arc<Mutex<Option<File>>>,
}

impl Out {
    pub fn stdout() -> Self {
        let file = std::io::stdout().as_fd().try_clone_to_owned().ok().map(File::from);
        Self { file: Arc::new(Mutex::new(file)) }
    }

    /// Writes one line. When nobody reads any more there is nobody to tell, either.
    pub fn send(&self, message: &Value) {
        let mut line = message.to_string();
        line.push('\n');
        let mut file = self.file.lock().expect("no holder of this lock panics");
        if let Some(open) = file.as_mut()
            && open.write_all(line.as_bytes()).is_err()
        {
            *file = None;
        }
    }

    /// Sends a reply, or leaves that to a task of its own, which events may overtake.
    fn answer(&self, reply: Value) {
        if !odd::is(Odd::LateReplies) {
            return self.send(&reply);
        }
        let out = self.clone();
        tokio::spawn(async move {
            tokio::task::yield_now().await;
            out.send(&reply);
        });
    }

    /// Replies to a call.
    pub fn reply(&self, id: &Value, value: Result<Value, Refusal>) {
        self.reply_with(id, "value", value);
    }

    /// Replies with something under a key of its own.
    pub fn reply_with(&self, id: &Value, key: &str, value: Result<Value, Refusal>) {
        match value {
            Ok(value) => self.answer(json!({"id": id, "ok": true, key: value})),
            Err(refusal) => self.done(id, Err(refusal)),
        }
    }

    /// Replies that a request was carried out, or why not.
    pub fn done(&self, id: &Value, outcome: Result<(), Refusal>) {
        self.answer(match outcome {
            Ok(()) => json!({"id": id, "ok": true}),
            Err(Refusal::Unsupported) => json!({"id": id, "ok": false, "unsupported": true}),
            Err(Refusal::Impossible(why)) => json!({"id": id, "ok": false, "impossible": true, "why": why}),
            Err(Refusal::Error { code, message }) => {
                json!({"id": id, "ok": false, "code": code, "message": message})
            }
        });
    }

    /// Tells that an act has ended that nobody waited for.
    pub fn done_later(&self, id: &Value, outcome: Result<(), Refusal>) {
        let (code, message) = match outcome {
            Ok(()) => return self.send(&json!({"ev": "done", "id": id})),
            Err(Refusal::Error { code, message }) => (code, message),
            Err(Refusal::Unsupported) => ("unsupported".to_owned(), "the shim cannot do this".to_owned()),
            Err(Refusal::Impossible(why)) => ("impossible".to_owned(), why.to_owned()),
        };
        self.send(&json!({"ev": "done", "id": id, "ok": false, "code": code, "message": message}));
    }
}
