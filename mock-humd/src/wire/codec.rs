//! The codec seam: a frame's bytes to a tone, and back. Decoding cannot fail; it lists faults.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::tone::Tone;
use crate::deep;

/// Nesting beyond this is not parsed.
pub const LEVELS_MAX: usize = 20_000;

/// What a frame holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The tone, wherever the line can be read as an object at all.
    pub tone: Option<Tone>,
    /// What is wrong with the line, in the order of detection; empty for a line as WIRE.md wants it.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing, or white space alone.
    Empty,
    /// A byte order mark stands in front.
    Bom,
    /// A CR stands before the end of the line.
    CarriageReturn,
    /// White space stands before or after the value.
    SpaceAround,
    /// The bytes are no UTF-8.
    NotUtf8 {
        /// The offset of the first bad byte.
        at: usize,
    },
    /// The text is no JSON.
    NotJson {
        /// What the parser says.
        message: String,
    },
    /// Arrays and objects are nested deeper than [`LEVELS_MAX`].
    TooDeep,
    /// The value is JSON, but no object.
    NotObject,
    /// An object, at any depth, has a key twice; the last value counts.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A string has an escaped surrogate without its other half. Strict JSON allows the spelling, so the
    /// tone is read all the same, with U+FFFD in its place.
    LoneSurrogate,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the line is empty"),
            Self::Bom => f.write_str("a byte order mark stands in front"),
            Self::CarriageReturn => f.write_str("a CR stands before the end of the line"),
            Self::SpaceAround => f.write_str("white space stands around the object"),
            Self::NotUtf8 { at } => write!(f, "not UTF-8 from byte {at} on"),
            Self::NotJson { message } => write!(f, "not JSON: {message}"),
            Self::TooDeep => write!(f, "nested deeper than {LEVELS_MAX} levels"),
            Self::NotObject => f.write_str("JSON, but not an object"),
            Self::DuplicateKey { key } => write!(f, "the key `{key}` stands twice in one object"),
            Self::LoneSurrogate => f.write_str("a surrogate escape without its other half"),
        }
    }
}

/// Reads the bytes of one frame.
pub fn decode(bytes: &[u8]) -> Decoded {
    let mut faults = Vec::new();
    let tone = read_object(bytes, &mut faults);
    Decoded { tone, faults }
}

/// Writes a value as compact JSON.
pub fn encode(value: &Value) -> Vec<u8> {
    deep::on_enough_stack(value, || value.to_string()).into_bytes()
}

/// Reads a text that is known to be JSON; a surrogate escape without its other half is U+FFFD.
pub(crate) fn value(text: &str) -> Option<Value> {
    let mended = || value_of(&without_lone_surrogates(text)?).ok();
    value_of(text).ok().or_else(mended)
}

/// Peels off what may stand around an object, and parses the rest.
fn read_object(bytes: &[u8], faults: &mut Vec<Fault>) -> Option<Tone> {
    let without_bom = bytes.strip_prefix(b"\xef\xbb\xbf");
    faults.extend(without_bom.map(|_| Fault::Bom));
    let inner = without_bom.unwrap_or(bytes);
    if inner.trim_ascii().is_empty() {
        faults.push(Fault::Empty);
        return None;
    }
    let without_cr = inner.strip_suffix(b"\r");
    faults.extend(without_cr.map(|_| Fault::CarriageReturn));
    let inner = without_cr.unwrap_or(inner);
    let bare = inner.trim_ascii();
    if bare.len() < inner.len() {
        faults.push(Fault::SpaceAround);
    }
    match std::str::from_utf8(bare) {
        Ok(text) => parse(text, faults),
        Err(error) => {
            let before = bytes.len() - inner.trim_ascii_start().len() - usize::from(without_cr.is_some());
            faults.push(Fault::NotUtf8 { at: before + error.valid_up_to() });
            None
        }
    }
}

fn parse(text: &str, faults: &mut Vec<Fault>) -> Option<Tone> {
    let levels = nesting(text);
    if levels > LEVELS_MAX {
        faults.push(Fault::TooDeep);
        return None;
    }
    deep::with_stack(levels, || {
        let mended = || without_lone_surrogates(text).and_then(|mended| value_of(&mended).ok());
        let value = match value_of(text).map_err(|error| (error, mended())) {
            Ok(value) => value,
            Err((_, Some(value))) => {
                faults.push(Fault::LoneSurrogate);
                value
            }
            Err((error, None)) => {
                faults.push(Fault::NotJson { message: error.to_string() });
                return None;
            }
        };
        faults.extend(duplicate_keys(text).into_iter().map(|key| Fault::DuplicateKey { key }));
        match value {
            Value::Object(fields) => Some(Tone::new(fields)),
            other => {
                deep::dismantle(other);
                faults.push(Fault::NotObject);
                None
            }
        }
    })
}

fn value_of(text: &str) -> serde_json::Result<Value> {
    let mut parser = serde_json::Deserializer::from_str(text);
    parser.disable_recursion_limit();
    let value = Value::deserialize(&mut parser)?;
    parser.end().map(|()| value)
}

/// The deepest nesting of brackets outside strings, whether or not the text is JSON.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    let mut in_string = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => drop(bytes.next()),
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The text with U+FFFD for each lone surrogate escape; `None` where there is none.
fn without_lone_surrogates(text: &str) -> Option<String> {
    let unit = |at: usize| -> Option<u16> {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut mended = String::new();
    let (mut at, mut kept) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        match (unit(at), unit(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 12,
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str(&text[kept..at]);
                mended.push_str("\\ufffd");
                at += 6;
                kept = at;
            }
            (Some(_), _) => at += 6,
            // the escaped character may be a backslash; text that ends here is no JSON anyway
            (None, _) => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    (kept > 0).then(|| mended + &text[kept..])
}

/// The keys that stand twice in one object, at any depth.
fn duplicate_keys(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut parser = serde_json::Deserializer::from_str(text);
    parser.disable_recursion_limit();
    // A text with a lone surrogate stops the walk; what was found before it still stands.
    let _ = Keys(&mut found).deserialize(&mut parser);
    found
}

/// Walks a value for its keys alone.
struct Keys<'a>(&'a mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Keys(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = fields.next_key::<String>()? {
            // serde_json hands a number over as a map with one private key
            if key == "$serde_json::private::Number" {
                fields.next_value::<IgnoredAny>()?;
                continue;
            }
            fields.next_value_seed(Keys(self.0))?;
            if !seen.insert(key.clone()) {
                self.0.push(key);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(bytes: &[u8]) -> Vec<Fault> {
        decode(bytes).faults
    }

    fn json_of(bytes: &[u8]) -> Option<String> {
        decode(bytes).tone.map(|tone| tone.as_value().to_string())
    }

    #[test]
    fn a_proper_line_has_no_faults() {
        let line = "{\"chi\":\"log\",\"n\":[1.0,1e+999,18446744073709551616],\"s\":\"é\\u0000\"}";
        assert_eq!(json_of(line.as_bytes()).as_deref(), Some(line));
        assert_eq!(faults(line.as_bytes()), []);
    }

    #[test]
    fn a_tone_is_read_in_spite_of_what_stands_around_it() {
        for (line, wanted) in [
            ("\u{feff}{\"a\":1}", vec![Fault::Bom]),
            ("{\"a\":1}\r", vec![Fault::CarriageReturn]),
            (" {\"a\":1}\t", vec![Fault::SpaceAround]),
            ("\u{feff} {\"a\":1} \r", vec![Fault::Bom, Fault::CarriageReturn, Fault::SpaceAround]),
        ] {
            assert_eq!(json_of(line.as_bytes()).as_deref(), Some("{\"a\":1}"), "{line:?}");
            assert_eq!(faults(line.as_bytes()), wanted, "{line:?}");
        }
    }

    #[test]
    fn what_is_no_tone_says_why() {
        for (line, wanted) in [
            (&b""[..], Fault::Empty),
            (b" \t\r", Fault::Empty),
            (b"[1]", Fault::NotObject),
            (b"{\"a\":\"\xff\"}", Fault::NotUtf8 { at: 6 }),
            (b"\xff", Fault::NotUtf8 { at: 0 }),
        ] {
            assert_eq!(decode(line), Decoded { tone: None, faults: vec![wanted] }, "{line:?}");
        }
        for line in
            ["{", "{} {}", "{\"a\":NaN}", "{\"a\":Infinity}", "{a:1}", "{\"a\":01}", "{\"a\":\"\n\"}", "nul"]
        {
            let decoded = decode(line.as_bytes());
            assert!(matches!(decoded.faults[..], [Fault::NotJson { .. }]), "{line:?}: {decoded:?}");
            assert_eq!(decoded.tone, None);
        }
    }

    #[test]
    fn bad_bytes_are_counted_from_the_start_of_the_line() {
        assert_eq!(
            faults(b"  \xff\r"),
            [Fault::CarriageReturn, Fault::SpaceAround, Fault::NotUtf8 { at: 2 }]
        );
    }

    #[test]
    fn duplicate_keys_are_found_at_any_depth_and_the_last_value_counts() {
        let line = br#"{"a":1,"b":[{"c":1.5,"c":{"d":1,"d":2}}],"a":2}"#;
        let key = |key: &str| Fault::DuplicateKey { key: key.to_owned() };
        assert_eq!(faults(line), [key("d"), key("c"), key("a")]);
        assert_eq!(json_of(line).as_deref(), Some(r#"{"a":2,"b":[{"c":{"d":2}}]}"#));
    }

    #[test]
    fn a_lone_surrogate_is_read_as_a_replacement_character() {
        for (line, wanted) in [
            (r#"{"a":"\ud800"}"#, "\u{fffd}"),
            (r#"{"a":"x\udc00\ud83d\ude00y"}"#, "x\u{fffd}😀y"),
            (r#"{"a":"\ud800\ud83d\ude00"}"#, "\u{fffd}😀"),
            (r#"{"a":"\\ud800\ud800"}"#, "\\ud800\u{fffd}"),
        ] {
            let decoded = decode(line.as_bytes());
            assert_eq!(decoded.faults, [Fault::LoneSurrogate], "{line}");
            assert_eq!(decoded.tone.unwrap().get("a"), Some(&json!(wanted)), "{line}");
        }
        assert_eq!(faults(br#"{"a":"\\ud800"}"#), []);
    }

    #[test]
    fn deep_nesting_is_read_and_deeper_nesting_is_a_fault() {
        let nested = |levels| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        let decoded = decode(nested(LEVELS_MAX).as_bytes());
        assert_eq!(decoded.faults, []);
        let copy = decoded.tone.clone();
        assert_eq!(copy.map(|tone| encode(tone.as_value()).len()), Some(nested(LEVELS_MAX).len()));
        assert_eq!(faults(nested(LEVELS_MAX + 1).as_bytes()), [Fault::TooDeep]);
    }

    #[test]
    fn brackets_in_strings_do_not_nest() {
        let line = format!("{{\"a\":\"{}\"}}", "\\\"[".repeat(LEVELS_MAX + 1));
        assert_eq!(faults(line.as_bytes()), []);
    }
}
