//! What is kept of sessions and of the questions in them, from the first prompt until a bee leaves.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::route::NEST;
use super::turn::Turn;
use super::{Nest, Personality, Slot};
use crate::wire::id::sigil;

/// A question whose id is longer is not remembered.
const CALL_ID_BYTES_MAX: usize = 4096;

/// A prompt with a longer sid is refused.
const SID_BYTES_MAX: usize = 4096;

/// About what a place in a table takes in memory besides the sid in it.
const PLACE_BYTES: usize = 64;

/// One conversation.
#[derive(Debug, Default)]
pub struct Session {
    /// The connections that have prompted it.
    pub askers: Vec<Slot>,
    /// The worker that serves it; `None`: the built-in one.
    pub worker: Option<Slot>,
    /// A bee serves it, and has not ended the turn.
    pub is_served: bool,
    /// The bees that were given it, or called in it, and are still there.
    pub given: Vec<Slot>,
    /// What its sigil is, where a worker has named the nest; the name may be long, and is not kept.
    pub sigil: Option<String>,
    /// The tools that prompts offered, and who offered them.
    pub tools: HashMap<String, Slot>,
    /// The turn that the built-in worker has not ended.
    pub turn: Option<Turn>,
    /// The questions without an answer. [`Nest::calls`] has the count of all.
    pub calls: HashMap<CallId, Call>,
}

/// How much is kept of questions.
#[derive(Debug, Default)]
pub struct Calls {
    pub(super) count: usize,
    /// Of their ids.
    pub(super) bytes: usize,
}

/// What an answer repeats. Each kind of question has ids of its own.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct CallId {
    /// The chi of the answer.
    pub answer: &'static str,
    /// The callId or permitId.
    pub id: String,
}

/// A question that is owed one answer.
#[derive(Debug)]
pub struct Call {
    /// Who asked; `None`: the built-in worker.
    pub from: Option<Slot>,
    /// Who alone was asked.
    pub to: Option<Slot>,
}

impl Calls {
    fn put(&mut self, id: &CallId) {
        self.count += 1;
        self.bytes += id.id.len();
    }

    fn take(&mut self, id: &CallId) {
        self.count -= 1;
        self.bytes -= id.id.len();
    }
}

impl Session {
    /// Forgets the questions but for these; `all` counts them.
    fn keep_calls(&mut self, all: &mut Calls, keeps: impl Fn(&Call) -> bool) {
        self.calls.retain(|id, call| {
            let is_kept = keeps(call);
            if !is_kept {
                all.take(id);
            }
            is_kept
        });
        give_room_back(&mut self.calls);
    }

    /// The sigil of the session with this id.
    pub fn sigil(&self, sid: &str) -> String {
        self.sigil.clone().unwrap_or_else(|| sigil(sid, NEST))
    }

    /// Forgets the tools that a bee has declared in prompts; gives how many there were.
    pub(super) fn take_tools(&mut self, slot: Slot) -> usize {
        let before = self.tools.len();
        self.tools.retain(|_, offers| *offers != slot);
        give_room_back(&mut self.tools);
        before - self.tools.len()
    }
}

impl Nest {
    /// The questions without an answer: the session, the id, and the chi of the answer.
    pub fn owed(&self) -> impl Iterator<Item = (&str, &str, &'static str)> {
        self.sessions.iter().flat_map(|(sid, session)| {
            session.calls.keys().map(|call| (&**sid, call.id.as_str(), call.answer))
        })
    }

    /// Counts the session and the claim in, where they are new; or says why there is no room for them.
    pub(super) fn admit(
        &mut self,
        slot: Slot,
        sid: &str,
        tools: usize,
    ) -> Result<(), (&'static str, &'static str)> {
        let session = self.sessions.get(sid);
        let is_new = session.is_none();
        let own = session.map_or(0, |session| session.tools.values().filter(|own| **own == slot).count());
        let Some(peer) = self.peers[slot].as_mut() else { return Ok(()) };
        let places = usize::from(is_new) + usize::from(!peer.claims.contains(sid));
        let bytes = self.sid_bytes + places * place_bytes(sid);
        let limits = &self.config.limits;
        if sid.len() > SID_BYTES_MAX {
            return Err(("sid-too-long", "the sid is longer than 4096 bytes"));
        }
        if is_new && self.sessions.len() >= limits.sessions_max || places > 0 && bytes > limits.sid_bytes_max
        {
            return Err(("too-many-sessions", "there are too many sessions (hint: `cleanup` gives one up)"));
        }
        if tools > own && self.tools - own + tools > limits.tools_max {
            return Err(("too-many-tools", "the prompts of all sessions have declared too many tools"));
        }
        if places > 0 {
            peer.claims.insert(sid.to_owned());
        }
        self.sid_bytes = bytes;
        Ok(())
    }

    /// A bee has to do with a session from now on.
    pub(super) fn involve(&mut self, sid: &str, slot: Slot) {
        let Some((sid, _)) = self.sessions.get_key_value(sid) else { return };
        let sid = Arc::clone(sid);
        if let (Some(session), Some(peer)) = (self.sessions.get_mut(&sid), self.peers[slot].as_mut())
            && peer.given.insert(sid)
        {
            session.given.push(slot);
        }
    }

    /// Remembers a question; false where there are too many, or its id is too long.
    pub(super) fn ask(&mut self, sid: &str, id: CallId, call: Call) -> bool {
        let limits = &self.config.limits;
        let has_room = id.id.len() <= CALL_ID_BYTES_MAX
            && self.calls.count < limits.calls_max
            && self.calls.bytes + id.id.len() <= limits.call_bytes_max;
        let to = call.to.filter(|_| has_room);
        if let Some(session) = self.sessions.get_mut(sid).filter(|_| has_room) {
            if !session.calls.contains_key(&id) {
                self.calls.put(&id);
            }
            session.calls.insert(id, call);
        }
        if let Some(slot) = to {
            self.involve(sid, slot);
        }
        has_room
    }

    /// The question that has its answer now.
    pub(super) fn take_call(&mut self, sid: &str, id: &CallId) -> Option<Call> {
        let calls = &mut self.sessions.get_mut(sid)?.calls;
        let call = calls.remove(id)?;
        give_room_back(calls);
        self.calls.take(id);
        Some(call)
    }

    /// Forgets the questions of a session but for these.
    pub(super) fn keep_calls(&mut self, sid: &str, keeps: impl Fn(&Call) -> bool) {
        if let Some(session) = self.sessions.get_mut(sid) {
            session.keep_calls(&mut self.calls, keeps);
        }
    }

    /// The sessions that a bee serves.
    pub(super) fn served_by(&self, slot: Slot) -> impl Iterator<Item = (&Arc<str>, &Session)> {
        let given = self.peers[slot].iter().flat_map(|peer| &peer.given);
        let sessions = given.filter_map(|sid| self.sessions.get_key_value(sid));
        sessions.filter(move |(_, session)| session.worker == Some(slot))
    }

    pub(super) fn drop_session(&mut self, sid: &str) {
        let Some(session) = self.sessions.remove(sid) else { return };
        self.sid_bytes -= place_bytes(sid);
        session.calls.keys().for_each(|id| self.calls.take(id));
        self.tools -= session.tools.len();
        for worker in session.given {
            if let Some(peer) = self.peer(worker) {
                peer.given.remove(sid);
            }
        }
        for asker in session.askers {
            if let Some(peer) = self.peer(asker)
                && peer.claims.remove(sid)
            {
                self.sid_bytes -= place_bytes(sid);
            }
        }
    }

    /// A bee is gone: its claims, its tools and its questions are forgotten, and what it served has no worker.
    pub(super) fn forget(&mut self, slot: Slot) {
        let Some(peer) = self.peer(slot) else { return };
        peer.manifest.tools.clear();
        let given = std::mem::take(&mut peer.given);
        let claims = std::mem::take(&mut peer.claims);
        for sid in &claims {
            self.sid_bytes -= place_bytes(sid);
            let Some(session) = self.sessions.get_mut(&**sid) else { continue };
            session.askers.retain(|asker| *asker != slot);
            self.tools -= session.take_tools(slot);
            if session.askers.is_empty() {
                self.drop_session(sid);
            }
        }
        self.workers.retain(|worker| *worker != slot);
        for sid in &given {
            self.leave(sid, slot);
        }
    }

    /// A bee that served a session, or was called in it, is gone. The document daemon tells the askers where the turn
    /// cannot go on; live ones say nothing.
    fn leave(&mut self, sid: &str, slot: Slot) {
        let tells = self.config.personality == Personality::Document;
        let Some(session) = self.sessions.get_mut(sid) else { return };
        session.given.retain(|bee| *bee != slot);
        let serves = session.worker == Some(slot) && session.is_served;
        let is_open = session.is_served || session.turn.is_some();
        let owes = is_open && session.calls.values().any(|call| call.to == Some(slot));
        let is_off = |call: &Call| call.from == Some(slot) || tells && call.to == Some(slot);
        session.keep_calls(&mut self.calls, |call| !is_off(call));
        session.worker = session.worker.filter(|worker| *worker != slot);
        session.is_served &= session.worker.is_some();
        if !tells || !serves && !owes {
            return;
        }
        session.is_served = false;
        let name = self.peers[slot]
            .as_ref()
            .and_then(|peer| peer.manifest.bee.as_deref())
            .unwrap_or("without a name");
        let message = if serves {
            format!("the worker {name} has left before the end of the turn")
        } else {
            format!("the bee {name} has left, and owed the result of a tool")
        };
        self.fail_turn(sid, "worker-gone", &message);
    }
}

/// What is counted for a session, and for each bee that has prompted it.
fn place_bytes(sid: &str) -> usize {
    sid.len() + PLACE_BYTES
}

/// A map keeps the room of the most that it has ever held: many that once were large would keep much.
fn give_room_back<K: Eq + Hash, V>(map: &mut HashMap<K, V>) {
    if map.capacity() / 4 > map.len() {
        map.shrink_to_fit();
    }
}
