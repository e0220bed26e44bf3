//! The nest: who is connected, who asked what in which session, and what the daemon answers.
//!
//! No socket and no clock stands here. The engine hands over lines and the time ([`Nest::turn`], [`Nest::line`]),
//! the nest puts answers into the queues of its peers ([`Outbound`]), and the engine empties them.
//!
//! | file | what |
//! |---|---|
//! | `peer` `outbound` | what is kept of one connection, and what waits to be written to it |
//! | `hear` `send` | one line in: echo, dusk, and whose business it is; one tone out: faults and taps |
//! | `hello` | the handshake and the manifest |
//! | `route` | prompts to workers, answers to askers, tool calls to those who declared the tool |
//! | `session` | what is kept of sessions, and of the questions in them |
//! | `pass` | a tone that goes on as one of the daemon's |
//! | `turn` | the built-in worker, for prompts that no bee serves |
//! | `personality` | what differs between the document and live daemons |
//! | `fault` | what goes wrong on purpose |
//! | `scripted` | connections whose tones a script takes |
//! | `tap` | who looks on |
//! | `limits` | how much is kept |

mod fault;
mod hear;
mod hello;
mod limits;
mod outbound;
mod pass;
mod peer;
mod personality;
mod route;
mod scripted;
mod send;
mod session;
mod tap;
mod turn;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::wire::id::RidSource;

pub use fault::{Breath, Chance, Faults};
pub use limits::Limits;
pub use outbound::{Bound, Outbound, Overflow};
pub use peer::{Counts, Ending, Manifest, Peer, Slot, Writing};
pub use personality::Personality;
pub use scripted::Scripted;
pub use tap::{Crossed, Crossing, Seen, Tap};

use session::{Calls, Session};

/// How the daemon behaves.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Which daemon it is.
    pub personality: Personality,
    /// What it does wrong.
    pub faults: Faults,
    /// Decides all chance.
    pub seed: u64,
    /// What it keeps at most.
    pub limits: Limits,
    /// What answers before the daemon does.
    pub rules: Vec<Rule>,
    /// It answers nothing but hello by itself.
    pub by_hand: bool,
    /// For the k-th connection, as long as the list goes: a script takes its tones, and whether its hello is
    /// answered without the script's doing.
    pub scripted: Vec<bool>,
}

/// Answers each tone that a pattern matches, any number of times, in place of the daemon.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What a tone must look like.
    pub when: crate::pattern::Pattern,
    /// What is sent back for it.
    pub answers: Vec<crate::pattern::Template>,
}

/// The state of a daemon.
pub struct Nest {
    config: Config,
    bound: Bound,
    peers: Vec<Option<Peer>>,
    free: Vec<Slot>,
    /// How many connections there have been.
    opened: u64,
    sessions: HashMap<Arc<str>, Session>,
    /// Bytes that their ids take, in `sessions` and in the claims of all peers.
    sid_bytes: usize,
    /// How many tools prompts have declared in all sessions.
    tools: usize,
    /// The questions of all sessions that have no answer.
    calls: Calls,
    /// Bees that serve prompts, in order of their hello.
    workers: Vec<Slot>,
    /// By the number of the connection, from the first one that is the script's.
    scripted: Vec<Scripted>,
    first_scripted: u64,
    taps: Vec<Box<dyn Tap>>,
    rids: RidSource,
    epoch: Instant,
    now: Instant,
    /// The daemon's own time of day, skew included.
    now_ms: u64,
    /// Peers whose task has to look at them.
    woken: Vec<Slot>,
    /// The length of the longest queue that tones were added to in this turn, full sockets left out.
    longest: usize,
    /// Something that others may wait for has changed.
    changed: bool,
    received: u64,
    /// It is to forget everything and start anew.
    restart_due: bool,
    /// Bytes that the manifests of all peers take.
    hello_bytes: usize,
    /// Bytes that the begun lines of all connections take.
    pub(crate) rest_bytes: usize,
    /// Bytes that wait for all bees.
    pub(crate) queued_bytes: usize,
}

impl Nest {
    /// A nest without bees. Times in crossings count from `epoch`.
    pub fn new(config: Config, epoch: Instant) -> Self {
        let mut nest = Self {
            bound: Bound { tones_max: 0, bytes_max: 0, overflow: Overflow::DropOldest },
            scripted: config.scripted.iter().map(|&greets| Scripted::new(greets)).collect(),
            first_scripted: 0,
            config,
            peers: Vec::new(),
            free: Vec::new(),
            opened: 0,
            sessions: HashMap::new(),
            sid_bytes: 0,
            tools: 0,
            calls: Calls::default(),
            workers: Vec::new(),
            taps: Vec::new(),
            rids: RidSource::new(),
            epoch,
            now: epoch,
            now_ms: 0,
            woken: Vec::new(),
            longest: 0,
            changed: false,
            received: 0,
            restart_due: false,
            hello_bytes: 0,
            rest_bytes: 0,
            queued_bytes: 0,
        };
        nest.settle();
        nest
    }

    /// Begins a turn at this time; `since_epoch` is the time of day.
    pub fn turn(&mut self, now: Instant, since_epoch: Duration) {
        self.now = now;
        let ms = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        let skewed = ms.saturating_add(self.config.faults.clock_skew_ms);
        self.now_ms = u64::try_from(skewed).unwrap_or_default();
        self.longest = 0;
    }

    /// Ends a turn: taps hand on what they gathered, and tasks with something to do are woken, but for the one
    /// that is at work.
    pub fn turned(&mut self, at_work: Option<Slot>) {
        self.taps.iter_mut().for_each(|tap| tap.turned());
        for slot in self.woken.drain(..) {
            let Some(peer) = &mut self.peers[slot] else { continue };
            peer.is_woken = false;
            if Some(slot) != at_work {
                peer.waker.iter().for_each(Waker::wake_by_ref);
            }
        }
    }

    /// How the daemon behaves.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Changes what goes wrong, from the next tone on.
    pub fn set_faults(&mut self, faults: Faults) {
        self.config.faults = faults;
        self.settle();
    }

    /// A bee has connected; `None` where there are as many as there may be.
    pub fn open(&mut self) -> Option<Slot> {
        if self.peers.len() - self.free.len() >= self.config.limits.peers_max {
            return None;
        }
        let conn = self.opened;
        self.opened += 1;
        let mut peer = Peer::new(conn, Chance::new(self.config.seed, conn));
        let slot = self.free.pop().unwrap_or(self.peers.len());
        let k = conn.checked_sub(self.first_scripted).and_then(|k| usize::try_from(k).ok());
        peer.script = k.filter(|k| *k < self.scripted.len());
        if let Some(script) = peer.script.and_then(|k| self.scripted.get_mut(k)) {
            script.has_come = true;
            script.slot = Some(slot);
        }
        if slot == self.peers.len() {
            self.peers.push(None);
        }
        self.peers[slot] = Some(peer);
        self.changed = true;
        self.crossed(slot, Crossed::Opened);
        self.welcome(slot);
        Some(slot)
    }

    /// The bee has ended its writes, or is gone: it takes no further part. What waits for it may still be written.
    pub fn end(&mut self, slot: Slot, how: Crossed<'_>) {
        if let Some(script) = self.script_of(slot) {
            // the script ends it
            script.has_ended = true;
        } else if let Some(peer) = self.peer(slot) {
            peer.ending.get_or_insert(Ending::Flushed);
        }
        self.changed = true;
        self.crossed(slot, how);
        self.forget(slot);
    }

    /// The connection is closed, and its slot is free.
    pub fn closed(&mut self, slot: Slot) {
        self.forget(slot);
        if let Some(script) = self.script_of(slot) {
            script.has_ended = true;
            script.slot = None;
        }
        if let Some(peer) = self.peers[slot].take() {
            self.queued_bytes -= peer.out.bytes();
            self.hello_bytes -= peer.hello_bytes;
            self.free.push(slot);
        }
        self.changed = true;
    }

    /// The connection in a slot that is in use.
    pub fn peer(&mut self, slot: Slot) -> Option<&mut Peer> {
        self.peers.get_mut(slot)?.as_mut()
    }

    /// All connections, with their slots.
    pub fn peers(&self) -> impl Iterator<Item = (Slot, &Peer)> {
        self.peers.iter().enumerate().filter_map(|(slot, peer)| Some((slot, peer.as_ref()?)))
    }

    /// How many connections there have been.
    pub fn opened(&self) -> u64 {
        self.opened
    }

    /// The time of day as the daemon sees it, in ms since the epoch.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// The next rid.
    pub fn rid(&self) -> String {
        self.rids.next(self.now_ms)
    }

    /// Makes a connection end.
    pub fn close(&mut self, slot: Slot, how: Ending) {
        if let Some(peer) = self.peer(slot) {
            peer.ending = Some(how);
            self.wake(slot);
        }
    }

    /// Lets a task look at its peer at the end of the turn.
    pub fn wake(&mut self, slot: Slot) {
        if let Some(peer) = self.peers.get_mut(slot).and_then(Option::as_mut)
            && !std::mem::replace(&mut peer.is_woken, true)
        {
            self.woken.push(slot);
        }
    }

    /// Lets a task look at its peer outside of any turn.
    pub fn wake_now(&mut self, slot: Slot) {
        if let Some(peer) = self.peer(slot) {
            peer.waker.iter().for_each(Waker::wake_by_ref);
        }
    }

    /// From now on this tap sees what crosses.
    pub fn attach(&mut self, tap: Box<dyn Tap>) {
        self.taps.push(tap);
    }

    /// Whether something has changed that others may wait for; asking forgets it.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Something has changed that others may wait for.
    pub(crate) fn note_change(&mut self) {
        self.changed = true;
    }

    /// Whether a queue is half full, so that others should have their turn before more is added to it.
    pub fn is_pressed(&self) -> bool {
        self.longest * 2 >= self.bound.tones_max
    }

    /// Whether the daemon is to start anew.
    pub fn restart_due(&self) -> bool {
        self.restart_due
    }

    /// Forgets everything but how to behave and how many connections there have been.
    pub fn restart(&mut self) {
        self.sessions.clear();
        self.sid_bytes = 0;
        self.workers.clear();
        self.tools = 0;
        self.calls = Calls::default();
        self.received = 0;
        self.restart_due = false;
        for slot in 0..self.peers.len() {
            if let Some(peer) = self.peer(slot) {
                peer.claims.clear();
                peer.given.clear();
            }
            self.close(slot, Ending::Reset);
        }
    }

    /// Lets every connection end once what waits for it is written.
    pub fn close_all(&mut self) {
        (0..self.peers.len()).for_each(|slot| self.close(slot, Ending::Flushed));
    }

    fn settle(&mut self) {
        let Config { personality, faults, limits, .. } = &self.config;
        self.bound = Bound {
            tones_max: faults.queue.unwrap_or(limits.queue_tones_max),
            bytes_max: limits.queue_bytes_max,
            overflow: faults.overflow.unwrap_or(personality.overflow()),
        };
    }
}

impl fmt::Debug for Nest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nest")
            .field("config", &self.config)
            .field("opened", &self.opened)
            .finish_non_exhaustive()
    }
}
