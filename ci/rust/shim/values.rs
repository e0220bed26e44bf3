//! The forms for values that JSON itself cannot carry, both ways.

use thrum::serde_json::{Number, Value, json};

/// The largest integer that every reader of JSON keeps exact.
const SAFE: u64 = (1 << 53) - 1;

/// The value of a request, with each form replaced by what it stands for. NaN and the infinities become what
/// `Value::from` makes of them, as in any program that puts them into a tone: null.
pub fn plain(value: Value) -> Result<Value, &'static str> {
    match value {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => match fields.iter().next() {
            Some((key, form)) if fields.len() == 1 && key.starts_with('$') => {
                of_form(key, form).ok_or("a `String` holds Unicode text, and an integer 64 bits")
            }
            _ => fields.into_iter().map(|(key, item)| Ok((key, plain(item)?))).collect(),
        },
        plain => Ok(plain),
    }
}

fn of_form(key: &str, form: &Value) -> Option<Value> {
    match key {
        "$num" => form.as_str()?.parse::<f64>().ok().map(Value::from),
        "$int" => form.as_str()?.parse::<Number>().ok().map(Value::Number),
        "$utf16" => {
            let units =
                form.as_array()?.iter().map(|unit| unit.as_u64().and_then(|unit| unit.try_into().ok()));
            String::from_utf16(&units.collect::<Option<Vec<u16>>>()?).ok().map(Value::String)
        }
        _ => Some(json!({ key: form })),
    }
}

/// A value for a message, in forms where it needs them.
pub fn wrapped(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(wrapped).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, item)| (key, wrapped(item))).collect(),
        Value::Number(number) if is_large(&number) => json!({"$int": number.to_string()}),
        plain => plain,
    }
}

fn is_large(number: &Number) -> bool {
    !number.is_f64() && number.as_i64().is_none_or(|integer| integer.unsigned_abs() > SAFE)
}
