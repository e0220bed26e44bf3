//! What odd clients take of that which comes in, where the wire leaves the choice.

use std::borrow::Cow;
use std::collections::HashSet;

use mock_humd::wire::chi;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::{Odd, is};
use crate::reference::client::Tone;
use crate::reference::helper;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Digits in a row beyond which a number is too large for most types.
const DIGITS_MAX: usize = 300;

/// The chi that every asker is handed, and those that every worker is.
const LEAST: [&str; 6] = ["chunk", "finish", "error", "session-ready", "pulse", "log"];
const LEAST_OF_A_WORKER: [&str; 6] = ["prompt", "tool-result", "release-permit", "cancel", "cleanup", "log"];

/// A line as it goes to the parser; None drops it.
pub(in crate::reference) fn heard(line: &[u8]) -> Option<Cow<'_, [u8]>> {
    if is(Odd::DropsWhatItMay) {
        let dropped = line.ends_with(b"\r") || has_huge_number(line) || repeats_a_key(line);
        return (!dropped).then_some(Cow::Borrowed(line));
    }
    if is(Odd::TakesWhatItMay) {
        return Some(without_halves(line.strip_prefix(BOM).unwrap_or(line)));
    }
    Some(Cow::Borrowed(line))
}

fn has_huge_number(line: &[u8]) -> bool {
    let digits = line.split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).max();
    digits.is_some_and(|digits| digits > DIGITS_MAX) || line.windows(4).any(|bytes| bytes == b"e999")
}

/// Whether an object on the line has a key twice, at its first level.
fn repeats_a_key(line: &[u8]) -> bool {
    struct Keys;
    impl<'de> Visitor<'de> for Keys {
        type Value = ();
        fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            out.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            let mut keys = HashSet::new();
            while let Some((key, _)) = map.next_entry::<String, Value>()? {
                if !keys.insert(key) {
                    return Err(A::Error::custom("twice"));
                }
            }
            Ok(())
        }
    }
    let parsed = serde_json::Deserializer::from_slice(line).deserialize_map(Keys);
    parsed.is_err_and(|error| error.to_string().starts_with("twice"))
}

/// The line with a replacement character for each escape of half a pair.
fn without_halves(line: &[u8]) -> Cow<'_, [u8]> {
    let unit = |at: usize| -> Option<u32> {
        let digits = line.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut out = Cow::Borrowed(line);
    let mut at = 0;
    while let Some(found) = line[at..].iter().position(|byte| *byte == b'\\') {
        at += found;
        at += match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                out.to_mut()[at..at + 6].copy_from_slice(b"\\ufffd");
                6
            }
            _ => 2.min(line.len() - at),
        };
    }
    out
}

/// What one connection has seen, and what of it is wanted.
#[derive(Default)]
pub(in crate::reference) struct Taste {
    seen: HashSet<String>,
}

impl Taste {
    /// Whether a tone is taken at all. `sids` are the sessions that have a handler.
    /// Whoever serves prompts takes those of any session.
    pub fn takes(&mut self, tone: &Tone, serves: bool, sids: impl FnOnce() -> Vec<String>) -> bool {
        let text = |key: &str| tone.get(key).and_then(Value::as_str);
        let chi = text("chi").unwrap_or_default();
        if is(Odd::DropsWhatItMay) {
            let foreign = !serves && text("sid").is_some_and(|sid| !sids().iter().any(|own| own == sid));
            return chi::row(chi).is_some() && !foreign && helper::is_dusk(tone) != Some(true);
        }
        if is(Odd::Deduplicates) && chi != "echo" {
            let has_rid = text("rid").is_some_and(|rid| !rid.is_empty());
            return !has_rid || self.seen.insert(Value::Object(tone.clone()).to_string());
        }
        true
    }
}

/// What the application sees of a tone.
pub(in crate::reference) enum Shown {
    AsItIs,
    As(Tone),
    NotAtAll,
}

/// Whether, and how, a tone is shown to the application.
pub(in crate::reference) fn shown(tone: &Tone, worker: bool) -> Shown {
    if !is(Odd::HandsOverLeast) {
        return Shown::AsItIs;
    }
    let chi = tone.get("chi").and_then(Value::as_str).unwrap_or_default();
    let least = if worker { LEAST_OF_A_WORKER } else { LEAST };
    if least.contains(&chi) { Shown::As(with_defaults(tone.clone())) } else { Shown::NotAtAll }
}

/// The tone with null for each key of the envelope that it does not have, as typed clients see it.
fn with_defaults(mut tone: Tone) -> Tone {
    for key in ["rid", "sid", "from", "to", "sigil", "wane", "sentAt", "dusk", "ext"] {
        tone.entry(key).or_insert(Value::Null);
    }
    tone
}

#[cfg(test)]
mod tests {
    use super::{has_huge_number, repeats_a_key, without_halves};

    #[test]
    fn finds_what_may_be_dropped() {
        assert!(repeats_a_key(br#"{"a":1,"b":{},"a":2}"#) && !repeats_a_key(br#"{"a":1,"b":{"a":2}}"#));
        assert!(
            has_huge_number("1".repeat(5000).as_bytes())
                && !has_huge_number(b"{\"index\":18446744073709551616}")
        );
    }

    #[test]
    fn replaces_halves_of_pairs() {
        assert_eq!(
            &*without_halves(br#""\ud83d\udc1d \ud83d. \\ud83d \udc1d""#),
            br#""\ud83d\udc1d \ufffd. \\ud83d \ufffd""#
        );
    }
}
