//! Barriers: how the suite knows that everything before has been handled, without waiting for a while.
//!
//! Towards the client, a `log` tone on every route that the shim must report as delivered; from the client, a
//! `log` tone that the shim sends and the mock waits for.

use std::collections::BTreeMap;

use mock_humd::script::Split;
use mock_humd::wire::{codec, frame};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::evidence::Why;
use super::walk::Walk;
use crate::testee::{Asked, Event, Heard, Reply, Request, Stamped};

/// What the rid of a barrier tone, or the message of a marker, begins with.
pub const MARKER: &str = "~barrier-";

/// Of each route, the route on which its barrier tone came out.
type Reported = BTreeMap<Option<String>, Option<String>>;

impl Walk<'_> {
    /// Everything sent to the client on this connection has been handled: on one route, or on all of them.
    /// Of a whole bee: it has read everything, and is at work.
    pub(super) async fn barrier(&mut self, conn: usize, only: Option<&str>) -> Result<(), Why> {
        if self.testee.bee().is_some() {
            return self.probe(conn).await.map(drop);
        }
        let owner = self.owners.get(conn).copied().unwrap_or(0);
        let routes: Vec<Option<String>> = match only {
            Some(sid) => vec![Some(sid.to_owned())],
            None => self.routes[owner].iter().cloned().map(Some).chain([None]).collect(),
        };
        let rid = self.next_marker();
        let mut bytes = Vec::new();
        for route in &routes {
            let mut tone = json!({"chi": "log", "rid": rid, "level": "debug", "message": "barrier"});
            if let Some(sid) = route {
                tone["sid"] = json!(sid);
            }
            bytes.extend(frame::terminate(codec::encode(&tone)));
        }
        self.write(conn, &bytes, &Split::Whole).await?;
        let reported = self.reported(conn, owner, &rid, &routes).await?;
        for (route, came_out) in reported {
            if route != came_out {
                let rule = if route.is_some() { "CLI-01" } else { "CLI-02" };
                return Err(Why::Misrouted(rule.to_owned()));
            }
        }
        self.settled = only.is_none().then_some(owner);
        Ok(())
    }

    async fn reported(
        &mut self,
        conn: usize,
        owner: usize,
        rid: &str,
        routes: &[Option<String>],
    ) -> Result<Reported, Why> {
        let handle = self.handles[owner].clone();
        let from = self.seen_events;
        let mut reported = Reported::new();
        let mut next = from;
        let look = |heard: &mut Heard| {
            collect(heard, &mut next, &handle, rid, &mut reported);
            routes.iter().all(|route| reported.contains_key(route)).then_some(())
        };
        let waited = {
            let hung_up = self.daemon.hung_up(conn);
            tokio::select! {
                biased;
                waited = self.testee.until(look) => Some(waited),
                () = hung_up => None,
            }
        };
        match waited {
            Some(Ok(Asked::Answer(()))) => Ok(reported),
            Some(Ok(Asked::Late)) => Err(Why::Deaf),
            Some(Err(gone)) => Err(Why::Gone(gone)),
            None => Err(self.ended().await),
        }
    }

    /// Everything that the client sent on this connection before has arrived.
    /// Nothing is asked where the connection has ended, or of a client that was driven to close.
    pub(super) async fn marker(&mut self, conn: usize) -> Result<(), Why> {
        if self.daemon.connections() <= conn || self.daemon.is_over(conn) {
            return Ok(());
        }
        if self.testee.bee().is_some() {
            return self.probe(conn).await.map(drop);
        }
        let message = self.next_marker();
        let tone = json!({"chi": "log", "level": "debug", "message": message});
        self.sent.push(tone.clone());
        let owner = self.owners.get(conn).copied().unwrap_or(0);
        let client = self.handles[owner].clone();
        let act = json!({"do": "send", "tone": tone});
        match self.testee.ask(Request::Do { client, act, wait: true }).await? {
            Asked::Answer(reply) if matches!(reply.what, Reply::Ok(_)) => {}
            Asked::Answer(_) if self.closed.contains(&owner) || self.daemon.is_over(conn) => return Ok(()),
            Asked::Answer(Stamped { what: Reply::Refused { code, message }, .. }) => {
                return Err(Why::NoMarker(format!("{code}: {message}")));
            }
            Asked::Answer(_) => return Err(Why::Unsupported),
            Asked::Late => return Err(Why::Deaf),
        }
        match timeout(self.limits.reply, self.daemon.log_with_message(conn, &message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(self.ended().await),
            Err(_) => Err(self.silence(Why::Deaf).await),
        }
    }

    pub(super) fn next_marker(&mut self) -> String {
        self.markers += 1;
        format!("{MARKER}{}", self.markers)
    }
}

/// Adds what has been reported of this barrier since the last look.
fn collect(heard: &Heard, next: &mut usize, handle: &str, rid: &str, reported: &mut Reported) {
    for event in &heard.events[(*next).min(heard.events.len())..] {
        let Event::Delivered { client, to, tone: Some(tone), .. } = &event.what else { continue };
        if client == handle && tone["rid"] == rid {
            let route = tone.get("sid").and_then(Value::as_str).map(str::to_owned);
            reported.entry(route).or_insert_with(|| to.clone());
        }
    }
    *next = heard.events.len();
}
