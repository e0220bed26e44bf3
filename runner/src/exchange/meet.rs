//! The first meeting with a whole bee, before any case: who it is, what can be asked of it, whether it comes back.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use mock_humd::script::{How, ListenState};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::bee::{has, is_prompt};
use super::evidence::Why;
use super::walk::{SOCKET, Walk};
use crate::limits::Limits;
use crate::rule::Side;
use crate::testee::{Asked, Request, Testee};
use crate::trace::Trace;

/// The id of whatever it is asked.
const ASK: &str = "~ask";

/// What was seen of a bee.
#[derive(Debug, Default)]
pub struct Meeting {
    /// Its hello.
    pub hello: Option<Value>,
    /// Its first prompt.
    pub prompt: Option<Value>,
    /// The chi with which it answered what it was asked.
    pub answers: BTreeSet<&'static str>,
    /// Whether the end of its turn makes it prompt once more.
    pub goes_on: bool,
    /// Whether it connects again when its connection is closed.
    pub comes_back: bool,
    /// Whether it prompts on that second connection too.
    pub prompts_again: bool,
    /// Why it could not be met to the end.
    pub stop: Option<Why>,
    /// The end of what it wrote to stdout and stderr.
    pub output: String,
}

/// Starts a bee in a directory of its own, asks it what there is to ask, and hangs up once.
pub async fn meet(testee: &mut Testee, dir: &Path, limits: &Limits, trace: Option<&Trace>) -> Meeting {
    let (mut meeting, began) = (Meeting::default(), Instant::now());
    let mut walk = Walk::new(testee, dir, limits, began, &[]);
    let (tap, socket) = (walk.daemon.tap(), dir.join(SOCKET));
    let work = walk.meet(&socket, &mut meeting);
    let met = match trace {
        Some(trace) => trace.of("meeting", began, true).during(tap, work).await,
        None => work.await,
    };
    meeting.stop = met.err();
    drop(walk);
    // a bee always agrees to be ended
    let _ = testee.ask(Request::End { client: String::new() }).await;
    let written: Vec<u8> = testee.take_heard().stderr.into_iter().collect();
    String::from_utf8_lossy(&written).trim().clone_into(&mut meeting.output);
    meeting
}

impl Walk<'_> {
    async fn meet(&mut self, socket: &Path, meeting: &mut Meeting) -> Result<(), Why> {
        self.start_bee(socket).await?;
        self.connected(0).await?;
        let hello = self.heard(0, 0, self.limits.reply, |tone| tone["chi"] == "hello").await?;
        meeting.hello = self.daemon.tone(hello);
        self.ask_around(meeting).await;
        // what the first connection came to is nothing that the second depends on
        let _ = timeout(self.limits.reply, self.daemon.close(0, How::Full)).await;
        meeting.comes_back = self.arrived(1).await.is_ok();
        if meeting.comes_back && meeting.prompt.is_some() && self.connected(1).await.is_ok() {
            meeting.prompts_again = self.heard(1, 0, self.limits.reply, is_prompt).await.is_ok();
        }
        Ok(())
    }

    async fn start_bee(&mut self, socket: &Path) -> Result<(), Why> {
        self.daemon.listen(socket, ListenState::Open).map_err(|error| Why::Suite(error.to_string()))?;
        let open = Request::Open {
            case: String::new(),
            side: Side::PLAIN,
            socket: Some(socket.display().to_string()),
            hello: json!({}),
            reconnect: false,
        };
        let connect = Request::Do { client: String::new(), act: json!({"do": "connect"}), wait: false };
        for request in [open, connect] {
            if matches!(self.testee.ask(request).await?, Asked::Late) {
                return Err(Why::Silent);
            }
        }
        Ok(())
    }

    /// Waits for its first prompt, and asks what can be asked in its session. What it does not answer is no fault yet:
    /// that is for cases to say.
    async fn ask_around(&mut self, meeting: &mut Meeting) {
        let Ok(session) = self.session(0).await else { return };
        if let Ok(prompt) = self.heard(0, 0, self.limits.reply, is_prompt).await {
            meeting.prompt = self.daemon.tone(prompt);
        }
        let call = (session.call(ASK), "tool-result", "callId");
        let question = (session.question(ASK), "release-permit", "permitId");
        let reach = json!({
            "chi": "tendril-reach", "rid": ASK, "from": "daemon", "sid": session.sid, "callId": ASK,
            "name": "nobody", "args": {},
        });
        // the call alone first: a bee that ends over a question may answer it all the same
        if session.tool.is_some() {
            self.ask_each(&[call], meeting).await;
        }
        self.ask_each(&[question, (reach, "tendril-result", "callId")], meeting).await;
        if meeting.answers.is_empty() {
            let from = self.daemon.entries();
            let end = session.end(ASK);
            meeting.goes_on = self.put(0, &end).await.is_ok()
                && self.heard(0, from, self.limits.reply, is_prompt).await.is_ok();
        }
    }

    /// Asks, and notes what was answered within the deadline; it is one for all.
    async fn ask_each(&mut self, asks: &[(Value, &'static str, &'static str)], meeting: &mut Meeting) {
        let deadline = Instant::now() + self.limits.reply;
        for (ask, ..) in asks {
            if self.put(0, ask).await.is_err() {
                return;
            }
        }
        for (_, answer, key) in asks {
            let patience = deadline.saturating_duration_since(Instant::now());
            if self.heard(0, 0, patience, has(answer, key, ASK)).await.is_ok() {
                meeting.answers.insert(*answer);
            }
        }
    }
}
