//! Wane on tones: a local change rides out on the next tone of its session, a higher clock seen is adopted.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Error, Tone};
use crate::reference::fault::faulty;
use crate::reference::helper::{self, Wane};
use crate::reference::odd::{self, Odd};

/// The clocks of one client.
#[derive(Default)]
pub struct Clocks {
    wane: Wane,
    /// Sessions whose change has not been told yet, with their sigils.
    due: BTreeMap<String, String>,
}

impl Clocks {
    /// Raises the clock of a session at a nest.
    pub fn tick(&mut self, sid: &str, nest: &str) -> Result<(), Error> {
        let sigil = helper::sigil(sid, nest).unwrap_or_default();
        self.wane.tick(&sigil).ok_or(Error::ClockAtTheTop)?;
        self.due.insert(sid.to_owned(), sigil);
        Ok(())
    }

    /// Puts a change that is due onto a tone of its session.
    pub fn ride(&mut self, tone: &mut Tone) {
        if odd::is(Odd::EnvelopeFilled) {
            self.ride_along(tone);
        }
        if self.due.is_empty() || faulty!("wane-not-sent") {
            return;
        }
        let sid = tone.get("sid").and_then(Value::as_str);
        let due = if faulty!("wane-last-ticked-on-every-tone") {
            self.due.values().next_back().cloned()
        } else {
            sid.and_then(|sid| self.due.remove(sid))
        };
        let Some(sigil) = due else {
            return;
        };
        let wane = self.wane.value(&sigil);
        let wane = if faulty!("wane-sent-before-tick") { wane.saturating_sub(1) } else { wane };
        tone.insert("wane".into(), wane.into());
        if !faulty!("wane-without-sigil") {
            tone.insert("sigil".into(), sigil.into());
        }
    }

    /// Puts the clock of its session on any tone.
    fn ride_along(&mut self, tone: &mut Tone) {
        let sid = tone.get("sid").and_then(Value::as_str);
        let sigil = sid.and_then(|sid| helper::sigil(sid, odd::NEST));
        if let Some(sigil) = sigil.filter(|_| !tone.contains_key("wane")) {
            tone.insert("wane".into(), self.wane.value(&sigil).into());
            tone.insert("sigil".into(), sigil.into());
        }
    }

    /// Takes over a clock that is further on than the local one.
    pub fn adopt(&mut self, tone: &Tone) {
        let sigil = tone.get("sigil").and_then(Value::as_str);
        let wane = tone.get("wane").and_then(Value::as_u64);
        let (Some(sigil), Some(wane)) = (sigil, wane) else {
            return;
        };
        if faulty!("wane-remote-ignored") {
            return;
        }
        if faulty!("wane-remote-overwrites") {
            self.wane.set(sigil, wane);
        } else if faulty!("wane-remote-moves-all") {
            let moved = self.wane.snapshot().into_keys().map(|own| (own, wane)).collect();
            self.wane.merge(&moved);
        } else {
            let wane = if faulty!("wane-remote-adds-one") { wane.saturating_add(1) } else { wane };
            self.wane.merge(&[(sigil.to_owned(), wane)].into());
        }
    }
}
