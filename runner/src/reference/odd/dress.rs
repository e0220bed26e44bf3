//! What odd clients put on the tones that they send, as far as the wire leaves it open.

use std::sync::atomic::{AtomicU64, Ordering};

use mock_humd::wire::chi::REGISTRY;
use serde_json::{Value, json};

use super::{Odd, is};
use crate::reference::client::Tone;
use crate::reference::helper;

/// How far off the dusk of a tone is, in ms.
const DUSK: i64 = 3_600_000;

/// The nest that a session is taken to be at.
pub const NEST: &str = "claude-cli";

/// The name in which a client speaks.
pub(in crate::reference) fn name(given: &str) -> String {
    if is(Odd::NameOfItsOwn) { "Bee № 7/ü \"☕\"".to_owned() } else { given.to_owned() }
}

/// The id of a tone.
pub(in crate::reference) fn rid() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    if !is(Odd::Uuids) {
        return helper::rid();
    }
    let (time, count) = (helper::now_ms(), COUNTER.fetch_add(1, Ordering::Relaxed));
    format!("{:08X}-{:04x}-4000-8000-{count:012x}", time & 0xffff_ffff, time >> 32 & 0xffff)
}

/// What a hello says besides.
pub(in crate::reference) fn dress_hello(hello: &mut Tone) {
    if is(Odd::ExtraHello) {
        hello.insert("colour".into(), "amber".into());
        hello.insert("x-garden".into(), json!({"beds": [1, 2, {"deep": null}]}));
    }
    if is(Odd::HugeHello) {
        let flowers: Vec<String> = (0..5000).map(|number| format!("a flower, number {number}")).collect();
        hello.insert("flowers".into(), flowers.into());
    }
    if is(Odd::NameOfItsOwn) {
        let chis: Vec<&str> = REGISTRY.iter().map(|row| row.chi).collect();
        let propensity = json!({"statefulness": "transport-only", "richness": "opaque", "wire": ""});
        let fields = json!({
            "chis": chis, "propensity": propensity, "hive": "wild", "version": "0.0.1-alpha.1+exp.sha.5114f85",
        });
        hello.extend(
            fields.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())),
        );
    }
}

/// The fields of a tone that is about to be encoded. `composed` says that the client made its body.
pub(in crate::reference) fn dress(tone: &mut Tone, composed: bool, bee: &str) {
    if is(Odd::EnvelopeFilled) {
        fill(tone, bee);
    }
    if is(Odd::Nulls) {
        for key in ["sid", "to", "sigil", "wane", "dusk", "ext"] {
            tone.entry(key).or_insert(Value::Null);
        }
    }
    if is(Odd::ExtraFields) {
        tone.insert("traceparent".into(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into());
        tone.insert("x-retry".into(), json!({"attempt": 0, "of": null, "delays": [0.5, -1]}));
        tone.insert("größe".into(), Value::Null);
    }
    if is(Odd::Uuids) {
        tone.remove("sentAt");
    }
    if is(Odd::PromptsByContent) && composed && tone.get("chi").is_some_and(|chi| chi == "prompt") {
        if let Some(text) = tone.remove("text") {
            tone.insert("content".into(), json!([{"type": "text", "text": text}]));
        }
        tone.insert("modelId".into(), "a-model".into());
        tone.insert("cwd".into(), "/".into());
        tone.insert("systemPrompt".into(), "".into());
        tone.entry("tools").or_insert(json!([]));
    }
}

/// Every optional key of the envelope but `to`, which is for daemons.
fn fill(tone: &mut Tone, bee: &str) {
    tone.entry("dusk").or_insert((helper::now_ms() + DUSK).into());
    tone.entry("ext").or_insert(json!({bee: {"seen": 3, "mood": null}}));
    let sigil = tone.get("sid").and_then(Value::as_str).and_then(|sid| helper::sigil(sid, NEST));
    if let Some(sigil) = sigil {
        tone.entry("sigil").or_insert(sigil.into());
    }
}

/// The result of a call that failed.
pub(in crate::reference) fn failure(why: &str) -> Value {
    if !is(Odd::AnswersAtLength) {
        return json!({"error": why});
    }
    // what the wire fixes stays as it is
    let error = if why == "timeout" {
        why.to_owned()
    } else {
        format!("{why}\n{}", "  at the hive\r\n".repeat(2000))
    };
    json!({"error": error, "isError": true, "stack": ["hive", "garden"], "code": null})
}
