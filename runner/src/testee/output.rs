//! What a shim says on stdout and stderr, read as it comes and kept until it is asked for.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use mock_humd::wire::frame::FrameBuffer;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::watch;

use super::message::{Event, Reply};
use super::reading::{self, Message};
use crate::limits::Limits;
use crate::trace::Ear;

/// Lines of noise that are kept; the first one says it all.
const NOISE_MAX: usize = 100;

/// Something with the time at which it was read.
#[derive(Debug, Clone)]
pub struct Stamped<T> {
    /// When it was read.
    pub at: Instant,
    /// The same in ms since the epoch.
    pub at_ms: i64,
    /// What was read.
    pub what: T,
}

impl<T> Stamped<T> {
    pub(super) fn now(what: T) -> Self {
        Self { at: Instant::now(), at_ms: now_ms(), what }
    }
}

/// The time in ms since the epoch.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// What a shim said during one case.
#[derive(Debug, Default)]
pub struct Heard {
    /// In order of arrival.
    pub events: Vec<Stamped<Event>>,
    /// Lines on stdout that are no protocol objects.
    pub noise: Vec<String>,
    /// The last bytes of stderr; of a whole bee, of its stdout as well.
    pub stderr: VecDeque<u8>,
    /// Requests that have no reply yet.
    open: BTreeSet<u64>,
    replies: HashMap<u64, Stamped<Reply>>,
    stdout_bytes: usize,
    /// Why nothing more can come.
    over: Option<Over>,
    /// Who is told of each message.
    pub(super) ear: Option<Ear>,
}

/// Why a shim's stdout is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Over {
    /// End of file.
    Closed,
    /// A line that breaks the protocol.
    Broken(String),
    /// More bytes than a case may bring.
    Flooded,
}

/// Shared between the reading tasks and the shim's owner; whoever waits is woken at each change.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    heard: Arc<Mutex<Heard>>,
    changed: watch::Sender<()>,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { heard: Arc::default(), changed: watch::channel(()).0 }
    }

    pub(crate) fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Waits until `look` finds something, or nothing more can come.
    pub(super) async fn wait<T>(&self, mut look: impl FnMut(&mut Heard) -> Option<T>) -> Result<T, Over> {
        let mut changes = self.changed.subscribe();
        loop {
            {
                let mut heard = self.heard();
                if let Some(found) = look(&mut heard) {
                    return Ok(found);
                }
                if let Some(over) = &heard.over {
                    return Err(over.clone());
                }
            }
            if changes.changed().await.is_err() {
                return Err(Over::Closed);
            }
        }
    }

    /// A request is about to be sent, in this line: a reply with its id may come.
    pub(super) fn expect(&self, id: u64, line: &[u8]) {
        let mut heard = self.heard();
        heard.open.insert(id);
        if let Some(ear) = &heard.ear {
            ear.request(line);
        }
    }

    pub(super) async fn reply(&self, id: u64) -> Result<Stamped<Reply>, Over> {
        self.wait(|heard| heard.replies.remove(&id)).await
    }

    /// The reply to a request, if it has come.
    pub(super) fn kept(&self, id: u64) -> Option<Stamped<Reply>> {
        self.heard().replies.remove(&id)
    }

    /// Takes what was heard so far, so that the next case begins with nothing.
    pub(super) fn take(&self) -> Heard {
        let mut heard = self.heard();
        let (over, open, ear) = (heard.over.clone(), std::mem::take(&mut heard.open), heard.ear.clone());
        std::mem::replace(&mut *heard, Heard { open, over, ear, ..Heard::default() })
    }

    /// Reads stdout until it ends, breaks the protocol or floods.
    pub(super) async fn read_stdout(self, mut stdout: impl AsyncRead + Unpin, limits: Limits) {
        let mut lines = FrameBuffer::new(limits.line_bytes_max);
        let mut piece = vec![0; 64 << 10];
        let over = loop {
            let count = match stdout.read(&mut piece).await {
                Ok(0) | Err(_) => break Over::Closed,
                Ok(count) => count,
            };
            lines.push(&piece[..count]);
            let mut heard = self.heard();
            heard.stdout_bytes += count;
            if heard.stdout_bytes > limits.stdout_bytes_max {
                break Over::Flooded;
            }
            if let Err(over) = take_lines(&mut heard, &mut lines) {
                break over;
            }
            drop(heard);
            self.changed.send_replace(());
        };
        self.heard().over.get_or_insert(over);
        self.changed.send_replace(());
    }

    /// Reads what is written for people until it ends, and keeps the last bytes.
    pub(crate) async fn read_text(self, mut from: impl AsyncRead + Unpin, limits: Limits) {
        let mut piece = vec![0; 16 << 10];
        while let Ok(count @ 1..) = from.read(&mut piece).await {
            let mut heard = self.heard();
            heard.stderr.extend(&piece[..count]);
            let extra = heard.stderr.len().saturating_sub(limits.stderr_bytes_max);
            heard.stderr.drain(..extra);
        }
    }
}

fn take_lines(heard: &mut Heard, lines: &mut FrameBuffer) -> Result<(), Over> {
    while let Some(line) = lines.next() {
        let line = line.map_err(|_| Over::Flooded)?;
        if let Some(ear) = &heard.ear {
            ear.said(&line.bytes);
        }
        match reading::read(&line.bytes) {
            Some(Ok(Message::Reply(id, reply))) => {
                if !heard.open.remove(&id) {
                    return Err(Over::Broken(format!("a reply with the id {id}, which no open request has")));
                }
                heard.replies.insert(id, Stamped::now(reply));
            }
            Some(Ok(Message::Event(event))) => heard.events.push(Stamped::now(event)),
            Some(Err(wrong)) => {
                let text = String::from_utf8_lossy(&line.bytes);
                return Err(Over::Broken(format!("{wrong}, in `{}`", shorten(&text))));
            }
            None if heard.noise.len() < NOISE_MAX => {
                heard.noise.push(shorten(&String::from_utf8_lossy(&line.bytes)));
            }
            None => {}
        }
    }
    Ok(())
}

/// The first 200 characters, so that a flood stays readable.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
