//! JSON to patterns, with every fault and its place.

use regex::Regex;
use serde_json::{Map, Value};

use super::number::Decimal;
use super::value::Wrapped;
use super::{Bounds, Kind, Matcher, Node, PatternFault};

/// Where in the value the parser stands, and the faults so far.
pub struct At<'a> {
    pointer: String,
    faults: &'a mut Vec<PatternFault>,
}

impl<'a> At<'a> {
    pub fn root(faults: &'a mut Vec<PatternFault>) -> Self {
        Self { pointer: String::new(), faults }
    }

    /// The place one level below.
    pub fn below(&mut self, key: &str) -> At<'_> {
        let pointer = super::check::join(&self.pointer, key);
        At { pointer, faults: self.faults }
    }

    pub fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(PatternFault { pointer: self.pointer.clone(), message: message.into() });
    }
}

/// How the keys of an object stand to the `$` keys.
pub enum Keys {
    Plain,
    Dollar,
}

/// Tells matchers from plain objects; a mixture is a fault and counts as plain.
pub fn keys(fields: &Map<String, Value>, at: &mut At<'_>) -> Keys {
    let dollars = fields.keys().filter(|key| key.starts_with('$')).count();
    if dollars > 0 && dollars == fields.len() {
        return Keys::Dollar;
    }
    if dollars > 0 {
        at.fault(
            "keys with and without `$` are mixed (hint: an object with `$` keys of its own needs `$literal`)",
        );
    }
    Keys::Plain
}

pub fn node(value: &Value, at: &mut At<'_>) -> Node {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Node::Scalar(value.clone()),
        Value::String(text) => Node::Text(text.clone()),
        Value::Array(items) => Node::Array(nodes(items, at)),
        Value::Object(fields) => match keys(fields, at) {
            Keys::Plain => {
                let field = |(key, value): (&String, _)| (key.clone(), node(value, &mut at.below(key)));
                Node::Object(fields.iter().map(field).collect())
            }
            Keys::Dollar => {
                let matcher = |(key, value): (&String, _)| matcher(key, value, &mut at.below(key));
                Node::All(fields.iter().filter_map(matcher).collect())
            }
        },
    }
}

fn nodes(items: &[Value], at: &mut At<'_>) -> Vec<Node> {
    items.iter().enumerate().map(|(index, item)| node(item, &mut at.below(&index.to_string()))).collect()
}

/// Reads one matcher; `None` where it has a fault.
fn matcher(key: &str, value: &Value, at: &mut At<'_>) -> Option<Matcher> {
    let read = match key {
        "$type" => kinds(value).map(Matcher::Type),
        "$re" => return regex(value, at),
        "$any" => flag(value, Matcher::Any),
        "$absent" => flag(value, Matcher::Absent),
        "$unique" => flag(value, Matcher::Unique),
        "$raises" => flag(value, Matcher::Raises),
        "$integer" => integer(value),
        "$len" => length(value),
        "$rid" => rid(value),
        "$now" => value.as_i64().map(Matcher::Now).ok_or("wants an integer, in ms"),
        "$bind" => name(value).map(Matcher::Bind),
        "$ref" => name(value).map(Matcher::Ref),
        "$fill" => size(value).map(Matcher::Fill).ok_or("wants a number of bytes"),
        "$literal" => Ok(Matcher::Literal(value.clone())),
        "$eg" => Ok(Matcher::Eg),
        "$optional" => Ok(Matcher::Optional(node(value, at))),
        "$oneOf" => list(value, at).map(Matcher::OneOf),
        "$setEquals" => list(value, at).map(Matcher::SetEquals),
        "$int" | "$num" | "$utf16" => Wrapped::parse(key, value).map(Matcher::Wrapped),
        _ => Err("unknown `$` key (hint: an object with `$` keys of its own needs `$literal`)"),
    };
    read.map_err(|message| at.fault(message)).ok()
}

type Read<T> = Result<T, &'static str>;

fn flag(value: &Value, matcher: Matcher) -> Read<Matcher> {
    if *value == Value::Bool(true) { Ok(matcher) } else { Err("wants `true`") }
}

pub fn name(value: &Value) -> Read<String> {
    value.as_str().filter(|name| !name.is_empty()).map(str::to_owned).ok_or("wants a name")
}

pub fn size(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|size| usize::try_from(size).ok())
}

fn kinds(value: &Value) -> Read<Vec<Kind>> {
    let one = |name: &Value| {
        let name = name.as_str()?;
        Kind::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    };
    let kinds: Option<Vec<_>> = match value {
        Value::Array(names) => names.iter().map(one).collect(),
        name => one(name).map(|kind| vec![kind]),
    };
    kinds
        .filter(|kinds| !kinds.is_empty())
        .ok_or("wants `string`, `integer`, `number`, `boolean`, `null`, `array`, `object`, or a list of them")
}

fn regex(value: &Value, at: &mut At<'_>) -> Option<Matcher> {
    let Some(text) = value.as_str() else {
        at.fault("wants a regular expression, as a string");
        return None;
    };
    match Regex::new(text) {
        Ok(regex) => Some(Matcher::Re(regex)),
        Err(error) => {
            let message = error.to_string();
            let reason = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
            at.fault(format!("`{text}` is no regular expression: {reason}"));
            None
        }
    }
}

/// Reads `{"min": …, "max": …}`; at least one of them, and nothing else.
fn bounds<T: PartialOrd>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Bounds<T>> {
    let fields = value.as_object().filter(|fields| !fields.is_empty())?;
    let mut bounds = Bounds { min: None, max: None };
    for (key, value) in fields {
        let end = match &**key {
            "min" => &mut bounds.min,
            "max" => &mut bounds.max,
            _ => return None,
        };
        *end = Some(read(value)?);
    }
    let empty = matches!(&bounds, Bounds { min: Some(min), max: Some(max) } if min > max);
    (!empty).then_some(bounds)
}

fn integer(value: &Value) -> Read<Matcher> {
    let whole = |value: &Value| super::value::decimal(value).filter(Decimal::is_integer);
    let bounds = match value {
        Value::Bool(true) => Some(Bounds { min: None, max: None }),
        value => bounds(value, whole),
    };
    bounds.map(Matcher::Integer).ok_or("wants `true`, or `min` and `max` as integers")
}

fn length(value: &Value) -> Read<Matcher> {
    let exactly = size(value).map(|size| Bounds { min: Some(size), max: Some(size) });
    let bounds = exactly.or_else(|| bounds(value, size));
    bounds.map(Matcher::Len).ok_or("wants a length, or `min` and `max`")
}

fn rid(value: &Value) -> Read<Matcher> {
    let counter = match value {
        Value::Bool(true) => Some(None),
        Value::Object(fields) if fields.len() == 1 => fields.get("counter").and_then(Value::as_u64).map(Some),
        _ => None,
    };
    counter.map(|counter| Matcher::Rid { counter }).ok_or("wants `true`, or `counter` as a number")
}

fn list(value: &Value, at: &mut At<'_>) -> Read<Vec<Node>> {
    value.as_array().map(|items| nodes(items, at)).ok_or("wants an array")
}
