//! Tools, permits and tendrils.

use serde_json::{Value, json};

use super::look::{is, normalised, set, sid, string};
use crate::reference::client::Tone;
use crate::reference::fault::{Memory, Mutant, Rules, Take, arrived, code, tone};

/// A mutant that offers tools in another form.
macro_rules! offer {
    ($name:literal, $breaks:expr, $bug:literal, $form:expr) => {
        tone($name, $breaks, $bug, "prompt", |tone| {
            let form: fn(&[Value]) -> Value = $form;
            if let Some(offered) = tone.get("tools").and_then(Value::as_array).map(|tools| form(tools)) {
                set(tone, "tools", offered);
            }
        })
    };
}

/// A mutant that answers with another callId.
macro_rules! call_id {
    ($name:literal, $bug:literal, $change:expr) => {
        tone($name, &["TOOL-06"], $bug, "tool-result", |tone| {
            let change: fn(&str) -> String = $change;
            let changed = change(string(tone, "callId").unwrap_or_default());
            set(tone, "callId", changed);
        })
    };
}

/// A mutant that changes the id that an answer repeats.
macro_rules! answer_id {
    ($name:literal, $breaks:expr, $bug:literal, $change:expr) => {
        tone($name, $breaks, $bug, "tool-result release-permit tendril-result", |tone| {
            let change: fn(&str) -> Value = $change;
            for key in ["callId", "permitId"] {
                if let Some(changed) = string(tone, key).map(change) {
                    set(tone, key, changed);
                }
            }
        })
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    offer!("tools-as-names", &["TOOL-01"], "tools are offered by name alone", |tools: &[Value]| {
        tools.iter().map(|tool| tool["name"].clone()).collect()
    }),
    offer!("tools-as-map", &["CHI-02", "TOOL-01"], "tools is a map by name", |tools: &[Value]| {
        tools
            .iter()
            .map(|tool| (tool["name"].as_str().unwrap_or_default().to_owned(), tool.clone()))
            .collect()
    }),
    offer!("tool-without-description", &["TOOL-01"], "the description is left out", |tools: &[Value]| {
        tools.iter().map(|tool| json!({"name": tool["name"], "input_schema": tool["input_schema"]})).collect()
    }),
    offer!(
        "tool-schema-in-camel-case",
        &["TOOL-01"],
        "the live profile's spelling is sent",
        |tools: &[Value]| {
            let spelt = |tool: &Value| {
                let (name, about, schema) = (&tool["name"], &tool["description"], &tool["input_schema"]);
                json!({"name": name, "description": about, "inputSchema": schema})
            };
            tools.iter().map(spelt).collect()
        }
    ),
    offer!("tool-schema-as-text", &["TOOL-01"], "the schema is JSON in a string", |tools: &[Value]| {
        let text = |tool: &Value| {
            let (name, about, schema) = (&tool["name"], &tool["description"], &tool["input_schema"]);
            json!({"name": name, "description": about, "input_schema": schema.to_string()})
        };
        tools.iter().map(text).collect()
    }),
    offer!("tools-first-only", &["TOOL-01"], "only the first tool is offered", |tools: &[Value]| tools
        .iter()
        .take(1)
        .cloned()
        .collect()),
    code("tool-calls-ignored", &["TOOL-02"], "nobody listens for calls"),
    result(
        "tool-result-without-sid",
        &["ENV-05", "CHI-08", "TOOL-02", "TOOL-03", "TOOL-04", "TOOL-06", "TOOL-07", "TOOL-08", "TOOL-09"],
        "the sid is left out",
        |tone| {
            tone.remove("sid");
        },
    ),
    result(
        "tool-result-without-call-id",
        &["CHI-08", "TOOL-02", "TOOL-03", "TOOL-04", "TOOL-06", "TOOL-07", "TOOL-08", "TOOL-09"],
        "the callId is left out",
        |tone| {
            tone.remove("callId");
        },
    ),
    result(
        "tool-result-as-output",
        &["CHI-08", "TOOL-02", "TOOL-03", "TOOL-04", "TOOL-07", "TOOL-08", "TOOL-09"],
        "the live profile's field is sent",
        |tone| {
            if let Some(value) = tone.remove("result") {
                set(tone, "output", value);
            }
        },
    ),
    code("tool-result-latest-sid", &["TOOL-02"], "the sid of an answer is that of the latest call"),
    code("one-call-per-tool", &["TOOL-02", "TOOL-06", "TOOL-08"], "calls are kept by the name of the tool"),
    result("tool-result-stringified", &["TOOL-02"], "a structure is sent as text", |tone| {
        if let Some(text) =
            tone.get("result").filter(|value| value.is_object() || value.is_array()).map(Value::to_string)
            && !text.starts_with("{\"error\"")
            && !text.starts_with("{}")
        {
            set(tone, "result", text);
        }
    }),
    code(
        "result-before-the-body-ended",
        &["TOOL-02", "TOOL-04", "TOOL-08", "TOOL-09"],
        "nobody waits for an asynchronous body",
    ),
    code("throw-is-silent", &["TOOL-03"], "a failure is logged and not sent"),
    result("throw-as-plain-result", &["TOOL-03"], "a failure is sent as a result", |tone| {
        if let Some(why) = failure(tone).filter(|why| why == "boom") {
            set(tone, "result", why);
        }
    }),
    result("throw-error-as-object", &["TOOL-03"], "the failure is an object", |tone| {
        if let Some(why) = failure(tone).filter(|why| why.starts_with("boom")) {
            set(tone, "result", json!({"error": {"message": why}}));
        }
    }),
    code("throw-stops-tools", &["TOOL-03", "TOOL-05"], "a failure ends the task that answers calls"),
    code("timeout-silent", &["TOOL-04"], "a call that takes too long is forgotten"),
    result("timeout-in-other-words", &["TOOL-04"], "the text of a timeout is the library's own", |tone| {
        if failure(tone).is_some_and(|why| why == "timeout") {
            set(tone, "result", json!({"error": "the tool timed out"}));
        }
    }),
    code("late-result-sent", &["TOOL-05"], "the value of a call that timed out is sent as well"),
    code(
        "answer-sent-twice",
        &["TOOL-02", "TOOL-03", "TOOL-05", "TOOL-06", "TOOL-08", "TOOL-09"],
        "handler and caller both answer",
    ),
    code(
        "failure-answered-twice",
        &["TOOL-03", "TOOL-05", "TOOL-08"],
        "a failure is answered where it happens and where it arrives",
    ),
    code("timeout-ends-every-call", &["TOOL-08"], "one timer cancels all that is open"),
    call_id!("call-id-made-ascii", "the callId is made ASCII", |id: &str| id
        .chars()
        .filter(char::is_ascii)
        .collect()),
    call_id!("call-id-lower-cased", "callIds are compared without case", str::to_lowercase),
    call_id!("call-id-cut-at-nul", "the callId is a C string", |id: &str| id
        .split('\0')
        .next()
        .unwrap_or_default()
        .to_owned()),
    call_id!("call-id-percent-decoded", "the callId is taken for part of a URL", |id: &str| id
        .replace("%20", " ")),
    call_id!("call-id-truncated", "the callId has a column of 64 characters", |id: &str| id
        .chars()
        .take(64)
        .collect()),
    code("empty-call-id-ignored", &["TOOL-06"], "an empty callId counts as none"),
    code("unknown-tool-ignored", &["TOOL-07"], "a call of an unknown tool is dropped"),
    code("unknown-tool-is-fatal", &["TOOL-07", "DIR-02"], "a call of an unknown tool ends the connection"),
    result("unknown-tool-as-null", &["TOOL-07", "CHI-08"], "a call of an unknown tool gives null", |tone| {
        if failure(tone).is_some_and(|why| why.starts_with("no tool")) {
            set(tone, "result", Value::Null);
        }
    }),
    code("tool-names-inherited", &["TOOL-07"], "names that every object has are taken for tools"),
    code("answers-by-arrival-order", &["TOOL-08"], "an answer goes to the oldest open call"),
    code("tool-calls-serialised", &["TOOL-08"], "one call runs at a time"),
    code("throw-cancels-others", &["TOOL-08"], "a failure cancels the group of tasks"),
    answer("answer-tool-info", |_, tone| acknowledged("tool-info", tone)),
    code("run-tool-info", &["TOOL-09"], "tool-info is taken for a call"),
    answer("answer-tool-meta", |_, tone| acknowledged("tool-meta", tone)),
    code("tool-meta-ends-the-call", &["TOOL-09"], "tool-meta closes the call that it is about"),
    code("permit-silent", &["PERM-01"], "questions are not answered"),
    permit("permit-without-sid", &["PERM-01", "CHI-06", "ENV-05"], "the sid is left out", |tone| {
        tone.remove("sid");
    }),
    permit("permit-without-decision", &["PERM-01", "CHI-06"], "the decision is left out", |tone| {
        tone.remove("decision");
    }),
    permit("permit-decision-as-boolean", &["PERM-01", "CHI-06"], "the decision is a boolean", |tone| {
        let allowed = string(tone, "decision") == Some("allow");
        set(tone, "decision", allowed);
    }),
    permit(
        "permit-id-renamed",
        &["PERM-01", "CHI-06", "ENC-02"],
        "the id is spelled in snake_case",
        |tone| {
            if let Some(id) = tone.remove("permitId") {
                set(tone, "permit_id", id);
            }
        },
    ),
    permit("permit-always-allow", &["PERM-01"], "the decision is a constant", |tone| {
        set(tone, "decision", "allow");
    }),
    code("permit-decision-cached", &["PERM-01"], "the first decision holds for ever"),
    code("tendril-silent", &["TEND-01"], "reaches are not answered"),
    tendril("tendril-answered-as-tool", &["TEND-01"], "a reach is answered with a tool-result", |tone| {
        set(tone, "chi", "tool-result");
    }),
    tendril("tendril-without-sid", &["TEND-01", "CHI-07", "ENV-05"], "the sid is left out", |tone| {
        tone.remove("sid");
    }),
    tendril("tendril-without-call-id", &["TEND-01", "CHI-07"], "the callId is left out", |tone| {
        tone.remove("callId");
    }),
    tendril("tendril-without-result", &["CHI-07"], "the result is left out", |tone| {
        tone.remove("result");
    }),
    answer_id!(
        "answer-id-trimmed",
        &["TOOL-06", "PERM-01", "TEND-01"],
        "the id of a call or question is trimmed",
        |id: &str| id.trim().into()
    ),
    answer_id!(
        "answer-id-normalised",
        &["TOOL-06", "PERM-01", "TEND-01"],
        "the id of a call or question is normalised",
        |id: &str| normalised(id).into()
    ),
    answer_id!(
        "answer-id-as-number",
        &["CHI-06", "CHI-07", "CHI-08", "TOOL-06", "PERM-01", "TEND-01"],
        "an id that looks like a number is one",
        |id: &str| { id.parse::<f64>().map_or_else(|_| id.into(), Value::from) }
    ),
    code("permit-names-first-question", &["PERM-01"], "the first question is answered again and again"),
    code("tendril-names-first-call", &["TEND-01"], "the first reach is answered again and again"),
];

const fn result(name: &'static str, breaks: Rules, bug: &'static str, alter: fn(&mut Tone)) -> Mutant {
    tone(name, breaks, bug, "tool-result", alter)
}

const fn permit(name: &'static str, breaks: Rules, bug: &'static str, alter: fn(&mut Tone)) -> Mutant {
    tone(name, breaks, bug, "release-permit", alter)
}

const fn tendril(name: &'static str, breaks: Rules, bug: &'static str, alter: fn(&mut Tone)) -> Mutant {
    tone(name, breaks, bug, "tendril-result", alter)
}

/// A mutant that answers what only informs.
const fn answer(name: &'static str, take: fn(&mut Memory, &mut Tone) -> Take) -> Mutant {
    arrived(name, &["TOOL-09"], "whatever has a callId is answered", take)
}

fn acknowledged(chi: &str, tone: &Tone) -> Take {
    let answer =
        json!({"chi": "tool-result", "sid": sid(tone), "callId": tone.get("callId"), "result": {"ok": true}});
    match answer {
        Value::Object(answer) if is(tone, chi) => Take::Answer(answer),
        _ => Take::Usual,
    }
}

/// The failure that an answer tells of.
fn failure(tone: &Tone) -> Option<String> {
    tone.get("result")?.get("error")?.as_str().map(str::to_owned)
}
