//! What crossed a mock's sockets, when and which way. It is written down as it was; nothing is judged.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Number, Value, json};

use crate::base64;
use crate::wire::codec::{self, Decoded};

/// Everything that crossed, over all connections, in the order in which the mock saw or did it.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    /// In order; never reordered, only appended to.
    pub entries: Vec<Entry>,
}

/// One thing that crossed.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Since the epoch that the mock was given.
    pub at: Duration,
    /// The connection, in order of arrival, from 0.
    pub conn: usize,
    /// What it was.
    pub what: Crossed,
}

/// What can cross.
#[derive(Debug, Clone)]
pub enum Crossed {
    /// A client connected.
    Opened,
    /// A line from the client.
    FromClient(Line),
    /// The bytes of one frame or one raw write. If the client stopped reading, only those that it took.
    FromDaemon(Vec<u8>),
    /// The client ended its writes.
    Eof,
    /// The client went away with bytes unread.
    Reset,
    /// The mock closes the connection; what the client had under way may still follow.
    Closed,
    /// The mock ended its writes.
    HalfClosed,
    /// The client sent a line that is longer than the limit; its bytes are not kept.
    TooLong {
        /// The limit, in bytes.
        line_max: usize,
    },
}

/// A line from the client.
#[derive(Debug, Clone)]
pub struct Line {
    /// The bytes without the LF.
    pub bytes: Vec<u8>,
    /// Whether an LF ended it.
    pub terminated: bool,
    /// What the bytes mean.
    pub decoded: Decoded,
    /// Whether an expectation or a barrier consumed it.
    pub taken: bool,
    /// Whether it is the hello that the mock took by itself.
    pub greeted: bool,
}

impl Transcript {
    /// One JSON object a line, without the LF.
    pub fn to_ndjson(&self) -> impl Iterator<Item = String> {
        self.entries.iter().map(Entry::to_string)
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_ndjson().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Display for Entry {
    /// Compact JSON: `{"at_ms":0.6,"conn":0,"dir":"client","tone":{…}}`. What is no tone stands under
    /// `text` or, in base64, under `bytes`; what is no line has an `event` in place of `dir`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = Map::new();
        let at_ms = self.at.as_secs_f64() * 1e3;
        fields.insert("at_ms".to_owned(), Number::from_f64((at_ms * 1e3).round() / 1e3).into());
        fields.insert("conn".to_owned(), self.conn.into());
        match &self.what {
            Crossed::FromClient(line) => line.write(&mut fields),
            Crossed::FromDaemon(bytes) => write_sent(bytes, &mut fields),
            other => drop(fields.insert("event".to_owned(), other.event().into())),
        }
        let value = Value::Object(fields);
        let text = codec::encode(&value);
        crate::deep::dismantle(value);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl Crossed {
    fn event(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::FromClient(_) | Self::FromDaemon(_) => "line",
            Self::Eof => "eof",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::HalfClosed => "half-closed",
            Self::TooLong { .. } => "too-long",
        }
    }
}

impl Line {
    fn write(&self, fields: &mut Map<String, Value>) {
        fields.insert("dir".to_owned(), "client".into());
        write_content(&self.bytes, &self.decoded, fields);
        write_faults(&self.decoded, fields);
        if !self.terminated {
            fields.insert("unterminated".to_owned(), true.into());
        }
    }
}

/// The members that describe one line: what it holds, and its faults.
pub(crate) fn content(line: &[u8]) -> Map<String, Value> {
    let mut fields = Map::new();
    let decoded = codec::decode(line);
    write_content(line, &decoded, &mut fields);
    write_faults(&decoded, &mut fields);
    fields
}

fn write_faults(decoded: &Decoded, fields: &mut Map<String, Value>) {
    let faults: Vec<_> = decoded.faults.iter().map(ToString::to_string).collect();
    if !faults.is_empty() {
        fields.insert("faults".to_owned(), json!(faults));
    }
}

fn write_sent(bytes: &[u8], fields: &mut Map<String, Value>) {
    fields.insert("dir".to_owned(), "daemon".into());
    // A tone that is not spelled as the wire wants it was sent on purpose: its bytes are what matters.
    match bytes.strip_suffix(b"\n").map(codec::decode) {
        Some(decoded) if decoded.faults.is_empty() => write_content(bytes, &decoded, fields),
        _ => write_content(bytes, &Decoded { tone: None, faults: Vec::new() }, fields),
    }
}

fn write_content(bytes: &[u8], decoded: &Decoded, fields: &mut Map<String, Value>) {
    let (key, content) = match (&decoded.tone, std::str::from_utf8(bytes)) {
        (Some(tone), _) => ("tone", tone.clone().into_value()),
        (None, Ok(text)) => ("text", text.into()),
        (None, Err(_)) => ("bytes", base64::encode(bytes).into()),
    };
    fields.insert(key.to_owned(), content);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(micros: u64, what: Crossed) -> Entry {
        Entry { at: Duration::from_micros(micros), conn: 1, what }
    }

    fn line(bytes: &[u8], terminated: bool) -> Crossed {
        let decoded = codec::decode(bytes);
        Crossed::FromClient(Line { bytes: bytes.to_vec(), terminated, decoded, taken: false, greeted: false })
    }

    #[test]
    fn every_entry_is_one_line_of_json() {
        let entries = vec![
            entry(0, Crossed::Opened),
            entry(1500, line(b"{\"n\":1.0}", true)),
            entry(2000, line(b"{\"n\":1}\r", true)),
            entry(2000, line(b"half", false)),
            entry(3000, Crossed::FromDaemon(b"{\"chi\":\"breath\"}\n".to_vec())),
            entry(3000, Crossed::FromDaemon(b"[1]\n".to_vec())),
            entry(3000, Crossed::FromDaemon(b"\xff".to_vec())),
            entry(4000, Crossed::Eof),
        ];
        let wanted = [
            r#"{"at_ms":0.0,"conn":1,"event":"opened"}"#,
            r#"{"at_ms":1.5,"conn":1,"dir":"client","tone":{"n":1.0}}"#,
            r#"{"at_ms":2.0,"conn":1,"dir":"client","tone":{"n":1},"faults":["a CR stands before the end of the line"]}"#,
            r#"{"at_ms":2.0,"conn":1,"dir":"client","text":"half","faults":["not JSON: expected value at line 1 column 1"],"unterminated":true}"#,
            r#"{"at_ms":3.0,"conn":1,"dir":"daemon","tone":{"chi":"breath"}}"#,
            r#"{"at_ms":3.0,"conn":1,"dir":"daemon","text":"[1]\n"}"#,
            r#"{"at_ms":3.0,"conn":1,"dir":"daemon","bytes":"/w=="}"#,
            r#"{"at_ms":4.0,"conn":1,"event":"eof"}"#,
        ];
        let transcript = Transcript { entries };
        assert_eq!(transcript.to_ndjson().collect::<Vec<_>>(), wanted);
        assert_eq!(transcript.to_string(), wanted.map(|line| format!("{line}\n")).concat());
    }
}
