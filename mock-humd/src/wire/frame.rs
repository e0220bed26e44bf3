//! The framing seam: bytes to frames. A frame is a line, and only LF (0x0A) ends it (WIRE.md, Framing).

use std::fmt;

/// One line as it crossed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The bytes without the LF.
    pub bytes: Vec<u8>,
    /// Whether an LF ended it; a rest at the end of the stream has none.
    pub terminated: bool,
}

/// A line was longer than the reader's limit; its bytes are gone, the next line is read as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// The limit, in bytes.
    pub line_max: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a line is longer than the limit of {} bytes", self.line_max)
    }
}

impl std::error::Error for TooLong {}

/// Collects bytes as reads deliver them and gives whole lines.
///
/// Each byte is looked at once: what has been searched for an LF is not searched again.
#[derive(Debug)]
pub struct FrameBuffer {
    /// Room for bytes; those from `start` to `end` are in use.
    bytes: Vec<u8>,
    /// Where the current line begins.
    start: usize,
    /// Up to here there is no LF.
    searched: usize,
    end: usize,
    line_max: usize,
    /// The current line has already been reported as too long.
    skipping: bool,
}

impl FrameBuffer {
    /// An empty buffer for lines of up to `line_max` bytes, LF not counted.
    pub fn new(line_max: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, searched: 0, end: 0, line_max, skipping: false }
    }

    /// Adds what one read gave.
    pub fn push(&mut self, bytes: &[u8]) {
        self.room(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.filled(bytes.len());
    }

    /// Room for at least so many bytes, to read into; [`FrameBuffer::filled`] says how many came.
    pub fn room(&mut self, bytes_min: usize) -> &mut [u8] {
        if self.start > 0 && self.start >= self.end / 2 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.searched -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        let wanted = self.end + bytes_min;
        if self.bytes.len() < wanted {
            // the longest line needs no more room than it takes to see that it is too long
            let doubled = (2 * self.end).min(self.line_max.saturating_add(bytes_min));
            let length = wanted.max(doubled);
            self.bytes.reserve_exact(length - self.bytes.len());
            self.bytes.resize(length, 0);
        }
        &mut self.bytes[self.end..]
    }

    /// Takes so many bytes of the room as read.
    pub fn filled(&mut self, bytes: usize) {
        self.end += bytes;
    }

    /// How many bytes have come whose line has not been given.
    pub fn unread(&self) -> usize {
        self.end - self.start
    }

    /// How much memory it takes, in bytes.
    pub fn size(&self) -> usize {
        self.bytes.capacity()
    }

    /// Forgets everything but the memory that it has.
    pub fn clear(&mut self) {
        *self = Self { bytes: std::mem::take(&mut self.bytes), ..Self::new(self.line_max) };
    }

    /// Goes on with what another buffer has begun; this one must be empty.
    pub fn resume(&mut self, rest: &Self) {
        debug_assert_eq!(self.unread(), 0, "what stands here would be mixed up with the rest");
        let (searched, skipping) = (rest.searched - rest.start, rest.skipping);
        (self.start, self.searched, self.end) = (0, 0, 0);
        self.push(&rest.bytes[rest.start..rest.end]);
        (self.searched, self.skipping) = (searched, skipping);
    }

    /// Moves what has come and was not given to a buffer of its size, so that this one is free for others.
    #[must_use]
    pub fn split_rest(&mut self) -> Self {
        let rest = self.bytes[self.start..self.end].to_vec();
        let (searched, end) = (self.searched - self.start, rest.len());
        let rest = Self { bytes: rest, start: 0, searched, end, ..*self };
        *self = Self { bytes: std::mem::take(&mut self.bytes), ..Self::new(self.line_max) };
        rest
    }

    /// The next whole line, or the news that one exceeds the limit; `None` until more bytes come.
    #[expect(clippy::should_implement_trait, reason = "an iterator would be over for good after `None`")]
    pub fn next(&mut self) -> Option<Result<Frame, TooLong>> {
        let line = self.next_line()?;
        Some(line.map(|bytes| Frame { bytes: bytes.to_vec(), terminated: true }))
    }

    /// The next whole line where it stands, without its LF.
    pub fn next_line(&mut self) -> Option<Result<&[u8], TooLong>> {
        loop {
            let Some(found) = memchr::memchr(b'\n', &self.bytes[self.searched..self.end]) else {
                self.searched = self.end;
                return self.overflow().map(Err);
            };
            let line = self.start..self.searched + found;
            self.start = line.end + 1;
            self.searched = self.start;
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if line.len() > self.line_max {
                return Some(Err(TooLong { line_max: self.line_max }));
            }
            return Some(Ok(&self.bytes[line]));
        }
    }

    /// What stands after the last LF when the stream ends; nothing if that is empty or was too long.
    pub fn rest(&mut self) -> Option<Frame> {
        let rest = self.bytes[self.start..self.end].to_vec();
        let bytes = std::mem::take(&mut self.bytes);
        *self = Self { bytes, skipping: self.skipping, ..Self::new(self.line_max) };
        (!rest.is_empty() && !self.skipping).then_some(Frame { bytes: rest, terminated: false })
    }

    /// Drops an unfinished line that exceeds the limit, and says so once.
    fn overflow(&mut self) -> Option<TooLong> {
        if !self.skipping && self.unread() <= self.line_max {
            return None;
        }
        self.end = self.start;
        self.searched = self.start;
        (!std::mem::replace(&mut self.skipping, true)).then_some(TooLong { line_max: self.line_max })
    }
}

/// Makes a frame of an encoded tone.
pub fn terminate(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(buffer: &mut FrameBuffer) -> Vec<String> {
        std::iter::from_fn(|| buffer.next())
            .map(|frame| frame.map_or_else(|e| e.to_string(), |f| String::from_utf8(f.bytes).unwrap()))
            .collect()
    }

    #[test]
    fn a_line_is_whole_wherever_reads_split_it() {
        let text = "{\"a\":\"é\"}\n\n{}\n".as_bytes();
        for cut in 0..=text.len() {
            let mut buffer = FrameBuffer::new(64);
            buffer.push(&text[..cut]);
            let mut got = lines(&mut buffer);
            buffer.push(&text[cut..]);
            got.extend(lines(&mut buffer));
            assert_eq!(got, ["{\"a\":\"é\"}", "", "{}"], "cut at {cut}");
        }
    }

    #[test]
    fn only_lf_separates() {
        let mut buffer = FrameBuffer::new(64);
        buffer.push("a\rb\u{2028}c\u{85}d\u{b}e\n".as_bytes());
        assert_eq!(lines(&mut buffer), ["a\rb\u{2028}c\u{85}d\u{b}e"]);
    }

    #[test]
    fn the_rest_is_unterminated_and_given_once() {
        let mut buffer = FrameBuffer::new(64);
        buffer.push(b"a\nbc");
        assert_eq!(lines(&mut buffer), ["a"]);
        assert_eq!(buffer.rest(), Some(Frame { bytes: b"bc".to_vec(), terminated: false }));
        assert_eq!(buffer.rest(), None);
    }

    #[test]
    fn a_line_at_the_limit_passes_and_one_byte_more_does_not() {
        let mut buffer = FrameBuffer::new(4);
        buffer.push(b"1234\n12345\nok\n");
        assert_eq!(lines(&mut buffer), ["1234", "a line is longer than the limit of 4 bytes", "ok"]);
    }

    #[test]
    fn an_endless_line_is_reported_once_and_not_kept() {
        let mut buffer = FrameBuffer::new(4);
        let mut said = Vec::new();
        for _ in 0..1000 {
            buffer.push(b"123456");
            said.extend(lines(&mut buffer));
            assert!(buffer.unread() <= 6);
        }
        assert_eq!(buffer.rest(), None);
        buffer.push(b"6\nok\n");
        said.extend(lines(&mut buffer));
        assert_eq!(said, ["a line is longer than the limit of 4 bytes", "ok"]);
    }

    #[test]
    fn a_rest_moves_to_a_buffer_of_its_own() {
        let mut buffer = FrameBuffer::new(8);
        buffer.push(b"a\nbc");
        assert_eq!(lines(&mut buffer), ["a"]);
        let mut rest = buffer.split_rest();
        assert_eq!((buffer.unread(), rest.unread()), (0, 2));
        rest.push(b"d\n");
        buffer.push(b"e\n");
        assert_eq!((lines(&mut rest), lines(&mut buffer)), (vec!["bcd".to_owned()], vec!["e".to_owned()]));
    }

    #[test]
    fn a_rest_is_gone_on_with_in_another_buffer() {
        let mut first = FrameBuffer::new(4);
        first.push(b"a\nbc");
        assert_eq!(lines(&mut first), ["a"]);
        let mut other = FrameBuffer::new(4);
        other.resume(&first.split_rest());
        other.push(b"d\n12345");
        assert_eq!(lines(&mut other), ["bcd", "a line is longer than the limit of 4 bytes"]);
        let mut third = FrameBuffer::new(4);
        third.resume(&other);
        third.push(b"6\nok\n");
        assert_eq!(lines(&mut third), ["ok"]);
    }

    #[test]
    fn room_grows_no_further_than_the_longest_line() {
        let mut buffer = FrameBuffer::new(10_000);
        for _ in 0..100 {
            buffer.push(&[b'x'; 100]);
            assert_eq!(buffer.next(), None);
        }
        assert!(buffer.size() <= 10_100, "{}", buffer.size());
    }

    #[test]
    fn two_mebibytes_in_small_reads_take_linear_time() {
        let mut buffer = FrameBuffer::new(4 << 20);
        for _ in 0..(2 << 20) / 16 {
            buffer.push(&[b'x'; 16]);
            assert!(buffer.next().is_none());
        }
        buffer.push(b"\n");
        assert_eq!(buffer.next().unwrap().unwrap().bytes.len(), 2 << 20);
    }
}
