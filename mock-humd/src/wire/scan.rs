//! One pass over a line: is it a tone as JSON wants it, and what does the daemon need to know of it?
//!
//! This is the way of lines that are answered or passed over by their head alone; nothing is copied and nothing
//! allocated. It takes what [`codec::decode`] takes, but for white space that JSON does not
//! know, and a byte order mark. A tone that is looked into further is decoded.

mod scanner;

use std::borrow::Cow;

use serde_json::Value;

use super::codec;
use scanner::Scanner;

/// The members that every tone is handled by. Where a key is repeated, the last one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// The type; never empty.
    pub chi: Text<'a>,
    /// The id, where it is a string.
    pub rid: Option<Text<'a>>,
    /// The session, where it is a string.
    pub sid: Option<Text<'a>>,
    /// When the tone expires, where that is an unsigned integer: ms since the epoch. One that is beyond 64 bits
    /// lies ahead for ever.
    pub dusk: Option<u64>,
    /// How many values stand in it, at any depth: what decoding it takes in memory goes by them.
    pub values: usize,
}

/// A JSON string as it stands on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a> {
    raw: &'a str,
    escaped: bool,
}

/// Why a line is no tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTone {
    /// Nothing but white space.
    Empty,
    /// The bytes are no UTF-8.
    NotUtf8,
    /// The text is no JSON.
    NotJson,
    /// Nested deeper than the limit.
    TooDeep,
    /// JSON, but no object.
    NotObject,
    /// An object whose chi is missing, empty or no string.
    NoChi,
}

impl<'a> Text<'a> {
    /// As it stands on the line, with its quotes.
    pub fn raw(self) -> &'a str {
        self.raw
    }

    /// What it says; a surrogate escape without its other half is U+FFFD.
    #[inline]
    pub fn text(self) -> Cow<'a, str> {
        let inner = &self.raw[1..self.raw.len() - 1];
        if !self.escaped {
            return Cow::Borrowed(inner);
        }
        match codec::value(self.raw) {
            Some(Value::String(text)) => Cow::Owned(text),
            _ => Cow::Borrowed(inner),
        }
    }
}

/// Looks at one line, without its LF. Arrays and objects may be nested up to `levels_max`.
pub fn scan(line: &[u8], levels_max: usize) -> Result<Head<'_>, NoTone> {
    let text = std::str::from_utf8(line).map_err(|_| NoTone::NotUtf8)?;
    let mut scanner = Scanner::new(text, levels_max);
    match scanner.peek() {
        None => Err(NoTone::Empty),
        Some(b'{') => head(&mut scanner),
        Some(_) => {
            scanner.value()?;
            scanner.end().and(Err(NoTone::NotObject))
        }
    }
}

/// Reads the outermost object, and keeps what the head wants.
fn head<'a>(scanner: &mut Scanner<'a>) -> Result<Head<'a>, NoTone> {
    let (mut chi, mut rid, mut sid, mut dusk) = (None, None, None, None);
    scanner.object(|scanner, key| {
        match &*key.text() {
            "chi" => chi = scanner.value()?,
            "rid" => rid = scanner.value()?,
            "sid" => sid = scanner.value()?,
            "dusk" => dusk = unsigned(scanner.any()?),
            _ => drop(scanner.value()?),
        }
        Ok(())
    })?;
    let chi = chi.filter(|chi: &Text<'_>| chi.raw.len() > 2).ok_or(NoTone::NoChi)?;
    Ok(Head { chi, rid, sid, dusk, values: scanner.values() })
}

/// The value of an unsigned integer; the greatest one where it is beyond 64 bits.
fn unsigned(text: &str) -> Option<u64> {
    let is_unsigned = text.bytes().all(|byte| byte.is_ascii_digit());
    is_unsigned.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// chi, rid, sid and dusk.
    type Seen = Result<(String, Option<String>, Option<String>, Option<u64>), NoTone>;

    fn seen(line: &str) -> Seen {
        let text = |text: Text<'_>| text.text().into_owned();
        scan(line.as_bytes(), 200)
            .map(|head| (text(head.chi), head.rid.map(text), head.sid.map(text), head.dusk))
    }

    #[expect(clippy::unnecessary_wraps, reason = "a row of the table below says what is seen")]
    fn some(chi: &str, rid: Option<&str>, sid: Option<&str>, dusk: Option<u64>) -> Seen {
        Ok((chi.to_owned(), rid.map(str::to_owned), sid.map(str::to_owned), dusk))
    }

    #[test]
    fn the_head_is_found_wherever_it_stands() {
        for (line, wanted) in [
            (r#"{"chi":"log"}"#, some("log", None, None, None)),
            (
                " { \"x\" : [ 1 , {\"chi\":\"no\"} ] , \"sid\" : \"s\" , \"chi\" : \"log\", \"rid\":\"\", \"dusk\":5 }\r",
                some("log", Some(""), Some("s"), Some(5)),
            ),
            (r#"{"chi":"a","chi":"b","rid":"r","rid":7}"#, some("b", None, None, None)),
            (
                r#"{"ch\u0069":"l\u00f6g","dus\u006b":7,"sid":"\ud83d\ude00\ud800"}"#,
                some("lög", None, Some("😀\u{fffd}"), Some(7)),
            ),
            (r#"{"chi":"x","dusk":-1}"#, some("x", None, None, None)),
            (r#"{"chi":"x","dusk":1.0}"#, some("x", None, None, None)),
            (r#"{"chi":"x","dusk":"1"}"#, some("x", None, None, None)),
            (r#"{"chi":"x","dusk":99999999999999999999}"#, some("x", None, None, Some(u64::MAX))),
            ("", Err(NoTone::Empty)),
            (" \t\r", Err(NoTone::Empty)),
            ("[{\"chi\":\"log\"}]", Err(NoTone::NotObject)),
            ("5", Err(NoTone::NotObject)),
            ("{}", Err(NoTone::NoChi)),
            (r#"{"chi":""}"#, Err(NoTone::NoChi)),
            (r#"{"chi":null,"Chi":"x"}"#, Err(NoTone::NoChi)),
            ("\u{feff}{\"chi\":\"log\"}", Err(NoTone::NotJson)),
        ] {
            assert_eq!(seen(line), wanted, "{line}");
        }
        assert_eq!(scan(b"{\"chi\":\"\xff\"}", 9), Err(NoTone::NotUtf8));
    }

    #[test]
    fn values_are_counted_at_any_depth() {
        for (members, values) in
            [("", 0), (r#","a":1"#, 1), (r#","a":[]"#, 1), (r#","a":[1,"x",{"b":[null]}]"#, 6)]
        {
            let line = format!(r#"{{"chi":"x"{members}}}"#);
            assert_eq!(scan(line.as_bytes(), 9).map(|head| head.values), Ok(1 + values), "{line}");
        }
    }

    #[test]
    fn nesting_is_counted_with_the_outermost_object() {
        for levels in [1, 2, 63, 64, 65, 66, 127, 128, 129, 130, 4000] {
            let line =
                format!("{{\"chi\":\"x\",\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
            let line = if levels == 1 { line.replace(":}", ":1}") } else { line };
            assert!(scan(line.as_bytes(), levels).is_ok(), "{levels}");
            assert_eq!(scan(line.as_bytes(), levels - 1), Err(NoTone::TooDeep), "{levels}");
            let mixed =
                line.replace('[', "[[],{\"a\":").replace(']', "}]").replace("[}]", "[]").replace(":}", ":1}");
            assert!(scan(mixed.as_bytes(), 3 * levels).is_ok(), "{mixed}");
        }
    }

    /// Everything that JSON has, cut short at every byte and with every byte changed: the scanner and
    /// `serde_json` agree on what is JSON.
    #[test]
    fn what_is_json_is_json_to_both() {
        let whole = r#"{"chi":"log","a":[0,-1,1.5e+3,2E-1,true,false,null,"\"\\\/\b\f\n\r\t\u00e9é"],"b":{},"c":[[],{"d":0.0}]}"#;
        let mut lines: Vec<Vec<u8>> = (0..whole.len()).map(|end| whole.as_bytes()[..end].to_vec()).collect();
        for at in 0..whole.len() {
            for byte in b"\"\\{}[]:, 01-+.eEtfnu\x1f\n\x80" {
                let mut line = whole.as_bytes().to_vec();
                line[at] = *byte;
                lines.push(line.clone());
                line.insert(at, *byte);
                lines.push(line);
            }
        }
        for line in lines {
            let by_serde = serde_json::from_slice::<serde::de::IgnoredAny>(&line).is_ok();
            let scanned = scan(&line, 200);
            let by_scan = matches!(scanned, Ok(_) | Err(NoTone::NoChi | NoTone::NotObject));
            let utf8 = std::str::from_utf8(&line).is_ok();
            assert_eq!(by_scan, by_serde && utf8, "{:?} {}", scanned, String::from_utf8_lossy(&line));
        }
    }
}
