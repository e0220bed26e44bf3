//! The daemon that answers: a socket, its connections, and the [`Nest`] that they share.
//!
//! Each connection is one task, and all share one lock, held from a read to the writes that it leads to. A runtime
//! of one thread is what it is made for; nothing waits while it holds the lock.
//!
//! [`Engine`] owns the socket. [`Handle`] is how everything else looks and steers: scripts, the admin socket, hooks
//! and the library. It may be cloned and sent anywhere.

mod handle;
mod recorder;
mod serve;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::listen::Listener;
use crate::nest::{Config, Nest};
use crate::script::ListenState;
use crate::wire::frame::FrameBuffer;

pub use handle::{Handle, PeerInfo};
pub use recorder::{Recorder, Recording};

/// A daemon. It answers as long as it lives and its runtime runs; dropping it closes everything and removes its
/// socket file.
#[derive(Debug)]
pub struct Engine {
    shared: Arc<Shared>,
    listener: Listener,
    path: PathBuf,
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
        Self { shared, listener, path: path.into() }
    }

    /// A way to look and to steer.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.shared))
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Changes what stands at its path.
    pub fn listen(&mut self, state: ListenState) -> io::Result<()> {
        self.listener.listen(&self.path, state)
    }

    /// Serves until the returned future is dropped: starts anew whenever a fault asks for it. `ready` is called once it
    /// listens.
    pub async fn run(&mut self, ready: impl FnOnce(&Config)) -> io::Result<()> {
        self.listen(ListenState::Open)?;
        ready(self.shared.lock().nest.config());
        loop {
            self.handle().until(|nest| nest.restart_due().then_some(())).await;
            self.restart().await?;
        }
    }

    /// Closes everything as a daemon that dies does, and begins again at the same path.
    pub async fn restart(&mut self) -> io::Result<()> {
        self.listener.stop();
        self.shared.change(Nest::restart);
        self.handle().until(|nest| nest.peers().next().is_none().then_some(())).await;
        self.listen(ListenState::Open)
    }

    /// Stops listening, then closes every connection once what waits for it is written.
    pub async fn shut(&mut self) {
        self.listener.stop();
        self.shared.change(Nest::close_all);
        self.handle().until(|nest| nest.peers().next().is_none().then_some(())).await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.listener.stop();
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
