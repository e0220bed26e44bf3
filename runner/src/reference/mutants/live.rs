//! The profile `live`: the bodies that deployed daemons and workers use, and what they do differently.

use serde_json::{Value, json};

use super::look::{is, set, string, when};
use crate::reference::client::Tone;
use crate::reference::fault::{Mutant, Take, arrived, code, tone};

pub(super) const MUTANTS: &[Mutant] = &[
    tone("live-bee-as-name", &["CHI-01", "HELLO-04"], "bee is a name in every profile", "hello", |tone| {
        if is_live(tone) {
            set(tone, "bee", "thrum-reference");
        }
    }),
    tone(
        "live-bee-without-roles",
        &["CHI-01", "HELLO-04"],
        "roles are filled in once they are known",
        "hello",
        |tone| {
            if is_live(tone) {
                set(tone, "bee", json!([]));
            }
        },
    ),
    tone(
        "live-bee-as-asker",
        &["CHI-01", "HELLO-04"],
        "the role goes by the document's word for it",
        "hello",
        |tone| {
            if is_live(tone) {
                set(tone, "bee", json!(["asker"]));
            }
        },
    ),
    tone("live-hid-bare", &["CHI-01"], "the id goes without its prefix", "hello", |tone| {
        if let (true, Some(hid)) = (is_live(tone), string(tone, "hid").and_then(|hid| hid.split_once('_'))) {
            let bare = hid.1.to_owned();
            set(tone, "hid", bare);
        }
    }),
    tone("live-hive-as-list", &["CHI-01"], "a bee may conform to several kinds", "hello", |tone| {
        if let (true, Some(hive)) = (is_live(tone), tone.get("hive").cloned()) {
            set(tone, "hive", json!([hive]));
        }
    }),
    code("live-tools-in-snake-case", &["CHI-01", "TOOL-01"], "tools are spelled as in the document"),
    code("live-tool-name-unread", &["CHI-08", "TOOL-08"], "a call names its tool in `name` or nowhere"),
    code(
        "live-result-as-in-the-document",
        &["CHI-08", "TOOL-03", "TOOL-07", "TOOL-08"],
        "the answer goes by `result`",
    ),
    code("live-failure-not-marked", &["TOOL-03", "TOOL-07"], "whoever reads the output sees that it failed"),
    code("live-is-error-as-word", &["CHI-08", "TOOL-03", "TOOL-07"], "isError is a word"),
    arrived(
        "live-chunk-without-part-dropped",
        &["TURN-03", "DIR-02"],
        "a chunk without part is empty",
        |_, tone| when(is_typed_chunk(tone), Take::Drop),
    ),
    arrived(
        "live-chunk-type-unknown-dropped",
        &["TURN-03"],
        "only text and reasoning are known",
        |_, tone| {
            let kind = string(tone, "chunkType").unwrap_or_default();
            when(is_typed_chunk(tone) && kind.starts_with("tool_"), Take::Drop)
        },
    ),
    arrived(
        "live-delta-as-part",
        &["FWD-02"],
        "live chunks are made to look like the document's",
        |_, tone| {
            if let (true, Some(delta)) = (is_typed_chunk(tone), tone.remove("delta")) {
                set(tone, "part", json!({"text": delta}));
            }
            Take::Usual
        },
    ),
    arrived(
        "live-block-idx-as-index",
        &["FWD-02"],
        "the number of the block is taken for the chunk's",
        |_, tone| {
            if let (true, Some(index)) = (is_typed_chunk(tone), tone.remove("blockIdx")) {
                set(tone, "index", index);
            }
            Take::Usual
        },
    ),
    arrived(
        "live-session-ready-needs-session",
        &["DIR-02"],
        "a session-ready without claudeSessionId is not ready",
        |_, tone| when(is(tone, "session-ready") && tone.contains_key("nestId"), Take::Drop),
    ),
    arrived(
        "live-session-ready-trimmed",
        &["FWD-02"],
        "only the fields of a struct are handed over",
        |_, tone| {
            if is(tone, "session-ready") && tone.contains_key("nestId") {
                tone.remove("model");
                tone.remove("tools");
            }
            Take::Usual
        },
    ),
    arrived(
        "live-from-renamed",
        &["FWD-02"],
        "what the daemon passes on is ascribed to the worker",
        |_, tone| {
            if tone.contains_key("sigil") && string(tone, "from") == Some("daemon") {
                set(tone, "from", "worker");
            }
            Take::Usual
        },
    ),
    arrived(
        "live-breath-on-accept-is-fatal",
        &["BREATH-03"],
        "a breath that nobody asked for is an error",
        |memory, tone| {
            let bare =
                is(tone, "breath") && !tone.contains_key("rid") && string(tone, "from") == Some("daemon");
            memory.count += u64::from(bare);
            when(bare && memory.count > 1, Take::HangUp)
        },
    ),
    arrived(
        "live-breath-brings-hello",
        &["HELLO-15"],
        "each breath of a live daemon is answered with hello",
        |_, tone| {
            let live = is(tone, "breath") && tone.get("sessions").is_some_and(Value::is_object);
            match json!({"chi": "hello", "bee": ["forager"], "protoVersion": "0.7.0"}) {
                Value::Object(hello) if live && !tone.contains_key("rid") => Take::Answer(hello),
                _ => Take::Usual,
            }
        },
    ),
    arrived(
        "live-second-echo-is-fatal",
        &["ECHO-04", "BP-03"],
        "a tone is acknowledged once or there is a fault",
        |memory, tone| {
            if !is(tone, "echo") || string(tone, "from") != Some("daemon") {
                return Take::Usual;
            }
            let rid = string(tone, "rid").unwrap_or_default().to_owned();
            let again = memory.names.contains(&rid);
            memory.names.push(rid);
            when(again, Take::HangUp)
        },
    ),
    arrived(
        "live-past-dusk-is-fatal",
        &["ECHO-04"],
        "a tone that came too late ends the connection",
        |_, tone| when(is(tone, "echo") && string(tone, "error") == Some("past dusk"), Take::HangUp),
    ),
    arrived("live-tone-past-dusk-is-fatal", &["DIR-02"], "what is past its dusk is an error", |_, tone| {
        let past = tone.get("dusk").is_some_and(|dusk| *dusk == 0) && tone.contains_key("sigil");
        when(past, Take::HangUp)
    }),
    arrived("live-error-needs-rid", &["ENV-18", "TURN-01"], "what has no rid is dropped", |_, tone| {
        let bare = !tone.contains_key("rid") && !tone.contains_key("code");
        when(is(tone, "error") && bare && string(tone, "from") == Some("daemon"), Take::Drop)
    }),
    arrived(
        "live-prompt-needs-input-schema",
        &["DIR-04"],
        "a worker reads tools as the document spells them",
        |_, tone| {
            let live = tone.get("tools").is_some_and(|tools| tools[0].get("inputSchema").is_some());
            when(is(tone, "prompt") && live, Take::Drop)
        },
    ),
    arrived("live-result-needs-result", &["DIR-04"], "an answer without result is empty", |_, tone| {
        when(is(tone, "tool-result") && tone.contains_key("output"), Take::Drop)
    }),
    tone(
        "live-chunk-type-in-snake-case",
        &["CHI-11", "ENC-02"],
        "keys follow the style of the values",
        "chunk",
        |tone| {
            if let Some(kind) = tone.remove("chunkType") {
                set(tone, "chunk_type", kind);
            }
        },
    ),
    tone("live-chunk-type-in-kebab-case", &["CHI-11"], "values follow the style of chi", "chunk", |tone| {
        if let Some(kind) = string(tone, "chunkType").map(|kind| kind.replace('_', "-")) {
            set(tone, "chunkType", kind);
        }
    }),
    tone("live-block-idx-as-text", &["CHI-11"], "the number of the block is sent as text", "chunk", |tone| {
        if let Some(index) = tone.get("blockIdx").map(Value::to_string) {
            set(tone, "blockIdx", index);
        }
    }),
    tone(
        "live-session-ready-without-nest",
        &["CHI-14"],
        "the nest goes without saying",
        "session-ready",
        |tone| {
            tone.remove("nestId");
        },
    ),
    tone(
        "live-tool-call-without-name",
        &["CHI-18"],
        "the tool is named inside of args",
        "tool-call",
        |tone| {
            if let Some(name) = tone.remove("toolName") {
                set(tone, "args", json!({"tool": name}));
            }
        },
    ),
];

/// Whether a hello is one of the profile `live`: the document's are left alone.
fn is_live(hello: &Tone) -> bool {
    hello.get("bee").is_some_and(Value::is_array)
}

fn is_typed_chunk(tone: &Tone) -> bool {
    is(tone, "chunk") && tone.contains_key("chunkType") && !tone.contains_key("part")
}
