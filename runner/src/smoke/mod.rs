//! Is a shim a shim? The shim protocol, checked message by message before any rule is judged.
//!
//! [`smoke`] talks to the shim, and [`write()`] says what was right and how to mend what was not. A shim
//! grows in levels: at 0 it speaks the protocol and answers nothing yet, at 1 it calls helpers, at 2 it
//! drives the client over a socket. A shim that is green at its level is told the next step.

mod fault;
mod functions;
mod talk;
mod wire;
mod write;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::limits::Limits;
use crate::rule::{Profile, RuleBook, Version};
use crate::run::{Room, explain_start};
use crate::testee::{Command, Home, Request, StartFault, nearest_capability};
use functions::Functions;
use talk::{Answer, Talk};
use wire::Reached;

pub use fault::Fault;
pub use write::write;

/// How far a shim has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It speaks the protocol.
    Protocol,
    /// It calls helpers.
    Helpers,
    /// It drives the client over a socket.
    Wire,
}

/// One check.
#[derive(Debug)]
pub struct Check {
    /// What was checked, a fragment.
    pub what: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a check.
#[derive(Debug)]
pub enum Outcome {
    /// All is well; with what was found, which may be empty.
    Good(String),
    /// The shim does not have this yet; why that is known.
    NotYet(String),
    /// The mistakes, at least one.
    Bad(Vec<Fault>),
}

/// What `smoke` found.
#[derive(Debug)]
pub struct Smoke {
    /// In the order in which they were made.
    pub checks: Vec<Check>,
    /// How far the shim has come.
    pub level: Level,
    /// What to do next, a fragment.
    pub next: String,
}

impl Smoke {
    /// The number of mistakes.
    pub fn findings(&self) -> usize {
        let faults = self.checks.iter().map(|check| match &check.outcome {
            Outcome::Bad(faults) => faults.len(),
            _ => 0,
        });
        faults.sum()
    }
}

/// Makes the checks, and tells `progress` what it waits for. An error means that the command could not be run
/// at all.
pub async fn smoke(command: &Command, limits: &Limits, progress: &dyn Fn(&str)) -> Result<Smoke, Error> {
    let wire = RuleBook::parse(thrum_vectors::WIRE_DOC).map_or(Version(0, 7, 0), |book| book.version);
    let room = Room::new(command, &wire.to_string(), limits)?;
    let home = Home::new(&room.case_dir()?, BTreeMap::new())
        .map_err(|error| Error::Broken(format!("cannot prepare a home for the shim: {error}")))?;
    let talk = Talk::start(command, &home, limits)
        .map_err(|error| explain_start(command, &StartFault::Spawn(error)))?;
    let mut list = Checklist { talk, limits, progress, checks: Vec::new() };
    let Some(identity) = list.greet(wire).await else {
        return Ok(list.finish(Level::Protocol, "mend this, and run smoke again".to_owned()));
    };
    list.protocol().await;
    let functions = functions::check(&mut list).await;
    let reached = wire::walk(&mut list, &identity, &room).await?;
    if !list.talk.is_over() {
        list.progress("ends the shim");
        list.talk.stop().await;
        list.close("ends with `stop` and leaves nothing behind", String::new());
    }
    if let Reached::All(side) = reached
        && list.checks.iter().all(Check::is_green)
    {
        list.first_case(&room, side).await?;
    }
    let level = match (&reached, functions.have.is_empty()) {
        (Reached::All(_), _) => Level::Wire,
        (_, false) => Level::Helpers,
        _ => Level::Protocol,
    };
    let next = next(command, &functions, &reached);
    Ok(list.finish(level, next))
}

impl Check {
    fn is_green(&self) -> bool {
        !matches!(self.outcome, Outcome::Bad(_))
    }
}

/// What to do next, where there is no finding.
fn next(command: &Command, functions: &Functions, reached: &Reached) -> String {
    let shown = command.shown();
    let judged =
        format!("\n      what is there: thrum-conform client --run '{}' -- {shown}", functions.cases);
    match (reached, &functions.have[..], &functions.lack[..]) {
        (Reached::All(_), _, []) => format!("thrum-conform client -- {shown}"),
        (Reached::All(_), _, lack) => {
            format!("thrum-conform client -- {shown}\n      still `unsupported`: {}", lack.join(" "))
        }
        (Reached::Act(act), ..) => format!("the act `{act}`, in the shim's `do`"),
        (_, [], _) => "the function `version`, in the shim's `call`; then `sigil` and the others".to_owned(),
        (_, _, []) => format!("`open`, then the acts `subscribe`, `connect`, `send` and `close`{judged}"),
        (_, _, [first, ..]) => format!("the function `{first}`, or `open` for level 2{judged}"),
    }
}

/// The conversation, and what has been checked so far.
struct Checklist<'a> {
    talk: Talk<'a>,
    limits: &'a Limits,
    progress: &'a dyn Fn(&str),
    checks: Vec<Check>,
}

impl Checklist<'_> {
    fn progress(&self, what: &str) {
        (self.progress)(what);
    }

    /// Ends a check with the mistakes noted since the last one, or with what was found.
    fn close(&mut self, what: &str, found: String) {
        let faults = self.talk.take_faults();
        let outcome = if faults.is_empty() { Outcome::Good(found) } else { Outcome::Bad(faults) };
        self.checks.push(Check { what: what.to_owned(), outcome });
    }

    fn not_yet(&mut self, what: &str, why: &str) {
        self.checks.push(Check { what: what.to_owned(), outcome: Outcome::NotYet(why.to_owned()) });
    }

    fn finish(mut self, level: Level, next: String) -> Smoke {
        // what came after the last check
        let faults = self.talk.take_faults();
        if !faults.is_empty() {
            self.checks.push(Check { what: "says nothing else".to_owned(), outcome: Outcome::Bad(faults) });
        }
        Smoke { checks: self.checks, level, next }
    }

    /// The last request got no reply: notes whether the shim answers `ping` at all.
    async fn late(&mut self, hint: &str) {
        let sent = self.talk.sent_last();
        let why = match self.talk.ask(&Request::Ping).await {
            Answer::Reply(_) => "no reply, although `ping` is answered",
            Answer::Late => "no reply, and none to `ping` either",
            Answer::Lost => return,
        };
        self.talk.fault(
            sent,
            None,
            why.to_owned(),
            format!("every request gets a reply with its `id`: {hint}"),
        );
    }

    /// `start`, and who answered; none if no reply came that could be read.
    async fn greet(&mut self, wire: Version) -> Option<Map<String, Value>> {
        self.progress("waits for the reply to `start`");
        let start = Request::Start { wire: wire.to_string() };
        let answer = self.talk.ask_within(&start, self.limits.start).await;
        let sent = self.talk.sent_last();
        let what = "answers `start`";
        let reply = match answer {
            Answer::Reply(reply) => reply,
            Answer::Late => {
                self.silent(sent).await;
                self.close(what, String::new());
                return None;
            }
            Answer::Lost => {
                self.close(what, String::new());
                return None;
            }
        };
        let got = self.talk.got_last();
        if reply.get("ok") == Some(&Value::Bool(false)) {
            let hint =
                "answer `start` with `\"ok\":true` where its `v` is 1; the suite speaks shim protocol 1";
            self.talk.fault(sent, got, "`start` is refused".to_owned(), hint.to_owned());
            self.close(what, String::new());
            return None;
        }
        if let Some(other) = reply.get("wire").and_then(Value::as_str).filter(|own| *own != wire.to_string())
        {
            let why = format!("the client targets wire {other}, and the suite is about wire {wire}");
            let hint = format!(
                "say `\"wire\":\"{wire}\"` once the client speaks it, or test with `client --wire {other}`"
            );
            self.talk.fault(sent.clone(), got.clone(), why, hint);
        }
        for cap in caps(&reply) {
            if let Some(near) = nearest_capability(cap) {
                let why = format!("there is no capability `{cap}`");
                self.talk.fault(
                    sent.clone(),
                    got.clone(),
                    why,
                    format!("did you mean `{near}`? the list is in ci/README.md"),
                );
            }
        }
        let part = |pointer: &str| {
            let value = reply.get("impl").and_then(|own| own.pointer(pointer)).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let claimed: Vec<&str> = caps(&reply).collect();
        let claims = if claimed.is_empty() { "nothing yet".to_owned() } else { claimed.join(" ") };
        let found = format!(
            "{} {} ({}), wire {wire}; claims {claims}",
            part("/name"),
            part("/version"),
            part("/lang")
        );
        self.close(what, found);
        Some(reply)
    }

    /// `start` got no reply, unless what came was meant as one. A shim whose reply comes when its stdin ends
    /// was holding it back.
    async fn silent(&mut self, sent: Option<String>) {
        self.talk.end_spread();
        if self.talk.has_faults() {
            return;
        }
        if let Some(partial) = self.talk.partial() {
            let why = "a line that does not end";
            let hint = "end each message with LF (`\\n`), and flush";
            return self.talk.fault(sent, Some(partial), why.to_owned(), hint.to_owned());
        }
        self.talk.hang_up();
        let held_back = matches!(self.talk.reply(0, self.limits.reply).await, Answer::Reply(_));
        let (why, hint) = if held_back {
            (
                "the reply came only when stdin had ended",
                "flush stdout after each line, and read stdin line by line, not to its end",
            )
        } else {
            // how the process then ended is no fault of its own
            self.talk.take_faults();
            ("no reply", "read a line of JSON from stdin, write a line of JSON to stdout, and flush it")
        };
        self.talk.fault(sent, None, why.to_owned(), hint.to_owned());
    }

    /// What every shim must do, however little it has.
    async fn protocol(&mut self) {
        self.progress("asks what no shim knows");
        if self.talk.ask(&Request::Ping).await == Answer::Late {
            self.late("`ping` is answered at once, whatever the client is doing").await;
        }
        self.close("answers `ping`", String::new());
        let op = format!("probe-{:04x}", std::process::id() & 0xffff);
        self.refused(&Request::Probe(op), "an op that does not exist").await;
        let function = Request::Call { function: "no-such-function".to_owned(), args: json!({}) };
        self.refused(&function, "a function that does not exist").await;
        let act = json!({"do": "connect"});
        let nobody = Request::Do { client: "no-such-client".to_owned(), act, wait: true };
        let answer = self.asked(&nobody, "a client that no `open` gave: `\"code\":\"no-such-client\"`").await;
        if answer.is_ok() {
            let hint = r#"look the client up: `{"ok":false,"code":"no-such-client"}`, or `unsupported` while there is no `open`"#;
            self.accepted(&answer, "an act of a client that was never opened is accepted", hint);
        }
        self.close("refuses what does not exist: an op, a function, a client", String::new());
    }

    /// Asks for something that must be `unsupported`.
    async fn refused(&mut self, request: &Request, what: &str) {
        let answer = self.asked(request, "what you do not know is `unsupported`").await;
        if !answer.is_unsupported() {
            let hint =
                r#"`{"ok":false,"unsupported":true}`; else nothing that the shim says can be believed"#;
            self.accepted(&answer, &format!("{what} is not refused as `unsupported`"), hint);
        }
    }

    /// Asks, and notes it where no reply comes.
    async fn asked(&mut self, request: &Request, hint: &str) -> Answer {
        let answer = self.talk.ask(request).await;
        if answer == Answer::Late {
            self.late(hint).await;
        }
        answer
    }

    fn accepted(&mut self, answer: &Answer, why: &str, hint: &str) {
        if matches!(answer, Answer::Reply(_)) {
            self.talk.fault(self.talk.sent_last(), self.talk.got_last(), why.to_owned(), hint.to_owned());
        }
    }
}

/// The capabilities that the reply to `start` claims.
fn caps(identity: &Map<String, Value>) -> impl Iterator<Item = &str> {
    identity.get("caps").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// As whom the shim lets its client be tested: as the suite would begin.
fn side(identity: &Map<String, Value>, party: crate::rule::Party) -> crate::rule::Side {
    let declared = identity.get("profiles").and_then(Value::as_array).into_iter().flatten();
    let documented = declared.filter_map(Value::as_str).any(|profile| profile == "document");
    let profile =
        if documented || !identity.contains_key("profiles") { Profile::Document } else { Profile::Live };
    crate::rule::Side { profile, party }
}
