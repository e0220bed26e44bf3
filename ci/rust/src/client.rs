//! The client: one for a bee, with any number of connections, one after the other.
//!
//! Start at [`Client`]. How a connection comes, is served and goes is in `life`, bytes and lines are in `connection`,
//! what goes out in `outbox`, the order of delivery in `lanes`, answers to questions in `asks`, the methods for each
//! chi in `verbs`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, mem};

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::connection::LINGER;
use crate::error::Error;
use crate::handler::boxed;
use crate::hello::Hello;
use crate::lanes::Lanes;
use crate::outbox::Outbox;
use crate::reconnect::Reconnect;
use crate::routes::{Disconnect, Routes, Turn};
use crate::tone::Tone;
use crate::tools::{Answer, Tool};
use crate::wane::{WaneOverflow, WaneTracker};

/// What an application decides beside its hello.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The socket; without one it is [`default_socket_path`](crate::default_socket_path) at each connect.
    pub socket: Option<PathBuf>,
    /// Whether the client comes back by itself.
    pub reconnect: Reconnect,
}

/// An asker on a local thrum socket: a handle, to be cloned and used from any thread.
///
/// Sending never blocks. [`connect`](Self::connect) needs a tokio runtime, and the client lives in tasks there until
/// its connection ends or [`close`](Self::close) is called, also when the last handle has been dropped.
/// A handler that panics costs the tone that it was handed, and nothing else.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

/// What all handles of a client have in common. No lock is held while code of the application runs.
pub(crate) struct Shared {
    pub hello: Hello,
    pub options: Options,
    pub outbox: Mutex<Outbox>,
    pub routes: Mutex<Routes>,
    pub lanes: Lanes,
    /// The task of the connection. A connect holds this lock from its beginning to its end.
    pub task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
    pub phase: watch::Sender<Phase>,
}

/// Where a client is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// There is no connection, and none to come by itself.
    Idle,
    /// Connected, or about to come back.
    Active,
    /// Closed by the application, for good.
    Closed,
}

impl Client {
    /// A client that is not connected yet. It sends this hello, first on every connection.
    pub fn new(hello: Hello, options: Options) -> Result<Self, Error> {
        if hello.bee().is_empty() {
            return Err(Error::NoName);
        }
        let shared = Shared {
            outbox: Mutex::new(Outbox::new(hello.bee())),
            hello,
            options,
            routes: Mutex::default(),
            lanes: Lanes::default(),
            task: tokio::sync::Mutex::default(),
            phase: watch::Sender::new(Phase::Idle),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Connects; also again, after a disconnect. What was sent while there was no connection follows hello.
    ///
    /// It waits for no breath. A connection that still stands is given up first. Without a daemon this is an error,
    /// or, where the client reconnects by itself, takes until there is one.
    pub async fn connect(&self) -> Result<(), Error> {
        let mut task = self.shared.task.lock().await;
        if let Some(last) = task.take() {
            last.abort();
            // it may be busy telling of a disconnect, and the next connection comes after that (CLI-08)
            _ = last.await;
            self.lost(None);
            self.enter(Phase::Idle);
        }
        let socket = self.reach().await?;
        let begun = self.begin()?;
        *task = Some(tokio::spawn(self.clone().live(socket, begun)));
        Ok(())
    }

    /// Closes for good: sending and connecting fail from now on, and nothing more is handed over.
    ///
    /// What has been sent is still written if the daemon reads it within a second. No disconnect is told, and all
    /// handlers are let go of, with whatever they hold.
    pub async fn close(&self) {
        self.enter(Phase::Closed);
        self.outbox().close();
        self.register(mem::take);
        if let Some(mut task) = self.shared.task.lock().await.take()
            && timeout(LINGER, &mut task).await.is_err()
        {
            task.abort();
        }
    }

    /// Waits until there is no connection, and none to come by itself.
    pub async fn ended(&self) {
        // an error would say that the sender is gone, and this handle holds it
        _ = self.shared.phase.subscribe().wait_for(|phase| *phase != Phase::Active).await;
    }

    /// Connects, and waits until the connection has ended; where the client reconnects by itself, until it is closed.
    pub async fn run(&self) -> Result<(), Error> {
        self.connect().await?;
        self.ended().await;
        Ok(())
    }

    /// How many connections there have been: the number of the present one.
    pub fn connections(&self) -> u64 {
        self.outbox().connections()
    }

    /// Queues a tone, and returns its rid. The client fills in `rid` (but for an echo), `from` and `sentAt`.
    ///
    /// It is kept until there is a connection, and dropped if that ends before it is written (CLI-09). The queue has
    /// no limit.
    pub fn send(&self, tone: Tone) -> Result<String, Error> {
        self.outbox().send(tone)
    }

    /// Counts a local mutation of sigil(sid, nest), and returns the new wane, which rides on the next tone of that sid.
    pub fn tick(&self, sid: &str, nest: &str) -> Result<u64, WaneOverflow> {
        self.outbox().tick(sid, nest)
    }

    /// A copy of the clocks, as they stand now.
    pub fn wane(&self) -> WaneTracker {
        self.outbox().wane().clone()
    }

    /// Gives the tones of a sid to a handler, in order, in the place of the one before. The next tone of that sid waits
    /// until the handler's future has ended; other sids do not.
    pub fn on<F, O>(&self, sid: impl Into<String>, handler: F)
    where
        F: Fn(Tone) -> O + Send + Sync + 'static,
        O: Future<Output = ()> + Send + 'static,
    {
        self.register(|routes| routes.by_sid.insert(sid.into(), boxed(handler, |()| ())));
    }

    /// Takes a handler away, also for tones that wait for an earlier one to be handled.
    pub fn off(&self, sid: &str) {
        self.register(|routes| routes.by_sid.remove(sid));
    }

    /// The catch-all: for tones without a sid, and for those of a sid that has no handler.
    pub fn on_any<F, O>(&self, handler: F)
    where
        F: Fn(Tone) -> O + Send + Sync + 'static,
        O: Future<Output = ()> + Send + 'static,
    {
        self.register(|routes| routes.any.replace(boxed(handler, |()| ())));
    }

    /// Told of each turn that has ended, after its last tone has been handled. Should not block.
    pub fn on_turn(&self, notice: impl Fn(Turn) + Send + Sync + 'static) {
        self.register(|routes| routes.turn.replace(Arc::new(notice)));
    }

    /// Told of each connection that stands, before anything of it is handed over. Should not block.
    pub fn on_connect(&self, notice: impl Fn(&Client) + Send + Sync + 'static) {
        self.register(|routes| routes.connect.replace(Arc::new(move |client| notice(&client))));
    }

    /// Told of each connection that has ended other than by [`close`](Self::close), before the next one begins.
    /// Should not block.
    pub fn on_disconnect(&self, notice: impl Fn(Disconnect) + Send + Sync + 'static) {
        self.register(|routes| routes.disconnect.replace(Arc::new(notice)));
    }

    /// Declares a tool. `body` gets the arguments of a call; what it gives is the result, and null an empty object.
    /// A failure, a panic and a run over the tool's limit are answered with an error.
    pub fn tool<F, O, A>(&self, tool: Tool, body: F)
    where
        F: Fn(Value) -> O + Send + Sync + 'static,
        O: Future<Output = A> + Send + 'static,
        A: Answer + 'static,
    {
        self.register(|routes| routes.tools.insert(tool.name.clone(), (tool, boxed(body, A::into_answer))));
    }

    /// Decides permission-asks: the handler gives `"allow"` or `"deny"`. If it panics, that is `"deny"`.
    pub fn on_permission<F, O, D>(&self, handler: F)
    where
        F: Fn(Tone) -> O + Send + Sync + 'static,
        O: Future<Output = D> + Send + 'static,
        D: Into<String> + 'static,
    {
        self.register(|routes| routes.permission.replace(boxed(handler, D::into)));
    }

    /// Answers tendril-reaches: what the handler gives is the result, as with a tool. There is no time limit.
    pub fn on_tendril<F, O, A>(&self, handler: F)
    where
        F: Fn(Tone) -> O + Send + Sync + 'static,
        O: Future<Output = A> + Send + 'static,
        A: Answer + 'static,
    {
        self.register(|routes| routes.tendril.replace(boxed(handler, A::into_answer)));
    }

    /// Changes who looks after what. What was there before is dropped when the lock is no longer held: it is the
    /// application's, and may use the client once more.
    fn register<T>(&self, change: impl FnOnce(&mut Routes) -> T) {
        let before = change(&mut self.routes());
        drop(before);
    }

    pub(crate) fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.shared.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn routes(&self) -> MutexGuard<'_, Routes> {
        self.shared.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bee, phase) = (self.shared.hello.bee(), *self.shared.phase.borrow());
        f.debug_struct("Client").field("bee", &bee).field("phase", &phase).finish_non_exhaustive()
    }
}
