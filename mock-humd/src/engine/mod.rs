//! The daemon that answers: a socket, its connections, and the [`Nest`] that they share.
//!
//! Each connection is one task, and all share one lock, held from a read to the writes that it leads to. A runtime
//! of one thread is what it is made for; nothing waits while it holds the lock.
//!
//! [`Engine`] owns the socket. [`Handle`] is how everything else looks and steers: scripts, the admin socket, hooks
//! and the library. It may be cloned and sent anywhere.

mod filter;
mod handle;
mod recorder;
mod serve;
mod stream;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::listen::Listener;
use crate::nest::{Config, Nest};
use crate::script::ListenState;
use crate::wire::frame::FrameBuffer;

pub use filter::Filter;
pub use handle::{Handle, PeerInfo};
pub use recorder::{Recorder, Recording};

/// A daemon. It answers as long as it lives and its runtime runs; dropping it closes everything and removes its
/// socket file.
#[derive(Debug)]
pub struct Engine {
    shared: Arc<Shared>,
    listener: Arc<Mutex<Listener>>,
    path: PathBuf,
    /// Starts anew whenever a fault asks for it.
    restarts: AbortHandle,
}

/// What the tasks share.
#[derive(Debug)]
struct Shared {
    core: Mutex<Core>,
    /// Rings whenever something has changed that others may wait for.
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct Core {
    nest: Nest,
    /// The buffer of connections that have no begun line.
    spare: FrameBuffer,
}

impl Engine {
    /// A daemon that does not listen yet. A runtime must run.
    pub fn new(config: Config, path: impl Into<PathBuf>) -> Self {
        let spare = FrameBuffer::new(config.limits.line_max);
        let core = Core { nest: Nest::new(config, Instant::now()), spare };
        let shared = Arc::new(Shared { core: Mutex::new(core), changed: watch::Sender::new(()) });
        let taking = Arc::clone(&shared);
        let listener = Listener::new(Arc::new(move |stream| serve::begin(stream, &taking)));
        let listener = Arc::new(Mutex::new(listener));
        let path = path.into();
        let restarts =
            tokio::spawn(restart_when_due(Arc::clone(&shared), Arc::clone(&listener), path.clone()));
        Self { shared, listener, path, restarts: restarts.abort_handle() }
    }

    /// A way to look and to steer.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.shared))
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it behaves.
    pub fn config(&self) -> Config {
        self.shared.lock().nest.config().clone()
    }

    /// Changes what stands at its path.
    pub fn listen(&mut self, state: ListenState) -> io::Result<()> {
        listener(&self.listener).listen(&self.path, state)
    }

    /// Listens on a socket that somebody else has bound at its path, and whose file is theirs to remove.
    pub fn lend(&mut self, socket: std::os::unix::net::UnixListener) -> io::Result<()> {
        listener(&self.listener).lend(&self.path, socket)
    }

    /// Changes what stands at another path; nothing stands at its own any more.
    pub fn listen_at(&mut self, path: &Path, state: ListenState) -> io::Result<()> {
        listener(&self.listener).listen(path, state)
    }

    /// Closes everything as a daemon that dies does, and begins again at the same path.
    pub async fn restart(&mut self) -> io::Result<()> {
        restart(&self.shared, &self.listener, &self.path).await
    }

    /// Stops listening, then closes every connection once what waits for it is written.
    pub async fn shut(&mut self) {
        listener(&self.listener).stop();
        self.shared.change(Nest::close_all);
        self.handle().until(|nest| nest.peers().next().is_none().then_some(())).await;
    }
}

fn listener(listener: &Mutex<Listener>) -> MutexGuard<'_, Listener> {
    listener.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn restart_when_due(shared: Arc<Shared>, listener: Arc<Mutex<Listener>>, path: PathBuf) {
    let handle = Handle::new(Arc::clone(&shared));
    loop {
        handle.until(|nest| nest.restart_due().then_some(())).await;
        if let Err(error) = restart(&shared, &listener, &path).await {
            shared.change(|nest| nest.note(&format!("no new start: {error}")));
        }
    }
}

async fn restart(shared: &Arc<Shared>, listening: &Mutex<Listener>, path: &Path) -> io::Result<()> {
    listener(listening).stop();
    shared.change(Nest::restart);
    let handle = Handle::new(Arc::clone(shared));
    handle.until(|nest| nest.peers().next().is_none().then_some(())).await;
    listener(listening).listen(path, ListenState::Open)
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.restarts.abort();
        listener(&self.listener).stop();
        self.shared.change(Nest::restart);
    }
}

impl Shared {
    /// The core; never held across an await.
    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the nest in a turn of its own.
    fn change<T>(&self, change: impl FnOnce(&mut Nest) -> T) -> T {
        let mut core = self.lock();
        core.nest.turn(Instant::now(), since_epoch());
        let changed = change(&mut core.nest);
        core.nest.turned(None);
        core.nest.take_changed();
        drop(core);
        self.changed.send_replace(());
        changed
    }
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
