//! A whole bee, as the walk meets it: waiting until it has come, what it offers, and whether it is at work.
//!
//! Nobody reports what it was handed. That it has read everything is known from the kernel; that it goes on working
//! shows in what it answers.

use std::time::Duration;

use mock_humd::script::Split;
use mock_humd::wire::{codec, frame};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::arguments::arguments;
use super::evidence::{What, Why};
use super::walk::Walk;
use crate::testee::Answers;

/// Whether a tone is the answer to a probe.
type Answer<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// A session that a bee has opened with a prompt.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) sid: String,
    /// The name of the first tool that it declares, and arguments for it.
    pub(super) tool: Option<(String, Value)>,
}

impl Session {
    /// What a prompt offers; `None` where it has no sid.
    fn of(prompt: &Value) -> Option<Self> {
        let declared = &prompt["tools"][0];
        let name = declared["name"].as_str().map(str::to_owned);
        Some(Self {
            sid: prompt["sid"].as_str()?.to_owned(),
            tool: name.map(|name| (name, arguments(&declared["input_schema"]))),
        })
    }

    /// A call of its tool, or of one that nobody has declared.
    pub(super) fn call(&self, id: &str) -> Value {
        let (name, args) = self.tool.clone().unwrap_or(("undeclared".to_owned(), json!({})));
        json!({"chi": "tool-call", "rid": id, "from": "daemon", "sid": self.sid, "callId": id, "name": name, "args": args})
    }

    /// A question.
    pub(super) fn question(&self, id: &str) -> Value {
        json!({
            "chi": "permission-ask", "rid": id, "from": "daemon", "sid": self.sid, "permitId": id,
            "question": "May I?", "context": {},
        })
    }

    /// The end of its turn.
    pub(super) fn end(&self, rid: &str) -> Value {
        json!({"chi": "finish", "rid": rid, "from": "daemon", "sid": self.sid, "finishReason": "stop"})
    }
}

/// Whether a tone has this chi, and this text under a key.
pub(super) fn has(chi: &str, key: &str, text: &str) -> impl Fn(&Value) -> bool {
    move |tone| tone["chi"] == chi && tone[key] == text
}

pub(super) fn is_prompt(tone: &Value) -> bool {
    tone["chi"] == "prompt"
}

impl Walk<'_> {
    /// The bee has made the connection.
    pub(super) async fn arrived(&mut self, conn: usize) -> Result<(), Why> {
        let again = if conn == 0 { "" } else { " again" };
        let came = tokio::select! {
            biased;
            () = self.daemon.connected(conn) => Some(true),
            () = self.testee.ended() => Some(false),
            () = sleep(self.limits.start) => None,
        };
        match came {
            Some(true) => Ok(()),
            Some(false) => {
                let how = self.testee.ping().await.err().map_or_else(String::new, |gone| gone.to_string());
                Err(Why::NoConnection(format!("{how}, before the bee connected{again}")))
            }
            None => {
                let seconds = self.limits.start.as_secs_f64();
                Err(Why::NoConnection(format!("the bee did not connect{again} within {seconds} s")))
            }
        }
    }

    /// A connection has ended: the process may be about to end as well, or to connect again.
    pub(super) async fn settle(&mut self) {
        let next = self.daemon.connections();
        tokio::select! {
            biased;
            () = self.testee.ended() => {}
            () = self.daemon.connected(next) => {}
            () = sleep(self.limits.reply) => {}
        }
    }

    /// The session that the bee offers on a connection. One that does not prompt again after a return goes on with
    /// the session that it had.
    pub(super) async fn session(&mut self, conn: usize) -> Result<Session, Why> {
        if let Some(session) = self.sessions.get(&conn) {
            return Ok(session.clone());
        }
        let (prompts, prompts_again, silence) = match self.testee.bee() {
            Some(bee) => (bee.habits().prompts, bee.habits().prompts_again, bee.habits().silence.clone()),
            None => (true, true, String::new()),
        };
        if let (true, false, Some(former)) = (conn > 0, prompts_again, self.sessions.get(&0)) {
            return Ok(former.clone());
        }
        if !prompts {
            return Err(Why::Unasked(silence));
        }
        let prompt = self.heard(conn, 0, self.limits.start, is_prompt).await?;
        let session = self.daemon.tone(prompt).as_ref().and_then(Session::of);
        let session = session.ok_or_else(|| Why::Unasked("its prompt has no `sid`".to_owned()))?;
        if self.captured.is_empty() {
            let hello = self.heard(conn, 0, self.limits.reply, |tone| tone["chi"] == "hello").await?;
            if let Some(bee) = self.daemon.tone(hello).as_ref().and_then(|hello| hello["bee"].as_str()) {
                self.scope.variables.insert("bee".to_owned(), bee.to_owned());
            }
            self.captured.insert("sid".to_owned(), json!(session.sid));
            if let Some((name, args)) = &session.tool {
                self.captured.insert("tool".to_owned(), json!(name));
                self.captured.insert("args".to_owned(), args.clone());
            }
            self.scope.bound.extend(self.captured.clone());
        }
        self.sessions.insert(conn, session.clone());
        Ok(session)
    }

    /// A probe, as a step: the entry of what the bee answered.
    pub(super) async fn probed(&mut self, conn: usize) -> (What, Option<Why>) {
        match self.probe(conn).await {
            Ok(entry) => (What::Tones(vec![entry]), None),
            Err(why) => (What::Done, Some(why)),
        }
    }

    /// The bee has read everything that was sent, keeps the connection, and is at work; gives the entry of what shows
    /// it.
    pub(super) async fn probe(&mut self, conn: usize) -> Result<usize, Why> {
        self.connected(conn).await?;
        let session = self.session(conn).await?;
        match timeout(self.limits.reply, self.daemon.drained(conn)).await {
            Ok(Ok(())) => {}
            Ok(Err(missed)) => return Err(self.missed(missed).await),
            Err(_) => return Err(self.silence(Why::StoppedReading).await),
        }
        let habits = self.testee.bee().map(|bee| bee.habits().clone()).unwrap_or_default();
        let id = self.next_marker();
        let (ask, answer): (Value, Answer<'_>) = match habits.answers {
            Some(Answers::Calls) => (session.call(&id), Box::new(has("tool-result", "callId", &id))),
            Some(Answers::Questions) => {
                (session.question(&id), Box::new(has("release-permit", "permitId", &id)))
            }
            Some(Answers::Ends) => (session.end(&id), Box::new(is_prompt)),
            None => return Err(Why::Unasked(habits.silence)),
        };
        let from = self.daemon.entries();
        self.put(conn, &ask).await?;
        let entry = self.heard(conn, from, self.limits.reply, answer).await?;
        self.daemon.take(conn, entry);
        Ok(entry)
    }

    /// Sends a tone of the suite's own.
    pub(super) async fn put(&mut self, conn: usize, tone: &Value) -> Result<(), Why> {
        self.write(conn, &frame::terminate(codec::encode(tone)), &Split::Whole).await
    }

    /// Waits for a tone like this, from an entry of the transcript on.
    pub(super) async fn heard(
        &mut self,
        conn: usize,
        from: usize,
        patience: Duration,
        like: impl Fn(&Value) -> bool,
    ) -> Result<usize, Why> {
        match timeout(patience, self.daemon.tone_like(conn, from, like)).await {
            Ok(Ok(entry)) => Ok(entry),
            Ok(Err(missed)) => Err(self.missed(missed).await),
            Err(_) => Err(self.silence(Why::Silent).await),
        }
    }
}
