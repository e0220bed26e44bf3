//! What goes out. Tones become lines here, and each connection has a queue of its own, which ends with it: a line that
//! is meant for one connection cannot reach the next (CLI-09).

use std::collections::{HashMap, VecDeque};

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, WeakUnboundedSender, unbounded_channel};

use crate::chi::Chi;
use crate::clock;
use crate::error::Error;
use crate::ids::{rid, sigil};
use crate::tone::{Tone, encode};
use crate::wane::{WaneOverflow, WaneTracker};

/// What a connection writes, and the way back to it.
pub(crate) struct Outgoing {
    /// What was sent before the connection stood, and all that is sent while it does.
    pub lines: UnboundedReceiver<String>,
    pub back: WayBack,
}

/// How a question's answer finds the connection that the question came from. It keeps nothing open.
pub(crate) type WayBack = WeakUnboundedSender<String>;

/// The sending half of a client.
pub(crate) struct Outbox {
    from: String,
    /// The queue of the connection that stands, or of the next; `None` once the client is closed.
    queue: Option<UnboundedSender<String>>,
    /// The other end of the queue, while there is no connection to take it.
    untaken: Option<UnboundedReceiver<String>>,
    /// How many queues have been taken.
    connections: u64,
    wane: WaneTracker,
    /// By sid, the sigils whose new wane has not been sent yet.
    due: HashMap<String, VecDeque<String>>,
}

impl Outbox {
    pub fn new(from: &str) -> Self {
        let (queue, untaken) = unbounded_channel();
        Self {
            from: from.to_owned(),
            queue: Some(queue),
            untaken: Some(untaken),
            connections: 0,
            wane: WaneTracker::default(),
            due: HashMap::new(),
        }
    }

    /// A connection begins, and takes the queue (HELLO-03).
    pub fn begin(&mut self) -> Result<Outgoing, Error> {
        match (self.untaken.take(), &self.queue) {
            (Some(lines), Some(queue)) => {
                self.connections += 1;
                Ok(Outgoing { lines, back: queue.downgrade() })
            }
            _ => Err(Error::Closed),
        }
    }

    /// The connection has ended: what is sent from now on is for the next one. False if there was none, or if the
    /// client is closed.
    pub fn end(&mut self) -> bool {
        let connected = self.queue.is_some() && self.untaken.is_none();
        if connected {
            let (queue, untaken) = unbounded_channel();
            (self.queue, self.untaken) = (Some(queue), Some(untaken));
        }
        connected
    }

    /// Nothing more is sent; the connection that stands writes what is in its queue, and then has no more.
    pub fn close(&mut self) {
        (self.queue, self.untaken) = (None, None);
    }

    /// Queues a tone of the application's, and returns its rid.
    pub fn send(&mut self, tone: Tone) -> Result<String, Error> {
        let queue = self.queue.clone().ok_or(Error::Closed)?;
        let rid = match tone.chi() {
            Some(Chi::Echo) => tone.text("rid").ok_or(Error::EchoOfNothing)?.to_owned(),
            Some(chi) if chi != Chi::Hello && Chi::ASKER.contains(&chi) => rid(),
            _ => return Err(Error::NotToSend { chi: tone.text("chi").unwrap_or_default().to_owned() }),
        };
        let line = self.line(&rid, tone);
        _ = queue.send(line); // a connection that is just ending takes its lines with it
        Ok(rid)
    }

    /// Queues the answer to a question, if the connection that the question came from still stands.
    pub fn answer(&mut self, back: &WayBack, tone: Tone) {
        if let Some(queue) = back.upgrade().filter(|queue| !queue.is_closed()) {
            let line = self.line(&rid(), tone);
            _ = queue.send(line);
        }
    }

    /// Counts a local mutation. The new wane rides on the next tone of that sid (WANE-08).
    pub fn tick(&mut self, sid: &str, nest: &str) -> Result<u64, WaneOverflow> {
        let sigil = sigil(sid, nest);
        let value = self.wane.tick(&sigil)?;
        let due = self.due.entry(sid.to_owned()).or_default();
        if !due.contains(&sigil) {
            due.push_back(sigil);
        }
        Ok(value)
    }

    /// Takes over the wane of a tone that has arrived, if it is ahead (WANE-09).
    pub fn adopt(&mut self, tone: &Tone) {
        if let (Some(sigil), Some(wane)) = (tone.text("sigil"), tone.get("wane").and_then(Value::as_u64)) {
            self.wane.merge([(sigil, wane)]);
        }
    }

    /// How many connections have begun.
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// The clocks.
    pub fn wane(&self) -> &WaneTracker {
        &self.wane
    }

    fn line(&mut self, rid: &str, tone: Tone) -> String {
        let mut envelope =
            Tone::default().with("rid", rid).with("from", self.from.as_str()).with("sentAt", clock::now_ms());
        if let Some(sigil) = self.due_for(&tone) {
            let wane = self.wane.get(&sigil);
            envelope = envelope.with("sigil", sigil).with("wane", wane);
        }
        encode(envelope.into_fields(), tone.into_fields())
    }

    /// The sigil whose wane this tone carries: the oldest of its sid that is due, unless the tone names another.
    fn due_for(&mut self, tone: &Tone) -> Option<String> {
        let sid = tone.sid()?;
        let due = self.due.get_mut(sid)?;
        let at = match tone.text("sigil") {
            Some(named) => due.iter().position(|sigil| sigil == named)?,
            None => 0,
        };
        let sigil = due.remove(at);
        if due.is_empty() {
            self.due.remove(sid);
        }
        sigil
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tone::decode;

    fn drained(lines: &mut UnboundedReceiver<String>) -> Vec<Tone> {
        std::iter::from_fn(|| lines.try_recv().ok()).filter_map(|line| decode(line.as_bytes())).collect()
    }

    #[test]
    fn fills_in_the_envelope_and_lets_nobody_else_do_it() {
        let mut outbox = Outbox::new("b");
        let rid =
            outbox.send(Tone::new(Chi::Log).with("rid", "own").with("from", "other").with("message", "m"));
        let mut lines = outbox.begin().expect("a queue").lines;
        let sent = drained(&mut lines).remove(0);
        assert_eq!((sent.text("rid"), sent.text("from")), (rid.ok().as_deref(), Some("b")));
        assert!(sent.get("sentAt").is_some_and(Value::is_u64));
    }

    #[test]
    fn sends_only_what_an_asker_sends() {
        let mut outbox = Outbox::new("b");
        for chi in Chi::ALL {
            let may = Chi::ASKER.contains(chi) && *chi != Chi::Hello;
            assert_eq!(outbox.send(Tone::new(*chi).with("rid", "r")).is_ok(), may, "{chi}");
        }
        assert!(matches!(outbox.send(Tone::new(Chi::Echo)), Err(Error::EchoOfNothing)));
        assert!(matches!(outbox.send(Tone::default()), Err(Error::NotToSend { .. })));
    }

    #[test]
    fn keeps_each_line_for_its_own_connection() {
        let mut outbox = Outbox::new("b");
        let cancel = |sid| Tone::new(Chi::Cancel).with("sid", sid);
        outbox.send(cancel("early")).expect("sent");
        let Outgoing { lines: mut first, back } = outbox.begin().expect("a queue");
        outbox.send(cancel("first")).expect("sent");
        assert_eq!(drained(&mut first).len(), 2);
        outbox.send(cancel("stale")).expect("sent");
        drop(first);
        assert!(outbox.end() && !outbox.end());
        outbox.answer(&back, cancel("late answer"));
        outbox.send(cancel("second")).expect("sent");
        let mut second = outbox.begin().expect("a queue").lines;
        assert_eq!(
            drained(&mut second).iter().map(|tone| tone.sid().unwrap_or_default()).collect::<Vec<_>>(),
            ["second"]
        );
        outbox.close();
        assert!(matches!(outbox.send(cancel("closed")), Err(Error::Closed)) && outbox.begin().is_err());
    }

    #[test]
    fn puts_a_new_wane_on_the_next_tone_of_its_sid() {
        let mut outbox = Outbox::new("b");
        outbox.adopt(&Tone::default().with("sigil", sigil("x", "n")).with("wane", u64::MAX - 1));
        outbox.adopt(&Tone::default().with("sigil", sigil("x", "n")).with("wane", 3));
        assert_eq!((outbox.tick("x", "n"), outbox.tick("x", "n")), (Ok(u64::MAX), Err(WaneOverflow)));
        for sid in ["y", "x", "x"] {
            outbox.send(Tone::new(Chi::Cancel).with("sid", sid)).expect("sent");
        }
        let mut lines = outbox.begin().expect("a queue").lines;
        let wanes: Vec<_> = drained(&mut lines).iter().map(|tone| tone.get("wane").cloned()).collect();
        assert_eq!(wanes, [None, Some(json!(u64::MAX)), None]);
    }
}
