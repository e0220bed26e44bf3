//! The connection: making one, its end, and the next one.
//!
//! Nothing is carried from one connection to the next: the queue, the read buffer and the answers under way
//! belong to the connection. Only what the application sends while there is none is kept for the next.

use std::future::pending;
use std::io::ErrorKind;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::json;
use tokio::net::{UnixDatagram, UnixStream};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{sleep, timeout};

use super::deliver::Outcome;
use super::read::{HALTED, serve};
use super::write::write_lines;
use super::{Error, Inner};
use crate::reference::fault::faulty;
use crate::reference::odd::{self, Odd, Written};

/// How long a close waits for a peer that does not read.
const FLUSH_LIMIT: Duration = Duration::from_secs(1);
/// How long an odd client waits for the daemon's end of a connection that it has closed.
const LINGERING: Duration = Duration::from_millis(20);
/// How often an odd client speaks up.
const TICK: Duration = Duration::from_millis(2);
const BACK_OFF_MIN: Duration = Duration::from_millis(2);
const BACK_OFF_MAX: Duration = Duration::from_millis(200);

/// The state of a client's connection.
#[derive(Default)]
pub struct Link {
    /// How many connections there have been.
    conn: u64,
    stage: Stage,
    /// Lines sent while there was no connection.
    kept: Vec<Vec<u8>>,
    /// A hello that a fault keeps back.
    late_hello: Option<Vec<u8>>,
}

#[derive(Default)]
enum Stage {
    #[default]
    Idle,
    Dialling,
    Up(Up),
    Closed,
}

struct Up {
    queue: UnboundedSender<Vec<u8>>,
    written: Written,
    writer: JoinHandle<()>,
    reader: AbortHandle,
}

impl Up {
    /// The writer is gone only if the connection is about to be found dead.
    fn push(&self, line: Vec<u8>) {
        self.written.queue();
        drop(self.queue.send(line));
    }
}

impl Link {
    /// Queues a line, or keeps it until there is a connection.
    pub fn push(&mut self, line: Vec<u8>) -> Result<(), Error> {
        match &self.stage {
            Stage::Closed if odd::is(Odd::SilentAfterClose) => {}
            Stage::Closed => return Err(Error::Closed),
            Stage::Up(up) => up.push(line),
            Stage::Idle | Stage::Dialling => self.kept.push(line),
        }
        Ok(())
    }

    /// Queues a line for the connection of that number and no other.
    pub fn push_to(&mut self, conn: u64, line: Vec<u8>) {
        if self.conn == conn
            && let Stage::Up(up) = &self.stage
        {
            up.push(line);
        }
    }

    /// Whether there was a connection, and is none now.
    pub fn is_over(&self) -> bool {
        self.conn > 0 && matches!(self.stage, Stage::Idle | Stage::Closed)
    }

    /// How far the writer has come.
    pub fn written(&self) -> Option<Written> {
        match &self.stage {
            Stage::Up(up) => Some(up.written.clone()),
            _ => None,
        }
    }

    pub fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Up(_))
    }

    /// Whether a fault keeps hello back.
    pub fn owes_hello(&self) -> bool {
        self.late_hello.is_some()
    }

    /// Sends a hello that was kept back.
    pub fn release_hello(&mut self) {
        if let Some(hello) = self.late_hello.take() {
            self.push_to(self.conn, hello);
        }
    }

    /// Lets the writer end when it has written what is queued, and with it the write half.
    pub fn close_write_half(&mut self) {
        if let Stage::Up(up) = &mut self.stage {
            up.queue = unbounded_channel().0;
        }
    }

    pub fn abort_reader(&self) {
        if let Stage::Up(up) = &self.stage {
            up.reader.abort();
        }
    }
}

/// Makes a connection, unless there is one.
pub async fn connect(inner: &Arc<Inner>) -> Result<(), Error> {
    {
        let mut link = inner.link();
        if matches!(link.stage, Stage::Dialling | Stage::Up(_)) {
            return Err(Error::Connected);
        }
        link.stage = Stage::Dialling;
    }
    let stream = dial(inner).await;
    let mut link = inner.link();
    if !matches!(link.stage, Stage::Dialling) {
        return Err(Error::Closed);
    }
    match stream {
        Ok(stream) => start(inner, &mut link, stream),
        Err(error) => {
            link.stage = Stage::Idle;
            let too_long = error.kind() == ErrorKind::InvalidInput;
            let hidden = if too_long {
                faulty!("sock-long-path-swallowed")
            } else {
                faulty!("connect-failure-hidden")
            };
            if !hidden {
                return Err(Error::Connect(error));
            }
        }
    }
    Ok(())
}

async fn dial(inner: &Inner) -> std::io::Result<UnixStream> {
    // Only clients of cases: without a connection for the suite's own first look, nothing is judged.
    if inner.deliverer.sids().iter().any(|sid| sid == "hum-x") && faulty!("sock-datagram") {
        UnixDatagram::unbound()?.connect(&inner.socket)?;
    }
    let stream = UnixStream::connect(&inner.socket).await;
    let (too_long, failed) = match &stream {
        Err(error) => (error.kind() == ErrorKind::InvalidInput, true),
        Ok(_) => (false, false),
    };
    if (too_long && faulty!("sock-long-path-hangs"))
        || (failed && !too_long && faulty!("connect-failure-hangs"))
    {
        pending::<()>().await;
    }
    if (too_long && faulty!("sock-long-path-dies"))
        || (failed && !too_long && faulty!("connect-failure-dies"))
    {
        std::process::abort();
    }
    stream
}

/// Begins a connection: hello first, then what was kept.
fn start(inner: &Arc<Inner>, link: &mut Link, stream: UnixStream) {
    let (read, write) = stream.into_split();
    let (queue, lines) = unbounded_channel();
    link.conn += 1;
    let written = Written::default();
    for line in first_lines(inner, link) {
        written.queue();
        drop(queue.send(line));
    }
    let broken = Arc::new(Notify::new());
    let writer = tokio::spawn(write_lines(inner.clone(), write, lines, (broken.clone(), written.clone())));
    let reader = tokio::spawn(serve(inner.clone(), link.conn, read, broken)).abort_handle();
    link.stage = Stage::Up(Up { queue, written, writer, reader });
    if odd::is(Odd::Ticks) {
        tokio::spawn(tick(Arc::downgrade(inner), link.conn));
    }
}

/// What a connection begins with.
fn first_lines(inner: &Inner, link: &mut Link) -> Vec<Vec<u8>> {
    let mut kept = std::mem::take(&mut link.kept);
    let tools = if inner.dialect.live { inner.answers.all_definitions(inner.dialect) } else { Vec::new() };
    let hello = inner.composer.hello(tools);
    let (early, several) = (!kept.is_empty(), kept.len() > 1);
    if early && faulty!("queue-lost-on-connect") {
        kept.clear();
    } else if several && faulty!("queue-sent-backwards") {
        kept.reverse();
    } else if several && faulty!("queue-keeps-last-only") {
        kept.drain(..kept.len() - 1);
    } else if early && link.conn == 1 && faulty!("hello-after-queue") {
        kept.push(hello);
        return kept;
    } else if link.conn > 1 && faulty!("no-hello-on-reconnect") {
        return kept;
    } else if !early
        && inner.deliverer.is_idle()
        && (faulty!("wait-for-breath") || faulty!("hello-waits-for-any-tone"))
    {
        link.late_hello = Some(hello);
        return kept;
    }
    kept.insert(0, hello);
    kept
}

/// Forgets a connection, tells the application, and sees to the next one where that is wanted.
pub fn ended(inner: &Arc<Inner>, conn: u64, orderly: bool) {
    {
        let mut link = inner.link();
        // after a close of the application's own there is nothing to tell
        if link.conn != conn || matches!(link.stage, Stage::Closed) {
            return;
        }
        if let Stage::Up(up) = std::mem::take(&mut link.stage) {
            up.writer.abort();
        }
        let unsent = std::mem::take(&mut inner.scars.memories().unsent);
        if !unsent.is_empty() && faulty!("queue-survives-reconnect") {
            link.kept.extend(unsent);
        }
        inner.answers.forget_calls();
    }
    let untold = faulty!("disconnect-unsurfaced")
        || (!orderly && faulty!("reset-unsurfaced"))
        || (inner.deliverer.is_idle() && faulty!("disconnect-to-session-handlers-only"))
        || (inner.reconnect && faulty!("reconnect-silent"));
    for sid in inner.oddities.cut_off() {
        (inner.notices.turn)(&sid, Outcome::Failed);
    }
    if !untold {
        (inner.notices.disconnected)(conn);
    }
    if faulty!("disconnect-ends-every-client") {
        HALTED.store(true, Ordering::Relaxed);
    }
    if inner.reconnect {
        tokio::spawn(redial(inner.clone()));
    }
}

/// Tries to connect again, waiting longer after each failure, until somebody has connected or closed.
async fn redial(inner: Arc<Inner>) {
    let mut pause = odd::back_off(BACK_OFF_MIN);
    loop {
        sleep(pause).await;
        if !matches!(inner.link().stage, Stage::Idle) || connect(&inner).await.is_ok() {
            return;
        }
        pause = (pause * 2).min(BACK_OFF_MAX);
    }
}

/// Closes for good. What is queued is written first, unless that takes too long.
pub async fn close(inner: &Arc<Inner>) {
    if faulty!("close-never-ends") {
        pending::<()>().await;
    }
    if odd::is(Odd::CloseDrops) {
        return abort(inner);
    }
    let Stage::Up(Up { queue, mut writer, reader, .. }) = retire(inner) else {
        return;
    };
    drop(queue);
    let _ = timeout(FLUSH_LIMIT, &mut writer).await;
    writer.abort();
    if odd::is(Odd::Lingers) {
        for _ in 0..LINGERING.as_millis() {
            if reader.is_finished() {
                return;
            }
            sleep(Duration::from_millis(1)).await;
        }
    }
    reader.abort();
}

/// Sends a tone every now and then, as long as the connection stands.
async fn tick(inner: Weak<Inner>, conn: u64) {
    loop {
        sleep(TICK).await;
        let Some(inner) = inner.upgrade() else { return };
        if inner.link().conn != conn || !inner.link().is_up() {
            return;
        }
        inner.reply(conn, json!({"chi": "drone", "state": "still here"}));
    }
}

/// Closes at once.
pub fn abort(inner: &Arc<Inner>) {
    if let Stage::Up(up) = retire(inner) {
        up.writer.abort();
        up.reader.abort();
    }
}

fn retire(inner: &Arc<Inner>) -> Stage {
    let mut link = inner.link();
    link.kept.clear();
    std::mem::replace(&mut link.stage, Stage::Closed)
}
