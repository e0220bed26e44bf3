//! One pass over a line: is it a tone as JSON wants it, and what does the daemon need to know of it?
//!
//! This is the way of lines that are answered or passed over by their head alone; nothing is copied and nothing
//! allocated. It takes what [`codec::decode`](super::codec::decode) takes, but for white space that JSON does not
//! know, and a byte order mark. A tone that is looked into further is decoded.

use std::borrow::Cow;

use serde_json::Value;

use super::codec;

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
    let mut scanner = Scanner { text, bytes: line, at: 0, open: Open::default(), levels_max };
    scanner.space();
    match scanner.peek() {
        None => Err(NoTone::Empty),
        Some(b'{') => scanner.head(),
        Some(_) => {
            scanner.value()?;
            scanner.end().and(Err(NoTone::NotObject))
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    open: Open,
    levels_max: usize,
}

/// The arrays and objects that are open, one bit for each: 1 for an object.
#[derive(Default)]
struct Open {
    levels: usize,
    word: u64,
    full_words: Vec<u64>,
}

impl Open {
    fn push(&mut self, is_object: bool) {
        if self.levels > 0 && self.levels.is_multiple_of(64) {
            self.full_words.push(self.word);
        }
        self.word = self.word << 1 | u64::from(is_object);
        self.levels += 1;
    }

    fn pop(&mut self) {
        self.levels -= 1;
        self.word >>= 1;
        if self.levels > 0 && self.levels.is_multiple_of(64) {
            self.word = self.full_words.pop().unwrap_or_default();
        }
    }

    fn in_object(&self) -> bool {
        self.word & 1 == 1
    }
}

type Step = Result<(), NoTone>;

impl<'a> Scanner<'a> {
    /// Reads the outermost object, and keeps what the head wants.
    fn head(&mut self) -> Result<Head<'a>, NoTone> {
        let (mut chi, mut rid, mut sid, mut dusk) = (None, None, None, None);
        if self.levels_max == 0 {
            return Err(NoTone::TooDeep);
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                let key = self.string()?;
                self.colon()?;
                let value = self.at;
                let place = match key.raw {
                    "\"chi\"" => Some(&mut chi),
                    "\"rid\"" => Some(&mut rid),
                    "\"sid\"" => Some(&mut sid),
                    "\"dusk\"" => {
                        self.value()?;
                        dusk = unsigned(&self.text[value..self.at]);
                        None
                    }
                    _ if key.escaped => match &*key.text() {
                        "chi" => Some(&mut chi),
                        "rid" => Some(&mut rid),
                        "sid" => Some(&mut sid),
                        "dusk" => {
                            self.value()?;
                            dusk = unsigned(&self.text[value..self.at]);
                            None
                        }
                        _ => None,
                    },
                    _ => None,
                };
                if self.at == value {
                    let string = self.value()?;
                    place.into_iter().for_each(|place| *place = string);
                }
                self.space();
                match self.next()? {
                    b',' => self.space(),
                    b'}' => break,
                    _ => return Err(NoTone::NotJson),
                }
            }
        }
        self.end()?;
        let chi = chi.filter(|chi: &Text<'_>| chi.raw.len() > 2).ok_or(NoTone::NoChi)?;
        Ok(Head { chi, rid, sid, dusk })
    }

    /// Reads any value; gives it where it is a string.
    fn value(&mut self) -> Result<Option<Text<'a>>, NoTone> {
        match self.peek() {
            Some(b'"') => self.string().map(Some),
            Some(b'{' | b'[') => self.nested().map(|()| None),
            _ => self.scalar().map(|()| None),
        }
    }

    /// Reads an array or object to its end, without recursion.
    fn nested(&mut self) -> Step {
        loop {
            // before a value
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    // the outermost object is not on the stack
                    if self.open.levels + 1 >= self.levels_max {
                        return Err(NoTone::TooDeep);
                    }
                    self.at += 1;
                    self.open.push(open == b'{');
                    self.space();
                    match (open, self.peek()) {
                        (b'{', Some(b'}')) | (b'[', Some(b']')) => {
                            self.at += 1;
                            self.open.pop();
                        }
                        (b'{', _) => {
                            self.string()?;
                            self.colon()?;
                            continue;
                        }
                        _ => continue,
                    }
                }
                Some(b'"') => drop(self.string()?),
                _ => self.scalar()?,
            }
            // behind a value
            loop {
                if self.open.levels == 0 {
                    return Ok(());
                }
                self.space();
                match (self.open.in_object(), self.next()?) {
                    (true, b',') => {
                        self.space();
                        self.string()?;
                        self.colon()?;
                        break;
                    }
                    (false, b',') => {
                        self.space();
                        break;
                    }
                    (true, b'}') | (false, b']') => self.open.pop(),
                    _ => return Err(NoTone::NotJson),
                }
            }
        }
    }

    fn string(&mut self) -> Result<Text<'a>, NoTone> {
        if self.peek() != Some(b'"') {
            return Err(NoTone::NotJson);
        }
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        loop {
            self.at = plain(self.bytes, self.at);
            match self.next()? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    match self.next()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let digits = self.bytes.get(self.at..self.at + 4).ok_or(NoTone::NotJson)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return Err(NoTone::NotJson);
                            }
                            self.at += 4;
                        }
                        _ => return Err(NoTone::NotJson),
                    }
                }
                _ => return Err(NoTone::NotJson),
            }
        }
        Ok(Text { raw: &self.text[start..self.at], escaped })
    }

    fn scalar(&mut self) -> Step {
        match self.peek() {
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(NoTone::NotJson),
        }
    }

    fn word(&mut self, word: &[u8]) -> Step {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(NoTone::NotJson);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Step {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.next()? {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            _ => return Err(NoTone::NotJson),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(())
    }

    fn some_digits(&mut self) -> Step {
        let start = self.at;
        self.digits();
        if self.at == start { Err(NoTone::NotJson) } else { Ok(()) }
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    fn colon(&mut self) -> Step {
        self.space();
        if self.next()? != b':' {
            return Err(NoTone::NotJson);
        }
        self.space();
        Ok(())
    }

    /// Only white space may follow.
    fn end(&mut self) -> Step {
        self.space();
        if self.at == self.bytes.len() { Ok(()) } else { Err(NoTone::NotJson) }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, NoTone> {
        let byte = self.peek().ok_or(NoTone::NotJson)?;
        self.at += 1;
        Ok(byte)
    }
}

/// The value of an unsigned integer; the greatest one where it is beyond 64 bits.
fn unsigned(text: &str) -> Option<u64> {
    let is_unsigned = text.bytes().all(|byte| byte.is_ascii_digit());
    is_unsigned.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Where the next quote, backslash or control character stands, from `at` on; eight bytes at a time.
fn plain(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word;
    while let Some(Ok(eight)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
        let word = u64::from_le_bytes(eight);
        let quote = has_zero(word ^ (ONES * u64::from(b'"')));
        let backslash = has_zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        // a borrow can only mark bytes above the first one that is marked rightly
        let found = (quote | backslash | control) & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
        at += 1;
    }
    at
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
    fn nesting_is_counted_with_the_outermost_object() {
        for levels in [1, 2, 63, 64, 65, 66, 127, 128, 129, 130, 4000] {
            let line =
                format!("{{\"chi\":\"x\",\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
            let line = if levels == 1 { line.replace(":}", ":1}") } else { line };
            assert!(scan(line.as_bytes(), levels).is_ok(), "{levels}");
            assert_eq!(scan(line.as_bytes(), levels - 1), Err(NoTone::TooDeep), "{levels}");
            let mixed =
                line.replace("[", "[[],{\"a\":").replace("]", "}]").replace("[}]", "[]").replace(":}", ":1}");
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
