//! The wire of an exchange in a transcript: each entry with its exact bytes, as text where they are UTF-8.
//!
//! What the bytes mean is not stored: they are decoded again when the transcript is read.

use std::time::Duration;

use mock_humd::base64;
use mock_humd::transcript::{Crossed, Entry, Line, Transcript};
use mock_humd::wire::codec;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::spelling::micros;

/// One entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Crossing {
    #[serde(rename = "at_ms", with = "micros")]
    at: Duration,
    conn: usize,
    what: Kind,
    /// The bytes, where they are UTF-8; without the LF in what came from the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The bytes, where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    /// Of a line from the client: no LF ended it.
    #[serde(default, skip_serializing_if = "is_false")]
    unterminated: bool,
    /// Of a line from the client: an expectation or a barrier consumed it.
    #[serde(default, skip_serializing_if = "is_false")]
    taken: bool,
    /// Of a line from the client: it is the hello that the mock took by itself.
    #[serde(default, skip_serializing_if = "is_false")]
    greeted: bool,
    /// Of a line that was too long: the limit in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line_max: Option<usize>,
}

/// What crossed.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Opened,
    FromClient,
    FromDaemon,
    Eof,
    Reset,
    Closed,
    HalfClosed,
    TooLong,
}

/// Writes the entries.
pub(super) fn serialize<S: Serializer>(wire: &Transcript, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(wire.entries.iter().map(Crossing::of))
}

/// Reads the entries.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Transcript, D::Error> {
    let crossings = Vec::<Crossing>::deserialize(from)?;
    let entries = crossings.into_iter().map(Crossing::entry).collect::<Result<_, _>>();
    entries.map(|entries| Transcript { entries }).map_err(D::Error::custom)
}

impl Crossing {
    fn of(entry: &Entry) -> Self {
        let (what, bytes, line_max) = match &entry.what {
            Crossed::Opened => (Kind::Opened, None, None),
            Crossed::FromClient(line) => (Kind::FromClient, Some(&line.bytes), None),
            Crossed::FromDaemon(bytes) => (Kind::FromDaemon, Some(bytes), None),
            Crossed::Eof => (Kind::Eof, None, None),
            Crossed::Reset => (Kind::Reset, None, None),
            Crossed::Closed => (Kind::Closed, None, None),
            Crossed::HalfClosed => (Kind::HalfClosed, None, None),
            Crossed::TooLong { line_max } => (Kind::TooLong, None, Some(*line_max)),
        };
        let (text, base64) = match bytes.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
            None => (None, None),
            Some((_, Ok(text))) => (Some(text.to_owned()), None),
            Some((bytes, Err(_))) => (None, Some(base64::encode(bytes))),
        };
        let line = if let Crossed::FromClient(line) = &entry.what { Some(line) } else { None };
        Self {
            at: entry.at,
            conn: entry.conn,
            what,
            text,
            base64,
            unterminated: line.is_some_and(|line| !line.terminated),
            taken: line.is_some_and(|line| line.taken),
            greeted: line.is_some_and(|line| line.greeted),
            line_max,
        }
    }

    fn entry(self) -> Result<Entry, &'static str> {
        let bytes = match (self.text, self.base64) {
            (Some(text), None) => Some(text.into_bytes()),
            (None, Some(text)) => Some(base64::decode(&text).ok_or("`base64` is no base64")?),
            (None, None) => None,
            (Some(_), Some(_)) => return Err("bytes stand in `text` or in `base64`, and not in both"),
        };
        let what = match (self.what, bytes, self.line_max) {
            (Kind::FromClient, Some(bytes), None) => Crossed::FromClient(Line {
                decoded: codec::decode(&bytes),
                bytes,
                terminated: !self.unterminated,
                taken: self.taken,
                greeted: self.greeted,
            }),
            (Kind::FromDaemon, Some(bytes), None) => Crossed::FromDaemon(bytes),
            (Kind::TooLong, None, Some(line_max)) => Crossed::TooLong { line_max },
            (Kind::Opened, None, None) => Crossed::Opened,
            (Kind::Eof, None, None) => Crossed::Eof,
            (Kind::Reset, None, None) => Crossed::Reset,
            (Kind::Closed, None, None) => Crossed::Closed,
            (Kind::HalfClosed, None, None) => Crossed::HalfClosed,
            _ => {
                return Err(
                    "a frame has bytes, a line that was too long has `line_max`, and nothing else has",
                );
            }
        };
        Ok(Entry { at: self.at, conn: self.conn, what })
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes members by reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Holder(#[serde(with = "super")] Transcript);

    fn line(bytes: &[u8], terminated: bool) -> Crossed {
        let decoded = codec::decode(bytes);
        Crossed::FromClient(Line { bytes: bytes.to_vec(), terminated, decoded, taken: true, greeted: false })
    }

    #[test]
    fn every_byte_comes_back() {
        let all = [
            Crossed::Opened,
            line(b"{\"n\":1.0}", true),
            line(b"\xff{", false),
            Crossed::FromDaemon("é\r\n".into()),
            Crossed::FromDaemon(vec![0xc3]),
            Crossed::TooLong { line_max: 7 },
            Crossed::Eof,
            Crossed::HalfClosed,
        ];
        let entry =
            |(place, what)| Entry { at: Duration::from_micros(1500 * place as u64), conn: place, what };
        let wire = Transcript { entries: all.into_iter().enumerate().map(entry).collect() };
        let text = serde_json::to_string(&Holder(wire.clone())).unwrap();
        let back: Holder = serde_json::from_str(&text).unwrap();
        assert_eq!(format!("{:?}", back.0), format!("{wire:?}"), "{text}");
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }

    #[test]
    fn what_cannot_have_crossed_is_refused() {
        for (entry, wanted) in [
            (r#"{"at_ms":0,"conn":0,"what":"eof","text":"x"}"#, "a frame has bytes"),
            (r#"{"at_ms":0,"conn":0,"what":"from-client"}"#, "a frame has bytes"),
            (r#"{"at_ms":0,"conn":0,"what":"from-daemon","base64":"*"}"#, "no base64"),
            (r#"{"at_ms":0,"conn":0,"what":"from-daemon","base64":"","text":""}"#, "not in both"),
            (r#"{"at_ms":-1,"conn":0,"what":"eof"}"#, "negative"),
            (r#"{"at_ms":0,"conn":0,"what":"eof","x":1}"#, "unknown field `x`"),
        ] {
            let refused = serde_json::from_str::<Holder>(&format!("[{entry}]")).err().map(|e| e.to_string());
            assert!(refused.as_ref().is_some_and(|said| said.contains(wanted)), "{entry}: {refused:?}");
        }
    }
}
