//! A client of the thrum wire: connect, send, receive by session; as an asker answer tools and questions, as a
//! worker serve prompts.
//!
//! Start with [`ThrumClient`]. Below it, [`link`] owns the connection, with a read loop ([`read`]) and a
//! writer ([`write`]) in tasks of their own, so that a blocked write never stops reading. [`line`] turns
//! bytes into tones, [`deliver`] hands them to the application, [`answer`] replies to tool calls and
//! questions, [`worker`] serves prompts, [`dialect`] knows the bodies of the profile `live`, and [`compose`] makes
//! the lines that go out. [`scar`] is for faults alone.

mod answer;
mod clocks;
mod compose;
mod deliver;
mod dialect;
mod error;
mod line;
mod link;
mod misanswer;
mod read;
mod scar;
mod turn;
mod worker;
mod write;

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Map, Value, json};

pub use answer::{Tool, ToolBody};
pub use compose::encode;
pub use deliver::{Delivery, Handled, Handler, Outcome};
pub use dialect::Dialect;
pub use error::Error;
pub use worker::{Serves, Turn};

use super::fault::{faulty, is_sound};
use super::helper;
use super::odd::{self, Odd, Oddities, Shown};
use answer::Answers;
use clocks::Clocks;
use compose::Composer;
use deliver::Deliverer;
use link::Link;
use scar::Scars;

/// A tone: one JSON object.
pub type Tone = Map<String, Value>;

/// What the application decides about a client.
pub struct Config {
    /// The socket; None: wherever the environment leads.
    pub socket: Option<PathBuf>,
    /// Who it is, and how it speaks.
    pub dialect: Dialect,
    /// Fields of hello: `bee`, `chis` and the like.
    pub hello: Tone,
    /// Whether to connect again after a loss, without being told to.
    pub reconnect: bool,
}

/// Told of the session and the outcome.
pub type OnTurn = Box<dyn Fn(&str, Outcome) + Send + Sync>;

/// What the application wants to be told besides tones.
pub struct Notices {
    /// The connection of this number was ended by the other side.
    pub disconnected: Box<dyn Fn(u64) + Send + Sync>,
    /// The turn of this session has ended.
    pub turn: OnTurn,
}

/// A handle of one client; clones share it, and may be used from any thread.
#[derive(Clone)]
pub struct ThrumClient {
    inner: Arc<Inner>,
}

struct Inner {
    socket: PathBuf,
    reconnect: bool,
    notices: Notices,
    dialect: Dialect,
    composer: Composer,
    deliverer: Deliverer,
    answers: Answers,
    /// What a worker does with a prompt.
    serves: Mutex<Option<Serves>>,
    clocks: Mutex<Clocks>,
    link: Mutex<Link>,
    scars: Scars,
    oddities: Oddities,
    /// Held across writes by a fault, and by nothing else.
    writing: tokio::sync::Mutex<()>,
}

impl ThrumClient {
    /// A client that is not connected yet. Needs a tokio runtime around it.
    pub fn new(config: Config, notices: Notices) -> Self {
        read::HALTED.store(false, Ordering::Relaxed);
        Self {
            inner: Arc::new(Inner {
                socket: helper::socket_of(config.socket),
                reconnect: config.reconnect,
                notices,
                dialect: config.dialect,
                composer: Composer::new(&config.hello, config.dialect),
                deliverer: Deliverer::new(),
                answers: Answers::default(),
                serves: Mutex::default(),
                clocks: Mutex::default(),
                link: Mutex::default(),
                scars: Scars::default(),
                oddities: Oddities::default(),
                writing: tokio::sync::Mutex::default(),
            }),
        }
    }

    /// Connects and sends hello; what was sent before follows it.
    pub async fn connect(&self) -> Result<(), Error> {
        link::connect(&self.inner).await?;
        self.inner.oddities.await_breath().await;
        Ok(())
    }

    /// Sends a tone of the application's own making; rid, from and sentAt are filled in.
    pub async fn send(&self, tone: Tone) -> Result<(), Error> {
        if self.inner.link().is_over() && faulty!("send-after-close-hangs") {
            std::future::pending::<()>().await;
        }
        if odd::is(Odd::Validates) {
            compose::check(
                tone.get("chi").and_then(Value::as_str).unwrap_or_default(),
                &tone,
                self.inner.dialect,
            )?;
        }
        self.post(tone)?;
        self.settle().await
    }

    /// Waits until what was sent has been written, where the client is one that does.
    pub async fn settle(&self) -> Result<(), Error> {
        let written = self.inner.link().written();
        match written {
            Some(written) if odd::is(Odd::SendAwaitsWrite) && !written.settle().await => Err(Error::Closed),
            _ => Ok(()),
        }
    }

    /// The same from code that cannot wait, such as another thread.
    pub fn post(&self, tone: Tone) -> Result<(), Error> {
        self.inner.send(compose::Origin::Application, tone)
    }

    /// Starts a turn, offering the tools named, which must have been declared.
    pub fn prompt(&self, sid: &str, text: &str, tools: &[String]) -> Result<(), Error> {
        self.inner.scars.prompted(sid);
        self.inner.oddities.begin(sid);
        let mut fields = object(json!({"sid": sid, "text": text}));
        if !tools.is_empty() {
            fields.insert("tools".into(), self.inner.answers.definitions(tools, self.inner.dialect)?);
        }
        self.verb("prompt", fields)
    }

    /// Stops the turn of a session.
    pub fn cancel(&self, sid: &str) -> Result<(), Error> {
        let sid = self.inner.scars.cancelled(sid);
        self.verb("cancel", object(json!({"sid": sid})))?;
        if faulty!("cancel-closes-connection") {
            let mut link = self.inner.link();
            link.close_write_half();
            link.abort_reader();
        }
        Ok(())
    }

    /// Sends a tone of one of the chi that its role may send, after a look at its fields.
    pub fn verb(&self, chi: &str, fields: Tone) -> Result<(), Error> {
        let mut tone = object(json!({"chi": chi}));
        tone.extend(fields.into_iter().filter(|(key, _)| key != "chi"));
        compose::check(chi, &tone, self.inner.dialect)?;
        self.inner.send(compose::Origin::Client, tone)
    }

    /// Hands the tones of a session to this handler, in place of an earlier one.
    pub fn on(&self, sid: &str, handler: Handler) {
        self.inner.on(sid, handler);
    }

    /// Hands the tones of a session to nobody in particular again.
    pub fn off(&self, sid: &str) {
        self.inner.off(sid);
    }

    /// Hands tones without a session, or of one that has no handler, to this one.
    pub fn on_any(&self, handler: Handler) {
        self.inner.deliverer.on_any(handler);
    }

    /// Declares a tool.
    pub fn tool(&self, tool: Tool) {
        self.inner.answers.declare(tool);
    }

    /// Answers each permission-ask with this decision from now on.
    pub fn permit(&self, decision: String) {
        self.inner.answers.permit(decision);
    }

    /// Answers each tendril-reach with this result from now on.
    pub fn tendril(&self, result: Value) {
        self.inner.answers.tendril(result);
    }

    /// As a worker: has each prompt served so from now on.
    pub fn serve(&self, serves: Serves) {
        *self.inner.serves() = Some(serves);
    }

    /// Notes a change to a session here: its wane rises, and rides on the next tone of the session.
    pub fn tick(&self, sid: &str, nest: &str) -> Result<(), Error> {
        self.inner.clocks().tick(sid, nest)
    }

    /// Writes what is queued, unless the other side does not read, and closes.
    pub async fn close(&self) {
        link::close(&self.inner).await;
    }

    /// Closes without a look back.
    pub fn abort(&self) {
        link::abort(&self.inner);
    }
}

impl Inner {
    fn clocks(&self) -> MutexGuard<'_, Clocks> {
        self.clocks.lock().expect("no holder of this lock panics")
    }

    fn serves(&self) -> MutexGuard<'_, Option<Serves>> {
        self.serves.lock().expect("no holder of this lock panics")
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().expect("no holder of this lock panics")
    }

    /// Queues a tone for the present connection, or keeps it for the next one.
    fn send(&self, origin: compose::Origin, mut tone: Tone) -> Result<(), Error> {
        if self.holds_back(origin, &tone) {
            return Ok(());
        }
        self.clocks().ride(&mut tone);
        let line = self.composer.line(origin, tone)?;
        if !is_sound() {
            self.scars.memories().unsent.push_back(line.clone());
        }
        if faulty!("write-without-lock") {
            let half = line.len() / 2;
            self.link().push(line[..half].to_vec())?;
            std::thread::sleep(std::time::Duration::from_micros(200));
            return self.link().push(line[half..].to_vec());
        }
        self.link().push(line)
    }

    /// Sends an answer to a tone of that connection; once that has ended there is nobody left to read it.
    fn reply(&self, conn: u64, tone: Value) {
        let mut tone = object(tone);
        self.clocks().ride(&mut tone);
        if let Ok(line) = self.composer.line(compose::Origin::Client, tone) {
            if !is_sound() {
                self.scars.memories().unsent.push_back(line.clone());
            }
            self.link().push_to(conn, line);
        }
    }

    /// Takes a tone that has arrived: one without a chi is dropped.
    fn receive(self: &Arc<Self>, conn: u64, tone: Tone) {
        let chi = tone.get("chi").and_then(Value::as_str).unwrap_or_default();
        if !chi.is_empty() {
            if chi == "breath" {
                self.oddities.breathe();
            }
            self.bears(chi, &tone);
            self.hand_over(conn, tone);
        }
    }

    /// Hands a tone to the application, and answers it where it asks for an answer.
    fn hand_over(self: &Arc<Self>, conn: u64, tone: Tone) {
        self.clocks().adopt(&tone);
        let tone = Arc::new(tone);
        match odd::shown(&tone, self.dialect.worker) {
            Shown::AsItIs => deliver::deliver(self, conn, &tone, &tone),
            Shown::As(shown) => deliver::deliver(self, conn, &tone, &Arc::new(shown)),
            Shown::NotAtAll => deliver::tell(self, &tone),
        }
        answer::answer(self, conn, &tone);
    }
}

/// The object that a `json!` literal with braces is.
fn object(value: Value) -> Tone {
    match value {
        Value::Object(object) => object,
        _ => Tone::new(),
    }
}
