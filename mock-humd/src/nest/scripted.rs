//! Connections whose tones a script takes: the lines wait here until a step does, also when the bee is gone.

use std::collections::VecDeque;

use super::{Ending, Nest, Rule, Slot, Writing};
use crate::transcript::Line;

/// About what a decoded value takes in memory, with its key.
const VALUE_BYTES: usize = 200;

/// About what a line takes besides.
const LINE_BYTES: usize = 400;

/// A connection may have so much waiting whatever others have, or one that a script waits for might never be read.
const OWN_BYTES: usize = 64 << 10;

/// What a script sees of one connection.
#[derive(Debug, Default)]
pub struct Scripted {
    /// Where the connection is; none before it has come, and after it is closed.
    pub slot: Option<Slot>,
    /// Whether it has come.
    pub has_come: bool,
    /// Whether no hello is to be answered without the script's doing, or its first line has been seen.
    pub is_greeted: bool,
    /// Lines that no step has taken, with how much memory they take.
    inbox: VecDeque<(Line, usize)>,
    /// How much they take together, in bytes.
    bytes: usize,
    /// The bee has ended its writes, or the connection is closed.
    pub has_ended: bool,
}

impl Scripted {
    pub(super) fn new(greets: bool) -> Self {
        Self { is_greeted: !greets, ..Self::default() }
    }

    /// Takes the lines at these places of the inbox.
    fn take(&mut self, places: &[usize]) {
        let mut falling = places.to_vec();
        falling.sort_unstable();
        for place in falling.into_iter().rev() {
            if let Some((_, bytes)) = self.inbox.remove(place) {
                self.bytes -= bytes;
            }
        }
    }

    /// Lines that no step has taken.
    pub fn inbox(&self) -> impl ExactSizeIterator<Item = &Line> + Clone {
        self.inbox.iter().map(|(line, _)| line)
    }

    /// Adds a line, whose tone has so many values.
    pub(super) fn put(&mut self, line: Line, values: usize) {
        let bytes = line.bytes.len() + LINE_BYTES + values * VALUE_BYTES;
        self.bytes += bytes;
        self.inbox.push_back((line, bytes));
    }
}

impl Nest {
    /// From now on a script takes the tones of the connections to come, as many as `greets` has, and its rules
    /// answer before the daemon does. What `greets` means is told at [`Config`](super::Config).
    pub fn begin_script(&mut self, greets: &[bool], rules: Vec<Rule>) {
        self.end_script();
        self.first_scripted = self.opened;
        self.scripted = greets.iter().map(|&greets| Scripted::new(greets)).collect();
        self.config.rules = rules;
    }

    /// The daemon answers all connections again; tones that no step took are nobody's.
    pub fn end_script(&mut self) {
        self.config.rules.clear();
        let scripted = std::mem::take(&mut self.scripted);
        for slot in 0..self.peers.len() {
            let Some(peer) = self.peers.get_mut(slot).and_then(Option::as_mut) else { continue };
            let Some(k) = peer.script.take() else { continue };
            peer.held = false;
            peer.writing = Writing::Open;
            if scripted.get(k).is_some_and(|script| script.has_ended) {
                peer.ending.get_or_insert(Ending::Flushed);
            }
            self.wake(slot);
        }
        self.changed = true;
    }

    /// Whether a connection may be read from: what waits for a script is bounded.
    pub fn has_room(&self, slot: Slot) -> bool {
        let script = self.peers.get(slot).and_then(Option::as_ref).and_then(|peer| peer.script);
        let script = script.and_then(|k| self.scripted.get(k));
        script.is_none_or(|script| script.bytes <= OWN_BYTES || !self.is_inbox_full())
    }

    /// A step takes these lines of the k-th connection; whoever was not read for want of room is read again.
    pub fn take_scripted(&mut self, k: usize, places: &[usize]) {
        let was_full = self.is_inbox_full();
        let Some(script) = self.scripted.get_mut(k) else { return };
        script.take(places);
        let slots: Vec<_> = match (was_full, script.slot) {
            (true, _) => self.scripted.iter().filter_map(|script| script.slot).collect(),
            (false, slot) => slot.into_iter().collect(),
        };
        for slot in slots {
            self.wake_now(slot);
        }
    }

    fn is_inbox_full(&self) -> bool {
        self.scripted.iter().map(|script| script.bytes).sum::<usize>() > self.config.limits.inbox_bytes_max
    }

    /// The k-th connection, where a script takes its tones.
    pub fn scripted(&mut self, k: usize) -> Option<&mut Scripted> {
        self.scripted.get_mut(k)
    }

    pub(super) fn script_of(&mut self, slot: Slot) -> Option<&mut Scripted> {
        let k = self.peers.get(slot)?.as_ref()?.script?;
        self.scripted.get_mut(k)
    }
}
