//! What stands at the socket's path, and how connections come in.

use std::collections::VecDeque;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{UnixListener, UnixStream};
use tokio::task::AbortHandle;

use super::Daemon;
use super::log::{Connection, Greeting, Log, ReaderTask, Shared};
use super::reader::Reader;
use crate::script::ListenState;
use crate::transcript::Crossed;

/// The longest path of a socket, in bytes; the system's limit counts a NUL besides.
const PATH_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// A socket file of ours.
#[derive(Debug)]
pub struct Listening {
    path: PathBuf,
    /// `None`: the file is there, but nobody listens.
    socket: Option<Arc<UnixListener>>,
    /// The task that accepts; none while paused.
    accepting: Option<AbortHandle>,
}

impl Daemon {
    /// Changes what stands at a path. A former socket is closed and its file removed, unless it only goes
    /// between open and paused: then the same socket stays, with the connections that wait on it.
    pub fn listen(&mut self, path: &Path, state: ListenState) -> io::Result<()> {
        let length = path.as_os_str().as_bytes().len();
        if length > PATH_MAX {
            let message = format!(
                "{}: a socket's path has at most {PATH_MAX} bytes on this system, this one has {length}",
                path.display()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let stays = matches!(state, ListenState::Open | ListenState::Paused);
        if !(stays && self.listening.as_ref().is_some_and(|old| old.path == path && old.socket.is_some())) {
            self.stop_listening();
            self.listening = bind(path, state).map_err(|error| with_path(path, &error))?;
        }
        if let Some(listening) = &mut self.listening {
            listening.accept(state == ListenState::Open, &self.shared);
        }
        Ok(())
    }

    /// Closes the listener, if there is one, and removes its file.
    pub(super) fn stop_listening(&mut self) {
        if let Some(mut listening) = self.listening.take() {
            listening.accept(false, &self.shared);
            // somebody else may have removed the file already, which is just as well
            let _ = std::fs::remove_file(&listening.path);
        }
    }
}

fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn bind(path: &Path, state: ListenState) -> io::Result<Option<Listening>> {
    if let (false, Some(parent)) = (state == ListenState::Missing, path.parent()) {
        std::fs::create_dir_all(parent)?;
    }
    let socket = match state {
        ListenState::Missing => return Ok(None),
        // the descriptor is closed at once, and the file stays
        ListenState::Refusing => std::os::unix::net::UnixListener::bind(path).map(|_| None)?,
        ListenState::Open | ListenState::Paused => Some(Arc::new(UnixListener::bind(path)?)),
    };
    Ok(Some(Listening { path: path.to_owned(), socket, accepting: None }))
}

impl Listening {
    /// Starts or stops to accept.
    fn accept(&mut self, accept: bool, shared: &Arc<Shared>) {
        match (&self.socket, &self.accepting) {
            (Some(socket), None) if accept => {
                let task = tokio::spawn(accept_all(Arc::clone(socket), Arc::clone(shared)));
                self.accepting = Some(task.abort_handle());
            }
            (_, Some(_)) if !accept => {
                self.accepting.take().inspect(AbortHandle::abort);
            }
            _ => {}
        }
    }
}

async fn accept_all(socket: Arc<UnixListener>, shared: Arc<Shared>) {
    loop {
        // an error here is one of the connection or of a moment's shortage of descriptors
        match socket.accept().await {
            Ok((stream, _)) => register(stream, &shared),
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// Gives a connection its number and a task that reads it.
fn register(stream: UnixStream, shared: &Arc<Shared>) {
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
