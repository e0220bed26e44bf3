//! From what crossed to a script that plays it again.
//!
//! What a bee sent is waited for, what the daemon sent is sent. The handshake is left to the daemon. A rid and a sid are
//! another one each time, so the bee's are bound where they come first and meant from there on; of the rest of its
//! envelope nothing is wanted.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use serde_json::{Map, Value, json};

/// Members of the envelope that depend on the time, the connection or the build of a bee.
const LEFT_OUT: [&str; 6] = ["from", "sentAt", "dusk", "wane", "sigil", "ext"];

/// A script that grows with each line of a transcript.
#[derive(Debug, Default)]
pub struct Recorded {
    steps: Vec<Value>,
    /// Connections that came while it was recorded, and whether they still stand.
    open: HashMap<u64, bool>,
    /// Connections that were there before.
    before: HashSet<u64>,
    /// What a bee's rid or sid is called.
    names: HashMap<String, String>,
    tones: u64,
    skipped: u64,
}

impl Recorded {
    /// Takes a line of a transcript.
    pub fn line(&mut self, line: &Value) {
        if line["event"] == "skipped" {
            self.skipped += line["count"].as_u64().unwrap_or_default();
            return;
        }
        let Some(conn) = line["conn"].as_u64() else { return };
        if line["event"] == "opened" {
            self.open.insert(conn, true);
            self.steps.push(json!({ "accept": { "as": name(conn) } }));
            return;
        }
        let Some(is_open) = self.open.get_mut(&conn) else {
            self.before.insert(conn);
            return;
        };
        let close =
            |from: &str, how: &str| json!({ "close": { "from": from, "how": how }, "on": name(conn) });
        match (line["dir"].as_str(), line["event"].as_str()) {
            (Some("client"), _) => self.heard(conn, &line["tone"]),
            (Some("daemon"), _) => self.said(conn, line),
            (None, Some("eof" | "reset")) if std::mem::replace(is_open, false) => {
                self.steps.push(close("client", "full"));
            }
            (None, Some("closed")) if std::mem::replace(is_open, false) => {
                self.steps.push(close("daemon", "full"));
            }
            (None, Some("half-closed")) => self.steps.push(close("daemon", "write-half")),
            _ => {}
        }
    }

    /// How many tones are in it.
    pub fn tones(&self) -> u64 {
        self.tones
    }

    /// How many lines are missing, because they came too fast.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Connections that had come before, and are not in it.
    pub fn before(&self) -> impl Iterator<Item = u64> {
        self.before.iter().copied()
    }

    /// The script, JSON with a line for each step; none where there is nothing to play.
    pub fn script(&self) -> Option<String> {
        let mut text = "{\n  \"format\": 1,\n  \"title\": \"recorded\",\n  \"steps\": [".to_owned();
        for (at, step) in self.steps.iter().enumerate() {
            // a text takes everything
            let _ = write!(text, "{}\n    {step}", if at > 0 { "," } else { "" });
        }
        text += "\n  ]\n}\n";
        (!self.steps.is_empty()).then_some(text)
    }

    /// A tone of a bee. What is no tone cannot be waited for.
    fn heard(&mut self, conn: u64, tone: &Value) {
        let Some(tone) = tone.as_object().filter(|tone| tone.get("chi").is_none_or(|chi| chi != "hello"))
        else {
            return;
        };
        let mut wanted = Map::new();
        for (key, value) in tone.iter().filter(|(key, _)| !LEFT_OUT.contains(&&***key)) {
            let value = match (&**key, value) {
                ("rid" | "sid", Value::String(text)) => self.bound(key, text),
                _ => exact(value),
            };
            wanted.insert(key.clone(), value);
        }
        self.tones += 1;
        self.steps.push(json!({ "tone": wanted, "from": "client", "on": name(conn) }));
    }

    /// A tone of the daemon, or other bytes that it sent.
    fn said(&mut self, conn: u64, line: &Value) {
        let Some(tone) = line["tone"].as_object() else {
            let part = match (&line["text"], &line["bytes"]) {
                (Value::String(text), _) => json!({ "utf8": format!("{text}\n") }),
                (_, bytes) => json!({ "base64": bytes }),
            };
            self.steps.push(json!({ "raw": { "parts": [part] }, "from": "daemon", "on": name(conn) }));
            return;
        };
        if tone.get("chi").is_some_and(|chi| chi == "breath") {
            return;
        }
        let sent = |(key, value): (&String, &Value)| {
            let known = value.as_str().filter(|_| key == "rid" || key == "sid");
            let value = match known.and_then(|text| self.names.get(text)) {
                Some(name) => json!({ "$ref": name }),
                None => exact(value),
            };
            (key.clone(), value)
        };
        let sent: Map<_, _> = tone.iter().map(sent).collect();
        self.tones += 1;
        self.steps.push(json!({ "tone": sent, "from": "daemon", "on": name(conn) }));
    }

    fn bound(&mut self, key: &str, text: &str) -> Value {
        if let Some(name) = self.names.get(text) {
            return json!({ "$ref": name });
        }
        let name = format!("{key}{}", self.names.len());
        self.names.insert(text.to_owned(), name.clone());
        json!({ "$bind": name })
    }
}

fn name(conn: u64) -> String {
    format!("c{conn}")
}

/// The value itself, whatever it would mean in a script.
fn exact(value: &Value) -> Value {
    if means_something(value) { json!({ "$literal": value }) } else { value.clone() }
}

fn means_something(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(means_something),
        Value::Object(fields) => {
            fields.iter().any(|(key, value)| key.starts_with('$') || means_something(value))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Script;

    fn recorded(lines: &[Value]) -> Recorded {
        let mut recorded = Recorded::default();
        for line in lines {
            recorded.line(line);
        }
        recorded
    }

    #[test]
    fn ids_of_the_bee_are_bound_and_the_handshake_is_left_out() {
        let recorded = recorded(&[
            json!({"conn": 1, "dir": "client", "tone": {"chi": "log"}}),
            json!({"conn": 2, "event": "opened"}),
            json!({"conn": 2, "dir": "client", "tone": {"chi": "hello", "rid": "h"}}),
            json!({"conn": 2, "dir": "daemon", "tone": {"chi": "breath", "rid": "b"}}),
            json!({"conn": 2, "dir": "client", "tone":
                {"chi": "prompt", "rid": "r", "sid": "s", "sentAt": 5, "text": "${x}"}}),
            json!({"conn": 2, "dir": "daemon", "tone": {"chi": "echo", "rid": "r", "ok": true}}),
            json!({"conn": 2, "dir": "daemon", "tone": {"chi": "chunk", "rid": "c", "sid": "s", "x": {"$a": 1}}}),
            json!({"conn": 2, "dir": "daemon", "text": "[1]"}),
            json!({"conn": 2, "event": "eof"}),
            json!({"conn": 2, "event": "closed"}),
        ]);
        let script: Value = serde_json::from_str(&recorded.script().unwrap()).unwrap();
        let wanted = json!([
            {"accept": {"as": "c2"}},
            {"tone": {"chi": "prompt", "rid": {"$bind": "rid0"}, "sid": {"$bind": "sid1"},
                "text": {"$literal": "${x}"}}, "from": "client", "on": "c2"},
            {"tone": {"chi": "echo", "rid": {"$ref": "rid0"}, "ok": true}, "from": "daemon", "on": "c2"},
            {"tone": {"chi": "chunk", "rid": "c", "sid": {"$ref": "sid1"}, "x": {"$literal": {"$a": 1}}},
                "from": "daemon", "on": "c2"},
            {"raw": {"parts": [{"utf8": "[1]\n"}]}, "from": "daemon", "on": "c2"},
            {"close": {"from": "client", "how": "full"}, "on": "c2"},
        ]);
        assert_eq!(script["steps"], wanted);
        assert_eq!((recorded.tones(), recorded.before().collect::<Vec<_>>()), (3, vec![1]));
    }

    #[test]
    fn what_is_recorded_is_a_script() {
        let recorded = recorded(&[
            json!({"conn": 0, "event": "opened"}),
            json!({"conn": 0, "dir": "client", "tone": {"chi": "log", "a": {"$b": [{"$ref": 1}]}}}),
            json!({"conn": 0, "dir": "daemon", "bytes": "/w=="}),
            json!({"conn": 0, "event": "half-closed"}),
            json!({"conn": 0, "event": "closed"}),
            json!({"event": "skipped", "count": 3}),
        ]);
        assert_eq!(Script::parse(&recorded.script().unwrap()).unwrap().len(), 5);
        assert_eq!(recorded.skipped(), 3);
        assert_eq!(Recorded::default().script(), None);
    }
}
