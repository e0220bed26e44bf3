//! Level 2: a client is opened and driven over a real socket, slowly enough to see where a shim waits for
//! what it must not wait for.

mod connect;
mod routes;

use std::time::Instant;

use mock_humd::script::{ListenState, Split};
use mock_humd::server::{Daemon, Limits as DaemonLimits};
use mock_humd::wire::{codec, frame};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::talk::Answer;
use super::{Checklist, Outcome, caps, side};
use crate::error::Error;
use crate::exchange::{MARKER, default_hello};
use crate::rule::{Party, Side};
use crate::run::{Room, Seat, preflight};
use crate::testee::Request;

/// How far a shim came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reached {
    /// There is no `open`.
    Nothing,
    /// A client can be opened, but this act is not there.
    Act(String),
    /// Everything was tried, with the client as this side; the faults say what came of it.
    All(Side),
}

/// Whose handler is tried; the other one is the catch-all.
const SID: &str = "hum-smoke";

/// Opens a client, drives it, and ends it.
pub(super) async fn walk(
    list: &mut Checklist<'_>,
    identity: &Map<String, Value>,
    room: &Room<'_>,
) -> Result<Reached, Error> {
    if list.talk.is_over() {
        return Ok(Reached::Nothing);
    }
    let path = room.case_dir()?.join("s");
    let mut daemon = Daemon::new(DaemonLimits::default(), Instant::now()).at(&path);
    // the breath is held back: what waits for it is seen
    daemon.expect_connections(vec![false]);
    daemon
        .listen(&path, ListenState::Open)
        .map_err(|error| Error::Broken(format!("{}: cannot listen: {error}", path.display())))?;
    let mut walk =
        Walk { list, daemon, socket: path.display().to_string(), side: Side::PLAIN, client: String::new() };
    walk.run(identity).await
}

struct Walk<'w, 'a> {
    list: &'w mut Checklist<'a>,
    daemon: Daemon,
    socket: String,
    side: Side,
    client: String,
}

/// What ends a walk early: an act that is not there, or a fault that is noted already.
enum End {
    Unsupported(&'static str),
    Fault,
}

impl Walk<'_, '_> {
    async fn run(&mut self, identity: &Map<String, Value>) -> Result<Reached, Error> {
        self.list.progress("opens a client");
        let opens = "opens a client with `open`";
        self.side = side(identity, Party::Client);
        let mut answer = self.open().await;
        if answer.is_unsupported() && caps(identity).any(|cap| cap == "worker") {
            self.side = side(identity, Party::Worker);
            answer = self.open().await;
        }
        if answer.is_unsupported() {
            self.list.not_yet(opens, "`open` is `unsupported`");
            return Ok(Reached::Nothing);
        }
        match &answer {
            Answer::Reply(reply) if answer.is_ok() => {
                let handle = reply.get("client").and_then(Value::as_str);
                handle.unwrap_or_default().clone_into(&mut self.client);
            }
            Answer::Reply(_) => {
                let hint =
                    "make the client, not yet connected, and reply with a handle for it: `\"client\":\"c1\"`";
                self.list.accepted(&answer, "`open` is refused", hint);
            }
            Answer::Late => self.list.late("`open` only makes the client; it waits for nothing").await,
            Answer::Lost => {}
        }
        self.list.close(opens, String::new());
        if self.client.is_empty() {
            return Ok(Reached::All(self.side));
        }
        let driven = self.drive(identity).await;
        self.list.progress("ends the client");
        // the daemon goes first, which frees a client that is blocked in a write
        let _ = timeout(self.list.limits.reply, self.daemon.shut()).await;
        if !self.list.talk.is_over() {
            self.end().await;
        }
        Ok(match driven {
            Err(End::Unsupported(act)) => Reached::Act(act.to_owned()),
            Err(End::Fault) | Ok(()) => Reached::All(self.side),
        })
    }

    async fn open(&mut self) -> Answer {
        let request = Request::Open {
            case: "smoke/routes".to_owned(),
            side: self.side,
            socket: Some(self.socket.clone()),
            hello: Value::Object(default_hello(self.side)),
            reconnect: false,
        };
        self.list.talk.ask(&request).await
    }

    /// Everything between `open` and `end`; each part is a check.
    async fn drive(&mut self, identity: &Map<String, Value>) -> Result<(), End> {
        let refuses = "refuses an act that does not exist";
        self.list
            .refused(&self.request(json!({"do": "no-such-act"}), true), "an act that does not exist")
            .await;
        self.list.close(refuses, String::new());

        let connects = "connects, and reads stdin meanwhile";
        self.list.progress("connects");
        let outcome = match self.act(json!({"do": "subscribe", "sid": SID}), "subscribe").await {
            Ok(()) => self.connect().await,
            end => end,
        };
        self.part(connects, outcome)?;

        self.list.progress("sends tones to both routes");
        let outcome = self.routes().await;
        self.part("hands over tones on both routes, barriers too", outcome)?;

        self.list.progress("has the client send");
        let outcome = self.sends(identity).await;
        self.part("replies to an act without waiting for the daemon", outcome)
    }

    fn part(&mut self, what: &str, outcome: Result<(), End>) -> Result<(), End> {
        match &outcome {
            Err(End::Unsupported(act)) if !self.list.talk.has_faults() => {
                self.list.not_yet(what, &format!("the act `{act}` is `unsupported`"));
            }
            _ => self.list.close(what, String::new()),
        }
        let failed = self.list.checks.last().is_some_and(|check| matches!(check.outcome, Outcome::Bad(_)));
        // what is built on something broken would only repeat it
        if failed && outcome.is_ok() { Err(End::Fault) } else { outcome }
    }

    fn request(&self, act: Value, wait: bool) -> Request {
        Request::Do { client: self.client.clone(), act, wait }
    }

    /// An act that must succeed, and be answered while the daemon says nothing.
    async fn act(&mut self, act: Value, name: &'static str) -> Result<(), End> {
        let answer = self.list.talk.ask(&self.request(act, true)).await;
        match &answer {
            Answer::Reply(_) if answer.is_ok() => Ok(()),
            Answer::Reply(_) if answer.is_unsupported() => Err(End::Unsupported(name)),
            Answer::Reply(_) => {
                self.list.accepted(
                    &answer,
                    &format!("the act `{name}` is refused"),
                    "it must work in every client",
                );
                Err(End::Fault)
            }
            Answer::Late => {
                let hint = format!(
                    "`{name}` replies when the client's own call has returned; never wait for an answer of the daemon"
                );
                self.list.late(&hint).await;
                Err(End::Fault)
            }
            Answer::Lost => Err(End::Fault),
        }
    }

    async fn send(&mut self, tones: &[Value]) -> Result<(), End> {
        let bytes: Vec<u8> = tones.iter().flat_map(|tone| frame::terminate(codec::encode(tone))).collect();
        let sent = timeout(self.list.limits.reply, self.daemon.send(0, &bytes, &Split::Whole)).await;
        if let Ok(Ok(())) = sent {
            return Ok(());
        }
        let hint = "keep the connection until `close` or `end`, and read from it at once";
        let why = "the client closed its connection, or does not read from it";
        self.list.talk.fault(self.list.talk.sent_last(), None, why.to_owned(), hint.to_owned());
        Err(End::Fault)
    }

    /// Acts that send: each is answered, and arrives, while the daemon is silent.
    async fn sends(&mut self, identity: &Map<String, Value>) -> Result<(), End> {
        let message = format!("{MARKER}smoke");
        let tone = json!({"chi": "log", "level": "debug", "message": message});
        self.act(json!({"do": "send", "tone": tone}), "send").await?;
        let arrived = timeout(self.list.limits.reply, self.daemon.log_with_message(0, &message)).await;
        if !matches!(arrived, Ok(Ok(()))) {
            let hint = "`send` writes the tone to the socket, whatever its chi, and flushes it";
            let why = "`send` was answered, and the tone did not arrive";
            self.list.talk.fault(self.list.talk.sent_last(), None, why.to_owned(), hint.to_owned());
            return Err(End::Fault);
        }
        if self.side.party == Party::Client && caps(identity).any(|cap| cap == "verb.prompt") {
            self.act(json!({"do": "prompt", "sid": SID, "text": "smoke"}), "prompt").await?;
        }
        self.act(json!({"do": "close"}), "close").await
    }

    /// `end` forgets the client, and neither ends the process nor its next client.
    async fn end(&mut self) {
        let end = Request::End { client: self.client.clone() };
        let answer = self.list.asked(&end, "`end` closes the client and forgets it").await;
        if !answer.is_ok() {
            self.list.accepted(
                &answer,
                "`end` is refused",
                "close the client, forget it, and reply `\"ok\":true`",
            );
        }
        // a process that replies first and exits then is found by a ping
        let alive = if answer == Answer::Lost { answer } else { self.list.talk.ask(&Request::Ping).await };
        match alive {
            Answer::Late => self.list.late("`end` ends the client, not the loop that reads stdin").await,
            Answer::Lost => {
                self.list.talk.blame("only `stop` ends the process: one process serves many cases");
            }
            Answer::Reply(_) => self.again().await,
        }
        self.list.close("ends a client with `end`, and goes on with the next", String::new());
    }

    /// A second client has another handle.
    async fn again(&mut self) {
        let answer = self.open().await;
        if let Answer::Reply(reply) = &answer {
            let client = reply.get("client").and_then(Value::as_str).unwrap_or_default().to_owned();
            if answer.is_ok() {
                self.list.asked(&Request::End { client }, "`end` closes the client and forgets it").await;
            } else {
                self.list.accepted(
                    &answer,
                    "a second `open` is refused",
                    "keep nothing of a client that was ended",
                );
            }
        }
    }
}

impl Checklist<'_> {
    /// The first case of every run, as the suite itself plays it: what is green here can be tested.
    pub(super) async fn first_case(&mut self, room: &Room<'_>, side: Side) -> Result<(), Error> {
        self.progress("plays a first case");
        let mut seat = Seat::new(room);
        seat.start().await?;
        let gate = preflight(&mut seat, side).await?;
        seat.stop().await;
        if let Some(gate) = gate {
            let rule = gate.rule.map(|rule| format!(" ({rule})")).unwrap_or_default();
            self.talk.fault(None, None, format!("{}{rule}", gate.why), gate.hint);
        }
        self.close("plays a first case of the suite", String::new());
        Ok(())
    }
}
