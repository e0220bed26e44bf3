//! What crossed, in words and bytes: the text that stands for the picture, complete where the picture is cut.

use crate::judge::{Arrow, Raw, Scene, Way};
use crate::report::text::{clean, cut};

/// Frames that are told of: those around the wrong place.
const FRAMES_MAX: usize = 200;
/// Bytes in a line of hex.
const HEX_LINE: usize = 16;

/// A line, or an event of the shim.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) way: &'static str,
    /// `daemon → client`, or who said so.
    pub(super) who: &'static str,
    pub(super) time: String,
    pub(super) label: String,
    pub(super) note: String,
    pub(super) is_wrong: bool,
    pub(super) bytes: Option<Bytes>,
}

/// The bytes as they crossed.
#[derive(Debug)]
pub(super) struct Bytes {
    /// `237 bytes`.
    pub(super) size: String,
    /// Text on one line, or a line of hex for each 16 bytes.
    pub(super) lines: Vec<String>,
    pub(super) is_hex: bool,
    /// Where only the beginning was kept.
    pub(super) is_cut: bool,
}

pub(super) fn of(scene: &Scene) -> Vec<Frame> {
    let from = from(scene);
    scene.arrows.iter().skip(from).take(FRAMES_MAX).map(|arrow| frame(arrow, scene.is_call())).collect()
}

/// How many are not told of.
pub(super) fn unshown(scene: &Scene) -> usize {
    scene.arrows.len().saturating_sub(FRAMES_MAX)
}

fn from(scene: &Scene) -> usize {
    let wrong = scene.arrows.iter().position(|arrow| arrow.wrong).unwrap_or(scene.arrows.len());
    wrong.saturating_sub(FRAMES_MAX / 2).min(unshown(scene))
}

fn frame(arrow: &Arrow, is_call: bool) -> Frame {
    let (way, who) = match arrow.way {
        Way::ToClient => ("to-client", "daemon → client"),
        Way::ToDaemon => ("to-daemon", "client → daemon"),
        Way::Asked => ("to-client", "suite → client"),
        Way::Reported if is_call => ("to-daemon", "client → suite"),
        Way::Reported => ("reported", "client → application"),
    };
    let conn = if arrow.conn > 0 { format!("[{}] ", arrow.conn + 1) } else { String::new() };
    Frame {
        way,
        who,
        time: super::millis(arrow.at),
        label: format!("{conn}{}", cut(&clean(&arrow.label), super::LABEL_MAX)),
        note: cut(&clean(&arrow.note), super::LABEL_MAX),
        is_wrong: arrow.wrong,
        bytes: arrow.raw.as_ref().map(bytes),
    }
}

fn bytes(raw: &Raw) -> Bytes {
    let (lines, kept, is_hex) = match (&raw.text, &raw.hex) {
        (Some(text), _) => (vec![text.clone()], text.len(), false),
        (None, Some(hex)) => (dump(hex), hex.len() / 2, true),
        (None, None) => (Vec::new(), 0, false),
    };
    let plural = if raw.bytes == 1 { "" } else { "s" };
    Bytes { size: format!("{} byte{plural}", raw.bytes), lines, is_hex, is_cut: kept < raw.bytes }
}

/// Hex as people read it: the place, the bytes apart, and those that are printable ASCII.
fn dump(hex: &str) -> Vec<String> {
    let digits: Vec<char> = hex.chars().collect();
    let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
    let line = |(at, line): (usize, &[String])| {
        let shown = |pair: &String| match u8::from_str_radix(pair, 16) {
            Ok(byte @ b' '..=b'~') => char::from(byte),
            _ => '.',
        };
        let text: String = line.iter().map(shown).collect();
        format!("{:04x}  {:<47}  {text}", at * HEX_LINE, line.join(" "))
    };
    pairs.chunks(HEX_LINE).enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{bytes, dump};
    use crate::judge::Raw;

    #[test]
    fn hex_is_read_beside_its_text() {
        let lines = dump("7b22ff0a2e2e2e2e2e2e2e2e2e2e2e2e41");
        assert_eq!(lines[0], "0000  7b 22 ff 0a 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e 2e  {\"..............");
        assert_eq!(lines[1].split_whitespace().collect::<Vec<_>>(), ["0010", "41", "A"]);
    }

    #[test]
    fn what_was_not_kept_is_said() {
        let text = |bytes| Raw { bytes, text: Some("{}\n".to_owned()), hex: None };
        assert!(!bytes(&text(3)).is_cut && bytes(&text(5000)).is_cut);
        assert_eq!(bytes(&text(1)).size, "1 byte");
    }
}
