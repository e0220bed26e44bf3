//! Bytes to tones: lines are cut at LF alone, and each is decoded by itself (WIRE.md, Framing).

use serde_json::Value;

use super::{Inner, Tone};
use crate::reference::fault::{faulty, is_sound};
use crate::reference::odd;

const READ_SIZE: usize = 64 * 1024;

/// Collects what was read, and gives it out line by line.
#[derive(Default)]
pub struct LineBuffer {
    bytes: Vec<u8>,
    /// Where the first line that was not given out begins.
    start: usize,
    /// Up to here there is no LF beyond `start`.
    searched: usize,
}

impl LineBuffer {
    /// A buffer with something in it. A sound client begins each connection with nothing.
    pub fn holding(bytes: Vec<u8>) -> Self {
        Self { bytes, start: 0, searched: 0 }
    }

    /// How much is waiting.
    pub fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// Where the next read goes, with room for a good piece.
    pub fn space(&mut self) -> &mut Vec<u8> {
        self.bytes.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        self.bytes.reserve(READ_SIZE);
        &mut self.bytes
    }

    /// The next whole line, without its LF.
    pub fn next_line(&mut self) -> Option<&[u8]> {
        let found = self.bytes[self.searched..].iter().position(|byte| *byte == b'\n');
        let Some(length) = found else {
            self.searched = self.bytes.len();
            return None;
        };
        let (from, to) = (self.start, self.searched + length);
        self.start = to + 1;
        self.searched = self.start;
        Some(&self.bytes[from..to])
    }

    /// Ends a line that has no LF.
    pub fn terminate(&mut self) {
        if self.len() > 0 {
            self.bytes.push(b'\n');
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The tone on a line, if there is one. The parser refuses text that is not UTF-8 and nesting beyond 128
/// levels, and keeps numbers as they were spelled, so no line can do harm.
pub fn decode(line: &[u8]) -> Option<Tone> {
    match serde_json::from_slice(&odd::heard(line)?) {
        Ok(Value::Object(tone)) => Some(tone),
        _ => None,
    }
}

/// Whether a line seems to hold a chunk. Faults that lose lines lose these, and not the markers of the suite.
pub fn is_chunk(line: &[u8]) -> bool {
    line.starts_with(b"{\"chi\":\"chunk\"")
}

/// What faults do to a buffer.
impl LineBuffer {
    /// Decodes what a read has brought by itself: half a character at either end is lost.
    pub fn mangle(&mut self, before: usize, count: usize) {
        if is_sound() {
            return;
        }
        let piece = &self.bytes[self.start + before..];
        debug_assert_eq!(piece.len(), count);
        let head = piece.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count();
        let tail = match std::str::from_utf8(&piece[head..]) {
            Err(error) if error.error_len().is_none() => piece.len() - head - error.valid_up_to(),
            _ => 0,
        };
        if head + tail > 0 && faulty!("decode-per-read") {
            let end = self.bytes.len();
            self.bytes.splice(end - tail.., "\u{fffd}".bytes().take(3 * tail.min(1)));
            let begin = self.start + before;
            self.bytes.splice(begin..begin + head, "\u{fffd}".repeat(head).into_bytes());
        }
    }

    /// Rearranges the whole lines of a read, the markers of the suite left behind them.
    pub fn rearrange(&mut self, idle: bool) {
        let is_log = |line: &[u8]| line.starts_with(b"{\"chi\":\"log\"");
        let pending = || self.bytes[self.start..].split_inclusive(|byte| *byte == b'\n');
        if is_sound() || pending().filter(|line| line.ends_with(b"\n") && !is_log(line)).count() < 2 {
            return;
        }
        let Some(change) = rearrangement(idle) else {
            return;
        };
        let mut lines = Vec::new();
        while let Some(line) = self.next_line() {
            lines.push(line.to_vec());
        }
        let rest = self.bytes.split_off(self.start);
        let (logs, mut others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| is_log(line));
        change(&mut others);
        self.clear();
        for line in others.iter().chain(&logs) {
            self.bytes.extend_from_slice(line);
            self.bytes.push(b'\n');
        }
        self.bytes.extend(rest);
    }

    /// Loses what a read has left.
    pub fn trim_after_read(&mut self) {
        if (1..4096).contains(&self.len()) && faulty!("no-carry-over") {
            self.clear();
        }
    }

    /// Deals with half a line at the end of a connection, which a sound client forgets.
    pub fn leave_behind(&self, inner: &Inner) {
        let rest = &self.bytes[self.start..];
        if is_chunk(rest) && decode(rest).is_some() && faulty!("die-on-unterminated-line") {
            std::process::abort();
        }
        let half_character = std::str::from_utf8(rest).is_err_and(|error| error.error_len().is_none());
        if (!rest.is_empty() && faulty!("buffer-survives-reconnect"))
            || (half_character && faulty!("decoder-survives-reconnect"))
        {
            inner.scars.memories().bytes = rest.to_vec();
        }
    }
}

/// How the active fault rearranges the lines of a read. Two of them touch only what comes before there is a
/// session.
fn rearrangement(idle: bool) -> Option<fn(&mut Vec<Vec<u8>>)> {
    /// So many lines come in one read only where they were sent so.
    const MANY: usize = 8;
    if idle && faulty!("first-line-of-a-read-only") {
        return Some(|lines| {
            let mut pulses = 0;
            lines.retain(|line| {
                pulses += usize::from(is_early(line));
                !is_early(line) || pulses == 1
            });
        });
    }
    if idle && faulty!("last-line-of-a-read-only") {
        return Some(|lines| {
            let last = lines.iter().rposition(|line| is_early(line)).unwrap_or(0);
            let mut place = 0;
            lines.retain(|line| {
                place += 1;
                !is_early(line) || place > last
            });
        });
    }
    if faulty!("one-call-of-a-read") {
        return Some(|lines| {
            let mut calls = 0;
            lines.retain(|line| {
                calls += usize::from(line.starts_with(b"{\"chi\":\"tool-call\""));
                !line.starts_with(b"{\"chi\":\"tool-call\"") || calls == 1
            });
        });
    }
    if faulty!("large-read-reversed") {
        return Some(|lines| {
            if lines.len() >= MANY {
                lines.reverse();
            }
        });
    }
    if faulty!("errors-overtake") {
        return Some(|lines| lines.sort_by_key(|line| !line.starts_with(b"{\"chi\":\"error\"")));
    }
    if faulty!("sorted-by-index") {
        return Some(|lines| {
            if lines.len() >= MANY {
                lines.sort_by_key(|line| index(line));
            }
        });
    }
    None
}

fn index(line: &[u8]) -> Option<u64> {
    decode(line)?.get("index")?.as_u64()
}

/// Whether a line holds a pulse of the kind that comes before there is a session.
fn is_early(line: &[u8]) -> bool {
    line.starts_with(b"{\"chi\":\"pulse\"") && line.ends_with(b"\"cellId\":\"cell-1\"}")
}
