//! A daemon for tests: it does nothing by itself, and every wait for it ends.

use std::future::IntoFuture;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use thrum::{Client, Hello, Options, Reconnect, Tone, decode, serde_json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

/// Something that must come soon.
pub async fn soon<T>(what: impl IntoFuture<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), what).await.expect("in time")
}

/// A socket in a directory of its own.
pub struct Daemon {
    dir: TempDir,
    listener: UnixListener,
}

/// One connection, seen from the daemon.
pub struct Peer {
    socket: BufReader<UnixStream>,
}

impl Daemon {
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let listener = UnixListener::bind(dir.path().join("s")).expect("a socket");
        Self { dir, listener }
    }

    /// A client for this daemon that is not connected yet.
    pub fn client(&self, reconnect: Reconnect) -> Client {
        let socket: Option<PathBuf> = Some(self.dir.path().join("s"));
        Client::new(Hello::new("test-bee"), Options { socket, reconnect }).expect("a client")
    }

    /// The next connection, with its hello not read yet.
    pub async fn accept(&self) -> Peer {
        let (socket, _) = soon(self.listener.accept()).await.expect("a connection");
        Peer { socket: BufReader::new(socket) }
    }

    /// Connects a client; what it hands over without a sid, or for a sid that has no handler, comes out of the channel.
    pub async fn connected(&self) -> (Client, Peer, mpsc::UnboundedReceiver<Tone>) {
        let client = self.client(Reconnect::Off);
        let (tones, rest) = mpsc::unbounded_channel();
        client.on_any(into(tones));
        soon(client.connect()).await.expect("connected");
        let mut peer = self.accept().await;
        assert_eq!(peer.read().await.text("chi"), Some("hello"));
        (client, peer, rest)
    }
}

impl Peer {
    /// The next tone; it must be one.
    pub async fn read(&mut self) -> Tone {
        self.read_or_end().await.expect("a tone")
    }

    /// The next tone, or `None` when the client has closed.
    pub async fn read_or_end(&mut self) -> Option<Tone> {
        let mut line = Vec::new();
        soon(self.socket.read_until(b'\n', &mut line)).await.expect("readable");
        assert!(line.is_empty() || line.ends_with(b"}\n"), "{}", String::from_utf8_lossy(&line));
        decode(&line)
    }

    /// Writes a tone.
    pub async fn write(&mut self, tone: Value) {
        self.write_raw(format!("{tone}\n").as_bytes()).await;
    }

    /// Writes these bytes.
    pub async fn write_raw(&mut self, bytes: &[u8]) {
        soon(self.socket.write_all(bytes)).await.expect("writable");
    }
}

/// A handler that puts each tone into a channel.
pub fn into(tones: mpsc::UnboundedSender<Tone>) -> impl Fn(Tone) -> std::future::Ready<()> + Send + Sync {
    move |tone| {
        // a test that no longer looks is free not to
        _ = tones.send(tone);
        std::future::ready(())
    }
}

/// The rids of the next tones that were handed over.
pub async fn rids<const N: usize>(tones: &mut mpsc::UnboundedReceiver<Tone>) -> [String; N] {
    let mut rids = [const { String::new() }; N];
    for rid in &mut rids {
        soon(tones.recv()).await.expect("a tone").text("rid").unwrap_or_default().clone_into(rid);
    }
    rids
}
