//! The messages of shim protocol 1, as `vectors/schema/shim.json` describes them.
//!
//! Requests are written as ASCII-only JSON, since some languages' line readers also split at U+2028.
//! Replies and events are read strictly: an unknown key is a broken protocol, and says so.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

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
        /// `asker` or `worker`.
        role: String,
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
            Self::Open { case, role, socket, hello, reconnect } => json!({
                "op": "open", "id": id, "case": case, "role": role, "socket": socket, "hello": hello,
                "reconnect": if *reconnect { "auto" } else { "off" },
            }),
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
    let text = message.to_string();
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

/// Who the client under test is, from the reply to `start`.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// What it claims.
    pub caps: BTreeSet<String>,
}

/// A reply of the shim.
#[derive(Debug, Clone, PartialEq)]
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
#[derive(Debug, Clone, PartialEq)]
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

/// A line of the shim, read.
#[derive(Debug)]
pub(super) enum Message {
    Reply(u64, Reply),
    Event(Event),
}

/// Reads a line of the shim. `Err` says what is wrong with it; `None` means that it is no protocol object.
pub(super) fn read(line: &[u8]) -> Option<Result<Message, String>> {
    let Value::Object(fields) = mock_humd::wire::codec::decode(line).tone?.into_value() else { return None };
    let fields = Fields(fields);
    if fields.0.contains_key("ev") {
        Some(fields.event().map(Message::Event))
    } else if fields.0.contains_key("id") || fields.0.contains_key("ok") {
        Some(fields.reply().map(|(id, reply)| Message::Reply(id, reply)))
    } else {
        None
    }
}

/// The keys of a message, taken out one by one so that those left over can be refused.
struct Fields(Map<String, Value>);

impl Fields {
    fn event(mut self) -> Result<Event, String> {
        let kind = self.text("ev")?;
        let event = match kind.as_str() {
            "delivered" => Event::Delivered {
                client: self.text("client")?,
                conn: self.number("conn")?,
                to: self.route()?,
                tone: self.tone()?,
            },
            "disconnected" => {
                Event::Disconnected { client: self.text("client")?, conn: self.number("conn")? }
            }
            "turn" => Event::Turn {
                client: self.text("client")?,
                sid: self.text("sid")?,
                outcome: self.one_of("outcome", &["finished", "failed"])?,
            },
            "done" => Event::Done { id: self.number("id")?, refused: self.refusal()? },
            "shim-error" => {
                self.0.remove("client");
                Event::ShimError { message: self.text("message")? }
            }
            other => return Err(format!("unknown event `{other}`")),
        };
        self.end()?;
        Ok(event)
    }

    fn reply(mut self) -> Result<(u64, Reply), String> {
        let id = self.number("id")?;
        let ok = self.flag("ok")?.ok_or("`ok` is missing")?;
        if ok {
            return Ok((id, Reply::Ok(self.0)));
        }
        let reply = if self.flag("unsupported")? == Some(true) {
            Reply::Unsupported
        } else if self.flag("impossible")? == Some(true) {
            Reply::Impossible { why: self.text("why")? }
        } else {
            self.0.remove("versions");
            Reply::Refused { code: self.text("code")?, message: self.text_or_empty("message")? }
        };
        self.end()?;
        Ok((id, reply))
    }

    fn refusal(&mut self) -> Result<Option<(String, String)>, String> {
        match self.flag("ok")? {
            Some(false) => Ok(Some((self.text("code")?, self.text_or_empty("message")?))),
            _ => Ok(None),
        }
    }

    fn route(&mut self) -> Result<Option<String>, String> {
        match self.0.remove("to") {
            Some(Value::Null) => Ok(None),
            Some(Value::String(sid)) => Ok(Some(sid)),
            Some(sid @ Value::Object(_)) => Ok(Some(sid.to_string())),
            other => Err(wrong("to", "a sid or null", other.as_ref())),
        }
    }

    fn tone(&mut self) -> Result<Option<Value>, String> {
        match (self.0.remove("tone"), self.flag("unprintable")?) {
            (Some(tone), None) => Ok(Some(tone)),
            (None, Some(true)) => Ok(None),
            _ => Err("a delivered has either `tone` or `unprintable`".to_owned()),
        }
    }

    fn text(&mut self, key: &str) -> Result<String, String> {
        match self.0.remove(key) {
            Some(Value::String(text)) => Ok(text),
            other => Err(wrong(key, "a string", other.as_ref())),
        }
    }

    fn text_or_empty(&mut self, key: &str) -> Result<String, String> {
        if self.0.contains_key(key) { self.text(key) } else { Ok(String::new()) }
    }

    fn one_of(&mut self, key: &str, allowed: &[&str]) -> Result<String, String> {
        let text = self.text(key)?;
        if allowed.contains(&text.as_str()) {
            Ok(text)
        } else {
            Err(format!("`{key}` must be one of `{}`, got `{text}`", allowed.join("`, `")))
        }
    }

    fn number(&mut self, key: &str) -> Result<u64, String> {
        let value = self.0.remove(key);
        value.as_ref().and_then(Value::as_u64).ok_or_else(|| wrong(key, "a number", value.as_ref()))
    }

    fn flag(&mut self, key: &str) -> Result<Option<bool>, String> {
        match self.0.remove(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            other => Err(wrong(key, "true or false", other.as_ref())),
        }
    }

    fn strings(&mut self, key: &str) -> Result<BTreeSet<String>, String> {
        let value = self.0.remove(key);
        let items =
            value.as_ref().and_then(Value::as_array).ok_or_else(|| wrong(key, "a list", value.as_ref()))?;
        items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(key, "strings", Some(item))))
            .collect()
    }

    fn end(self) -> Result<(), String> {
        match self.0.keys().next() {
            Some(key) => Err(format!("unknown key `{key}`")),
            None => Ok(()),
        }
    }
}

fn wrong(key: &str, wanted: &str, got: Option<&Value>) -> String {
    match got {
        Some(value) => format!("`{key}` must be {wanted}, got `{value}`"),
        None => format!("`{key}` is missing"),
    }
}

/// Reads the reply to `start`.
pub(super) fn identity(fields: Map<String, Value>) -> Result<Identity, String> {
    let mut fields = Fields(fields);
    if fields.number("v")? != 1 {
        return Err("`v` must be 1".to_owned());
    }
    let mut inner = match fields.0.remove("impl") {
        Some(Value::Object(inner)) => Fields(inner),
        other => return Err(wrong("impl", "an object", other.as_ref())),
    };
    let identity = Identity {
        name: inner.text("name")?,
        version: inner.text("version")?,
        lang: inner.text("lang")?,
        wire: fields.text("wire")?,
        profiles: fields.strings("profiles")?,
        caps: fields.strings("caps")?,
    };
    inner.end()?;
    fields.end()?;
    Ok(identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> String {
        match read(line.as_bytes()) {
            Some(Err(message)) => message,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn requests_are_ascii() {
        let line = Request::Call { function: "sigil".into(), args: json!({"sid": "é😀\u{2028}"}) }.line(3);
        assert!(line.is_ascii());
        let back: Value = serde_json::from_slice(&line).expect("the line is JSON");
        assert_eq!(back["args"]["sid"], "é😀\u{2028}");
    }

    #[test]
    fn says_what_is_wrong_with_a_message() {
        for (line, wanted) in [
            (r#"{"id":1}"#, "`ok` is missing"),
            (r#"{"ok":true}"#, "`id` is missing"),
            (r#"{"id":"1","ok":true}"#, "`id` must be a number"),
            (r#"{"id":1,"ok":false}"#, "`code` is missing"),
            (r#"{"id":1,"ok":false,"unsupported":true,"x":1}"#, "unknown key `x`"),
            (r#"{"ev":"deliverd"}"#, "unknown event `deliverd`"),
            (r#"{"ev":"delivered","client":"c1","conn":1,"tone":{}}"#, "`to` is missing"),
            (r#"{"ev":"delivered","client":"c1","conn":1,"to":null}"#, "either `tone` or `unprintable`"),
            (
                r#"{"ev":"turn","client":"c1","sid":"s","outcome":"ok"}"#,
                "must be one of `finished`, `failed`",
            ),
        ] {
            assert!(refused(line).contains(wanted), "{line}: {}", refused(line));
        }
    }

    #[test]
    fn what_is_no_protocol_object_is_noise() {
        for line in ["hello", "[1]", "{}", r#"{"level":"info"}"#] {
            assert!(read(line.as_bytes()).is_none(), "{line}");
        }
    }
}
