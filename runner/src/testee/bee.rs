//! A whole bee: a program that connects by itself, and shows nothing but what crosses the wire.
//!
//! It takes those requests of the shim protocol that mean something without a shim: `open` says where the daemon
//! listens, `connect` starts the process, `ping` asks whether it lives, `end` ends it with all that it started.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::habits::Habits;
use super::message::{Reply, Request};
use super::output::{Heard, Output};
use super::process::{Command, Home, Process};
use super::shim::Gone;
use crate::limits::Limits;

/// Where the daemon listens, for a bee.
const SOCKET: &str = "HUM_THRUM_SOCK";

/// A bee, and the process that it has while a case is played.
#[derive(Debug)]
pub struct Bee {
    command: Command,
    /// Variables of the case, on top of where the daemon listens.
    env: BTreeMap<String, Option<String>>,
    limits: Limits,
    habits: Habits,
    socket: Option<PathBuf>,
    process: Option<Process>,
    /// The tasks that read what it writes.
    readers: Vec<JoinHandle<()>>,
    output: Output,
    /// Set once in a case: why its process is beyond use.
    gone: Option<Gone>,
}

impl Bee {
    /// A bee that is not started yet; in values of `env`, `${dir}` is the case's own directory.
    pub fn new(
        command: Command,
        env: BTreeMap<String, Option<String>>,
        habits: Habits,
        limits: Limits,
    ) -> Self {
        Self {
            command,
            env,
            limits,
            habits,
            socket: None,
            process: None,
            readers: Vec::new(),
            output: Output::new(),
            gone: None,
        }
    }

    /// What is known of it.
    pub fn habits(&self) -> &Habits {
        &self.habits
    }

    /// Carries out a request; the reply comes at once.
    pub(super) async fn ask(&mut self, request: &Request) -> Result<Reply, Gone> {
        match request {
            Request::Open { socket, .. } => {
                self.end().await;
                self.gone = None;
                self.socket = socket.as_ref().map(PathBuf::from);
                Ok(ok([("client".to_owned(), json!("bee"))]))
            }
            Request::Do { act, .. } if act["do"] == "connect" => {
                self.launch().map_err(|error| self.lose(format!("it cannot be started: {error}")))?;
                Ok(ok([]))
            }
            Request::Ping => self.ping().map(|()| ok([])),
            Request::End { .. } | Request::Stop => {
                self.end().await;
                Ok(ok([]))
            }
            _ => Ok(Reply::Unsupported),
        }
    }

    fn launch(&mut self) -> std::io::Result<()> {
        let socket = self.socket.as_deref().ok_or_else(|| std::io::Error::other("there is no socket"))?;
        let dir = socket.parent().unwrap_or(Path::new("/"));
        let with_dir = |value: &String| value.replace("${dir}", &dir.display().to_string());
        let mut env = BTreeMap::from([(SOCKET.to_owned(), Some(socket.display().to_string()))]);
        env.extend(self.env.iter().map(|(name, value)| (name.clone(), value.as_ref().map(with_dir))));
        let (process, stdout, stderr) = Process::spawn_alone(&self.command, &Home::new(dir, env)?)?;
        self.process = Some(process);
        self.readers = vec![
            tokio::spawn(self.output.clone().read_text(stdout, self.limits.clone())),
            tokio::spawn(self.output.clone().read_text(stderr, self.limits.clone())),
        ];
        Ok(())
    }

    /// Whether its process runs.
    pub(super) fn ping(&mut self) -> Result<(), Gone> {
        if let Some(gone) = &self.gone {
            return Err(gone.clone());
        }
        match self.process.as_mut().map(Process::ended) {
            Some(Some(status)) => Err(self.lose(status)),
            Some(None) | None => Ok(()),
        }
    }

    /// Resolves when its process has ended; never where there is none.
    pub(super) async fn ended(&mut self) {
        match &mut self.process {
            Some(process) => drop(process.wait().await),
            None => std::future::pending().await,
        }
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        look(&self.output.heard())
    }

    pub(super) fn take_heard(&self) -> Heard {
        self.output.take()
    }

    pub(super) fn gone(&self) -> Option<&Gone> {
        self.gone.as_ref()
    }

    /// Ends its process, and whatever that has started. What it wrote has been read then.
    pub(super) async fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
        for reader in self.readers.drain(..) {
            // somebody who left its group may hold the pipe open; what is read by then is kept
            let _ = timeout(self.limits.reply, reader).await;
        }
    }

    fn lose(&mut self, how: String) -> Gone {
        self.gone.get_or_insert(Gone::Died(how)).clone()
    }
}

fn ok<const N: usize>(fields: [(String, Value); N]) -> Reply {
    Reply::Ok(Map::from_iter(fields))
}
