//! The worker's side: prompts, turns, what comes back to a worker, and the bodies of its chi.

use serde_json::{Value, json};

use super::look::{is, set, string, when};
use crate::reference::client::Tone;
use crate::reference::fault::{Mutant, Take, arrived, code, tone};

pub(super) const MUTANTS: &[Mutant] = &[
    code("one-turn-per-session", &["DIR-04"], "a session that has had its prompt takes no other"),
    code("content-units-not-served", &["DIR-04"], "the worker looks at `text` and at nothing else"),
    code("turn-sid-trimmed", &["ENV-06"], "the sid is trimmed when the turn begins"),
    code("turn-sid-of-the-latest-prompt", &["ENV-06"], "the present session is a field of the worker"),
    code("cancel-stops-service", &["DIR-04"], "a cancelled worker is never set going again"),
    code("turn-waits-for-echo", &["ECHO-04", "DIR-04"], "a finish waits for the echo of the chunk before it"),
    arrived(
        "repeated-prompt-dropped",
        &["FRAME-11", "FRAME-12", "FRAME-25", "DIR-04", "CLI-06"],
        "a prompt that says the same again is a repetition",
        |memory, tone| {
            let said = tone.get("sid").zip(tone.get("text")).map(|(sid, text)| format!("{sid}{text}"));
            let Some(said) = said.filter(|_| is(tone, "prompt")) else { return Take::Usual };
            let again = memory.names.contains(&said);
            memory.names.push(said);
            when(again, Take::Drop)
        },
    ),
    arrived(
        "prompt-beyond-ascii-dropped",
        &["FRAME-18", "FRAME-20"],
        "a prompt is text in one byte each",
        |_, tone| {
            when(is(tone, "prompt") && string(tone, "text").is_some_and(|text| !text.is_ascii()), Take::Drop)
        },
    ),
    arrived(
        "prompt-in-a-closed-type",
        &["FRAME-22", "FRAME-23", "DIR-04"],
        "a prompt with a field that is not known is refused",
        |_, tone| {
            let unknown = ["budget", "deep", "colour"].iter().any(|key| tone.contains_key(*key));
            when(is(tone, "prompt") && unknown, Take::Drop)
        },
    ),
    arrived(
        "prompt-with-ext-dropped",
        &["ENV-14", "DIR-04"],
        "what another bee says of itself is refused",
        |_, tone| when(is(tone, "prompt") && tone.contains_key("ext"), Take::Drop),
    ),
    arrived("tool-result-kept", &["DIR-04"], "answers are handled inside the library", |_, tone| {
        when(is(tone, "tool-result"), Take::Drop)
    }),
    arrived("failed-tool-result-kept", &["DIR-04"], "an answer without a value is no answer", |_, tone| {
        let failed = tone.get("result").is_some_and(|result| result["error"].is_string());
        when(is(tone, "tool-result") && failed, Take::Drop)
    }),
    arrived("release-permit-kept", &["DIR-04"], "decisions are handled inside the library", |_, tone| {
        when(is(tone, "release-permit"), Take::Drop)
    }),
    arrived("permit-denied-is-fatal", &["DIR-04"], "a refusal ends the worker", |_, tone| {
        when(is(tone, "release-permit") && string(tone, "decision") == Some("deny"), Take::HangUp)
    }),
    arrived("cancel-kept", &["DIR-04"], "cancel is unknown to the dispatch", |_, tone| {
        when(is(tone, "cancel") && string(tone, "rid") == Some("c-1"), Take::Drop)
    }),
    arrived(
        "cleanup-is-fatal",
        &["DIR-04"],
        "a session that is given up takes the worker with it",
        |_, tone| when(is(tone, "cleanup"), Take::HangUp),
    ),
    arrived("cleanup-kept", &["DIR-04"], "cleanup is unknown to the dispatch", |_, tone| {
        when(is(tone, "cleanup"), Take::Drop)
    }),
    arrived(
        "answer-to-nobody-is-fatal",
        &["DIR-04"],
        "every answer must find a call that is open",
        |_, tone| when(is(tone, "tool-result") && string(tone, "callId") == Some("nobodys"), Take::HangUp),
    ),
    arrived(
        "cancel-answered-by-cancel",
        &["DIR-03", "DIR-04"],
        "a cancel is confirmed in kind",
        |_, tone| when(is(tone, "cancel"), Take::Answer(tone.clone())),
    ),
    arrived(
        "tool-result-passed-on",
        &["DIR-03", "DIR-04"],
        "what comes back from a tool is relayed",
        |_, tone| when(is(tone, "tool-result"), Take::Answer(tone.clone())),
    ),
    arrived(
        "worker-attaches",
        &["DIR-05", "DIR-04"],
        "the worker joins a session as a daemon would",
        |_, tone| {
            let attach = json!({"chi": "attach", "sid": tone.get("sid"), "hearOnly": true});
            match attach {
                Value::Object(attach) if is(tone, "cleanup") => Take::Answer(attach),
                _ => Take::Usual,
            }
        },
    ),
    tone("turn-without-from", &["ENV-07"], "only hello names the sender", "chunk finish", |tone| {
        tone.remove("from");
    }),
    tone(
        "finish-without-sid",
        &["CHI-12", "ENV-05", "ENV-06"],
        "a turn is ended for all",
        "finish",
        |tone| {
            tone.remove("sid");
        },
    ),
    tone("chunk-part-as-text", &["CHI-11"], "part is the text itself", "chunk", |tone| {
        if let Some(part) = tone.get("part").and_then(|part| part.get("text")).cloned() {
            set(tone, "part", part);
        }
    }),
    tone("chunk-index-as-string", &["CHI-11"], "the number is sent as text", "chunk", |tone| {
        if let Some(index) = tone.get("index").map(Value::to_string) {
            set(tone, "index", index);
        }
    }),
    tone(
        "finish-without-usage",
        &["CHI-12"],
        "usage is left out where nothing was counted",
        "finish",
        |tone| {
            tone.remove("usage");
        },
    ),
    renames("finish-reason-in-snake-case", &["CHI-12", "ENC-02"], "finish", |tone| {
        rename(tone, "finishReason", "finish_reason");
    }),
    tone("error-code-as-object", &["CHI-13"], "the code carries its kind along", "error", |tone| {
        let code = tone.remove("code");
        set(tone, "code", json!({"kind": code}));
    }),
    tone("error-text-under-another-key", &["CHI-13"], "the message goes by `error`", "error", |tone| {
        rename(tone, "message", "error");
    }),
    renames("session-id-in-snake-case", &["CHI-14", "ENC-02"], "session-ready", |tone| {
        rename(tone, "claudeSessionId", "claude_session_id");
    }),
    tone("pulse-of-a-roost", &["CHI-15"], "pulse kinds go by their old names", "pulse", |tone| {
        let kind = string(tone, "kind").unwrap_or_default().replace("cell-", "roost-");
        set(tone, "kind", kind);
    }),
    tone(
        "permission-ask-without-context",
        &["CHI-16"],
        "there is only the question",
        "permission-ask",
        |tone| {
            tone.remove("context");
        },
    ),
    tone("call-id-as-number", &["CHI-18"], "calls are counted", "tool-call", |tone| set(tone, "callId", 1)),
    tone(
        "tool-meta-without-meta",
        &["CHI-19"],
        "what there is to know lies flat in the tone",
        "tool-meta",
        |tone| {
            if let Some(Value::Object(meta)) = tone.remove("meta") {
                tone.extend(meta);
            }
        },
    ),
    tone(
        "tool-info-without-result",
        &["CHI-20"],
        "a result that was shown is not sent",
        "tool-info",
        |tone| {
            tone.remove("result");
        },
    ),
];

/// A key in the style of another language.
const fn renames(
    name: &'static str,
    breaks: crate::reference::fault::Rules,
    chi: &'static str,
    alter: fn(&mut Tone),
) -> Mutant {
    tone(name, breaks, "fields go out in the style of the worker's own language", chi, alter)
}

fn rename(tone: &mut Tone, from: &str, to: &str) {
    if let Some(value) = tone.remove(from) {
        set(tone, to, value);
    }
}
