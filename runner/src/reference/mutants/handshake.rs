//! hello, breath and versions.

use serde_json::{Value, json};

use super::look::{is, set, string, when};
use crate::reference::client::Tone;
use crate::reference::fault::{Memory, Mutant, Take, arrived, code, tone};

pub(super) const MUTANTS: &[Mutant] = &[
    code(
        "wait-for-breath",
        &["HELLO-02", "BREATH-04", "VER-03"],
        "hello waits for the daemon's breath, as long as nothing else is to be done",
    ),
    code(
        "hello-waits-for-any-tone",
        &["HELLO-02", "VER-03"],
        "hello waits for a sign of life, as long as nothing else is to be done",
    ),
    code("hello-after-queue", &["HELLO-01"], "what was queued goes out before hello"),
    code("queue-lost-on-connect", &["HELLO-03"], "the queue is made anew by connect"),
    code("queue-sent-backwards", &["HELLO-03"], "early writes are kept on a stack"),
    code("queue-keeps-last-only", &["HELLO-03"], "there is room for one early write"),
    code("no-hello-on-reconnect", &["HELLO-16", "CLI-08"], "hello is sent once in a client's life"),
    tone(
        "hello-without-rid",
        &["HELLO-06", "ENV-03", "RID-04"],
        "hello is built by hand, without rid",
        "hello",
        |tone| {
            tone.remove("rid");
        },
    ),
    tone(
        "hello-without-proto-version",
        &["HELLO-05", "CHI-01", "VER-03"],
        "protoVersion is forgotten",
        "hello",
        |tone| {
            tone.remove("protoVersion");
        },
    ),
    tone(
        "hello-proto-version-not-semver",
        &["HELLO-05", "VER-03"],
        "the patch level is left out",
        "hello",
        |tone| {
            set(tone, "protoVersion", "0.7");
        },
    ),
    tone("hello-without-version", &["HELLO-08"], "the bee's own version is forgotten", "hello", |tone| {
        tone.remove("version");
    }),
    tone("hello-version-not-semver", &["HELLO-08"], "the bee's version is a name", "hello", |tone| {
        set(tone, "version", "latest");
    }),
    tone(
        "hello-version-as-number",
        &["CHI-01", "HELLO-08"],
        "the bee's version is a number",
        "hello",
        |tone| {
            set(tone, "version", 1);
        },
    ),
    tone(
        "hello-without-bee",
        &["HELLO-04", "CHI-01"],
        "the name still goes by an older key",
        "hello",
        |tone| {
            if let Some(bee) = tone.remove("bee") {
                set(tone, "nestling", bee);
            }
        },
    ),
    tone(
        "hello-bee-empty",
        &["HELLO-04", "HELLO-07", "CHI-01"],
        "the name is optional and defaults to nothing",
        "hello",
        |tone| {
            set(tone, "bee", "");
        },
    ),
    tone(
        "hello-bee-as-roles",
        &["HELLO-04", "HELLO-07", "CHI-01"],
        "the live profile's roles are sent as bee",
        "hello",
        |tone| {
            set(tone, "bee", json!(["forager"]));
        },
    ),
    tone("hello-without-from", &["HELLO-07"], "hello has no sender", "hello", |tone| {
        tone.remove("from");
    }),
    tone("hello-from-differs", &["HELLO-07"], "the sender is a constant of the library", "hello", |tone| {
        set(tone, "from", "thrum-client");
    }),
    tone("hello-without-chis", &["HELLO-13"], "chis is forgotten", "hello", |tone| {
        tone.remove("chis");
    }),
    tone("hello-without-propensity", &["HELLO-13"], "propensity is forgotten", "hello", |tone| {
        tone.remove("propensity");
    }),
    tone("hello-without-source", &["HELLO-13"], "source is forgotten", "hello", |tone| {
        tone.remove("source");
    }),
    tone("hello-propensity-as-string", &["CHI-01"], "propensity is a word", "hello", |tone| {
        set(tone, "propensity", "stateless");
    }),
    tone("hello-chis-as-string", &["CHI-01", "HELLO-12"], "chis is a list in one string", "hello", |tone| {
        set(tone, "chis", "hello,prompt");
    }),
    tone("hello-source-as-object", &["CHI-01"], "source is an object", "hello", |tone| {
        set(tone, "source", json!({"repository": "example.org"}));
    }),
    tone(
        "hello-carries-other-version",
        &["VER-03"],
        "hello and the exported version drift apart",
        "hello",
        |tone| {
            set(tone, "protoVersion", "0.6.0");
        },
    ),
    tone(
        "hello-hardcodes-version",
        &["VER-03"],
        "hello's version is a literal that nobody updates",
        "hello",
        |tone| {
            set(tone, "protoVersion", "0.1.0");
        },
    ),
    arrived(
        "wait-for-second-breath",
        &["BP-03", "HELLO-16", "BREATH-02", "BREATH-03", "VER-01", "ECHO-04", "CLI-10"],
        "the breath before hello is waited for as well",
        second_breath,
    ),
    code(
        "bytes-behind-breath-lost",
        &["BREATH-03"],
        "whoever waited for the breath keeps what was read with it",
    ),
    arrived(
        "read-waits-for-breath",
        &["BREATH-03", "CLI-10"],
        "tones before the breath are thrown away",
        |memory, tone| {
            memory.count += u64::from(is(tone, "breath"));
            when(memory.count == 0 && is(tone, "chunk"), Take::Drop)
        },
    ),
    arrived(
        "second-breath-is-fatal",
        &["BP-03", "BREATH-03", "DIR-02"],
        "a state machine knows one breath",
        |memory, tone| {
            memory.count += u64::from(is(tone, "breath"));
            when(is(tone, "breath") && memory.count > 1, Take::HangUp)
        },
    ),
    code(
        "breath-resets-handlers",
        &["BP-03", "HELLO-16", "BREATH-03", "VER-01", "CLI-08", "CLI-09", "CLI-10"],
        "each breath begins a new life",
    ),
    arrived(
        "hello-on-every-breath",
        &["HELLO-15", "CHI-01"],
        "a breath is answered with hello",
        |memory, tone| {
            memory.count += u64::from(is(tone, "breath"));
            if is(tone, "breath") && memory.count > 1 { Take::Answer(again()) } else { Take::Usual }
        },
    ),
    arrived("breath-needs-rid", &["BREATH-02"], "a breath without rid is an error", |_, tone| {
        when(is(tone, "breath") && string(tone, "rid").is_none(), Take::HangUp)
    }),
    arrived(
        "breath-needs-proto-version",
        &["BREATH-02"],
        "a breath without version is an error",
        |_, tone| when(is(tone, "breath") && !tone.contains_key("protoVersion"), Take::HangUp),
    ),
    arrived("breath-needs-sessions", &["BREATH-02"], "a breath without sessions is an error", |_, tone| {
        when(is(tone, "breath") && !tone.contains_key("sessions"), Take::HangUp)
    }),
    arrived(
        "breath-refuses-unknown-fields",
        &["BREATH-02"],
        "breath is decoded into a closed type",
        |_, tone| {
            let known = ["chi", "rid", "sid", "from", "protoVersion", "sessions"];
            when(is(tone, "breath") && tone.keys().any(|key| !known.contains(&key.as_str())), Take::HangUp)
        },
    ),
    arrived("breath-sessions-object-only", &["BREATH-02"], "sessions is taken for an object", |_, tone| {
        let filled = tone.get("sessions").and_then(Value::as_array).is_some_and(|items| !items.is_empty());
        when(is(tone, "breath") && string(tone, "sid").is_none() && filled, Take::HangUp)
    }),
    arrived("breath-sessions-array-only", &["BREATH-02"], "sessions is taken for an array", |_, tone| {
        let filled = tone.get("sessions").and_then(Value::as_object).is_some_and(|object| !object.is_empty());
        when(is(tone, "breath") && filled, Take::HangUp)
    }),
    arrived(
        "breath-sessions-must-be-a-list",
        &["BREATH-02"],
        "sessions is walked whatever it is",
        |_, tone| {
            when(is(tone, "breath") && tone.get("sessions").is_some_and(Value::is_string), Take::HangUp)
        },
    ),
    arrived("breath-null-is-fatal", &["BREATH-02"], "null is no version", |_, tone| {
        when(is(tone, "breath") && tone.get("protoVersion") == Some(&Value::Null), Take::HangUp)
    }),
    arrived(
        "breath-version-must-be-string",
        &["BREATH-02"],
        "a version of another type is an error",
        |_, tone| {
            let is_other = |version: &Value| !version.is_string() && !version.is_null();
            when(is(tone, "breath") && tone.get("protoVersion").is_some_and(is_other), Take::HangUp)
        },
    ),
    arrived("hang-up-on-version-skew", &["VER-01"], "versions must be equal", |_, tone| {
        when(version(tone).is_some_and(|version| version != [0, 7, 0]), Take::HangUp)
    }),
    arrived("hang-up-on-major-skew", &["VER-01"], "majors must be equal", |_, tone| {
        when(version(tone).is_some_and(|version| version[0] != 0), Take::HangUp)
    }),
    arrived("hang-up-on-older-daemon", &["VER-01"], "a daemon must not be older", |_, tone| {
        when(version(tone).is_some_and(|version| version < [0, 7, 0]), Take::HangUp)
    }),
    arrived("version-parse-is-fatal", &["VER-01"], "a version that does not parse is an error", |_, tone| {
        let strict = |version: &str| version.split('.').all(|part| part.parse::<u32>().is_ok());
        let bad = string(tone, "protoVersion").is_some_and(|version| !strict(version));
        when(is(tone, "breath") && bad, Take::HangUp)
    }),
];

/// Keeps chunks back until a second breath, where the first said which version the daemon speaks.
fn second_breath(memory: &mut Memory, tone: &mut Tone) -> Take {
    // A breath of the suite's own greeting counts for two.
    let greeting = !string(tone, "rid").is_some_and(|rid| rid.starts_with("b-"));
    memory.count += u64::from(is(tone, "breath")) + u64::from(is(tone, "breath") && greeting);
    when(memory.count == 1 && is(tone, "chunk"), Take::Drop)
}

/// The version in a breath, as far as it is one.
fn version(tone: &Tone) -> Option<[u32; 3]> {
    let text = string(tone, "protoVersion").filter(|_| is(tone, "breath"))?;
    let mut parts = text.split(['.', '-', '+']).map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

fn again() -> Tone {
    match json!({"chi": "hello", "bee": "thrum-reference", "protoVersion": "0.7.0"}) {
        Value::Object(hello) => hello,
        _ => Tone::new(),
    }
}
