//! A daemon in a thread of its own, and bees that speak to it.

use std::cell::{Cell, RefCell};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use mock_humd::engine::{Engine, Handle, PeerInfo};
use mock_humd::nest::{Config, Personality};
use mock_humd::script::ListenState;
use serde_json::{Value, json};

use crate::audit;

/// What would otherwise wait for ever fails after this.
const PATIENCE: Duration = Duration::from_secs(20);

/// A daemon that listens; it ends with this.
pub struct Stage {
    dir: tempfile::TempDir,
    pub personality: Personality,
    pub handle: Handle,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// One connection.
pub struct Bee {
    stream: UnixStream,
    reader: RefCell<BufReader<UnixStream>>,
    personality: Personality,
    next: Cell<usize>,
    /// Whether what comes may be spoiled.
    pub trusts: bool,
}

impl Stage {
    pub fn new(personality: Personality) -> Self {
        Self::with(Config { personality, ..Config::default() })
    }

    pub fn with(config: Config) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let personality = config.personality;
        let path = dir.path().join("thrum.sock");
        let (up, is_up) = mpsc::channel();
        let (end, ended) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut engine = Engine::new(config, path);
                engine.listen(ListenState::Open).unwrap();
                up.send(engine.handle()).unwrap();
                let _ = ended.await;
            });
        });
        let handle = is_up.recv().unwrap();
        Self { dir, personality, handle, end: Some(end), thread: Some(thread) }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("thrum.sock")
    }

    /// Waits until the connections look like this.
    pub fn wait(&self, look: impl Fn(&[PeerInfo]) -> bool) {
        let start = Instant::now();
        while !look(&self.handle.peers()) {
            assert!(start.elapsed() < PATIENCE, "{:?}", self.handle.peers());
            std::thread::yield_now();
        }
    }

    /// Waits until a connection can be made.
    pub fn wait_for_socket(&self) {
        let start = Instant::now();
        while UnixStream::connect(self.path()).is_err() {
            assert!(start.elapsed() < PATIENCE);
            std::thread::yield_now();
        }
    }

    /// A connection that has said nothing.
    pub fn connect(&self) -> Bee {
        let stream = UnixStream::connect(self.path()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        let reader = RefCell::new(BufReader::new(stream.try_clone().unwrap()));
        Bee { stream, reader, personality: self.personality, next: Cell::new(0), trusts: true }
    }

    /// A bee that has said hello and had its breath.
    pub fn bee(&self, name: &str) -> Bee {
        self.greeted(&json!({ "bee": name }))
    }

    pub fn worker(&self, name: &str) -> Bee {
        let bee = if self.personality == Personality::Live { json!(["worker"]) } else { json!(name) };
        self.greeted(&json!({ "bee": bee, "from": name, "hive": "claude-cli" }))
    }

    pub fn greeted(&self, fields: &Value) -> Bee {
        let bee = self.connect();
        let mut hello = json!({ "chi": "hello", "rid": "h-1", "protoVersion": "0.7.0" });
        hello.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        bee.say(&hello);
        bee.sync();
        bee
    }

    /// A worker, an asker, and the prompt of a session as the worker got it.
    pub fn pair(&self, prompt: &Value) -> (Bee, Bee, Value) {
        let (worker, asker) = (self.worker("worker-bee"), self.bee("asker-bee"));
        let mut tone = json!({ "chi": "prompt", "rid": "p-1", "sid": "hum-x" });
        tone.as_object_mut().unwrap().extend(prompt.as_object().unwrap().clone());
        asker.say(&tone);
        let got = worker.until("prompt");
        asker.sync();
        (worker, asker, got)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.end.take());
        let ended = self.thread.take().unwrap().join();
        assert!(std::thread::panicking() || ended.is_ok(), "the daemon's thread panicked");
    }
}

impl Bee {
    pub fn say(&self, tone: &Value) {
        self.write(format!("{tone}\n").as_bytes());
    }

    pub fn write(&self, bytes: &[u8]) {
        (&self.stream).write_all(bytes).unwrap();
    }

    /// The next line, without its LF; `None` at the end of the stream.
    pub fn line(&self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        match self.reader.borrow_mut().read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
            Err(error) => panic!("nothing comes: {error}"),
        }
        if self.trusts {
            audit::line(&line, self.personality);
        }
        assert_eq!(line.pop(), Some(b'\n'), "the stream ends within a line");
        Some(line)
    }

    pub fn tone(&self) -> Value {
        let line = self.line().expect("a tone, not the end of the stream");
        serde_json::from_slice(&line).unwrap()
    }

    /// The next tone of a chi; others are passed over.
    pub fn until(&self, chi: &str) -> Value {
        loop {
            let tone = self.tone();
            if tone["chi"] == chi {
                return tone;
            }
        }
    }

    /// Waits until everything that was said before has been handled; gives what came meanwhile.
    pub fn sync(&self) -> Vec<Value> {
        let rid = format!("sync-{}", self.next.replace(self.next.get() + 1));
        self.say(&json!({ "chi": "perf-mark", "rid": rid, "label": "sync", "phase": "asked", "t": 1 }));
        let mut before = Vec::new();
        loop {
            let tone = self.tone();
            if tone["chi"] == "echo" && tone["rid"] == rid {
                return before;
            }
            before.push(tone);
        }
    }

    /// The same, but for acknowledgements.
    pub fn answers(&self) -> Vec<Value> {
        self.sync().into_iter().filter(|tone| tone["chi"] != "echo").collect()
    }

    /// Everything until the end of the stream.
    pub fn rest(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.reader.borrow_mut().read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("the stream does not end: {error}"),
        }
        bytes
    }

    pub fn end_writes(&self) {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
    }

    pub fn stream(&self) -> &UnixStream {
        &self.stream
    }
}

pub fn chis(tones: &[Value]) -> Vec<&str> {
    tones.iter().map(|tone| tone["chi"].as_str().unwrap()).collect()
}
