//! The messages of shim protocol 1, as `vectors/schema/shim.json` describes them.
//!
//! Requests are written as ASCII-only JSON, since some languages' line readers also split at U+2028.
//! How replies and events are read stands in [`super::reading`].

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::habits::Habits;
use crate::rule::{Profile, Side};

/// What the runner asks of a shim.
#[derive(Debug, Clone)]
pub enum Request {
    /// The first message to every process.
    Start {
        /// The wire version that the run is about.
        wire: String,
    },
    /// Is the shim alive?
    Ping,
    /// An op that no shim knows: it must be refused.
    Probe(String),
    /// A helper function.
    Call {
        /// Its name.
        function: String,
        /// Its arguments.
        args: Value,
    },
    /// A client object, not yet connected.
    Open {
        /// The id of the case.
        case: String,
        /// The role, and the profile; that of the document goes without saying.
        side: Side,
        /// A path, or `None` for what the environment says.
        socket: Option<String>,
        /// What the application decides in hello.
        hello: Value,
        /// Whether the client may reconnect by itself.
        reconnect: bool,
    },
    /// An act of a client.
    Do {
        /// The handle that `open` gave.
        client: String,
        /// The act, `do` included.
        act: Value,
        /// Whether the reply comes when the act has ended.
        wait: bool,
    },
    /// The virtual clock, in ms since the epoch; `None` for real time.
    Clock(Option<i64>),
    /// The client is no longer needed.
    End {
        /// The handle that `open` gave.
        client: String,
    },
    /// The process is no longer needed.
    Stop,
}

impl Request {
    /// The line for this request, LF included.
    pub fn line(&self, id: u64) -> Vec<u8> {
        let message = match self {
            Self::Start { wire } => json!({"op": "start", "id": id, "v": 1, "wire": wire}),
            Self::Ping => json!({"op": "ping", "id": id}),
            Self::Probe(op) => json!({"op": op, "id": id}),
            Self::Call { function, args } => json!({"op": "call", "id": id, "fn": function, "args": args}),
            Self::Open { case, side, socket, hello, reconnect } => {
                let mut open = json!({
                    "op": "open", "id": id, "case": case, "role": side.role(), "socket": socket, "hello": hello,
                    "reconnect": if *reconnect { "auto" } else { "off" },
                });
                if side.profile == Profile::Live {
                    open["profile"] = json!("live");
                }
                open
            }
            Self::Do { client, act, wait: true } => {
                json!({"op": "do", "id": id, "client": client, "act": act})
            }
            Self::Do { client, act, wait: false } => {
                json!({"op": "do", "id": id, "client": client, "act": act, "wait": false})
            }
            Self::Clock(now) => json!({"op": "clock", "id": id, "now": now}),
            Self::End { client } => json!({"op": "end", "id": id, "client": client}),
            Self::Stop => json!({"op": "stop", "id": id}),
        };
        ascii_line(&message)
    }
}

/// Writes JSON with every character beyond ASCII escaped, and an LF.
fn ascii_line(message: &Value) -> Vec<u8> {
    let mut text = message.to_string();
    if text.is_ascii() && !text.contains('\u{7f}') {
        text.push('\n');
        return text.into_bytes();
    }
    let mut line = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if character.is_ascii() && character != '\u{7f}' {
            line.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    line.push('\n');
    line.into_bytes()
}

/// Who the client under test is, from the reply to `start`; everything is empty of one that never replied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Name of the client.
    pub name: String,
    /// Version of the client.
    pub version: String,
    /// Language and its version.
    pub lang: String,
    /// The wire version that the client targets.
    pub wire: String,
    /// `document`, `live`.
    pub profiles: BTreeSet<String>,
    /// What it claims; of a whole bee, what it was seen to do.
    pub caps: BTreeSet<String>,
    /// What is known of a whole bee, which is tested without a shim; of a client behind a shim nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub habits: Option<Habits>,
}

/// A reply of the shim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Reply {
    /// Done; with the value of a call, the handle of an open, the identity of a start.
    Ok(Map<String, Value>),
    /// The client's own error.
    Refused {
        /// The client's own code.
        code: String,
        /// What it says.
        message: String,
    },
    /// The shim does not know this op, function or act.
    Unsupported,
    /// The type system forbids the call.
    Impossible {
        /// Why.
        why: String,
    },
}

/// What a shim reports by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// A tone was handed to the application.
    Delivered {
        /// The client's handle.
        client: String,
        /// Its connection, from 1.
        conn: u64,
        /// The sid whose handler got it; `None` for the catch-all.
        to: Option<String>,
        /// The tone; `None` where the shim could not print it.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        tone: Option<Value>,
    },
    /// A disconnect was surfaced.
    Disconnected {
        /// The client's handle.
        client: String,
        /// Its connection, from 1.
        conn: u64,
    },
    /// A turn ended.
    Turn {
        /// The client's handle.
        client: String,
        /// Whose turn.
        sid: String,
        /// `finished` or `failed`.
        outcome: String,
    },
    /// An act driven with `wait: false` has ended.
    Done {
        /// The id of its request.
        id: u64,
        /// The client's own error, as code and message.
        refused: Option<(String, String)>,
    },
    /// The shim failed by itself.
    ShimError {
        /// What it says.
        message: String,
    },
}

/// A member that is there, whatever it is: null is a tone that was reported, and none is one that could not be.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

impl Event {
    /// The handle of the client that it is about, where it is about one.
    pub fn client(&self) -> Option<&str> {
        match self {
            Self::Delivered { client, .. }
            | Self::Disconnected { client, .. }
            | Self::Turn { client, .. } => Some(client),
            Self::Done { .. } | Self::ShimError { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_ascii() {
        let line = Request::Call { function: "sigil".into(), args: json!({"sid": "é😀\u{2028}"}) }.line(3);
        assert!(line.is_ascii());
        let back: Value = serde_json::from_slice(&line).expect("the line is JSON");
        assert_eq!(back["args"]["sid"], "é😀\u{2028}");
    }
}
