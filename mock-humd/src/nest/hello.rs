//! The handshake: who a bee says it is, and the breath that answers.

use serde_json::{Value, json};

use super::{Breath, Crossed, Ending, Manifest, Nest, Personality, Slot};
use crate::wire::chi::THRUM_VERSION;
use crate::wire::scan::Head;
use crate::wire::tone::Tone;

/// Of a longer hello only the name is kept.
const MANIFEST_BYTES_MAX: usize = 64 << 10;

/// About what a value of a hello takes in memory, besides its text.
const VALUE_BYTES: usize = 64;

impl Nest {
    /// What a bee gets before it has said anything.
    pub(super) fn welcome(&mut self, slot: Slot) {
        let early = match (self.config.faults.breath, self.config.personality) {
            (Breath::Usual, Personality::Live) => true,
            (breath, _) => breath == Breath::Before,
        };
        let is_scripted = self.script_of(slot).is_some();
        if early && !is_scripted {
            self.breathe(slot, &json!([]));
        }
    }

    pub(super) fn hello(&mut self, slot: Slot, line: &[u8], head: &Head<'_>) {
        self.meet(slot, line, head);
        let sessions = match self.config.personality {
            Personality::Document => json!([]),
            Personality::Live => json!({}),
        };
        let times = match self.config.faults.breath {
            Breath::Usual => 1,
            Breath::None | Breath::Before => 0,
            Breath::Twice => 2,
        };
        (0..times).for_each(|_| self.breathe(slot, &sessions));
        self.changed = true;
    }

    /// Takes in who a bee says that it is.
    pub(super) fn meet(&mut self, slot: Slot, line: &[u8], head: &Head<'_>) {
        if let Some(Value::Object(fields)) = self.look_into(slot, line, head).map(Tone::into_value) {
            let bytes = line.len() + head.values * VALUE_BYTES;
            self.enter(slot, Manifest::read(&fields), line.len() <= MANIFEST_BYTES_MAX, bytes);
        }
    }

    fn breathe(&mut self, slot: Slot, sessions: &Value) {
        self.say(slot, "breath", json!({ "protoVersion": THRUM_VERSION, "sessions": sessions }));
    }

    /// Takes a manifest in, which takes so many bytes; `is_short` where it may be kept whole.
    fn enter(&mut self, slot: Slot, mut manifest: Manifest, is_short: bool, mut bytes: usize) {
        self.shed(slot);
        if !is_short || self.hello_bytes + bytes > self.config.limits.hello_bytes_max {
            let why =
                if is_short { "the hellos of all bees take too much memory" } else { "the hello is long" };
            self.crossed(slot, Crossed::Note(&format!("{why}: only the name of this bee is kept")));
            manifest = Manifest::bare(manifest.bee);
            bytes = 0;
        }
        if let Some(version) = manifest.proto_version.as_deref().filter(|version| *version != THRUM_VERSION) {
            let note = format!("the bee targets wire {version}, this is {THRUM_VERSION}");
            self.crossed(slot, Crossed::Note(&note));
        }
        if let Some(hid) = &manifest.hid {
            let holds = |(_, peer): &(Slot, &super::Peer)| peer.manifest.hid.as_ref() == Some(hid);
            let older: Vec<_> = self.peers().filter(holds).map(|(older, _)| older).collect();
            // their connections live; prompts and tool calls go to the newer one
            self.workers.retain(|worker| !older.contains(worker));
            for slot in older {
                self.shed(slot);
            }
        }
        self.workers.retain(|worker| *worker != slot);
        if manifest.is_worker {
            self.workers.push(slot);
        }
        if let Some(peer) = self.peer(slot) {
            peer.manifest = manifest;
            peer.hello_bytes = bytes;
            self.hello_bytes += bytes;
        }
    }

    /// Forgets what a bee has said of itself, but for its name.
    fn shed(&mut self, slot: Slot) {
        if let Some(peer) = self.peer(slot) {
            peer.manifest = Manifest::bare(peer.manifest.bee.take());
            let bytes = std::mem::take(&mut peer.hello_bytes);
            self.hello_bytes -= bytes;
        }
    }

    /// Lets the connections of a bee end; gives how many there are.
    pub fn kick(&mut self, bee: &str, how: Ending) -> usize {
        let slots = self.named(bee);
        for &slot in &slots {
            self.close(slot, how);
        }
        slots.len()
    }

    /// The connections of a bee: by its name, or `#3` for the connection with that number.
    pub fn named(&self, bee: &str) -> Vec<Slot> {
        let number = bee.strip_prefix('#').and_then(|number| number.parse::<u64>().ok());
        let is_named =
            |peer: &super::Peer| number == Some(peer.conn) || peer.manifest.bee.as_deref() == Some(bee);
        self.peers().filter(|(_, peer)| is_named(peer)).map(|(slot, _)| slot).collect()
    }
}
