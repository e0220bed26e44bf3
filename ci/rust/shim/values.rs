//! The forms for values that JSON itself cannot carry, both ways.

use thrum::serde_json::{Number, Value, from_value, json};

use crate::Refusal;

/// The largest integer that every reader of JSON keeps exact.
const SAFE: u64 = (1 << 53) - 1;

/// A value of a request, with each form replaced by what it stands for. NaN and the infinities become what
/// `Value::from` makes of them, as in any program that puts them into a tone: null.
pub fn plain(value: Value) -> Result<Value, Refusal> {
    let refusal =
        || Refusal(json!({"impossible": true, "why": "a `String` is Unicode text, an integer 64 bits"}));
    match value {
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => match fields.iter().next() {
            Some((key, form)) if fields.len() == 1 && key.starts_with('$') => {
                of_form(key, form).ok_or_else(refusal)
            }
            _ => fields.into_iter().map(|(key, item)| Ok((key, plain(item)?))).collect(),
        },
        plain => Ok(plain),
    }
}

fn of_form(key: &str, form: &Value) -> Option<Value> {
    match key {
        "$num" => form.as_str()?.parse::<f64>().ok().map(Value::from),
        "$int" => form.as_str()?.parse::<Number>().ok().filter(|number| !number.is_f64()).map(Value::Number),
        _ => String::from_utf16(&from_value::<Vec<u16>>(form.clone()).ok()?).ok().map(Value::String),
    }
}

/// A value for a message, in forms where it needs them.
pub fn wrapped(value: Value) -> Value {
    let large = |n: &Number| !n.is_f64() && n.as_i64().is_none_or(|n| n.unsigned_abs() > SAFE);
    match value {
        Value::Array(items) => items.into_iter().map(wrapped).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, item)| (key, wrapped(item))).collect(),
        Value::Number(n) if large(&n) => json!({"$int": n.to_string()}),
        plain => plain,
    }
}
