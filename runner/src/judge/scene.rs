//! The exchange as a picture: arrows in order of time, with the wrong place marked. Data only; a report draws it.

use std::time::Duration;

use data_encoding::HEXLOWER;
use mock_humd::pattern::{Carrier, Scope};
use mock_humd::transcript::Crossed;
use mock_humd::wire::tone::Tone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::failure::{Crossing, Failure};
use super::happened::{is_marker, shown};
use crate::exchange::{Evidence, What};
use crate::spelling::{from_one, millis};
use crate::testee::{Event, Reply};
use crate::vector::{Body, Case, Example};

/// Characters of a helper's arguments, and of its answer.
const CALL_CHARS_MAX: usize = 400;

/// The whole picture.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scene {
    /// In order of time.
    pub arrows: Vec<Arrow>,
}

impl Scene {
    /// Whether it shows a helper that was asked, and not the wire.
    pub fn is_call(&self) -> bool {
        self.arrows.iter().any(|arrow| arrow.way == Way::Asked)
    }
}

/// Something that crossed the wire, was reported, or was asked of a helper.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Arrow {
    /// Since the case began; of an answer, since the helper was asked.
    #[serde(rename = "ms", with = "millis")]
    pub at: Duration,
    /// Which connection, from 0; 0 for events.
    #[serde(with = "from_one")]
    pub conn: usize,
    /// Which way.
    pub way: Way,
    /// The chi, or what else it is.
    pub label: String,
    /// A few fields that tell it from others.
    pub note: String,
    /// Whether this is where it went wrong.
    pub wrong: bool,
    /// What crossed, where the case did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
}

/// A frame as it crossed: one of `text` and `hex`, of no more than its first 4 KiB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw {
    /// The length of the whole.
    pub bytes: usize,
    /// Where it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it is not: two digits a byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
}

/// Bytes of a frame that are kept.
const RAW_BYTES_MAX: usize = 4096;

impl Raw {
    fn of(bytes: &[u8]) -> Self {
        let kept = &bytes[..bytes.len().min(RAW_BYTES_MAX)];
        let text = match std::str::from_utf8(kept) {
            Ok(text) => Some(text),
            // a character that the limit cuts off is no fault of the frame
            Err(error) if error.error_len().is_none() && kept.len() < bytes.len() => {
                std::str::from_utf8(&kept[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        };
        let hex = || HEXLOWER.encode(kept);
        Self { bytes: bytes.len(), text: text.map(str::to_owned), hex: text.is_none().then(hex) }
    }
}

/// Which way an arrow points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// From the daemon to the client.
    ToClient,
    /// From the client to the daemon.
    ToDaemon,
    /// Reported by the shim.
    Reported,
    /// From the suite to a helper.
    Asked,
}

pub(super) fn draw(case: &Case, evidence: &Evidence, failure: Option<&Failure>) -> Scene {
    match &case.body {
        Body::Wire { .. } => exchange(evidence, failure),
        Body::Call { function, examples } => calls(function, examples, evidence, failure),
    }
}

fn exchange(evidence: &Evidence, failure: Option<&Failure>) -> Scene {
    let wrong = failure.and_then(|failure| failure.at);
    let mut arrows = Vec::new();
    for (place, entry) in evidence.wire.entries.iter().enumerate() {
        let Some((way, label, note)) = crossed(&entry.what) else { continue };
        let wrong = wrong == Some(Crossing::Wire(place));
        let raw = failure.and_then(|_| raw(&entry.what));
        arrows.push(Arrow { at: entry.at, conn: entry.conn, way, label, note, wrong, raw });
    }
    for (place, event) in evidence.events.iter().enumerate() {
        if is_barrier(&event.what) {
            continue;
        }
        let wrong = wrong == Some(Crossing::Event(place));
        let (label, note) = reported(&event.what);
        arrows.push(Arrow { at: event.at, conn: 0, way: Way::Reported, label, note, wrong, raw: None });
    }
    arrows.sort_by_key(|arrow| arrow.at);
    Scene { arrows }
}

/// Each example that was asked, and its answer.
fn calls(function: &str, examples: &[Example], evidence: &Evidence, failure: Option<&Failure>) -> Scene {
    let mut arrows = Vec::new();
    for (example, saw) in examples.iter().zip(&evidence.steps) {
        if matches!(saw.what, What::Skipped) {
            continue;
        }
        let mut arrow = |after_ms: i64, way, label: String, note: &str, wrong| {
            let at = Duration::from_millis(u64::try_from(after_ms).unwrap_or_default());
            arrows.push(Arrow { at, conn: 0, way, label, note: cut(note, CALL_CHARS_MAX), wrong, raw: None });
        };
        let scope = Scope {
            variables: evidence.variables.clone(),
            written_ms: saw.written_ms,
            read_ms: saw.written_ms,
            ..Scope::default()
        };
        let args = example
            .args
            .fill(&scope, Carrier::Shim)
            .map_or_else(|fault| fault.to_string(), |args| args.to_string());
        arrow(0, Way::Asked, format!("{function} #{}", example.tc), &args, false);
        let What::Reply(reply) = &saw.what else { continue };
        let wrong = failure.is_some_and(|failure| failure.each().any(|own| own.example == Some(example.tc)));
        let (label, note) = match reply {
            Reply::Ok(fields) => ("answers", fields.get("value").map_or_else(String::new, Value::to_string)),
            Reply::Refused { code, message } => ("refuses", format!("{code} {message}")),
            Reply::Unsupported => ("unsupported", String::new()),
            Reply::Impossible { why } => ("impossible", why.clone()),
        };
        arrow(saw.read_ms - saw.written_ms, Way::Reported, label.to_owned(), note.trim(), wrong);
    }
    Scene { arrows }
}

fn crossed(what: &Crossed) -> Option<(Way, String, String)> {
    Some(match what {
        Crossed::FromClient(line) => {
            let tone = line.decoded.tone.as_ref().map(Tone::as_value);
            if tone.is_some_and(is_marker) {
                return None;
            }
            let (label, note) = tone.map_or_else(|| unread(&line.bytes), summary);
            (Way::ToDaemon, label, note)
        }
        Crossed::FromDaemon(bytes) => {
            let decoded = mock_humd::wire::codec::decode(bytes.strip_suffix(b"\n").unwrap_or(bytes));
            let tone = decoded.tone.as_ref().map(Tone::as_value);
            if tone.is_some_and(is_marker) || bytes.starts_with(br#"{"chi":"log","rid":"~barrier-"#) {
                return None;
            }
            let (label, note) = tone.map_or_else(|| unread(bytes), summary);
            (Way::ToClient, label, note)
        }
        Crossed::Opened => (Way::ToDaemon, "(connects)".to_owned(), String::new()),
        Crossed::Eof => (Way::ToDaemon, "(ends its writes)".to_owned(), String::new()),
        Crossed::Reset => (Way::ToDaemon, "(resets)".to_owned(), String::new()),
        Crossed::Closed => (Way::ToClient, "(closes)".to_owned(), String::new()),
        Crossed::HalfClosed => (Way::ToClient, "(ends its writes)".to_owned(), String::new()),
        Crossed::TooLong { .. } => (Way::ToDaemon, "(line too long)".to_owned(), String::new()),
    })
}

fn raw(what: &Crossed) -> Option<Raw> {
    match what {
        Crossed::FromClient(line) => Some(Raw::of(&line.bytes)),
        Crossed::FromDaemon(bytes) => Some(Raw::of(bytes)),
        _ => None,
    }
}

fn is_barrier(event: &Event) -> bool {
    matches!(event, Event::Delivered { tone: Some(tone), .. } if is_marker(tone))
}

fn reported(event: &Event) -> (String, String) {
    match event {
        Event::Delivered { to, tone, .. } => {
            let (chi, note) = tone.as_ref().map_or(("?".to_owned(), String::new()), summary);
            let to = to.as_deref().unwrap_or("the catch-all");
            (format!("{chi} delivered"), format!("to {}  {note}", cut(to, 24)))
        }
        other => (shown(other), String::new()),
    }
}

/// The chi, and the fields that tell one tone from another.
fn summary(tone: &Value) -> (String, String) {
    let chi = tone["chi"].as_str().map_or_else(|| tone["chi"].to_string(), str::to_owned);
    let field = |key: &&str| {
        let value = tone.get(*key)?;
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(format!("{key} {}", cut(&shown, 24)))
    };
    let note: Vec<String> = ["callId", "permitId", "sid", "rid"].iter().filter_map(field).take(2).collect();
    (cut(&chi, 24), note.join("  "))
}

/// A line that is no tone: its size and its beginning.
fn unread(bytes: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
    (format!("({} bytes)", bytes.len()), cut(&text, 40))
}

/// The beginning; what steers a terminal or ends a markup is for each report to escape.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_kept_as_text_or_as_hex_up_to_the_limit() {
        let raw = |bytes: &[u8]| {
            let Raw { bytes, text, hex } = Raw::of(bytes);
            (bytes, text.map(|text| text.len()), hex.map(|hex| hex.len()))
        };
        assert_eq!(raw("é\n".as_bytes()), (3, Some(3), None));
        assert_eq!(raw(b"\xc3(\n"), (3, None, Some(6)));
        assert_eq!(raw(b"\xc3"), (1, None, Some(2)));
        let long = "é".repeat(RAW_BYTES_MAX);
        assert_eq!(raw(long.as_bytes()), (2 * RAW_BYTES_MAX, Some(RAW_BYTES_MAX), None));
        assert_eq!(
            raw(format!("a{long}").as_bytes()),
            (2 * RAW_BYTES_MAX + 1, Some(RAW_BYTES_MAX - 1), None)
        );
    }
}
