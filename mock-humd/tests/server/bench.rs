//! A daemon on a socket of its own, a plain socket as its client, and waits that end.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use mock_humd::pattern::{Pattern, Scope};
use mock_humd::script::ListenState;
use mock_humd::server::{Daemon, Expected, Limits};
use mock_humd::transcript::{Crossed, Entry};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// Ends a test that would otherwise wait for ever; nothing is decided by it.
pub async fn soon<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("this comes at once")
}

/// Whether a wait is still going on after everything that can happen has happened.
pub async fn pends<T>(wait: impl Future<Output = T>) -> bool {
    tokio::time::timeout(Duration::from_millis(50), wait).await.is_err()
}

pub struct Bench {
    pub daemon: Daemon,
    pub path: PathBuf,
    _dir: tempfile::TempDir,
}

pub fn bench_with(limits: Limits, greets: Vec<bool>) -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("thrum.sock");
    let mut daemon = Daemon::new(limits, Instant::now()).at(&path);
    daemon.expect_connections(greets);
    daemon.listen(&path, ListenState::Open).unwrap();
    Bench { daemon, path, _dir: dir }
}

pub fn bench(greets: &[bool]) -> Bench {
    bench_with(Limits::default(), greets.to_vec())
}

impl Bench {
    pub async fn client(&self) -> UnixStream {
        let k = self.daemon.connections();
        let client = UnixStream::connect(&self.path).await.unwrap();
        soon(self.daemon.connected(k)).await;
        client
    }

    pub async fn expect(&self, patterns: &[Value], any_order: bool) -> Expected {
        let patterns: Vec<_> = patterns.iter().map(|pattern| Pattern::parse(pattern).unwrap()).collect();
        soon(self.daemon.expect(0, &patterns, any_order, &mut Scope::default())).await
    }

    /// The rids of the lines with these indexes.
    pub fn rids(&self, taken: &[usize]) -> Vec<String> {
        let entries = self.daemon.transcript().entries;
        let rid = |&index: &usize| match &entries[index].what {
            Crossed::FromClient(line) => line.decoded.tone.as_ref().unwrap().rid().unwrap().to_owned(),
            other => panic!("no line: {other:?}"),
        };
        taken.iter().map(rid).collect()
    }

    /// What crossed, in words.
    pub fn crossed(&self) -> Vec<String> {
        let entries = self.daemon.transcript().entries;
        let word = |entry: &Entry| match &entry.what {
            Crossed::FromClient(line) => format!("> {}", String::from_utf8_lossy(&line.bytes)),
            Crossed::FromDaemon(bytes) => format!("< {}", String::from_utf8_lossy(bytes).trim_end()),
            other => format!("{other:?}"),
        };
        entries.iter().map(word).collect()
    }
}

pub async fn write(client: &mut UnixStream, tone: &Value) {
    client.write_all(format!("{tone}\n").as_bytes()).await.unwrap();
}

pub async fn line(client: &mut UnixStream) -> Value {
    let mut bytes = Vec::new();
    while bytes.last() != Some(&b'\n') {
        bytes.push(soon(client.read_u8()).await.unwrap());
    }
    serde_json::from_slice(&bytes).unwrap()
}
