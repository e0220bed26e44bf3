//! Walks JSON without recursion and without copying: the grammar of RFC 8259.

use super::{NoTone, Text};

/// A place in a text.
pub struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    open: Open,
    levels_max: usize,
    values: usize,
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

pub type Step = Result<(), NoTone>;

impl<'a> Scanner<'a> {
    /// Stands at the first value of a text. Arrays and objects may be nested up to `levels_max`.
    pub fn new(text: &'a str, levels_max: usize) -> Self {
        let mut scanner =
            Self { text, bytes: text.as_bytes(), at: 0, open: Open::default(), levels_max, values: 0 };
        scanner.space();
        scanner
    }

    /// Reads the outermost object: `member` is given each key, and reads the value behind it.
    pub fn object(&mut self, mut member: impl FnMut(&mut Self, Text<'a>) -> Step) -> Step {
        if self.levels_max == 0 {
            return Err(NoTone::TooDeep);
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return self.end();
        }
        loop {
            let key = self.string()?;
            self.colon()?;
            member(self, key)?;
            self.space();
            match self.next()? {
                b',' => self.space(),
                b'}' => return self.end(),
                _ => return Err(NoTone::NotJson),
            }
        }
    }

    /// How many values have been read, those in arrays and objects among them.
    pub fn values(&self) -> usize {
        self.values
    }

    /// Reads any value; gives its text.
    pub fn any(&mut self) -> Result<&'a str, NoTone> {
        let start = self.at;
        self.value()?;
        Ok(&self.text[start..self.at])
    }

    /// Reads any value; gives it where it is a string.
    pub fn value(&mut self) -> Result<Option<Text<'a>>, NoTone> {
        match self.peek() {
            Some(b'{' | b'[') => self.nested().map(|()| None),
            first => {
                self.values += 1;
                if first == Some(b'"') { self.string().map(Some) } else { self.scalar().map(|()| None) }
            }
        }
    }

    /// Reads an array or object to its end, without recursion.
    fn nested(&mut self) -> Step {
        loop {
            // before a value
            self.values += 1;
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
    pub fn end(&mut self) -> Step {
        self.space();
        if self.at == self.bytes.len() { Ok(()) } else { Err(NoTone::NotJson) }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Result<u8, NoTone> {
        let byte = self.peek().ok_or(NoTone::NotJson)?;
        self.at += 1;
        Ok(byte)
    }
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
