//! One running shim: requests out, replies in, and a clear word on how it ended.

use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::time::timeout;

use super::door::Open;
use super::message::{Identity, Reply, Request};
use super::output::{Heard, Output, Over, Stamped};
use super::process::{Command, Home, Launch, Process};
use super::reading;
use crate::limits::Limits;
use crate::trace::Ear;

/// A shim that has answered `start` and refused the probe.
#[derive(Debug)]
pub struct Shim {
    /// Its process; one that a person started is theirs.
    process: Option<Process>,
    stdin: Stdin,
    output: Output,
    limits: Limits,
    next_id: u64,
    /// Set once: from then on every request gives the same answer.
    gone: Option<Gone>,
}

/// Where requests go.
#[derive(Debug)]
enum Stdin {
    Child(ChildStdin),
    Door(Open),
}

impl Stdin {
    async fn write_all(&mut self, line: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Child(stdin) => stdin.write_all(line).await,
            Self::Door(open) => open.stdin.write_all(line).await,
        }
    }
}

/// What became of a wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked<T> {
    /// What was waited for.
    Answer(T),
    /// It did not come within the deadline, but the shim still answers `ping`.
    Late,
}

/// Why a shim can no longer be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gone {
    /// The process ended; how.
    Died(String),
    /// It does not answer `ping`, or no longer reads its stdin; it was killed.
    Hung,
    /// It broke the shim protocol; how.
    Broken(String),
    /// It wrote more than a case may bring.
    Flooded,
}

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Died(how) => write!(f, "the process ended: {how}"),
            Self::Hung => f.write_str("the process does not answer `ping`"),
            Self::Broken(how) => write!(f, "the shim broke its protocol: {how}"),
            Self::Flooded => f.write_str("the shim flooded its stdout"),
        }
    }
}

/// Why a shim could not be started.
#[derive(Debug)]
pub enum StartFault {
    /// The command could not be run.
    Spawn(std::io::Error),
    /// It ended, hung or broke the protocol; with the last lines of its stderr.
    Gone(Gone, String),
    /// It refused to start; what it said.
    Refused(String),
    /// It answered an op that does not exist.
    AcceptsAnything,
    /// It said something on stdout that is no protocol object, and then ended or hung; the first line of it.
    Noise(String),
}

impl Shim {
    /// Launches a shim, says `start`, and checks that it refuses an op that does not exist.
    pub async fn start(
        command: &Command,
        home: &Home,
        wire: &str,
        limits: &Limits,
    ) -> Result<(Self, Identity), StartFault> {
        let output = Output::new();
        let (process, stdin) = match &command.launch {
            Launch::ByHand(door) => {
                let (open, stdout) = door.open(command, home).map_err(StartFault::Spawn)?;
                tokio::spawn(output.clone().read_stdout(stdout, limits.clone()));
                (None, Stdin::Door(open))
            }
            Launch::Alone | Launch::Held(_) => {
                let (process, pipes) = Process::spawn(command, home).map_err(StartFault::Spawn)?;
                tokio::spawn(output.clone().read_stdout(pipes.stdout, limits.clone()));
                tokio::spawn(output.clone().read_text(pipes.stderr, limits.clone()));
                (Some(process), Stdin::Child(pipes.stdin))
            }
        };
        if let (Launch::Held(hold), Some(id)) = (&command.launch, process.as_ref().and_then(Process::id)) {
            hold(id).await;
        }
        let mut shim = Self { process, stdin, output, limits: limits.clone(), next_id: 0, gone: None };
        match shim.greet(wire).await {
            Ok(identity) => Ok((shim, identity)),
            Err(fault) => Err(shim.explain(fault).await),
        }
    }

    async fn greet(&mut self, wire: &str) -> Result<Identity, StartFault> {
        let lost = |gone| StartFault::Gone(gone, String::new());
        let id = self.send(&Request::Start { wire: wire.to_owned() }).await.map_err(lost)?;
        let reply = match self.within(self.limits.start, self.output.clone().reply(id)).await {
            Ok(Some(reply)) => reply.what,
            Ok(None) => return Err(lost(Gone::Hung)),
            Err(gone) => return Err(lost(gone)),
        };
        let identity = match reply {
            Reply::Ok(fields) => reading::identity(fields)
                .map_err(|wrong| lost(Gone::Broken(format!("{wrong}, in the reply to `start`"))))?,
            Reply::Refused { code, message } => {
                return Err(StartFault::Refused(format!("{code}: {message}")));
            }
            Reply::Unsupported | Reply::Impossible { .. } => {
                return Err(StartFault::Refused("it does not support `start`".to_owned()));
            }
        };
        let op = format!("probe-{:04x}", std::process::id() & 0xffff);
        match self.ask(Request::Probe(op)).await.map_err(lost)? {
            Asked::Answer(Stamped { what: Reply::Unsupported, .. }) => Ok(identity),
            Asked::Answer(_) => Err(StartFault::AcceptsAnything),
            Asked::Late => Err(lost(Gone::Broken("an unknown op gets no reply".to_owned()))),
        }
    }

    /// Adds what the shim said before it failed to start.
    async fn explain(mut self, fault: StartFault) -> StartFault {
        self.kill().await;
        let heard = self.output.take();
        match fault {
            StartFault::Gone(Gone::Died(_) | Gone::Hung, _) if !heard.noise.is_empty() => {
                StartFault::Noise(heard.noise[0].clone())
            }
            StartFault::Gone(gone, _) => {
                let bytes: Vec<u8> = heard.stderr.into_iter().collect();
                StartFault::Gone(gone, String::from_utf8_lossy(&bytes).trim().to_owned())
            }
            other => other,
        }
    }

    /// Sends a request without waiting for its reply; gives the request's id.
    pub async fn send(&mut self, request: &Request) -> Result<u64, Gone> {
        if let Some(gone) = &self.gone {
            return Err(gone.clone());
        }
        let id = self.next_id;
        self.next_id += 1;
        let line = request.line(id);
        self.output.expect(id, &line);
        match timeout(self.limits.reply, self.stdin.write_all(&line)).await {
            Ok(Ok(())) => Ok(id),
            // a closed stdin: the process has ended, or is about to
            Ok(Err(_)) => Err(self.over(Over::Closed).await),
            // half a line may be out: this process cannot be talked to any more
            Err(_) => Err(self.lose(Gone::Hung).await),
        }
    }

    /// Sends a request and waits for its reply.
    pub async fn ask(&mut self, request: Request) -> Result<Asked<Stamped<Reply>>, Gone> {
        let id = self.send(&request).await?;
        self.reply(id).await
    }

    /// Waits for the reply to a request that was sent before.
    pub async fn reply(&mut self, id: u64) -> Result<Asked<Stamped<Reply>>, Gone> {
        let output = self.output.clone();
        match &self.gone {
            // what had come before the end counts
            Some(gone) => output.kept(id).map(Asked::Answer).ok_or_else(|| gone.clone()),
            None => self.patiently(output.reply(id)).await,
        }
    }

    /// Waits until `look` finds something among what was heard.
    pub async fn until<T>(&mut self, look: impl FnMut(&mut Heard) -> Option<T>) -> Result<Asked<T>, Gone> {
        let output = self.output.clone();
        self.patiently(output.wait(look)).await
    }

    /// Waits within the deadline; when it passes, asks whether the shim is alive at all.
    async fn patiently<T>(&mut self, wait: impl Future<Output = Result<T, Over>>) -> Result<Asked<T>, Gone> {
        match self.within(self.limits.reply, wait).await? {
            Some(found) => Ok(Asked::Answer(found)),
            None => self.ping().await.map(|()| Asked::Late),
        }
    }

    async fn within<T>(
        &mut self,
        patience: Duration,
        wait: impl Future<Output = Result<T, Over>>,
    ) -> Result<Option<T>, Gone> {
        match timeout(patience, wait).await {
            Ok(Ok(found)) => Ok(Some(found)),
            Ok(Err(over)) => Err(self.over(over).await),
            Err(_) => Ok(None),
        }
    }

    /// Asks whether the shim is alive; one that does not answer is killed.
    pub async fn ping(&mut self) -> Result<(), Gone> {
        let id = self.send(&Request::Ping).await?;
        let wait = self.output.clone();
        match self.within(self.limits.reply, wait.reply(id)).await? {
            Some(_) => Ok(()),
            None => Err(self.lose(Gone::Hung).await),
        }
    }

    /// Resolves when nothing more can come from the process. It can be dropped at any time.
    pub fn ended(&self) -> impl Future<Output = ()> + use<> {
        let output = self.output.clone();
        async move {
            let _ = output.wait(|_| None::<()>).await;
        }
    }

    /// Tells of each message from now on, or of none.
    pub(crate) fn tell(&self, ear: Option<Ear>) {
        self.output.heard().ear = ear;
    }

    /// Looks at what was heard so far.
    pub fn look<T>(&self, look: impl FnOnce(&Heard) -> T) -> T {
        look(&self.output.heard())
    }

    /// Takes what was heard so far, so that the next case begins with nothing.
    pub fn take_heard(&self) -> Heard {
        self.output.take()
    }

    /// Whether the process is beyond use, and why.
    pub fn gone(&self) -> Option<&Gone> {
        self.gone.as_ref()
    }

    /// Ends the process: by `stop`, and by force where that does not help.
    /// True if it left other processes behind; they are killed.
    pub async fn stop(mut self) -> bool {
        if self.gone.is_none() && self.send(&Request::Stop).await.is_ok() {
            let patience = self.limits.reply;
            let Some(process) = &mut self.process else {
                // nobody kills it, so its last reply still has a reader; a debugger may keep it from ending
                let ended = self.output.wait(|_| None::<()>);
                let _ = timeout(patience.min(Limits::default().reply), ended).await;
                return false;
            };
            if timeout(patience, process.wait()).await.is_ok() {
                return process.left_behind();
            }
        }
        self.kill().await;
        false
    }

    /// Kills a process that answers, but that no other case should meet.
    pub async fn give_up(&mut self) {
        self.lose(Gone::Hung).await;
    }

    async fn over(&mut self, over: Over) -> Gone {
        let gone = match over {
            Over::Closed => Gone::Died(String::new()),
            Over::Broken(how) => Gone::Broken(how),
            Over::Flooded => Gone::Flooded,
        };
        self.lose(gone).await
    }

    /// From here on the process is beyond use.
    async fn lose(&mut self, gone: Gone) -> Gone {
        let status = match gone {
            // stdout is closed: give the process a moment of its own to end, so that its status is the truth
            Gone::Died(_) => match self.process.as_mut().map(Process::wait) {
                Some(ended) => match timeout(self.limits.reply, ended).await {
                    Ok(Ok(status)) => {
                        // what it said before it ended is still on its way
                        let _ = timeout(self.limits.reply, self.output.clone().wait(|_| None::<()>)).await;
                        status.to_string()
                    }
                    _ => "it closed its stdout".to_owned(),
                },
                None => "it closed its stdout".to_owned(),
            },
            _ => String::new(),
        };
        self.kill().await;
        let gone = if matches!(gone, Gone::Died(_)) { Gone::Died(status) } else { gone };
        self.gone.get_or_insert(gone).clone()
    }

    async fn kill(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill().await;
        }
    }
}
