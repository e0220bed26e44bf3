//! Tones on their way out: through the faults into the queues, before the eyes of the taps.

use serde_json::{Map, Value};

use super::{Crossed, Crossing, Nest, Seen, Slot, Writing};
use crate::script::Split;
use crate::wire::codec;
use crate::wire::frame::terminate;

/// How much a queue holds at least, however much all queues together hold.
const CROWDED_BYTES_MAX: usize = 64 << 10;

impl Nest {
    /// Shows something to the taps.
    pub fn crossed(&mut self, slot: Slot, what: Crossed<'_>) {
        if self.taps.is_empty() {
            return;
        }
        let Some(peer) = self.peers.get(slot).and_then(Option::as_ref) else { return };
        let at = self.now.saturating_duration_since(self.epoch);
        let crossing = Crossing { at, conn: peer.conn, bee: peer.manifest.bee.as_deref(), what };
        self.taps.retain_mut(|tap| tap.crossed(&crossing));
    }

    /// Puts a tone into a queue; `parts` make its line, LF included.
    pub fn send(&mut self, slot: Slot, chi: &str, sid: Option<&str>, parts: &[&[u8]]) {
        let meddle = self.config.faults.meddle();
        let Some(peer) = self.peers.get_mut(slot).and_then(Option::as_mut) else { return };
        let before = peer.out.bytes();
        let others = self.queued_bytes - before;
        let left = self.config.limits.queues_bytes_max.saturating_sub(others).max(CROWDED_BYTES_MAX);
        if !meddle && self.taps.is_empty() {
            let lost = peer.out.push(parts, None, &self.bound, left);
            peer.counts.lost += lost;
        } else {
            let mut line = parts.concat();
            let fate = peer.chance.decide(&self.config.faults, &mut line, self.now);
            let lost: u64 =
                (0..fate.times).map(|_| peer.out.push(&[&line], fate.due, &self.bound, left)).sum();
            let seen = Seen { chi, sid, line: line.strip_suffix(b"\n").unwrap_or(&line) };
            // which tone a full queue lost is not said: it may be an older one
            peer.counts.lost += lost + u64::from(fate.times == 0);
            (0..fate.times).for_each(|_| self.crossed(slot, Crossed::ToBee(seen)));
            if lost > 0 || fate.times == 0 {
                self.crossed(slot, Crossed::Lost(seen));
            }
        }
        let Some(peer) = &self.peers[slot] else { return };
        self.queued_bytes = self.queued_bytes + peer.out.bytes() - before;
        if !peer.is_full && peer.writing == Writing::Open {
            self.longest = self.longest.max(peer.out.len());
        }
        self.wake(slot);
    }

    /// Puts a tone into a queue.
    pub fn send_value(&mut self, slot: Slot, tone: &Value) {
        let text = |key: &str| tone.get(key).and_then(Value::as_str);
        let line = terminate(codec::encode(tone));
        self.send(slot, text("chi").unwrap_or_default(), text("sid"), &[&line]);
    }

    /// Puts exact bytes into a queue, whatever they are. No fault meets them, and no full queue loses them.
    pub fn send_raw(&mut self, slot: Slot, bytes: &[u8], split: &Split) {
        let Some(peer) = self.peers.get_mut(slot).and_then(Option::as_mut) else { return };
        let before = peer.out.bytes();
        peer.out.push_exact(bytes, split);
        self.queued_bytes = self.queued_bytes + peer.out.bytes() - before;
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        self.crossed(slot, Crossed::ToBee(Seen { chi: "", sid: None, line }));
        self.wake(slot);
    }

    /// Sends a tone of the daemon's own: `fields` are its body, and where it has one its session.
    pub(super) fn say(&mut self, slot: Slot, chi: &str, fields: Value) {
        let mut tone = Map::new();
        tone.insert("chi".to_owned(), chi.into());
        if !self.config.personality.leaves_out_rid(chi) {
            tone.insert("rid".to_owned(), self.rid().into());
        }
        tone.insert("from".to_owned(), "daemon".into());
        if let Value::Object(fields) = fields {
            tone.extend(fields);
        }
        let sid = tone.get("sid").and_then(Value::as_str).map(str::to_owned);
        let line = terminate(codec::encode(&Value::Object(tone)));
        self.send(slot, chi, sid.as_deref(), &[&line]);
    }

    /// Shows the taps a word that is about no connection: it stands beside the last one that came.
    pub fn note(&mut self, text: &str) {
        let at = self.now.saturating_duration_since(self.epoch);
        let crossing =
            Crossing { at, conn: self.opened.saturating_sub(1), bee: None, what: Crossed::Note(text) };
        self.taps.retain_mut(|tap| tap.crossed(&crossing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nest::{Config, Limits};
    use std::time::Instant;

    /// The lone tone of an empty queue counts too, and so does each tone of many queues that grow together.
    #[test]
    fn all_queues_together_stay_within_their_bound() {
        const BOUND: usize = 8 << 20;
        for (length, rounds) in [(1 << 20, 1), (6 << 20, 1), (90 << 10, 40)] {
            let limits = Limits { queues_bytes_max: BOUND, ..Limits::default() };
            let mut nest = Nest::new(Config { limits, ..Config::default() }, Instant::now());
            let slots: Vec<_> = (0..24).map(|_| nest.open().unwrap()).collect();
            let tone = vec![b'x'; length];
            for _ in 0..rounds {
                for &slot in &slots {
                    nest.send(slot, "", None, &[&tone, b"\n"]);
                }
            }
            let taken: usize = nest.peers().map(|(_, peer)| peer.out.bytes()).sum();
            assert_eq!(taken, nest.queued_bytes);
            // what waits for a bee may be moved to memory that is longer by a quarter
            assert!((BOUND / 2..BOUND * 5 / 4).contains(&taken), "{taken} of tones of {length}");
            let sent = (slots.len() * rounds) as u64;
            let lost: u64 = nest.peers().map(|(_, peer)| peer.counts.lost).sum();
            let waiting: usize = nest.peers().map(|(_, peer)| peer.out.len()).sum();
            assert_eq!(lost + waiting as u64, sent);
        }
    }
}
