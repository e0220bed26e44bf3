//! What holds for any bytes of a bee: they are cut into the same lines however they come, and the scanner, the codec
//! and `serde_json` agree on what each line is.

use mock_humd::wire::codec::{self, Fault};
use mock_humd::wire::frame::FrameBuffer;
use mock_humd::wire::scan::{NoTone, scan};
use mock_humd::wire::tone::Tone;
use serde_json::Value;

/// The key by which `serde_json` hands numbers to itself; it takes an object that begins with it for a number.
const NUMBER_KEY: &str = "$serde_json::private";

const LINE_MAX: usize = 1000;

/// Panics where something does not hold.
pub fn holds(bytes: &[u8]) {
    let whole = lines(bytes, bytes.len().max(1));
    for size in [61, 7] {
        assert_eq!(lines(bytes, size), whole, "in reads of {size} bytes");
    }
    whole.iter().flatten().for_each(|line| agree(line));
}

/// The lines, with `None` for one that is too long.
fn lines(bytes: &[u8], size: usize) -> Vec<Option<Vec<u8>>> {
    let mut buffer = FrameBuffer::new(LINE_MAX);
    let mut lines = Vec::new();
    for read in bytes.chunks(size) {
        buffer.push(read);
        lines.extend(std::iter::from_fn(|| buffer.next()).map(|line| line.ok().map(|frame| frame.bytes)));
        // as the daemon does between two turns
        let rest = buffer.split_rest();
        buffer.resume(&rest);
    }
    lines.extend(buffer.rest().map(|frame| Some(frame.bytes)));
    lines
}

fn agree(line: &[u8]) {
    if String::from_utf8_lossy(line).contains(NUMBER_KEY) {
        return;
    }
    let scanned = scan(line, codec::LEVELS_MAX);
    let is_json =
        serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok() && std::str::from_utf8(line).is_ok();
    let scans = matches!(scanned, Ok(_) | Err(NoTone::NoChi | NoTone::NotObject));
    assert_eq!(scans, is_json, "{scanned:?}");

    let decoded = codec::decode(line);
    let has = |wanted: fn(&Fault) -> bool| decoded.faults.iter().any(wanted);
    // the codec forgives a byte order mark, and white space that JSON does not know
    let is_forgiven = has(|fault| matches!(fault, Fault::Bom | Fault::SpaceAround | Fault::CarriageReturn));
    let tone = decoded.tone.as_ref().map(Tone::as_value);
    match &scanned {
        Ok(head) => {
            let tone = tone.expect("what the scanner takes the codec takes");
            let text = |key: &str| tone.get(key).and_then(Value::as_str);
            assert_eq!(Some(&*head.chi.text()), text("chi"));
            assert_eq!(head.rid.map(|rid| rid.text().into_owned()).as_deref(), text("rid"));
            assert_eq!(head.sid.map(|sid| sid.text().into_owned()).as_deref(), text("sid"));
            // of a key that stands twice, which is a fault, the value that does not count is counted too
            assert!(head.values >= values_in(tone), "{}", head.values);
            assert!(head.values == values_in(tone) || !decoded.faults.is_empty(), "{}", head.values);
        }
        Err(NoTone::NoChi) => {
            let chi = tone.expect("an object is read").get("chi");
            assert!(chi.and_then(Value::as_str).is_none_or(str::is_empty), "{chi:?}");
        }
        Err(NoTone::Empty) => assert!(has(|fault| *fault == Fault::Empty)),
        Err(NoTone::NotObject) => assert!(has(|fault| *fault == Fault::NotObject)),
        Err(NoTone::NotUtf8) => assert!(has(|fault| matches!(fault, Fault::NotUtf8 { .. }))),
        Err(NoTone::TooDeep) => assert!(has(|fault| *fault == Fault::TooDeep)),
        Err(NoTone::NotJson) => assert!(is_forgiven || tone.is_none(), "{tone:?}"),
    }
    if let Some(tone) = tone {
        let again = codec::decode(&codec::encode(tone));
        assert_eq!((again.tone.as_ref().map(Tone::as_value), &*again.faults), (Some(tone), &[][..]));
    }
}

/// How many values stand in this one.
fn values_in(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.values().map(|value| 1 + values_in(value)).sum(),
        Value::Array(items) => items.iter().map(|value| 1 + values_in(value)).sum(),
        _ => 0,
    }
}
