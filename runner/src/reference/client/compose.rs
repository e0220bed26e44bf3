//! What goes out: hello, the envelope around every tone, and the bytes of a line (WIRE.md, Encoding and
//! Envelope).

use serde_json::{Value, json};

use super::{Error, Tone, object};
use crate::reference::fault::{Helper, replaced, tamper_line, tamper_tone};
use crate::reference::helper;
use crate::reference::odd;
use mock_humd::wire::chi::THRUM_VERSION;

const BEE: &str = "thrum-reference";
const ENVELOPE_OF_ITS_OWN: [&str; 4] = ["chi", "rid", "from", "sentAt"];

/// The chi that an asker sends, and the fields that a tone of each must have.
const VERBS: [(&str, &[(&str, Kind)]); 12] = [
    ("prompt", &[("sid", Kind::Text)]),
    ("cancel", &[("sid", Kind::Text)]),
    ("cleanup", &[("sid", Kind::Text)]),
    ("curate", &[("sid", Kind::Text)]),
    ("release-permit", &[("sid", Kind::Text), ("permitId", Kind::Text), ("decision", Kind::Text)]),
    ("tendril-result", &[("sid", Kind::Text), ("callId", Kind::Text), ("result", Kind::Any)]),
    ("tool-result", &[("sid", Kind::Text), ("callId", Kind::Text), ("result", Kind::Any)]),
    ("petal-cell", &[("sid", Kind::Text), ("cell", Kind::Any)]),
    ("echo", &[("rid", Kind::Text), ("ok", Kind::Flag)]),
    ("perf-mark", &[("label", Kind::Text), ("phase", Kind::Text), ("t", Kind::Number)]),
    ("log", &[("level", Kind::Text), ("message", Kind::Text)]),
    ("drone", &[]),
];

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Flag,
    Any,
}

/// Who made the body of a tone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Application,
    Client,
}

/// Makes lines in the name of one bee.
pub struct Composer {
    bee: String,
    hello: Tone,
}

impl Composer {
    pub fn new(fields: &Tone) -> Self {
        let bee = fields.get("bee").and_then(Value::as_str).filter(|bee| !bee.is_empty()).unwrap_or(BEE);
        let bee = odd::name(bee);
        Self { hello: hello(&bee, fields), bee }
    }

    /// The hello of a new connection.
    pub fn hello(&self) -> Vec<u8> {
        self.finish(Origin::Client, self.hello.clone())
    }

    /// The line of a tone.
    pub fn line(&self, origin: Origin, tone: Tone) -> Result<Vec<u8>, Error> {
        match tone.get("chi") {
            Some(Value::String(chi)) if !chi.is_empty() => Ok(self.finish(origin, tone)),
            _ => Err(Error::Invalid("a tone needs a `chi`, a string".into())),
        }
    }

    fn finish(&self, origin: Origin, mut body: Tone) -> Vec<u8> {
        let chi = body.get("chi").and_then(Value::as_str).unwrap_or_default().to_owned();
        let rid = match body.remove("rid") {
            Some(Value::String(rid)) if chi == "echo" => rid,
            _ => odd::rid(),
        };
        let envelope = json!({"chi": chi, "rid": rid, "from": self.bee, "sentAt": helper::now_ms()});
        let mut tone = merged(object(envelope), body);
        let composed = origin == Origin::Client;
        odd::dress(&mut tone, composed, &self.bee);
        tamper_tone(&chi, composed, &mut tone);
        let mut line = bytes(tone);
        tamper_line(&chi, composed, &mut line);
        line
    }
}

/// A tone as JSON text, from an envelope and a body that cannot override it.
pub fn encode(envelope: Tone, body: Tone) -> String {
    match replaced() {
        Some(Helper::Encode(faulty)) => faulty(envelope, body),
        _ => Value::Object(merged(envelope, body)).to_string(),
    }
}

/// Refuses a tone that lacks what its chi requires.
pub fn check(chi: &str, tone: &Tone) -> Result<(), Error> {
    let Some((_, fields)) = VERBS.iter().find(|(verb, _)| *verb == chi) else {
        return Err(Error::Invalid(format!("an asker does not send `{chi}`")));
    };
    for (field, kind) in *fields {
        let fits = tone.get(*field).is_some_and(|value| match kind {
            Kind::Text => value.is_string(),
            Kind::Number => value.is_number(),
            Kind::Flag => value.is_boolean(),
            Kind::Any => !value.is_null(),
        });
        if !fits {
            return Err(Error::Invalid(format!("`{field}` of {chi} is missing or of the wrong type")));
        }
    }
    Ok(())
}

fn merged(mut envelope: Tone, body: Tone) -> Tone {
    for (key, value) in body {
        envelope.entry(key).or_insert(value);
    }
    envelope
}

fn hello(bee: &str, fields: &Tone) -> Tone {
    let mut hello = object(json!({
        "chi": "hello",
        "bee": bee,
        "protoVersion": THRUM_VERSION,
        "version": env!("CARGO_PKG_VERSION"),
        "propensity": {"statefulness": "stateless", "richness": "rich", "wire": "thrum"},
        "chis": ["hello", "prompt", "cancel", "cleanup", "curate", "release-permit", "tendril-result",
            "tool-result", "petal-cell", "echo", "perf-mark", "log"],
        "source": "thrum-conform/reference",
    }));
    for (key, value) in fields {
        let decided = ENVELOPE_OF_ITS_OWN.contains(&key.as_str()) || key == "bee" || key == "protoVersion";
        if !decided && !value.is_null() {
            hello.insert(key.clone(), value.clone());
        }
    }
    odd::dress_hello(&mut hello);
    hello
}

fn bytes(tone: Tone) -> Vec<u8> {
    let mut text = odd::spell(tone);
    text.push('\n');
    text.into_bytes()
}
