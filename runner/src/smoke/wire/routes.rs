//! Both routes of a client: the handler of a sid, and the catch-all. What one of them keeps to itself is
//! named.

use serde_json::{Map, Value, json};

use super::{End, SID, Walk};
use crate::exchange::MARKER;
use crate::rule::Party;
use crate::smoke::talk::{Answer, Seen};
use crate::testee::Request;

impl Walk<'_, '_> {
    /// A tone and a barrier on each route; all four must be reported, each with its route.
    pub(super) async fn routes(&mut self) -> Result<(), End> {
        let from = self.list.talk.events.len();
        let barrier = format!("{MARKER}smoke");
        let tones: Vec<Value> = [Some(SID), None]
            .into_iter()
            .flat_map(|sid| {
                let tone = match self.side.party {
                    Party::Worker => {
                        json!({"chi": "log", "rid": "smoke", "level": "info", "message": "smoke"})
                    }
                    _ => json!({"chi": "session-ready", "rid": "smoke", "claudeSessionId": "smoke"}),
                };
                let barrier = json!({"chi": "log", "rid": barrier, "level": "debug", "message": "barrier"});
                [tone, barrier].map(|mut tone| {
                    if let Some(sid) = sid {
                        tone["sid"] = json!(sid);
                    }
                    tone
                })
            })
            .collect();
        self.send(&tones).await?;
        for tone in &tones {
            let same = |event: &Map<String, Value>| {
                event["ev"] == "delivered"
                    && event
                        .get("tone")
                        .is_some_and(|got| got["rid"] == tone["rid"] && got["sid"] == tone["sid"])
            };
            let reported = self.list.talk.event(from, same).await;
            match reported {
                Some(seen) => self.routed(&seen, tone),
                None if self.list.talk.is_over() || self.list.talk.has_faults() => return Err(End::Fault),
                None => {
                    self.deaf(from, tone).await;
                    return Err(End::Fault);
                }
            }
        }
        Ok(())
    }

    fn routed(&mut self, seen: &Seen, tone: &Value) {
        let wanted = tone.get("sid").cloned().unwrap_or(Value::Null);
        let Some(to) = seen.event.get("to").filter(|to| **to != wanted) else { return };
        let (rule, route) =
            if wanted.is_null() { ("CLI-02", "no sid") } else { ("CLI-01", "a sid that was subscribed") };
        let why = format!("a tone of {route} was reported with `\"to\":{to}` ({rule})");
        let hint = "`to` is the sid of the handler that `subscribe` registered, and null in the catch-all: let each handler report its own";
        self.list.talk.fault(None, Some(seen.line.clone()), why, hint.to_owned());
    }

    /// This tone was not reported: which kind of deafness is it?
    async fn deaf(&mut self, from: usize, tone: &Value) {
        let alive = self.list.talk.ask(&Request::Ping).await;
        if alive == Answer::Lost {
            return;
        }
        let delivered = self.list.talk.events[from..]
            .iter()
            .map(|seen| &seen.event)
            .filter(|event| event["ev"] == "delivered");
        let routes: Vec<&Value> = delivered.filter_map(|event| event.get("to")).collect();
        let (why, hint) = if tone["rid"].as_str().is_some_and(|rid| rid.starts_with(MARKER)) {
            (
                "a barrier was not reported: the `log` tone that the suite knows by its rid",
                "report every tone that a handler gets, whatever its chi; the client hands over `log` too",
            )
        } else if routes.is_empty() {
            (
                "no tone was reported, neither to the handler of the sid (CLI-01) nor to the catch-all (CLI-02)",
                "read on after `connect`, and let both handlers report `{\"ev\":\"delivered\",\"client\":…,\"conn\":1,\"to\":…,\"tone\":…}`",
            )
        } else if tone.get("sid").is_some() {
            (
                "a tone of a subscribed sid was not reported (CLI-01)",
                "`subscribe` registers a handler with the client, and that handler reports the tone with `to` as its sid",
            )
        } else {
            (
                "a tone without a sid was not reported (CLI-02)",
                "`open` sets the catch-all handler, which reports the tone with `\"to\":null`",
            )
        };
        self.list.talk.fault(Some(format!("(daemon) {tone}")), None, why.to_owned(), hint.to_owned());
    }
}
