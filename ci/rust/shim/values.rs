//! The forms for values that JSON itself cannot carry, both ways.

use thrum::serde_json::{Number, Value, from_value, json};

/// A value of a request, each form replaced by what it stands for; `None` for what no `Value` holds. NaN and the
/// infinities become what `Value::from` makes of them, as in any program that puts them into a tone: null.
pub fn plain(value: Value) -> Option<Value> {
    Some(match value {
        Value::Array(items) => items.into_iter().map(plain).collect::<Option<_>>()?,
        Value::Object(fields) => match fields.iter().next() {
            Some((key, form)) if key == "$num" => form.as_str()?.parse::<f64>().ok()?.into(),
            Some((key, form)) if key == "$int" => {
                form.as_str()?.parse().ok().filter(|n: &Number| !n.is_f64())?.into()
            }
            Some((key, form)) if key == "$utf16" => {
                String::from_utf16(&from_value::<Vec<_>>(form.clone()).ok()?).ok()?.into()
            }
            _ => fields.into_iter().map(|(key, item)| Some((key, plain(item)?))).collect::<Option<_>>()?,
        },
        plain => plain,
    })
}

/// A value for a message: an integer that not every reader of JSON keeps exact is in its form.
pub fn wrapped(value: Value) -> Value {
    let exact = |n: &Number| n.is_f64() || n.as_i64().is_some_and(|n| n.unsigned_abs() < 1 << 53);
    match value {
        Value::Array(items) => items.into_iter().map(wrapped).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, item)| (key, wrapped(item))).collect(),
        Value::Number(number) if !exact(&number) => json!({"$int": number.to_string()}),
        plain => plain,
    }
}
