//! The bytes of each line: FRAME-01 to FRAME-08, SOCK-08 and ENC-09.

use mock_humd::transcript::Line;
use mock_humd::wire::codec::Fault;

use super::Notes;

pub(super) fn look(lines: &[&Line], notes: &mut Notes) {
    for line in lines {
        let faults = &line.decoded.faults;
        let has =
            |wanted: fn(&Fault) -> bool| faults.iter().find(|fault| wanted(fault)).map(ToString::to_string);
        let shape = shape(line);
        notes.check("FRAME-01", line, shape.filter(|rule| *rule == "FRAME-01").and_then(|_| no_object(line)));
        notes.check("FRAME-07", line, shape.filter(|rule| *rule == "FRAME-07").and_then(|_| no_object(line)));
        notes.check("FRAME-08", line, shape.filter(|rule| *rule == "FRAME-08").and_then(|_| no_object(line)));
        notes.check("FRAME-02", line, unended(line));
        notes.check("FRAME-03", line, has(|fault| matches!(fault, Fault::CarriageReturn)));
        notes.check("FRAME-04", line, has(|fault| matches!(fault, Fault::SpaceAround)));
        notes.check("FRAME-05", line, has(|fault| matches!(fault, Fault::Bom)));
        notes.check("FRAME-06", line, has(|fault| matches!(fault, Fault::NotUtf8 { .. })));
        notes.check("ENC-09", line, has(|fault| matches!(fault, Fault::DuplicateKey { .. })));
    }
    if let Some(first) = lines.first() {
        let brace = first.bytes.first() == Some(&b'{');
        notes.check(
            "SOCK-08",
            first,
            (!brace).then(|| "the first byte on the connection is not `{`".to_owned()),
        );
    }
}

/// A line is ended by one LF: not by none, not by two.
fn unended(line: &Line) -> Option<String> {
    if line.bytes.is_empty() {
        return Some("an empty line: the tone before it ends with more than one LF".to_owned());
    }
    (!line.terminated).then(|| "the line is not ended by LF".to_owned())
}

fn no_object(line: &Line) -> Option<String> {
    line.decoded
        .faults
        .iter()
        .find(|fault| matches!(fault, Fault::NotJson { .. } | Fault::NotObject | Fault::TooDeep))
        .map(ToString::to_string)
}

/// Which rule a line breaks that is no JSON object: a literal that JSON does not have (FRAME-07), a tone that an LF
/// inside of it has cut (FRAME-08), or anything else (FRAME-01).
fn shape(line: &Line) -> Option<&'static str> {
    if line.bytes.is_empty() || line.decoded.faults.iter().any(|fault| matches!(fault, Fault::NotUtf8 { .. }))
    {
        return None;
    }
    no_object(line)?;
    let text = String::from_utf8_lossy(&line.bytes);
    if let Some(mended) = mend_literals(&text)
        && serde_json::from_str::<serde::de::IgnoredAny>(&mended).is_ok()
    {
        return Some("FRAME-07");
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(text.trim_start()) {
        Err(error) if error.is_eof() => Some("FRAME-08"),
        _ => Some("FRAME-01"),
    }
}

/// The text with `null` for each literal that JSON does not have; `None` where there is none.
fn mend_literals(text: &str) -> Option<String> {
    const FOREIGN: [&str; 4] = ["-Infinity", "Infinity", "NaN", "undefined"];
    let mut mended = String::new();
    let mut rest = text;
    let (mut in_string, mut found) = (false, false);
    while let Some(first) = rest.chars().next() {
        let literal = FOREIGN.iter().find(|literal| !in_string && rest.starts_with(**literal));
        if let Some(literal) = literal {
            mended.push_str("null");
            rest = &rest[literal.len()..];
            found = true;
            continue;
        }
        let width = if in_string && first == '\\' {
            rest.chars().take(2).map(char::len_utf8).sum()
        } else {
            first.len_utf8()
        };
        in_string ^= first == '"';
        mended.push_str(&rest[..width]);
        rest = &rest[width..];
    }
    found.then_some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_humd::wire::codec;

    #[test]
    fn tells_what_kind_of_line_it_is() {
        for (text, rule) in [
            (r#"{"t":NaN}"#, Some("FRAME-07")),
            (r#"{"t":-Infinity,"s":"NaN"}"#, Some("FRAME-07")),
            (r#"{"s":"NaN \" NaN"}"#, None),
            (r#"{"message":"a"#, Some("FRAME-08")),
            ("{", Some("FRAME-08")),
            (r#"b"}"#, Some("FRAME-01")),
            ("[1]", Some("FRAME-01")),
            (r#"{"chi":"log"}{"chi":"log"}"#, Some("FRAME-01")),
        ] {
            let bytes = text.as_bytes().to_vec();
            let decoded = codec::decode(&bytes);
            let line = Line { bytes, terminated: true, decoded, taken: false, greeted: false };
            assert_eq!(shape(&line), rule, "{text}");
        }
    }
}
