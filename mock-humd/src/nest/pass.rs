//! Passing a tone on: everything in it stays as it is, but for what the daemon answers for as its sender.

use serde_json::{Map, Value};

use super::{Nest, Personality, Slot};
use crate::wire::codec;
use crate::wire::frame::terminate;
use crate::wire::tone::Tone;

impl Nest {
    /// Passes a tone on, as one of the daemon's; an unknown member goes with it. It is one line for all who get it.
    pub(super) fn pass(&mut self, to: &[Slot], tone: Tone) {
        if to.is_empty() {
            return;
        }
        let chi = tone.chi().unwrap_or_default().to_owned();
        let sid = tone.sid().map(str::to_owned);
        let mut tone = fields(tone);
        tone.insert("from".to_owned(), "daemon".into());
        // an optional key of the wrong kind counts as none, and none is what the daemon sends
        tone.retain(|key, value| is_sound(key, value));
        if self.config.personality == Personality::Document {
            let rid = self.rid();
            add(&mut tone, "rid", &rid);
        }
        let line = terminate(codec::encode(&Value::Object(tone)));
        for &slot in to {
            self.send(slot, &chi, sid.as_deref(), &[&line]);
        }
    }
}

/// Adds a text where there is none, or an empty one.
pub(super) fn add(tone: &mut Map<String, Value>, key: &str, text: &str) {
    if tone.get(key).and_then(Value::as_str).is_none_or(str::is_empty) {
        tone.insert(key.to_owned(), text.into());
    }
}

/// The members of a tone.
pub(super) fn fields(tone: Tone) -> Map<String, Value> {
    match tone.into_value() {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Whether a member is what WIRE.md, Envelope, has under its key.
fn is_sound(key: &str, value: &Value) -> bool {
    let is_hex =
        |text: &str| text.len() == 12 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match key {
        "sigil" => value.as_str().is_some_and(is_hex),
        "wane" => value.is_u64(),
        "sentAt" | "dusk" => value.is_i64() || value.is_u64(),
        "ext" => value.is_object(),
        _ => true,
    }
}
