//! Level 1: each function of the protocol, called once with arguments that no client can object to.

use serde_json::{Map, Value, json};

use super::Checklist;
use super::talk::Answer;
use crate::testee::{Request, shorten};

/// A function, arguments for it, and what it gives.
struct Sample {
    name: &'static str,
    /// The cases that call it, and need no more than that.
    cases: &'static str,
    args: Value,
    gives: &'static str,
    is: fn(&Value) -> bool,
}

/// In the order in which a shim is best written.
fn samples() -> [Sample; 10] {
    let sample = |name, cases, args, gives, is| Sample { name, cases, args, gives, is };
    [
        sample("version", "version/is-*", json!({}), "a string", Value::is_string),
        sample(
            "sigil",
            "sigil/*",
            json!({"sid": "hum-x", "nest": "claude-cli"}),
            "a string",
            Value::is_string,
        ),
        sample("registry", "registry/*", json!({"of": "chi"}), "a list of strings", is_strings),
        sample("is_valid_chi", "registry/*", json!({"value": "hello"}), "true or false", Value::is_boolean),
        sample("rid", "rid/*", json!({"count": 2}), "a list of strings", is_strings),
        sample("dusk_in", "dusk/*", json!({"ms": 1000}), "an integer", Value::is_i64),
        sample(
            "is_dusk",
            "dusk/*",
            json!({"tone": {"chi": "log", "rid": "r-1"}}),
            "true or false",
            Value::is_boolean,
        ),
        sample(
            "wane",
            "wane/*",
            json!({"ops": [["set", "s", 5], ["get", "s"]]}),
            "a list with a result for each op",
            Value::is_array,
        ),
        sample(
            "socket_path",
            "socket/*",
            json!({"env": {"HUM_THRUM_SOCK": "/tmp/s"}}),
            "a string",
            Value::is_string,
        ),
        sample(
            "encode",
            "encode/*",
            json!({"envelope": {"rid": "r-1"}, "body": {"chi": "log"}}),
            "the line as a string",
            Value::is_string,
        ),
    ]
}

fn is_strings(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}

/// What a shim's `call` can do.
pub(super) struct Functions {
    /// They answer.
    pub(super) have: Vec<&'static str>,
    /// The cases of the last one that answers.
    pub(super) cases: &'static str,
    /// They are unsupported so far.
    pub(super) lack: Vec<&'static str>,
}

/// Calls them all.
pub(super) async fn check(list: &mut Checklist<'_>) -> Functions {
    let mut found = Functions { have: Vec::new(), cases: "*", lack: Vec::new() };
    for sample in samples() {
        list.progress(&format!("calls `{}`", sample.name));
        let request = Request::Call { function: sample.name.to_owned(), args: sample.args.clone() };
        match list.talk.ask(&request).await {
            answer if answer.is_unsupported() => found.lack.push(sample.name),
            Answer::Reply(reply) => {
                found.have.push(sample.name);
                found.cases = sample.cases;
                if let Some((why, hint)) = wrong(&sample, &reply) {
                    list.talk.fault(list.talk.sent_last(), list.talk.got_last(), why, hint);
                }
            }
            Answer::Late => list.late("a function that you do not have is `unsupported`").await,
            Answer::Lost => break,
        }
    }
    let what = "answers `call`";
    if found.have.is_empty() && !list.talk.has_faults() {
        list.not_yet(what, "every function is `unsupported`");
    } else {
        list.close(what, found.have.join(" "));
    }
    found
}

/// A value of another form, or a refusal of good arguments.
fn wrong(sample: &Sample, reply: &Map<String, Value>) -> Option<(String, String)> {
    let name = sample.name;
    if reply.get("ok") == Some(&Value::Bool(false)) {
        let said =
            ["code", "message", "why"].map(|key| reply.get(key).and_then(Value::as_str).unwrap_or_default());
        let said = shorten(said.join(" ").trim());
        let hint = format!("look at how the shim calls the helper; `{name}` gives {}", sample.gives);
        return Some((format!("`{name}` refuses good arguments: {said}"), hint));
    }
    let value = reply.get("value")?;
    let hint = format!("put what the helper returned into `value`; `{name}` gives {}", sample.gives);
    (!(sample.is)(value)).then(|| (format!("the value of `{name}` is not {}", sample.gives), hint))
}
