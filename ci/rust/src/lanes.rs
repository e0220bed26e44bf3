//! The order of delivery (CLI-06): a lane for each sid, and one for the tones without.
//!
//! Within a lane, a tone is handed over when the one before it has been handled. Lanes do not wait for each other, and
//! the reader waits for none, so a lane has no limit: a handler that never ends keeps what comes for it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::tone::Tone;

/// The name of a lane: its sid, or `None` for the tones that have none.
pub(crate) type Lane = Option<String>;

/// The lanes that are at work. One that is idle is not kept.
#[derive(Default)]
pub(crate) struct Lanes {
    waiting: Mutex<HashMap<Lane, VecDeque<Tone>>>,
}

impl Lanes {
    /// Puts a tone at the end of its lane. True if the lane was idle: then the caller sets somebody to work on it.
    pub fn push(&self, sid: Option<&str>, tone: Tone) -> bool {
        match self.lock().entry(sid.map(str::to_owned)) {
            Entry::Occupied(mut busy) => {
                busy.get_mut().push_back(tone);
                false
            }
            Entry::Vacant(idle) => {
                idle.insert(VecDeque::from([tone]));
                true
            }
        }
    }

    /// The next tone of a lane, for who is at work on it. `None` when it is empty, and from then on idle.
    pub fn next(&self, lane: &Lane) -> Option<Tone> {
        let mut lanes = self.lock();
        let tone = lanes.get_mut(lane).and_then(VecDeque::pop_front);
        if tone.is_none() {
            lanes.remove(lane);
        }
        tone
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Lane, VecDeque<Tone>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chi::Chi;

    fn tone(rid: &str) -> Tone {
        Tone::new(Chi::Log).with("rid", rid)
    }

    #[test]
    fn wakes_a_lane_once_and_keeps_its_order() {
        let lanes = Lanes::default();
        assert!(lanes.push(Some("x"), tone("1")));
        assert!(!lanes.push(Some("x"), tone("2")));
        assert!(lanes.push(None, tone("3")), "another lane does not wait");
        let x = Some("x".to_owned());
        assert_eq!((lanes.next(&x), lanes.next(&x)), (Some(tone("1")), Some(tone("2"))));
        assert!(!lanes.push(Some("x"), tone("4")), "whoever took 2 is still at work");
        assert_eq!((lanes.next(&x), lanes.next(&x)), (Some(tone("4")), None));
        assert!(lanes.push(Some("x"), tone("5")), "idle again");
    }
}
