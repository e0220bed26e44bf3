//! What stands at a socket's path, and how connections come in.

use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::task::AbortHandle;

use crate::script::ListenState;

/// The longest path of a socket, in bytes; the system's limit counts a NUL besides.
const PATH_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// How long accepting rests after an error, which is one of a moment's shortage of descriptors.
const SHORTAGE_REST: Duration = Duration::from_millis(5);

/// Takes each connection that is accepted.
pub type Take = Arc<dyn Fn(UnixStream) + Send + Sync>;

/// What a daemon has at one path.
pub struct Listener {
    take: Take,
    listening: Option<Listening>,
}

/// A socket file of ours.
#[derive(Debug)]
struct Listening {
    path: PathBuf,
    /// `None`: the file is there, but nobody listens.
    socket: Option<Arc<UnixListener>>,
    /// The task that accepts; none while paused.
    accepting: Option<AbortHandle>,
    /// The socket is somebody else's, who bound it and removes its file: it stays as long as this program.
    is_lent: bool,
    /// The folders that were made for it, the outer ones first.
    folders: Vec<PathBuf>,
}

impl Listener {
    /// Nothing yet.
    pub fn new(take: Take) -> Self {
        Self { take, listening: None }
    }

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
            if self.listening.as_ref().is_some_and(|old| old.is_lent) {
                let message = "a socket that was handed over can only be open or paused, at its own path";
                return Err(with_path(path, &io::Error::new(io::ErrorKind::Unsupported, message)));
            }
            self.stop();
            self.listening = bind(path, state).map_err(|error| with_path(path, &error))?;
        }
        if let Some(listening) = &mut self.listening {
            listening.accept(state == ListenState::Open, &self.take);
        }
        Ok(())
    }

    /// Takes a socket over that listens already, at this path; nothing is accepted yet.
    pub fn lend(&mut self, path: &Path, socket: std::os::unix::net::UnixListener) -> io::Result<()> {
        self.stop();
        socket.set_nonblocking(true)?;
        let socket = Some(Arc::new(UnixListener::from_std(socket)?));
        self.listening = Some(Listening {
            path: path.to_owned(),
            socket,
            accepting: None,
            is_lent: true,
            folders: Vec::new(),
        });
        Ok(())
    }

    /// Closes the listener, if there is one, and removes its file and the folders that were made for it. One that is lent only accepts nothing more.
    pub fn stop(&mut self) {
        if let Some(lent) = self.listening.as_mut().filter(|listening| listening.is_lent) {
            return lent.accept(false, &self.take);
        }
        if let Some(mut listening) = self.listening.take() {
            listening.accept(false, &self.take);
            // somebody else may have removed the file already, which is just as well
            let _ = std::fs::remove_file(&listening.path);
            remove(&listening.folders);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("listening", &self.listening).finish_non_exhaustive()
    }
}

fn with_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn bind(path: &Path, state: ListenState) -> io::Result<Option<Listening>> {
    if state == ListenState::Missing {
        return Ok(None);
    }
    let folders = missing_folders(path);
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let bound = made.and_then(|()| match state {
        // the descriptor is closed at once, and the file stays
        ListenState::Refusing => std::os::unix::net::UnixListener::bind(path).map(|_| None),
        _ => UnixListener::bind(path).map(|socket| Some(Arc::new(socket))),
    });
    match bound {
        Ok(socket) => {
            Ok(Some(Listening { path: path.to_owned(), socket, accepting: None, is_lent: false, folders }))
        }
        Err(error) => {
            remove(&folders);
            Err(error)
        }
    }
}

/// The folders around a path that are not there, the outer ones first.
fn missing_folders(path: &Path) -> Vec<PathBuf> {
    let around = path.ancestors().skip(1).take_while(|folder| !folder.as_os_str().is_empty());
    let mut folders: Vec<_> = around.take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
    folders.reverse();
    folders
}

/// Removes folders, those within others first. One that holds something by now stays.
fn remove(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        // it is not empty, or somebody else has removed it, which is just as well
        let _ = std::fs::remove_dir(folder);
    }
}

impl Listening {
    /// Starts or stops to accept.
    fn accept(&mut self, accept: bool, take: &Take) {
        match (&self.socket, &self.accepting) {
            (Some(socket), None) if accept => {
                let task = tokio::spawn(accept_all(Arc::clone(socket), Arc::clone(take)));
                self.accepting = Some(task.abort_handle());
            }
            (_, Some(_)) if !accept => {
                self.accepting.take().inspect(AbortHandle::abort);
            }
            _ => {}
        }
    }
}

async fn accept_all(socket: Arc<UnixListener>, take: Take) {
    loop {
        match socket.accept().await {
            Ok((stream, _)) => take(stream),
            Err(_) => tokio::time::sleep(SHORTAGE_REST).await,
        }
    }
}
