//! Driving the client: the acts of a case, as the shim gets them.

use std::collections::BTreeSet;

use mock_humd::pattern::Carrier;
use mock_humd::script::ListenState;
use serde_json::Value;

use super::evidence::{What, Why};
use super::walk::Walk;
use crate::testee::{Asked, Reply, Request};
use crate::vector::{Raises, Step, Verb};

impl Walk<'_> {
    /// Drives an act; gives what it saw, or why the walk ends here.
    pub(super) async fn drive(&mut self, step: &Step) -> Result<What, Why> {
        let Verb::Drive { act, message, wait, raises } = &step.verb else { return Ok(What::Done) };
        let message =
            message.fill(&self.scope, Carrier::Shim).map_err(|unbound| Why::Suite(unbound.to_string()))?;
        let message = expand(message);
        self.note_sent(&message);
        let arriving = self.daemon.connections();
        if act == "connect" {
            self.owners.resize(arriving, step.client);
            self.owners.push(step.client);
        }
        self.stimulus();
        let client = self.handles[step.client].clone();
        let request = Request::Do { client, act: message.clone(), wait: *wait };
        let (id, asked) = self.testee.ask_with_id(request).await?;
        if !wait {
            self.background.push_back(id);
        }
        let reply = match asked {
            Asked::Answer(reply) => reply.what,
            Asked::Late => return Err(Why::Silent),
        };
        let accepted = matches!(reply, Reply::Ok(_));
        if act == "close" {
            self.closed.insert(step.client);
        }
        if accepted {
            self.note_routes(step.client, act, &message);
        }
        match (&reply, raises) {
            (Reply::Unsupported, _) => return Err(Why::Unsupported),
            (Reply::Impossible { why }, _) => return Err(Why::Impossible(why.clone())),
            (Reply::Refused { code, message }, Raises::Never) => {
                return Err(Why::Refused(format!("{code}: {message}")));
            }
            (Reply::Ok(_), Raises::Must) => return Err(Why::Accepted),
            (Reply::Refused { .. }, Raises::May { .. }) => {
                self.skipped.extend(step.cite.as_ref().map(|cite| cite.rule.clone()));
            }
            _ => {}
        }
        let greeted =
            self.greets.get(arriving).copied().unwrap_or(true) && self.listening == ListenState::Open;
        if act == "connect" && *wait && accepted && greeted {
            self.preamble(arriving).await?;
        }
        Ok(What::Reply(reply))
    }

    /// After a connect: the client's hello is taken, a breath is sent, and every route works. A bee prompts.
    async fn preamble(&mut self, conn: usize) -> Result<(), Why> {
        self.connected(conn).await?;
        match self.testee.bee().map(|bee| bee.habits().prompts) {
            Some(true) => self.session(conn).await.map(drop),
            Some(false) => Ok(()),
            None => self.barrier(conn, None).await,
        }
    }

    /// Which handlers the client has from now on.
    fn note_routes(&mut self, client: usize, act: &str, message: &Value) {
        let Some(sid) = message["sid"].as_str() else { return };
        let routes: &mut BTreeSet<String> = &mut self.routes[client];
        match act {
            "subscribe" | "handler" => {
                routes.insert(sid.to_owned());
            }
            "unsubscribe" => {
                routes.remove(sid);
            }
            _ => {}
        }
    }

    /// The tones of `send` and `send-many` are the vector's own words.
    fn note_sent(&mut self, message: &Value) {
        match message["do"].as_str() {
            Some("close") => self.closes = true,
            Some("send") => self.sent.push(message["tone"].clone()),
            Some("send-many") => self.sent.extend(message["tones"].as_array().into_iter().flatten().cloned()),
            _ => {}
        }
    }
}

/// `send-many` with a `repeat` becomes the plain list that shims know.
fn expand(mut message: Value) -> Value {
    let repeat = &message["tones"]["repeat"];
    if message["do"] == "send-many" && repeat.is_object() {
        let times = repeat["times"].as_u64().and_then(|times| usize::try_from(times).ok()).unwrap_or(1);
        message["tones"] = Value::Array(vec![repeat["tone"].clone(); times]);
    }
    message
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_repeat_becomes_a_list() {
        let act = json!({"do": "send-many", "tones": {"repeat": {"tone": {"chi": "log"}, "times": 3}}});
        assert_eq!(expand(act)["tones"], json!([{"chi": "log"}, {"chi": "log"}, {"chi": "log"}]));
    }
}
