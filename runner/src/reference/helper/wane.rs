//! Lamport clocks, one for each sigil (WIRE.md, wane): the tracker of the wire room, and where faults replace
//! it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use mock_humd::wire::wane::WaneTracker;

use crate::reference::fault::{Helper, WaneFault, faulty, is_sound, replaced};

/// What a faulty client shares between its trackers.
static SHARED: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// A tracker; a sigil that it has not seen stands at 0.
#[derive(Default)]
pub struct Wane {
    tracker: WaneTracker,
}

impl Wane {
    pub fn new() -> Self {
        let mut new = Self::default();
        let shared = SHARED.lock().expect("no holder of this lock panics");
        if !shared.is_empty() && faulty!("wane-static-tracker") {
            new.tracker.merge(&shared);
        }
        new
    }

    /// What a clock shows.
    pub fn value(&mut self, sigil: &str) -> u64 {
        match fault() {
            Some(WaneFault::Get(get)) => get(&mut self.tracker, sigil),
            _ => self.tracker.get(&key(sigil)),
        }
    }

    /// Pins a value, be it lower than the present one.
    pub fn set(&mut self, sigil: &str, value: u64) {
        match fault() {
            Some(WaneFault::Set(set)) => set(&mut self.tracker, sigil, value),
            Some(WaneFault::Store(form)) => self.tracker.set(sigil, form(value)),
            _ => self.tracker.set(&key(sigil), value),
        }
    }

    /// Raises the clock by one and returns what it then shows; None at the top.
    pub fn tick(&mut self, sigil: &str) -> Option<u64> {
        match fault() {
            Some(WaneFault::Tick(tick)) => tick(&mut self.tracker, sigil),
            Some(WaneFault::Get(get)) => {
                get(&mut self.tracker, sigil);
                self.tracker.tick(sigil).ok()
            }
            Some(WaneFault::Store(form)) => {
                let next = form(self.tracker.tick(sigil).ok()?);
                self.tracker.set(sigil, next);
                Some(next)
            }
            _ => self.tracker.tick(&key(sigil)).ok(),
        }
    }

    /// Whether somebody with this clock knows more.
    pub fn behind(&mut self, sigil: &str, remote: u64) -> bool {
        match fault() {
            Some(WaneFault::Behind(behind)) => behind(&mut self.tracker, sigil, remote),
            Some(WaneFault::Store(form)) => self.tracker.behind(sigil, form(remote)),
            _ => self.tracker.behind(&key(sigil), remote),
        }
    }

    /// Takes the greater of both values for each sigil.
    pub fn merge(&mut self, snapshot: &BTreeMap<String, u64>) {
        match fault() {
            Some(WaneFault::Merge(merge)) => merge(&mut self.tracker, snapshot),
            Some(WaneFault::Store(form)) => {
                self.tracker
                    .merge(&snapshot.iter().map(|(sigil, value)| (sigil.clone(), form(*value))).collect());
            }
            _ => self.tracker.merge(&snapshot.iter().map(|(sigil, value)| (key(sigil), *value)).collect()),
        }
    }

    /// All clocks.
    pub fn snapshot(&self) -> BTreeMap<String, u64> {
        match fault() {
            Some(WaneFault::Snapshot(snapshot)) => snapshot(&self.tracker),
            _ => self.tracker.snapshot(),
        }
    }
}

impl Drop for Wane {
    fn drop(&mut self) {
        if is_sound() {
            return;
        }
        let clocks = self.tracker.snapshot();
        if !clocks.is_empty() && faulty!("wane-static-tracker") {
            *SHARED.lock().expect("no holder of this lock panics") = clocks;
        }
    }
}

fn fault() -> Option<WaneFault> {
    replaced(|with| if let Helper::Wane(fault) = with { Some(fault) } else { None })
}

fn key(sigil: &str) -> String {
    match fault() {
        Some(WaneFault::Key(key)) => key(sigil),
        _ => sigil.to_owned(),
    }
}
