//! JSON text in every spelling that the wire allows.

use serde_json::{Number, Value};

use super::{Odd, is};
use crate::reference::client::Tone;

/// Strings beyond this length are not escaped letter by letter: they would take longer than any deadline.
const SHORT: usize = 4096;

/// Keys whose values are integers, which have one spelling.
const INTEGERS: [&str; 5] = ["index", "blockIdx", "wane", "sentAt", "dusk"];

/// A tone as text.
pub(in crate::reference) fn spell(tone: Tone) -> String {
    let tone = if is(Odd::Reversed) { reversed(tone) } else { tone };
    let tone = if is(Odd::Exponents) { with_exponents(tone) } else { tone };
    let tone = Value::Object(tone);
    if is(Odd::Spaced) || is(Odd::EscapesAll) {
        return written(&tone);
    }
    let text = tone.to_string();
    if is(Odd::Ascii) {
        return in_ascii(&text);
    }
    // a slash stands in strings alone
    if is(Odd::EscapesSlashes) { text.replace('/', "\\/") } else { text }
}

/// The same object with its keys, and those of objects inside it, in reverse order.
fn reversed(tone: Tone) -> Tone {
    tone.into_iter().rev().map(|(key, value)| (key, reversed_value(value))).collect()
}

fn reversed_value(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(reversed(object)),
        Value::Array(items) => items.into_iter().map(reversed_value).collect(),
        other => other,
    }
}

/// The same JSON text with ASCII alone: beyond it there are only characters inside strings.
fn in_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            escape(character, &mut out);
        }
    }
    out
}

fn escape(character: char, out: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

/// JSON text made by hand: with white space between the tokens, or with each character escaped.
fn written(value: &Value) -> String {
    let gap = if is(Odd::Spaced) { " \t" } else { "" };
    match value {
        Value::String(text) => string(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{gap}{}{gap}]", items.join(&format!("{gap},{gap}")))
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{}{gap}:{gap}{}", string(key), written(value)))
                .collect();
            format!("{{{gap}{}{gap}}}", fields.join(&format!("{gap},{gap}")))
        }
        other => other.to_string(),
    }
}

fn string(text: &str) -> String {
    if !is(Odd::EscapesAll) || text.len() > SHORT {
        return Value::from(text).to_string();
    }
    let mut out = String::from("\"");
    text.chars().for_each(|character| escape(character, &mut out));
    out.push('"');
    out
}

/// The same tone, the numbers of its body with an exponent: 42 is 4.2e1.
fn with_exponents(tone: Tone) -> Tone {
    let spell = |(key, value): (String, Value)| {
        let value = if INTEGERS.contains(&key.as_str()) { value } else { exponents(value) };
        (key, value)
    };
    tone.into_iter().map(spell).collect()
}

fn exponents(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(exponent(&number)),
        Value::Array(items) => items.into_iter().map(exponents).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, exponents(value))).collect(),
        other => other,
    }
}

fn exponent(number: &Number) -> Number {
    let text = number.as_str();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if digits.contains(['e', 'E']) {
        return number.clone();
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (first, rest) = whole.split_at(1);
    let power = rest.len();
    let point = if rest.is_empty() && fraction.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}{fraction}e{power}").parse().unwrap_or_else(|_| number.clone())
}

#[cfg(test)]
mod tests {
    use super::{exponent, in_ascii};

    #[test]
    fn spells_numbers_with_exponents() {
        for (plain, spelt) in
            [("42", "4.2e+1"), ("0", "0e+0"), ("-7.25", "-7.25e+0"), ("100", "1.00e+2"), ("1e5", "1e+5")]
        {
            assert_eq!(exponent(&plain.parse().unwrap()).as_str(), spelt);
        }
    }

    #[test]
    fn spells_everything_beyond_ascii_as_escapes() {
        assert_eq!(in_ascii("{\"é🐝\":1}"), "{\"\\u00e9\\ud83d\\udc1d\":1}");
    }
}
