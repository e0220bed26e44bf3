//! Values as patterns see them: numbers by value, and the wrapper objects for what JSON cannot carry.
//!
//! A shim reports an integer beyond ±(2^53−1) as `{"$int": "digits"}`, a number that is not finite as
//! `{"$num": name}`, and a string that is no Unicode text as `{"$utf16": [units]}`.

use serde_json::Value;

use super::number::{Decimal, is_integer_text};

/// The names of numbers that are not finite.
pub const NOT_FINITE: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// A value that is wrapped because JSON cannot carry it, or not everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrapped {
    /// An integer, as its digits.
    Int(String),
    /// The name of a number that is not finite.
    Num(String),
    /// UTF-16 code units.
    Utf16(Vec<u16>),
}

impl Wrapped {
    /// Reads what stands under `$int`, `$num` or `$utf16`; an error says what should.
    pub fn parse(key: &str, value: &Value) -> Result<Self, &'static str> {
        match (key, value) {
            ("$int", Value::String(digits)) if is_integer_text(digits) => Ok(Self::Int(digits.clone())),
            ("$int", _) => Err("wants the digits of an integer, as a string"),
            ("$num", Value::String(name)) if NOT_FINITE.contains(&&**name) => Ok(Self::Num(name.clone())),
            ("$num", _) => Err("wants `NaN`, `Infinity` or `-Infinity`"),
            ("$utf16", Value::Array(units)) => {
                let unit = |unit: &Value| unit.as_u64().and_then(|unit| u16::try_from(unit).ok());
                let units: Option<_> = units.iter().map(unit).collect();
                units.map(Self::Utf16).ok_or("wants numbers from 0 to 65535")
            }
            _ => Err("wants an array of UTF-16 code units"),
        }
    }

    /// Reads a value that a shim wrapped.
    pub fn of(value: &Value) -> Option<Self> {
        let fields = value.as_object().filter(|fields| fields.len() == 1)?;
        let (key, inner) = fields.iter().next().filter(|(key, _)| key.starts_with('$'))?;
        Self::parse(key, inner).ok()
    }

    /// The wrapper object.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Int(digits) => serde_json::json!({ "$int": digits }),
            Self::Num(name) => serde_json::json!({ "$num": name }),
            Self::Utf16(units) => serde_json::json!({ "$utf16": units }),
        }
    }
}

/// The value of a number, wrapped or not.
pub fn decimal(value: &Value) -> Option<Decimal> {
    number_text(value).map(|text| Decimal::parse(&text))
}

/// The spelling of a number, wrapped or not.
pub fn number_text(value: &Value) -> Option<String> {
    match (value, Wrapped::of(value)) {
        (Value::Number(number), _) => Some(number.to_string()),
        (_, Some(Wrapped::Int(digits))) => Some(digits),
        _ => None,
    }
}

/// The UTF-16 units of a string, wrapped or not.
pub fn utf16(value: &Value) -> Option<Vec<u16>> {
    match (value, Wrapped::of(value)) {
        (Value::String(text), _) => Some(text.encode_utf16().collect()),
        (_, Some(Wrapped::Utf16(units))) => Some(units),
        _ => None,
    }
}

/// One text for all values that are equal: numbers by value, objects whatever the order of their keys.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    if let Some(number) = decimal(value) {
        text.push_str(&number.canonical());
        return;
    }
    match value {
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, field) in sorted {
                text.push_str(&Value::from(&**key).to_string());
                text.push(':');
                write_canonical(field, text);
                text.push(',');
            }
            text.push('}');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_values_have_one_canonical_text() {
        let text = |text: &str| canonical(&serde_json::from_str(text).unwrap());
        assert_eq!(text(r#"{"a":1,"b":[1.0,"x"]}"#), text(r#"{"b":[1e0,"\u0078"],"a":10e-1}"#));
        assert_eq!(text(r#"{"$int":"18446744073709551615"}"#), text("18446744073709551615"));
        assert_ne!(text(r#"["1"]"#), text("[1]"));
        assert_ne!(text("[[],1]"), text("[[1]]"));
        assert_ne!(text("null"), text("\"null\""));
    }

    #[test]
    fn wrappers_are_recognised_only_in_their_exact_form() {
        assert_eq!(Wrapped::of(&json!({"$num": "NaN"})), Some(Wrapped::Num("NaN".to_owned())));
        assert_eq!(Wrapped::of(&json!({"$utf16": [55296]})), Some(Wrapped::Utf16(vec![0xd800])));
        for other in [
            json!({"$num": "nan"}),
            json!({"$int": 5}),
            json!({"$int": "05"}),
            json!({"$utf16": [65536]}),
            json!({"$int": "5", "x": 1}),
            json!({"int": "5"}),
            json!(5),
        ] {
            assert_eq!(Wrapped::of(&other), None, "{other}");
        }
    }
}
