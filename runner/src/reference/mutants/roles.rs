//! What an asker is handed, survives and sends; echo.

use serde_json::{Value, json};

use super::look::{is, is_markers, set, string, when};
use crate::reference::client::Tone;
use crate::reference::fault::{Mutant, Take, arrived, code, tone};

pub(super) const MUTANTS: &[Mutant] = &[
    arrived(
        "non-text-chunk-swallowed",
        &["DIR-02"],
        "only parts of a known type are handed over",
        |_, tone| {
            let kind = tone.get("part").and_then(|part| part.get("type"));
            when(is(tone, "chunk") && kind.is_some_and(|kind| kind != "text"), Take::Drop)
        },
    ),
    arrived(
        "finish-swallowed",
        &["FWD-02", "BP-02", "BP-03", "DIR-02", "TURN-01", "CLI-01", "CLI-06", "CLI-12"],
        "finish is handled inside the library",
        |_, tone| when(is(tone, "finish"), Take::Drop),
    ),
    arrived(
        "error-swallowed",
        &["ENV-15", "ENV-18", "FWD-02", "DIR-02", "TURN-01", "CLI-01", "CLI-02", "CLI-06"],
        "error is logged and not handed over",
        |_, tone| when(is(tone, "error"), Take::Drop),
    ),
    arrived(
        "session-ready-swallowed",
        &["DIR-02", "CLI-01"],
        "session-ready is handled inside the library",
        |_, tone| when(is(tone, "session-ready") && !is_markers(tone), Take::Drop),
    ),
    arrived(
        "pulse-swallowed",
        &[
            "FRAME-11", "ENV-18", "FWD-02", "BP-05", "DIR-02", "PULSE-01", "CLI-02", "CLI-05", "CLI-06",
            "CLI-08",
        ],
        "pulse is unknown to the dispatch",
        |_, tone| when(is(tone, "pulse"), Take::Drop),
    ),
    arrived(
        "error-log-swallowed",
        &["DIR-02"],
        "only log lines of the level info are handed over",
        |_, tone| {
            when(is(tone, "log") && string(tone, "level") != Some("info") && !is_markers(tone), Take::Drop)
        },
    ),
    code("unset-permit-is-fatal", &["DIR-02"], "a question that nobody answers is an error"),
    code("unset-tendril-is-fatal", &["DIR-02"], "a call that nobody answers is an error"),
    code(
        "call-without-tools-is-fatal",
        &["DIR-02", "TOOL-07"],
        "a call is an error where no tool was declared",
    ),
    fatal("tool-meta-is-fatal", &["DIR-02", "TOOL-09"], |_, tone| when(is(tone, "tool-meta"), Take::HangUp)),
    fatal("tool-info-is-fatal", &["DIR-02", "TOOL-09"], |_, tone| when(is(tone, "tool-info"), Take::HangUp)),
    fatal("perf-mark-is-fatal", &["DIR-02"], |_, tone| when(is(tone, "perf-mark"), Take::HangUp)),
    fatal("drone-is-fatal", &["DIR-02"], |_, tone| {
        when(is(tone, "drone") || is(tone, "drone-retrofit"), Take::HangUp)
    }),
    arrived("finish-sent-back", &["DIR-01", "CLI-12"], "finish is answered with finish", |_, tone| {
        when(is(tone, "finish"), Take::Answer(tone.clone()))
    }),
    arrived("attach-on-session-ready", &["DIR-05"], "the client attaches as a daemon would", |_, tone| {
        let attach = json!({"chi": "attach", "sid": tone.get("sid"), "hearOnly": true});
        match attach {
            Value::Object(attach) if is(tone, "session-ready") && !is_markers(tone) => Take::Answer(attach),
            _ => Take::Usual,
        }
    }),
    code(
        "second-cancel-waits-for-echo",
        &["ECHO-04", "WANE-08"],
        "a cancel waits for the echo of the one before",
    ),
    fatal("echo-is-fatal", &["BP-03", "BREATH-03", "DIR-02", "ECHO-04"], |_, tone| {
        when(is(tone, "echo"), Take::HangUp)
    }),
    arrived(
        "unmatched-echo-is-fatal",
        &["BP-03", "DIR-02", "ECHO-04"],
        "an echo must belong to something open",
        |memory, tone| {
            if !is(tone, "echo") {
                return Take::Usual;
            }
            let rid = string(tone, "rid").unwrap_or_default().to_owned();
            let foreign = rid.starts_with("not-yours") || memory.names.contains(&rid);
            memory.names.push(rid);
            when(foreign, Take::HangUp)
        },
    ),
    arrived("nack-is-fatal", &["ECHO-04"], "a refusal closes the connection", |_, tone| {
        when(is(tone, "echo") && tone.get("ok") == Some(&Value::Bool(false)), Take::HangUp)
    }),
    arrived("die-on-typed-envelope", &["DIR-02"], "the envelope is decoded into a type", |_, tone| {
        when(is(tone, "chunk") && ENVELOPE.iter().any(|(key, fits)| is_other(tone, key, *fits)), Take::Die)
    }),
    arrived("die-on-typed-body", &["DIR-02"], "each chi is decoded into a type of its own", |_, tone| {
        let other = BODIES.iter().filter(|(chi, ..)| is(tone, chi));
        when(other.into_iter().any(|(_, key, fits)| is_other(tone, key, *fits)), Take::Die)
    }),
    arrived(
        "die-on-missing-body-field",
        &["DIR-02", "TURN-01"],
        "a field of a type is not optional",
        |_, tone| {
            when(
                is(tone, "session-ready") && tone.get("claudeSessionId").is_none_or(Value::is_null),
                Take::Die,
            )
        },
    ),
    arrived("nack-needs-error", &["ECHO-04"], "a refusal without a reason is an error", |_, tone| {
        let bare = tone.get("ok") == Some(&Value::Bool(false)) && !tone.contains_key("error");
        when(is(tone, "echo") && bare, Take::HangUp)
    }),
    arrived("echo-an-echo", &["ECHO-03"], "everything with a rid is acknowledged", |_, tone| {
        match json!({"chi": "echo", "rid": tone.get("rid"), "ok": true}) {
            Value::Object(echo) if is(tone, "echo") => Take::Answer(echo),
            _ => Take::Usual,
        }
    }),
    tone("echo-own-rid", &["CHI-21", "ECHO-01"], "an echo gets a rid of its own", "echo", |tone| {
        set(tone, "rid", "own-1");
    }),
    tone("echo-ok-as-string", &["CHI-21", "ECHO-02"], "ok is a word", "echo", |tone| {
        let ok = tone.get("ok").map(Value::to_string);
        set(tone, "ok", ok.unwrap_or_default());
    }),
    tone("echo-rid-trimmed", &["CHI-21", "ECHO-01"], "the rid is trimmed", "echo", |tone| {
        let rid = string(tone, "rid").unwrap_or_default().trim().to_owned();
        set(tone, "rid", rid);
    }),
    tone("echo-error-as-object", &["CHI-21", "ECHO-02"], "the reason is an object", "echo", |tone| {
        if let Some(error) = tone.remove("error") {
            set(tone, "error", json!({"message": error}));
        }
    }),
];

type Fits = fn(&Value) -> bool;

const ENVELOPE: [(&str, Fits); 6] = [
    ("from", Value::is_string),
    ("to", Value::is_string),
    ("sigil", Value::is_string),
    ("wane", Value::is_u64),
    ("sentAt", Value::is_u64),
    ("ext", Value::is_object),
];

const BODIES: [(&str, &str, Fits); 3] = [
    ("pulse", "cellId", Value::is_string),
    ("perf-mark", "label", Value::is_string),
    ("chunk", "index", Value::is_number),
];

/// Whether a field is there and of another type.
fn is_other(tone: &Tone, key: &str, fits: Fits) -> bool {
    tone.get(key).is_some_and(|value| !value.is_null() && !fits(value))
}

/// A chi that the client believes no asker can get.
const fn fatal(
    name: &'static str,
    breaks: crate::reference::fault::Rules,
    take: fn(&mut crate::reference::fault::Memory, &mut Tone) -> Take,
) -> Mutant {
    arrived(name, breaks, "a chi without a branch in the dispatch is an error", take)
}
