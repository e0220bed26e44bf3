//! A conversation with a shim that forgives what it can, so that one run finds more than the first mistake.
//!
//! [`crate::testee::Shim`] ends at the first line that breaks the protocol. Here a line that is wrong becomes
//! a [`Fault`], and is taken for what it was meant to be where that is plain.

mod hear;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::time::{Instant, timeout, timeout_at};

use super::fault::Fault;
use crate::limits::Limits;
use crate::testee::{Command, Home, Output, Pipes, Process, Request, quoted, shorten};

/// Lines of one message that was spread over several; beyond these it is taken for noise.
const SPREAD_MAX: usize = 200;

/// What became of a request.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// Its reply, with or without faults.
    Reply(Map<String, Value>),
    /// None came within the deadline.
    Late,
    /// None will come: the process has ended. This is among the faults already.
    Lost,
}

impl Answer {
    /// Whether the shim says that it does not have this.
    pub(super) fn is_unsupported(&self) -> bool {
        matches!(self, Self::Reply(reply) if reply.get("unsupported").is_some_and(|is| *is == Value::Bool(true)))
    }

    /// Whether it was carried out.
    pub(super) fn is_ok(&self) -> bool {
        matches!(self, Self::Reply(reply) if reply.get("ok").is_some_and(|ok| *ok == Value::Bool(true)))
    }
}

/// An event, and the line that it stood on.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) event: Map<String, Value>,
    pub(super) line: String,
}

/// A request that was sent.
#[derive(Debug, Clone)]
struct Sent {
    op: String,
    line: String,
}

/// A running shim and everything it has said.
pub(super) struct Talk<'a> {
    command: &'a Command,
    limits: &'a Limits,
    process: Process,
    stdin: Option<ChildStdin>,
    stdout: ChildStdout,
    stderr: Output,
    /// What stdout has brought of a line that has not ended.
    partial: Vec<u8>,
    /// Lines of a message that goes on.
    spread: Vec<String>,
    bytes: usize,
    requests: Vec<Sent>,
    open: BTreeSet<u64>,
    replies: BTreeMap<u64, Map<String, Value>>,
    /// Events in order of arrival.
    pub(super) events: Vec<Seen>,
    /// The handles that `open` gave.
    pub(super) handles: BTreeSet<String>,
    /// The line of the last reply.
    got_last: Option<String>,
    faults: Vec<Fault>,
    /// What was said before is not said again.
    said: BTreeSet<String>,
    over: bool,
}

impl<'a> Talk<'a> {
    /// Launches the shim and says nothing yet.
    pub(super) fn start(command: &'a Command, home: &Home, limits: &'a Limits) -> std::io::Result<Self> {
        let (process, Pipes { stdin, stdout, stderr }) = Process::spawn(command, home)?;
        let output = Output::new();
        tokio::spawn(output.clone().read_text(stderr, limits.clone()));
        Ok(Self {
            command,
            limits,
            process,
            stdin: Some(stdin),
            stdout,
            stderr: output,
            partial: Vec::new(),
            spread: Vec::new(),
            bytes: 0,
            requests: Vec::new(),
            open: BTreeSet::new(),
            replies: BTreeMap::new(),
            events: Vec::new(),
            handles: BTreeSet::new(),
            got_last: None,
            faults: Vec::new(),
            said: BTreeSet::new(),
            over: false,
        })
    }

    /// Sends a request and waits for its reply.
    pub(super) async fn ask(&mut self, request: &Request) -> Answer {
        self.ask_within(request, self.limits.reply).await
    }

    /// The same with another deadline.
    pub(super) async fn ask_within(&mut self, request: &Request, patience: Duration) -> Answer {
        let id = self.send(request).await;
        self.reply(id, patience).await
    }

    /// Sends a request; gives its id.
    pub(super) async fn send(&mut self, request: &Request) -> u64 {
        let id = self.requests.len() as u64;
        let bytes = request.line(id);
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        let op = serde_json::from_str::<Value>(&line)
            .ok()
            .and_then(|request| request["op"].as_str().map(str::to_owned))
            .unwrap_or_default();
        self.requests.push(Sent { op, line });
        self.open.insert(id);
        if let Some(stdin) = &mut self.stdin {
            // a process that has ended, or reads nothing, gives no reply either: that is where it is found
            let _ = timeout(self.limits.reply, stdin.write_all(&bytes)).await;
        }
        id
    }

    /// Waits for the reply to a request that was sent before.
    pub(super) async fn reply(&mut self, id: u64, patience: Duration) -> Answer {
        match self.until(patience, |talk| talk.replies.remove(&id)).await {
            Some(reply) => Answer::Reply(reply),
            None if self.over => {
                self.died(Some(id)).await;
                Answer::Lost
            }
            None => Answer::Late,
        }
    }

    /// Waits for the first event from this place on that `wanted` accepts. None if it does not come.
    pub(super) async fn event(
        &mut self,
        from: usize,
        wanted: impl Fn(&Map<String, Value>) -> bool,
    ) -> Option<Seen> {
        let patience = self.limits.reply;
        self.until(patience, |talk| talk.events[from..].iter().find(|seen| wanted(&seen.event)).cloned())
            .await
    }

    /// Waits until `look` finds something; gives up at the deadline, or when stdout has ended.
    pub(super) async fn until<T>(
        &mut self,
        patience: Duration,
        mut look: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let deadline = Instant::now() + patience;
        let mut piece = vec![0; 64 << 10];
        loop {
            let found = look(self);
            if found.is_some() || self.over {
                return found;
            }
            match timeout_at(deadline, self.stdout.read(&mut piece)).await {
                Ok(Ok(count @ 1..)) => self.take(&piece[..count]),
                Ok(_) => self.over = true,
                Err(_) => return None,
            }
        }
    }

    /// Ends what the shim reads; a shim that holds its replies back may give them now.
    pub(super) fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// Ends the process: by `stop`, and by force where that does not help. One that exits without a reply has
    /// done what it was asked for.
    pub(super) async fn stop(&mut self) {
        let id = self.send(&Request::Stop).await;
        let replied = self.until(self.limits.reply, |talk| talk.replies.remove(&id)).await.is_some();
        let ended = (replied || self.over) && timeout(self.limits.reply, self.process.wait()).await.is_ok();
        let (why, hint) = match (replied, ended) {
            (_, true) if !self.process.left_behind() => return,
            (_, true) => (
                "the process ended, but processes that it started stay; they were killed",
                "end whatever the client starts before you exit",
            ),
            (true, false) => (
                "the process goes on after its reply to `stop`",
                "exit after `stop`, whatever threads and connections are left",
            ),
            (false, false) => ("`stop` got no reply, and the process goes on", "reply to `stop`, then exit"),
        };
        self.fault(self.sent(id), None, why.to_owned(), hint.to_owned());
        self.process.kill().await;
    }

    /// Whether the process can still be talked to.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// A line that began and has not ended.
    pub(super) fn partial(&self) -> Option<String> {
        (!self.partial.is_empty()).then(|| shorten(&String::from_utf8_lossy(&self.partial)))
    }

    /// The request that was sent last.
    pub(super) fn sent_last(&self) -> Option<String> {
        self.requests.last().map(|sent| sent.line.clone())
    }

    /// The request with this id.
    pub(super) fn sent(&self, id: u64) -> Option<String> {
        usize::try_from(id).ok().and_then(|id| self.requests.get(id)).map(|sent| sent.line.clone())
    }

    /// The line of the last reply.
    pub(super) fn got_last(&self) -> Option<String> {
        self.got_last.clone()
    }

    /// Whether a mistake was noted since they were taken.
    pub(super) fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Gives the last mistake a better hint: whoever asked knows what it comes from.
    pub(super) fn blame(&mut self, hint: &str) {
        if let Some(fault) = self.faults.last_mut() {
            hint.clone_into(&mut fault.hint);
        }
    }

    /// Notes a mistake, unless the same was noted before.
    pub(super) fn fault(&mut self, sent: Option<String>, got: Option<String>, why: String, hint: String) {
        let without_numbers: String = why.chars().filter(|c| !c.is_ascii_digit()).collect();
        if self.said.insert(without_numbers) {
            let (sent, got) = (sent.map(|line| shorten(&line)), got.map(|line| shorten(&line)));
            self.faults.push(Fault { sent, got, why, hint });
        }
    }

    /// Takes the mistakes that were noted since.
    pub(super) fn take_faults(&mut self) -> Vec<Fault> {
        if self.over {
            self.end_spread();
        }
        std::mem::take(&mut self.faults)
    }

    /// Notes that the process has ended, with the end of its stderr.
    async fn died(&mut self, id: Option<u64>) {
        let how = match timeout(self.limits.reply, self.process.wait()).await {
            Ok(Ok(status)) => format!("the process ended instead of a reply: {status}"),
            _ => "the process closed its stdout".to_owned(),
        };
        let stderr: Vec<u8> = self.stderr.heard().stderr.iter().copied().collect();
        let text = String::from_utf8_lossy(&stderr);
        let lines: Vec<&str> = text.trim().lines().collect();
        let tail = lines[lines.len().saturating_sub(8)..].join("\n| ");
        let sent = id.and_then(|id| self.sent(id));
        if tail.is_empty() {
            let line = sent.as_deref().unwrap_or_default();
            let dir = self.command.dir.as_ref();
            let there =
                dir.map_or_else(String::new, |dir| format!("cd {} && ", quoted(&dir.display().to_string())));
            let hint = format!("run it by hand: {there}echo '{line}' | {}", self.command.shown());
            self.fault(sent, None, how, hint);
        } else {
            let hint = "these lines are the end of its stderr".to_owned();
            self.fault(sent, None, format!("{how}\n| {tail}"), hint);
        }
        self.process.kill().await;
    }
}
