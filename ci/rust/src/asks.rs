//! What the other side asks and this client answers: tool-call, permission-ask, tendril-reach.
//!
//! Each question is answered by a task of its own, so answers neither wait for each other nor cross (TOOL-08), and on
//! the connection it came from or not at all. tool-info and tool-meta are notices, and never answered (TOOL-09).

use std::collections::{HashMap, HashSet};

use crate::chi::Chi;
use crate::client::Client;
use crate::handler::call;
use crate::outbox::WayBack;
use crate::tone::Tone;
use crate::tools::result;

/// The questions of one connection.
pub(crate) struct Asks {
    client: Client,
    back: WayBack,
    /// The calls of each sid that have been taken, until its turn ends: a tone may come twice, its answer must not.
    taken: HashMap<String, HashSet<String>>,
}

impl Asks {
    pub fn new(client: Client, back: WayBack) -> Self {
        Self { client, back, taken: HashMap::new() }
    }

    /// Looks at a tone that has arrived, and sees to its answer if it is a question.
    ///
    /// A tool-call is always answered. The other two are left alone where the application has no handler for them:
    /// another bee on the same session may be the one to decide.
    pub fn take(&mut self, tone: &Tone) {
        let (Some(chi), Some(sid)) = (tone.chi(), tone.sid()) else { return };
        match chi {
            Chi::ToolCall => self.tool_call(sid, tone),
            Chi::PermissionAsk => self.permission_ask(sid, tone),
            Chi::TendrilReach => self.tendril_reach(sid, tone),
            Chi::Finish | Chi::Error => _ = self.taken.remove(sid),
            _ => {}
        }
    }

    fn tool_call(&mut self, sid: &str, tone: &Tone) {
        let Some(call_id) = tone.text("callId") else { return };
        if !self.taken.entry(sid.to_owned()).or_default().insert(call_id.to_owned()) {
            return;
        }
        let answer = Tone::new(Chi::ToolResult).with("sid", sid).with("callId", call_id);
        let name = tone.text("name").unwrap_or_default().to_owned();
        let args = tone.get("args").cloned().unwrap_or_default();
        let tool = self.client.routes().tools.get(&name).cloned();
        self.answer(async move {
            let value = match tool {
                Some((tool, body)) => tool.run(body, args).await,
                None => result(Err(format!("no such tool: {name}"))),
            };
            answer.with("result", value)
        });
    }

    fn permission_ask(&self, sid: &str, tone: &Tone) {
        let Some(permit_id) = tone.text("permitId") else { return };
        let Some(handler) = self.client.routes().permission.clone() else { return };
        let answer = Tone::new(Chi::ReleasePermit).with("sid", sid).with("permitId", permit_id);
        let question = tone.clone();
        self.answer(async move {
            // a handler that fails must not allow anything
            let decision = call(handler, question).await.unwrap_or_else(|| "deny".to_owned());
            answer.with("decision", decision)
        });
    }

    fn tendril_reach(&self, sid: &str, tone: &Tone) {
        let Some(call_id) = tone.text("callId") else { return };
        let Some(handler) = self.client.routes().tendril.clone() else { return };
        let answer = Tone::new(Chi::TendrilResult).with("sid", sid).with("callId", call_id);
        let question = tone.clone();
        self.answer(async move {
            let given = call(handler, question).await;
            answer.with("result", result(given.unwrap_or_else(|| Err("the tendril panicked".to_owned()))))
        });
    }

    fn answer(&self, tone: impl Future<Output = Tone> + Send + 'static) {
        let (client, back) = (self.client.clone(), self.back.clone());
        tokio::spawn(async move {
            let tone = tone.await;
            client.outbox().answer(&back, tone);
        });
    }
}
