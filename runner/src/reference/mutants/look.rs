//! Looking at lines and tones: the conditions under which faults act.

use serde_json::Value;

use crate::reference::client::Tone;
use crate::reference::fault::Take;

/// This, if a condition holds; the usual otherwise.
pub fn when(condition: bool, take: Take) -> Take {
    if condition { take } else { Take::Usual }
}

pub fn parsed(line: &[u8]) -> Option<Value> {
    serde_json::from_slice(line).ok()
}

pub fn text(line: &[u8]) -> Option<&str> {
    std::str::from_utf8(line).ok()
}

pub fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| b" \t\r".contains(byte))
}

pub fn is_bad_utf8(line: &[u8]) -> bool {
    text(line).is_none()
}

pub fn has_bom(line: &[u8]) -> bool {
    line.starts_with(b"\xef\xbb\xbf")
}

pub fn contains(line: &[u8], part: &str) -> bool {
    line.windows(part.len()).any(|window| window == part.as_bytes())
}

/// Text that is no JSON, other than by a byte order mark, a lone surrogate or sheer depth: those are other
/// faults.
pub fn is_no_json(line: &[u8]) -> bool {
    let other =
        is_blank(line) || is_bad_utf8(line) || has_bom(line) || contains(line, "\\ud") || depth(line) > 100;
    !other && parsed(line).is_none()
}

/// The same, literals like NaN excepted.
pub fn is_plainly_no_json(line: &[u8]) -> bool {
    is_no_json(line) && parsed(&without_literals(line)).is_none()
}

/// The line with null for NaN and the infinities.
pub fn without_literals(line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    text.replace("-Infinity", "null").replace("Infinity", "null").replace("NaN", "null").into_bytes()
}

/// How deep brackets and braces go, those in strings left out.
pub fn depth(line: &[u8]) -> usize {
    let (mut depth, mut most, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                most = most.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// Whether some number anywhere in a value is like this; it is given as it was spelled.
pub fn any_number(value: &Value, like: fn(&str) -> bool) -> bool {
    match value {
        Value::Number(number) => like(number.as_str()),
        Value::Array(items) => items.iter().any(|item| any_number(item, like)),
        Value::Object(object) => object.values().any(|value| any_number(value, like)),
        _ => false,
    }
}

/// The tone on a line, handed over instead of what the line holds.
pub fn instead(value: Option<Value>) -> Take {
    match value {
        Some(Value::Object(tone)) => Take::Tones(vec![tone]),
        _ => Take::Usual,
    }
}

/// Something that is no tone, wrapped so that the catch-all gets it.
pub fn wrapped(value: Value) -> Take {
    let mut tone = Tone::new();
    tone.insert("value".into(), value);
    Take::Tones(vec![tone])
}

pub fn is(tone: &Tone, chi: &str) -> bool {
    tone.get("chi").is_some_and(|own| own == chi)
}

/// Whether a tone belongs to the suite itself, and to no case: without it nothing can be judged.
pub fn is_markers(tone: &Tone) -> bool {
    string(tone, "rid").is_some_and(|rid| rid.starts_with('~') || rid == "preflight")
}

/// Whether a tone belongs to a case about routing: a client that loses or doubles tones at large would break
/// everything at once, and tell nothing.
pub fn is_routing(tone: &Tone) -> bool {
    string(tone, "rid").is_some_and(|rid| ["x-", "y-", "n-", "z-"].iter().any(|start| rid.starts_with(start)))
}

pub fn sid(tone: &Tone) -> Option<&str> {
    tone.get("sid").and_then(Value::as_str)
}

pub fn string<'a>(tone: &'a Tone, key: &str) -> Option<&'a str> {
    tone.get(key).and_then(Value::as_str)
}

pub fn set(tone: &mut Tone, key: &str, value: impl Into<Value>) {
    tone.insert(key.to_owned(), value.into());
}

/// Applies a change to the text of a line, its LF left alone.
pub fn rewrite(line: &mut Vec<u8>, change: fn(&str) -> String) {
    let text = String::from_utf8_lossy(line);
    let body = text.strip_suffix('\n').unwrap_or(&text);
    *line = format!("{}\n", change(body)).into_bytes();
}

/// Text in composed form, as far as the vectors go: what a library of Unicode would do in full.
pub fn normalised(text: &str) -> String {
    const PAIRS: [(&str, &str); 7] = [
        ("e\u{301}", "\u{e9}"),
        ("\u{1100}\u{1161}", "\u{ac00}"),
        ("\u{212b}", "\u{c5}"),
        ("\u{2126}", "\u{3a9}"),
        ("A\u{30a}", "\u{c5}"),
        ("a\u{308}", "\u{e4}"),
        ("n\u{303}", "\u{f1}"),
    ];
    PAIRS.iter().fold(text.to_owned(), |text, (apart, composed)| text.replace(apart, composed))
}
