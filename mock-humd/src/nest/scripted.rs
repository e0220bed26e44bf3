//! Connections whose tones a script takes: the lines wait here until a step does, also when the bee is gone.

use std::collections::VecDeque;

use super::{Ending, Nest, Rule, Slot, Writing};
use crate::transcript::Line;

/// About what a decoded value takes in memory, with its key.
const VALUE_BYTES: usize = 200;

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
    pub bytes: usize,
    /// The bee has ended its writes, or the connection is closed.
    pub has_ended: bool,
}

impl Scripted {
    pub(super) fn new(greets: bool) -> Self {
        Self { is_greeted: !greets, ..Self::default() }
    }

    /// Takes the lines at these places of the inbox.
    pub fn take(&mut self, places: &[usize]) {
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
        let bytes = line.bytes.len() + values * VALUE_BYTES;
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

    /// The k-th connection, where a script takes its tones.
    pub fn scripted(&mut self, k: usize) -> Option<&mut Scripted> {
        self.scripted.get_mut(k)
    }

    pub(super) fn script_of(&mut self, slot: Slot) -> Option<&mut Scripted> {
        let k = self.peers.get(slot)?.as_ref()?.script?;
        self.scripted.get_mut(k)
    }
}
