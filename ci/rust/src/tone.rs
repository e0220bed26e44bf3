//! One tone, as text and back. Nothing here knows lines or sockets.

use serde_json::{Map, Value};

use crate::chi::Chi;

/// The fields of a tone, or of a part of one.
pub type Fields = Map<String, Value>;

/// One flat object of envelope and body. What this crate does not know of stays in it, unchanged (FWD-02).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tone(Fields);

impl Tone {
    /// A tone to send: with its chi, and nothing else yet.
    pub fn new(chi: Chi) -> Self {
        Self::default().with("chi", chi.as_str())
    }

    /// The same tone with one more field, under the wire's name for it. A field that is there is replaced.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// A field; null is as good as absent (ENV-15).
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// A field that is a string.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    /// The chi, if it is one of this version of the wire.
    pub fn chi(&self) -> Option<Chi> {
        self.text("chi").and_then(Chi::named)
    }

    /// The session. A sid that is no string is none (ENV-20).
    pub fn sid(&self) -> Option<&str> {
        self.text("sid")
    }

    /// All fields, as they came.
    pub fn fields(&self) -> &Fields {
        &self.0
    }

    /// All fields, to keep.
    pub fn into_fields(self) -> Fields {
        self.0
    }
}

impl From<Fields> for Tone {
    fn from(fields: Fields) -> Self {
        Self(fields)
    }
}

/// The JSON text of a tone, on one line. Where both name a field, the envelope's value is sent (ENV-16).
///
/// There is nothing to refuse: a [`Value`] holds no NaN and no Infinity, and a `String` is Unicode text.
pub fn encode(envelope: Fields, body: Fields) -> String {
    let mut tone = body;
    tone.extend(envelope);
    Value::Object(tone).to_string()
}

/// The tone on a line, or `None` for whatever is none.
///
/// Dropped are bad UTF-8, a byte order mark, bad JSON, NaN and Infinity, values that are no object, lone surrogates,
/// nesting from 128 levels on, and numbers beyond a double.
pub fn decode(line: &[u8]) -> Option<Tone> {
    serde_json::from_slice(line).ok().map(Tone)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(levels: usize) -> Vec<u8> {
        format!(r#"{{"x":{}{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1)).into_bytes()
    }

    #[test]
    fn drops_what_is_no_tone() {
        let bad: &[&[u8]] = &[
            b"",
            b" \t\r",
            b"[1]",
            b"1",
            b"null",
            b"\"x\"",
            b"{",
            b"{'chi':1}",
            b"{} {}",
            b"\xef\xbb\xbf{}",
            b"{\"x\":\"\xff\"}",
            b"{\"x\":NaN}",
            b"{\"x\":-Infinity}",
            b"{\"x\":1e999}",
            br#"{"x":"\ud800"}"#,
            &nested(10_000),
        ];
        for line in bad {
            assert_eq!(decode(line), None, "{}", String::from_utf8_lossy(&line[..line.len().min(40)]));
        }
    }

    #[test]
    fn keeps_values_exact() {
        let tone = decode(
            b" {\"n\":[18446744073709551615,-9007199254740993,0.1],\"s\":\"\\u0000\\ud83d\\ude00\"} \r",
        );
        let tone = tone.expect("a tone");
        assert_eq!(tone.get("n"), Some(&json!([u64::MAX, -9_007_199_254_740_993_i64, 0.1])));
        assert_eq!(tone.text("s"), Some("\0😀"));
        assert!(decode(&nested(64)).is_some());
    }

    #[test]
    fn takes_null_for_absent() {
        let tone = decode(br#"{"sid":null,"dusk":null,"chi":"no-such"}"#).expect("a tone");
        assert_eq!((tone.sid(), tone.get("dusk"), tone.chi()), (None, None, None));
        assert_eq!(tone.fields().len(), 3);
    }

    #[test]
    fn lets_no_field_of_the_body_override_the_envelope() {
        let envelope = Tone::new(Chi::Cancel).with("rid", "r-1").into_fields();
        let body = Tone::new(Chi::Prompt).with("rid", Value::Null).with("text", "a\n\u{2028}b").into_fields();
        let line = encode(envelope, body);
        assert!(!line.contains('\n'));
        let sent = decode(line.as_bytes()).expect("a tone");
        assert_eq!(
            (sent.chi(), sent.text("rid"), sent.text("text")),
            (Some(Chi::Cancel), Some("r-1"), Some("a\n\u{2028}b"))
        );
    }
}
