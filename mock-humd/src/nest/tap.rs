//! Taps: who looks on at what crosses. Without one, nothing is written down.

use std::io::Write;
use std::time::Duration;

use crate::transcript;

/// One thing that crossed.
#[derive(Debug, Clone, Copy)]
pub struct Crossing<'a> {
    /// Since the daemon started. Things of one read have one time.
    pub at: Duration,
    /// The connection, in order of arrival, from 0.
    pub conn: u64,
    /// What its hello called the bee, once it has said one.
    pub bee: Option<&'a str>,
    /// What it was.
    pub what: Crossed<'a>,
}

/// What can cross.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crossed<'a> {
    /// A bee connected.
    Opened,
    /// A tone from the bee.
    FromBee(Seen<'a>),
    /// A line from the bee that is no tone, without its LF.
    NoTone(&'a [u8]),
    /// A tone to the bee, as it goes into the queue. What was spoiled on purpose may be no tone any more.
    ToBee(Seen<'a>),
    /// A tone to the bee that was lost: the queue was full, or a fault took it.
    Lost(Seen<'a>),
    /// The bee sent a line that is too long; its bytes are not kept.
    TooLong {
        /// The limit, in bytes.
        line_max: usize,
    },
    /// The bee ended its writes.
    Eof,
    /// The bee went away with bytes unread, or was gone when something was written.
    Reset,
    /// The daemon closed the connection.
    Closed,
    /// The daemon ended its writes.
    HalfClosed,
    /// Something worth a word to a person.
    Note(&'a str),
}

/// A tone that crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// Its type; empty where it is not known.
    pub chi: &'a str,
    /// Its session.
    pub sid: Option<&'a str>,
    /// The line as it stands, without its LF.
    pub line: &'a [u8],
}

/// Looks on. A tap is called while the daemon holds everything still: it copies what it wants, and never waits.
pub trait Tap: Send {
    /// Sees one thing; false takes the tap away.
    fn crossed(&mut self, crossing: &Crossing<'_>) -> bool;

    /// Everything of one turn has been seen: what was gathered may be handed on.
    fn turned(&mut self) {}
}

impl Crossing<'_> {
    /// Appends it as a line of the transcript: JSON, with its LF.
    ///
    /// `{"at_ms":0.6,"conn":0,"bee":"adder-bee","dir":"client","tone":{…}}`. A tone stands as it was written. What is no
    /// tone stands under `text` or, in base64, under `bytes`; what is no line has an `event` in place of `dir`.
    pub fn write(&self, out: &mut Vec<u8>) {
        let micros = self.at.as_micros();
        // writing to memory cannot fail
        let _ = write!(out, "{{\"at_ms\":{}.{:03},\"conn\":{}", micros / 1000, micros % 1000, self.conn);
        if let Some(bee) = self.bee {
            out.extend_from_slice(b",\"bee\":");
            write_text(out, bee);
        }
        match self.what {
            Crossed::FromBee(seen) => write_tone(out, b",\"dir\":\"client\",\"tone\":", seen.line),
            Crossed::ToBee(seen) if seen.chi.is_empty() => write_line(out, "daemon", seen.line),
            Crossed::ToBee(seen) => write_tone(out, b",\"dir\":\"daemon\",\"tone\":", seen.line),
            Crossed::Lost(seen) => write_tone(out, b",\"event\":\"lost\",\"tone\":", seen.line),
            Crossed::NoTone(line) => write_line(out, "client", line),
            Crossed::TooLong { line_max } => {
                let _ = write!(out, ",\"event\":\"too-long\",\"line_max\":{line_max}");
            }
            Crossed::Note(text) => {
                out.extend_from_slice(b",\"event\":\"note\",\"text\":");
                write_text(out, text);
            }
            Crossed::Opened => out.extend_from_slice(b",\"event\":\"opened\""),
            Crossed::Eof => out.extend_from_slice(b",\"event\":\"eof\""),
            Crossed::Reset => out.extend_from_slice(b",\"event\":\"reset\""),
            Crossed::Closed => out.extend_from_slice(b",\"event\":\"closed\""),
            Crossed::HalfClosed => out.extend_from_slice(b",\"event\":\"half-closed\""),
        }
        out.extend_from_slice(b"}\n");
    }
}

fn write_tone(out: &mut Vec<u8>, before: &[u8], tone: &[u8]) {
    out.extend_from_slice(before);
    out.extend_from_slice(tone);
}

/// A line that may be anything.
fn write_line(out: &mut Vec<u8>, dir: &str, line: &[u8]) {
    let _ = write!(out, ",\"dir\":\"{dir}\"");
    for (key, value) in transcript::content(line) {
        let _ = write!(out, ",\"{key}\":{value}");
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    // a string is always JSON, and memory takes it
    let _ = serde_json::to_writer(out, text);
}
