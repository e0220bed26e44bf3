//! Values that JSON or the language cannot carry: `$num`, `$int` and `$utf16`, both ways.

use serde_json::{Map, Number, Value, json};

use super::Refusal;
use crate::reference::fault::faulty;
use crate::reference::odd::{self, Odd};

const EXACT: i128 = (1 << 53) - 1;

/// The value that a request means; refused where this client's types cannot hold it.
pub fn decode(value: &Value) -> Result<Value, Refusal> {
    match value {
        Value::Array(items) => items.iter().map(decode).collect(),
        Value::Object(object) => match marked(object) {
            Some(("$num", Value::String(number))) if faulty!("nan-literal-sent") => {
                Ok(Value::Number(Number::from_string_unchecked(number.clone())))
            }
            Some(("$num", _)) if odd::is(Odd::NanAsNull) => Ok(Value::Null),
            Some(("$num", number)) => Err(Refusal::error("not-json", format!("JSON has no number {number}"))),
            Some(("$int", digits)) => integer(digits),
            Some((_, units)) => text(units),
            None => {
                let fields = object.iter().map(|(key, value)| Ok((key.clone(), decode(value)?)));
                fields.collect::<Result<Map<_, _>, Refusal>>().map(Value::Object)
            }
        },
        other => Ok(other.clone()),
    }
}

/// The object that a request means; an absent one is empty.
pub fn decode_object(value: Option<&Value>) -> Result<Map<String, Value>, Refusal> {
    match value.map(decode).transpose()? {
        Some(Value::Object(object)) => Ok(object),
        _ => Ok(Map::new()),
    }
}

/// The value as an event or a reply carries it.
pub fn encode(value: &Value) -> Value {
    match value {
        Value::Number(number) if is_inexact(number) => json!({"$int": number.as_str()}),
        Value::Array(items) => items.iter().map(encode).collect(),
        Value::Object(object) => encode_object(object),
        other => other.clone(),
    }
}

/// The same for an object.
pub fn encode_object(object: &Map<String, Value>) -> Value {
    object.iter().map(|(key, value)| (key.clone(), encode(value))).collect()
}

fn marked(object: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, value) = object.iter().next().filter(|_| object.len() == 1)?;
    matches!(key.as_str(), "$num" | "$int" | "$utf16").then_some((key, value))
}

fn integer(digits: &Value) -> Result<Value, Refusal> {
    let number = digits.as_str().and_then(|digits| digits.parse::<Number>().ok());
    number.map(Value::Number).ok_or_else(|| Refusal::error("not-json", format!("{digits} is no integer")))
}

fn text(units: &Value) -> Result<Value, Refusal> {
    let units = units.as_array().into_iter().flatten();
    let units: Vec<u16> = units.filter_map(Value::as_u64).filter_map(|unit| unit.try_into().ok()).collect();
    let text = String::from_utf16(&units);
    text.map(Value::String).map_err(|_| Refusal::error("not-text", "a string is Unicode text"))
}

fn is_inexact(number: &Number) -> bool {
    let text = number.as_str();
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() > 15
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<i128>().map_or(true, |integer| integer.abs() > EXACT)
}
