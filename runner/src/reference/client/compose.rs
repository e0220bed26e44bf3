//! What goes out: hello, the envelope around every tone, and the bytes of a line (WIRE.md, Encoding and
//! Envelope).

use serde_json::{Value, json};

use super::{Dialect, Error, Tone, object};
use crate::reference::fault::{Helper, replaced, tamper_line, tamper_tone};
use crate::reference::helper;
use crate::reference::odd;
use mock_humd::wire::chi::{Sender, THRUM_VERSION, row};

const BEE: &str = "thrum-reference";
const ENVELOPE_OF_ITS_OWN: [&str; 4] = ["chi", "rid", "from", "sentAt"];

/// The chi that a bee sends, and the fields that a tone of each must have in either profile.
const VERBS: [(&str, &[(&str, Kind)]); 21] = [
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
    ("chunk", &[("sid", Kind::Text)]),
    ("finish", &[("sid", Kind::Text), ("finishReason", Kind::Text), ("usage", Kind::Any)]),
    ("error", &[("sid", Kind::Text), ("code", Kind::Any), ("message", Kind::Text)]),
    ("session-ready", &[("sid", Kind::Text)]),
    ("pulse", &[("kind", Kind::Text), ("cellId", Kind::Text)]),
    ("permission-ask", &[("sid", Kind::Text), ("permitId", Kind::Text), ("question", Kind::Text)]),
    ("tool-call", &[("sid", Kind::Text), ("callId", Kind::Text), ("args", Kind::Any)]),
    ("tool-meta", &[("sid", Kind::Text), ("callId", Kind::Text), ("meta", Kind::Any)]),
    (
        "tool-info",
        &[("sid", Kind::Text), ("callId", Kind::Text), ("name", Kind::Text), ("result", Kind::Any)],
    ),
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
    pub fn new(fields: &Tone, dialect: Dialect) -> Self {
        let bee = fields.get("bee").and_then(Value::as_str).filter(|bee| !bee.is_empty()).unwrap_or(BEE);
        let bee = odd::name(bee);
        Self { hello: hello(&bee, fields, dialect), bee }
    }

    /// The hello of a new connection; a live one offers these tools.
    pub fn hello(&self, tools: Vec<Value>) -> Vec<u8> {
        let mut hello = self.hello.clone();
        if !tools.is_empty() {
            hello.insert("tools".to_owned(), tools.into());
        }
        self.finish(Origin::Client, hello)
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
    match replaced(|with| if let Helper::Encode(faulty) = with { Some(faulty) } else { None }) {
        Some(faulty) => faulty(envelope, body),
        None => Value::Object(merged(envelope, body)).to_string(),
    }
}

/// Refuses a tone that its role does not send, or that lacks what its chi requires.
pub fn check(chi: &str, tone: &Tone, dialect: Dialect) -> Result<(), Error> {
    let (role, sender) =
        if dialect.worker { ("a worker", Sender::Worker) } else { ("an asker", Sender::Asker) };
    let verb = VERBS.iter().find(|(verb, _)| *verb == chi);
    let Some((_, fields)) = verb.filter(|_| row(chi).is_some_and(|row| row.is_sent_by(sender))) else {
        return Err(Error::Invalid(format!("{role} does not send `{chi}`")));
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

fn hello(bee: &str, fields: &Tone, dialect: Dialect) -> Tone {
    let role = if dialect.worker { "worker" } else { "forager" };
    let mut hello = object(json!({
        "chi": "hello",
        "bee": if dialect.live { json!([role]) } else { json!(bee) },
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
