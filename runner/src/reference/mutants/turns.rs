//! Turns, and the client's own methods for each chi.

use serde_json::{Value, json};

use super::look::{is, set, sid, string, when};
use crate::reference::client::Tone;
use crate::reference::fault::{Memory, Mutant, Rules, Take, arrived, code, tone};

pub(super) const MUTANTS: &[Mutant] = &[
    code(
        "cancel-needs-a-turn",
        &["SOCK-01", "CLI-12"],
        "a cancel without a turn of the client's own is not sent",
    ),
    code("finish-does-not-end-turn", &["TURN-01"], "finish is only one more tone"),
    code("error-does-not-end-turn", &["TURN-01"], "error is only one more tone"),
    code("error-ends-turn-as-finished", &["TURN-01"], "how the turn ended is not looked at"),
    code("error-code-must-be-string", &["TURN-01"], "an error whose code is a number does not decode"),
    code("error-code-must-be-unsigned", &["TURN-01"], "a negative code does not decode"),
    code("error-null-code-ignored", &["TURN-01"], "an error whose code is null does not end the turn"),
    code("first-chunk-ends-turn", &["TURN-01"], "a chunk that speaks of a finish ends the turn"),
    code("finish-ends-every-turn", &["TURN-01"], "there is one turn for all sessions"),
    code("second-turn-never-ends", &["TURN-01"], "the end of a turn is told once for each session"),
    code("error-without-code-ignored", &["TURN-01"], "an error without code does not end the turn"),
    arrived(
        "error-needs-code",
        &["ENV-18", "TURN-01", "TURN-02"],
        "an error without code breaks the decoder",
        |_, tone| when(is(tone, "error") && !tone.contains_key("code"), Take::HangUp),
    ),
    arrived(
        "error-needs-rid",
        &["ENV-18", "TURN-01", "TURN-02"],
        "an error without rid breaks the decoder",
        |_, tone| when(is(tone, "error") && !tone.contains_key("rid"), Take::HangUp),
    ),
    code("error-without-turn-is-fatal", &["TURN-02"], "an error needs a turn to end"),
    arrived(
        "chunk-index-from-one",
        &["FWD-02", "TURN-03"],
        "the first chunk of a session gets the number one",
        |_, tone| {
            if tone.get("index").is_some_and(|index| *index == 0) && has_text(tone) {
                set(tone, "index", 1);
            }
            Take::Usual
        },
    ),
    arrived("lower-index-dropped", &["TURN-03"], "a chunk that seems late is dropped", |memory, tone| {
        let (Some(index), true) = (tone.get("index").and_then(Value::as_u64), has_text(tone)) else {
            return Take::Usual;
        };
        let late = index < memory.count;
        memory.count = memory.count.max(index);
        when(late && sid(tone) == Some("hum-x"), Take::Drop)
    }),
    arrived("chunk-index-renumbered", &["TURN-03"], "chunks are numbered as they come", |memory, tone| {
        if is(tone, "chunk") && has_text(tone) && sid(tone) == Some("hum-x") {
            set(tone, "index", memory.count);
            memory.count += 1;
        }
        Take::Usual
    }),
    arrived(
        "repeated-index-dropped",
        &["FRAME-10", "BP-02", "TURN-03", "CLI-01", "CLI-06"],
        "a chunk with a number that was there is dropped",
        |memory, tone| {
            let Some(index) = tone.get("index").filter(|_| is(tone, "chunk")).map(Value::to_string) else {
                return Take::Usual;
            };
            let key = format!("{} {index}", sid(tone).unwrap_or_default());
            let repeated = memory.names.contains(&key);
            memory.names.push(key);
            when(repeated, Take::Drop)
        },
    ),
    arrived("chunk-index-as-i32", &["TURN-03"], "index is a number of 32 bits", |_, tone| {
        if let Some(index) = tone.get("index").and_then(Value::as_i64).filter(|_| has_text(tone)) {
            set(tone, "index", index & 0x7fff_ffff);
        }
        Take::Usual
    }),
    arrived(
        "chunk-to-previous-sid",
        &["TURN-03"],
        "a chunk goes to the session that had the last one",
        to_previous,
    ),
    code(
        "cancel-names-latest-turn",
        &["TURN-04"],
        "cancel means the latest turn, whatever its argument says",
    ),
    code("chunk-after-cancel-is-fatal", &["TURN-04"], "a chunk of a turn that was cancelled is an error"),
    code("cancel-closes-connection", &["TURN-04"], "cancel hangs up"),
    tone("prompt-without-text", &["CHI-02"], "the text goes by another key", "prompt", |tone| {
        if let Some(text) = tone.remove("text") {
            set(tone, "message", text);
        }
    }),
    tone("prompt-text-trimmed", &["CHI-02"], "the text is trimmed", "prompt", |tone| {
        let text = string(tone, "text").unwrap_or_default().trim().to_owned();
        set(tone, "text", text);
    }),
    tone("prompt-sid-slugged", &["ENV-06"], "sid is made fit for a file name", "prompt", |tone| {
        let slug = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' };
        let sid = sid(tone).unwrap_or_default().chars().map(slug).collect::<String>();
        set(tone, "sid", sid);
    }),
    without("petal-cell-without-cell", &["CHI-09"], "petal-cell", "cell"),
    tone("log-level-as-number", &["CHI-23"], "levels are numbers", "log", |tone| set(tone, "level", 30)),
    tone("log-message-as-msg", &["CHI-23"], "the message goes by the logger's own key", "log", |tone| {
        if let Some(message) = tone.remove("message") {
            set(tone, "msg", message);
        }
    }),
    tone("log-fields-as-text", &["CHI-23"], "fields is JSON in a string", "log", |tone| {
        if let Some(fields) = tone.get("fields").map(Value::to_string) {
            set(tone, "fields", fields);
        }
    }),
    without("log-sid-dropped", &["CHI-23"], "log", "sid"),
    tone("perf-mark-t-as-text", &["CHI-22"], "t is text", "perf-mark", |tone| {
        let t = tone.get("t").map(Value::to_string);
        set(tone, "t", t.unwrap_or_default());
    }),
    without("perf-mark-without-phase", &["CHI-22"], "perf-mark", "phase"),
    tone("perf-mark-t-as-integer", &["CHI-22"], "t is cut to an integer", "perf-mark", |tone| {
        let whole = tone.get("t").map(Value::to_string).unwrap_or_default();
        set(tone, "t", whole.split('.').next().and_then(|whole| whole.parse::<i64>().ok()));
    }),
    arrived(
        "repeated-chunk-dropped",
        &["TURN-03"],
        "a chunk like the last one is taken for a repetition",
        |memory, tone| {
            if !is(tone, "chunk") || !has_text(tone) {
                return Take::Usual;
            }
            let key = format!("{:?} {:?} {:?}", sid(tone), tone.get("index"), tone.get("part"));
            let repeated = memory.names.last() == Some(&key);
            memory.names.push(key);
            when(repeated, Take::Drop)
        },
    ),
    tone(
        "verbs-without-sid",
        &["ENV-05", "ENV-06", "CHI-02", "CHI-03", "CHI-04", "CHI-05", "CHI-09", "TURN-04"],
        "the sid is forgotten",
        "prompt cancel cleanup curate petal-cell",
        |tone| drop(tone.remove("sid")),
    ),
    tone(
        "falsy-values-dropped",
        &["CHI-07", "CHI-08", "CHI-09", "CHI-22", "TOOL-02"],
        "a value that counts as false is left out",
        "tool-result tendril-result petal-cell perf-mark",
        |tone| {
            for field in ["result", "cell", "t"] {
                if tone.get(field).is_some_and(is_falsy) {
                    tone.remove(field);
                }
            }
        },
    ),
];

/// A tone that is sent without one of its fields. A field to remove needs a function of its own for each
/// name.
const fn without(name: &'static str, breaks: Rules, chi: &'static str, field: &'static str) -> Mutant {
    let alter: fn(&mut Tone) = match field.as_bytes() {
        b"sid" => |tone| drop(tone.remove("sid")),
        b"cell" => |tone| drop(tone.remove("cell")),
        _ => |tone| drop(tone.remove("phase")),
    };
    tone(name, breaks, "a field is forgotten", chi, alter)
}

pub(super) fn is_falsy(value: &Value) -> bool {
    [json!(0), json!(false), json!(""), json!([]), json!({}), json!(null)].contains(value)
}

fn has_text(tone: &Tone) -> bool {
    tone.get("part").and_then(|part| part.get("type")).is_some_and(|kind| kind == "text")
}

/// Gives the third chunk of a row to the session of the one before it.
fn to_previous(memory: &mut Memory, tone: &mut Tone) -> Take {
    if !is(tone, "chunk") || !has_text(tone) {
        return Take::Usual;
    }
    let own = sid(tone).unwrap_or_default().to_owned();
    if let Some(previous) = memory.names.last().filter(|previous| **previous != own && memory.count >= 2) {
        set(tone, "sid", previous.clone());
    }
    memory.count += 1;
    memory.names.push(own);
    Take::Usual
}
