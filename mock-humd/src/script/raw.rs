//! The bytes of a `raw` step and where they are cut.

use serde_json::Value;

use super::{Part, Split};
use crate::base64;
use crate::pattern::{PatternFault, Template};

/// The most bytes that one `raw` step may expand to.
const BYTES_MAX: usize = 64 << 20;

fn fault(pointer: &str, message: &str) -> PatternFault {
    PatternFault { pointer: pointer.to_owned(), message: message.to_owned() }
}

/// Reads `{"parts": […], "split"?: …}`; the places of faults are relative to it.
pub fn parse(raw: &Value) -> Result<(Vec<Part>, Split), Vec<PatternFault>> {
    let Some(parts) = raw.get("parts").and_then(Value::as_array) else {
        return Err(vec![fault("", "`raw` wants an object with `parts`, an array")]);
    };
    let mut faults = Vec::new();
    for key in raw.as_object().into_iter().flatten().map(|(key, _)| key) {
        if !["parts", "split"].contains(&&**key) {
            faults.push(fault(&format!("/{key}"), "unknown key"));
        }
    }
    let mut read = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if let Err(message) = append(part, &mut read) {
            faults.push(fault(&format!("/parts/{index}"), message));
        }
    }
    let split = split(raw.get("split"), length(&read)).unwrap_or_else(|message| {
        faults.push(fault("/split", message));
        Split::Whole
    });
    if faults.is_empty() { Ok((read, split)) } else { Err(faults) }
}

/// How many bytes there are; `None` where some are known only when they are sent.
fn length(parts: &[Part]) -> Option<usize> {
    let lengths = parts.iter().map(|part| match part {
        Part::Bytes(bytes) => Some(bytes.len()),
        Part::Fields(_) => None,
    });
    lengths.sum()
}

fn append(part: &Value, parts: &mut Vec<Part>) -> Result<(), &'static str> {
    let wanted = "wants one of `utf8`, `base64`, `repeat`, `fields`";
    let keys = part.as_object().filter(|keys| keys.len() == 1).ok_or(wanted)?;
    let (key, value) = keys.iter().next().ok_or(wanted)?;
    if let ("fields", Value::Object(_)) = (&**key, value) {
        let template = Template::parse(value).ok().filter(Template::carries_on_wire);
        parts.push(Part::Fields(
            template.ok_or("`fields` holds a matcher that stands for no value on a line")?,
        ));
        return Ok(());
    }
    if !matches!(parts.last(), Some(Part::Bytes(_))) {
        parts.push(Part::Bytes(Vec::new()));
    }
    let Some(Part::Bytes(bytes)) = parts.last_mut() else { return Err(wanted) };
    match (&**key, value) {
        ("utf8", Value::String(text)) => bytes.extend_from_slice(text.as_bytes()),
        ("base64", Value::String(text)) => {
            bytes.extend(base64::decode(text).ok_or("is no base64 with padding")?);
        }
        ("repeat", Value::Object(repeat)) if repeat.len() == 2 => {
            let text = repeat.get("utf8").and_then(Value::as_str);
            let times = repeat.get("times").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            let (Some(text), Some(times)) = (text, times) else {
                return Err("`repeat` wants `utf8` and `times`");
            };
            if text.len().saturating_mul(times) > BYTES_MAX {
                return Err("expands to more than 64 MiB");
            }
            bytes.extend_from_slice(text.repeat(times).as_bytes());
        }
        _ => return Err(wanted),
    }
    Ok(())
}

fn split(split: Option<&Value>, length: Option<usize>) -> Result<Split, &'static str> {
    let offsets = match split {
        None => return Ok(Split::Whole),
        Some(Value::String(text)) if text == "every-byte" => return Ok(Split::EveryByte),
        Some(Value::Array(offsets)) if !offsets.is_empty() => offsets,
        Some(_) => return Err("wants `every-byte` or an array of offsets"),
    };
    let length = length.ok_or("wants `every-byte` where a part holds `fields`")?;
    let offset = |offset: &Value| offset.as_u64().and_then(|offset| usize::try_from(offset).ok());
    let offsets: Vec<_> =
        offsets.iter().map(offset).collect::<Option<_>>().ok_or("wants offsets as numbers")?;
    let rising = offsets.windows(2).all(|pair| pair[0] < pair[1]);
    let inside = |at: Option<&usize>| at.is_some_and(|at| (1..length).contains(at));
    if rising && inside(offsets.first()) && inside(offsets.last()) {
        Ok(Split::At(offsets))
    } else {
        Err("wants rising offsets above 0 and below the number of bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Scope;
    use serde_json::json;

    #[test]
    fn parts_are_joined_and_cut() {
        let raw = json!({
            "parts": [{"utf8": "é"}, {"base64": "/w=="}, {"repeat": {"utf8": "ab", "times": 2}}], "split": [1, 3]
        });
        assert_eq!(bytes(&raw), (b"\xc3\xa9\xffabab".to_vec(), Split::At(vec![1, 3])));
        let raw = json!({"parts": [{"utf8": "x"}], "split": "every-byte"});
        assert_eq!(bytes(&raw), (b"x".to_vec(), Split::EveryByte));
        assert_eq!(bytes(&json!({"parts": []})), (Vec::new(), Split::Whole));
    }

    #[test]
    fn fields_are_members_without_their_braces() {
        let raw =
            json!({"parts": [{"utf8": "{"}, {"fields": {"a": {"$ref": "x"}, "b": 2}}, {"utf8": "}\n"}]});
        let bound = [("x".to_owned(), json!("é"))].into();
        let (parts, split) = parse(&raw).unwrap();
        assert_eq!(split, Split::Whole);
        let sent = super::super::bytes_of(&parts, &Scope { bound, ..Scope::default() }).unwrap();
        assert_eq!(String::from_utf8(sent).unwrap(), "{\"a\":\"é\",\"b\":2}\n");
    }

    fn bytes(raw: &Value) -> (Vec<u8>, Split) {
        let (parts, split) = parse(raw).unwrap();
        (super::super::bytes_of(&parts, &Scope::default()).unwrap(), split)
    }

    #[test]
    fn every_fault_has_its_place() {
        for (raw, wanted) in [
            (json!([]), vec![""]),
            (
                json!({"parts": [{"utf8": 1}, {"hex": "00"}, {"base64": "x"}, 5]}),
                vec!["/parts/0", "/parts/1", "/parts/2", "/parts/3"],
            ),
            (
                json!({"parts": [{"repeat": {"utf8": "ab", "times": 99_000_000}}], "x": 1}),
                vec!["/x", "/parts/0"],
            ),
            (
                json!({"parts": [{"fields": {"a": {"$num": "NaN"}}}, {"fields": []}]}),
                vec!["/parts/0", "/parts/1"],
            ),
            (json!({"parts": [{"fields": {"a": 1}}], "split": [1]}), vec!["/split"]),
            (json!({"parts": [{"utf8": "abc"}], "split": [3]}), vec!["/split"]),
            (json!({"parts": [{"utf8": "abc"}], "split": [0, 1]}), vec!["/split"]),
            (json!({"parts": [{"utf8": "abc"}], "split": [2, 1]}), vec!["/split"]),
            (json!({"parts": [{"utf8": "abc"}], "split": "each"}), vec!["/split"]),
        ] {
            let places: Vec<_> = parse(&raw).unwrap_err().into_iter().map(|fault| fault.pointer).collect();
            assert_eq!(places, wanted, "{raw}");
        }
    }
}
