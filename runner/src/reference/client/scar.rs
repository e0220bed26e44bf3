//! What faults remember about a client, and where they act on it as a whole. A sound client leaves no traces here.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;
use tokio::task::JoinHandle;

use super::compose::Origin;
use super::deliver::{Delivery, Handler};
use super::{Inner, Tone};
use crate::reference::fault::{faulty, is_sound};

/// The marks that faults leave on a client.
#[derive(Default)]
pub struct Scars {
    doomed: AtomicBool,
    failed: AtomicBool,
    state: Mutex<Memories>,
}

/// What has happened so far.
#[derive(Default)]
pub struct Memories {
    /// Sessions that were prompted, in order.
    pub prompted: Vec<String>,
    pub cancelled: Vec<String>,
    /// Sessions that got an empty chunk and were not prompted.
    pub idle: Vec<String>,
    /// Sessions whose end of a turn was told.
    pub told: Vec<String>,
    /// Sessions whose handler gets log lines only.
    pub muted: Vec<String>,
    pub removed: Vec<String>,
    pub stored: Vec<Tone>,
    /// Bytes of a connection that has ended.
    pub bytes: Vec<u8>,
    /// Lines that were not written yet.
    pub unsent: VecDeque<Vec<u8>>,
    /// sid and callId of calls that are open.
    pub open: VecDeque<(String, String)>,
    pub suppressed: Vec<String>,
    pub first: Option<(String, String)>,
    pub decision: Option<String>,
    pub echoed: bool,
    pub breathed: bool,
    pub stopped: bool,
}

impl Scars {
    /// Ends the connection, once the tone at hand has been dealt with.
    pub fn doom(&self) {
        self.doomed.store(true, Ordering::Relaxed);
    }

    pub fn take_doom(&self) -> bool {
        self.doomed.swap(false, Ordering::Relaxed)
    }

    /// A handler has thrown.
    pub fn fail(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    pub fn take_failure(&self) -> bool {
        self.failed.swap(false, Ordering::Relaxed)
    }

    pub fn memories(&self) -> MutexGuard<'_, Memories> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

impl Scars {
    /// Notes a prompt.
    pub fn prompted(&self, sid: &str) {
        if is_sound() {
            return;
        }
        self.memories().prompted.push(sid.to_owned());
    }

    /// Notes a cancel, and gives the session that it goes to.
    pub fn cancelled(&self, sid: &str) -> String {
        if is_sound() {
            return sid.to_owned();
        }
        let mut memories = self.memories();
        memories.cancelled.push(sid.to_owned());
        match memories.prompted.last() {
            Some(latest) if faulty!("cancel-names-latest-turn") => latest.clone(),
            _ => sid.to_owned(),
        }
    }
}

/// Where faults act on a client as a whole.
impl Inner {
    /// Registers a handler.
    pub fn on(&self, sid: &str, handler: Handler) {
        if is_sound() {
            return self.deliverer.on(sid, handler);
        }
        let late = self.link().is_up() && faulty!("handlers-frozen-at-connect");
        let again = self.scars.memories().removed.iter().any(|own| own == sid)
            && faulty!("removed-sid-stays-blocked");
        if late || again {
            self.scars.memories().muted.push(sid.to_owned());
        }
        self.deliverer.on(sid, handler);
        let stored = std::mem::take(&mut self.scars.memories().stored);
        for tone in stored {
            self.deliverer.hand_over_late(sid, tone);
        }
    }

    /// Removes a handler.
    pub fn off(&self, sid: &str) {
        if is_sound() {
            return self.deliverer.off(sid);
        }
        self.scars.memories().removed.push(sid.to_owned());
        if faulty!("unsubscribe-does-nothing") {
            return;
        }
        if faulty!("unsubscribe-removes-all") {
            self.scars.memories().muted = self.deliverer.sids();
        }
        self.deliverer.off(sid);
    }

    /// Whether a tone that is sent is kept back for good.
    pub fn holds_back(&self, origin: Origin, tone: &Tone) -> bool {
        if is_sound() {
            return false;
        }
        if self.link().is_over() && faulty!("send-after-close-dies") {
            std::process::abort();
        }
        let waits =
            |chi: &str| tone.get("chi").is_some_and(|own| own == chi) && origin == Origin::Application;
        let idle = |sid: &String| tone.get("sid").is_some_and(|own| own == sid);
        if waits("cancel") && self.scars.memories().idle.iter().any(idle) && faulty!("cancel-needs-a-turn") {
            return true;
        }
        let applies = (waits("cancel") && faulty!("second-cancel-waits-for-echo"))
            || (waits("prompt") && faulty!("send-waits-for-echo"));
        let mut memories = self.scars.memories();
        if !applies {
            return false;
        }
        let sid = tone.get("sid").and_then(Value::as_str).unwrap_or_default().to_owned();
        let again = memories.told.contains(&sid) && !memories.echoed;
        memories.told.push(sid);
        again
    }

    /// What a tone that came in does to the connection, before it is handed over.
    pub fn bears(&self, chi: &str, tone: &Tone) {
        if is_sound() {
            return;
        }
        match chi {
            "breath" => {
                // the breath that answers hello comes before there is anything to forget
                let again = std::mem::replace(&mut self.scars.memories().breathed, true);
                if again && faulty!("breath-resets-handlers") {
                    self.scars.memories().muted = self.deliverer.sids();
                }
                self.link().release_hello();
            }
            "echo" => self.scars.memories().echoed = true,
            "finish" if faulty!("write-half-closed-after-finish") => self.link().close_write_half(),
            _ => {}
        }
        if self.link().owes_hello() && faulty!("hello-waits-for-any-tone") {
            self.link().release_hello();
        }
        let empty = tone.get("part").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty);
        if let (true, Some(Value::String(sid))) = (chi == "chunk" && empty, tone.get("sid")) {
            let mut memories = self.scars.memories();
            if !memories.prompted.contains(sid) {
                memories.idle.push(sid.clone());
            }
        }
        let is_own = |sid: &String| tone.get("sid").is_some_and(|own| own == sid);
        let cancelled = chi == "chunk" && self.scars.memories().cancelled.iter().any(is_own);
        if cancelled && faulty!("chunk-after-cancel-is-fatal") {
            self.scars.doom();
        }
    }
}

/// Where faults act on deliveries.
impl Inner {
    /// The session that gets a tone, unless a fault keeps its handler from it. Log lines, the suite's markers
    /// among them, always arrive.
    pub fn unless_muted(&self, to: Option<String>, tone: &Tone) -> Option<String> {
        let chi = tone.get("chi").and_then(Value::as_str).unwrap_or_default();
        if chi == "log" || is_sound() {
            return to;
        }
        let mut memories = self.scars.memories();
        if to.is_none() && !memories.removed.is_empty() && faulty!("removed-handler-tones-kept-for-later") {
            memories.stored.push(tone.clone());
        }
        let sid = to?;
        if memories.muted.contains(&sid) {
            return None;
        }
        if chi == "finish" && faulty!("handler-removed-by-finish") {
            memories.muted.push(sid.clone());
        }
        Some(sid)
    }

    /// A handler has thrown; a sound client goes on.
    pub fn thrown(&self, delivery: &Delivery, thrown: Box<dyn Any + Send>) {
        if faulty!("handler-throw-ends-process") {
            std::process::abort();
        }
        if faulty!("throwing-handler-removed") {
            self.scars.memories().muted.extend(delivery.to.clone());
        }
        self.scars.fail();
        if faulty!("handler-throw-ends-loop") {
            resume_unwind(thrown);
        }
    }

    /// Waits for what a handler left behind, and goes down with it.
    pub async fn suffer(self: Arc<Self>, work: JoinHandle<()>) {
        if work.await.is_err() {
            if faulty!("async-throw-ends-process") {
                std::process::abort();
            }
            self.link().abort_reader();
        }
    }
}
