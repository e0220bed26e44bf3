//! Connections whose tones a script takes: the lines wait here until a step does, also when the bee is gone.

use std::collections::VecDeque;

use super::{Nest, Slot};
use crate::transcript::Line;

/// What a script sees of one connection.
#[derive(Debug, Default)]
pub struct Scripted {
    /// Where the connection is; none before it has come, and after it is closed.
    pub slot: Option<Slot>,
    /// Whether it has come.
    pub has_come: bool,
    /// Whether no hello is to be answered without the script's doing, or its first line has been seen.
    pub is_greeted: bool,
    /// Lines that no step has taken.
    pub inbox: VecDeque<Line>,
    /// How many bytes they have.
    pub bytes: usize,
    /// The bee has ended its writes, or the connection is closed.
    pub has_ended: bool,
}

impl Scripted {
    /// Takes the lines at these places of the inbox.
    pub fn take(&mut self, places: &[usize]) {
        let mut falling = places.to_vec();
        falling.sort_unstable();
        for place in falling.into_iter().rev() {
            if let Some(line) = self.inbox.remove(place) {
                self.bytes -= line.bytes.len();
            }
        }
    }

    pub(super) fn put(&mut self, line: Line) {
        self.bytes += line.bytes.len();
        self.inbox.push_back(line);
    }
}

impl Nest {
    /// The k-th connection, where a script takes its tones.
    pub fn scripted(&mut self, k: usize) -> Option<&mut Scripted> {
        self.scripted.get_mut(k)
    }

    pub(super) fn script_of(&mut self, slot: Slot) -> Option<&mut Scripted> {
        let k = self.peers.get(slot)?.as_ref()?.script?;
        self.scripted.get_mut(k)
    }
}
