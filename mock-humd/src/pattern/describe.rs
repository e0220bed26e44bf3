//! What a pattern wants, in words or as compact JSON, for the texts of mismatches.

use serde_json::Value;

use super::{Bounds, Kind, Matcher, Node, Scope};

pub fn node(node: &Node, scope: &Scope) -> String {
    match node {
        Node::Scalar(value) => value.to_string(),
        Node::Text(text) => Value::from(scope.expand(text)).to_string(),
        Node::Array(items) => match items.len() {
            1 => "an array of 1 item".to_owned(),
            count => format!("an array of {count} items"),
        },
        Node::Object(_) => "an object".to_owned(),
        Node::All(matchers) => {
            let said: Vec<_> = matchers.iter().map(|one| matcher(one, scope)).collect();
            said.join(" and ")
        }
    }
}

pub fn matcher(matcher: &Matcher, scope: &Scope) -> String {
    match matcher {
        Matcher::Type(kinds) => {
            let named =
                |kind: &Kind| Kind::ALL.iter().find(|(_, known)| known == kind).map_or("", |(name, _)| name);
            let said: Vec<_> = kinds.iter().map(named).map(with_article).collect();
            said.join(" or ")
        }
        Matcher::Integer(within) => format!("an integer{}", bounds(within, ToString::to_string)),
        Matcher::Re(regex) => format!("a string that matches /{regex}/"),
        Matcher::Len(Bounds { min: Some(min), max: Some(max) }) if min == max => format!("a length of {min}"),
        Matcher::Len(within) => format!("a length{}", bounds(within, ToString::to_string)),
        Matcher::Any | Matcher::Bind(_) | Matcher::Eg => "anything".to_owned(),
        Matcher::Absent => "nothing".to_owned(),
        Matcher::Optional(inner) => format!("nothing or {}", node(inner, scope)),
        Matcher::OneOf(nodes) => format!("one of {}", list(nodes, scope)),
        Matcher::SetEquals(nodes) => format!("an array of {} in any order", list(nodes, scope)),
        Matcher::Unique => "an array without equal items".to_owned(),
        Matcher::Rid { counter: None } => "a rid of this moment".to_owned(),
        Matcher::Rid { counter: Some(counter) } => format!("a rid of this moment with counter {counter}"),
        Matcher::Now(offset) => {
            let edge = |ms: i64| ms.saturating_add(*offset);
            format!("a time from {} to {} ms", edge(scope.written_ms), edge(scope.read_ms))
        }
        Matcher::Ref(name) => match scope.bound.get(name) {
            Some(value) => value.to_string(),
            None => format!("the value bound as `{name}`"),
        },
        Matcher::Literal(value) => value.to_string(),
        Matcher::Fill(bytes) => format!("a string of {bytes} times `x`"),
        Matcher::Raises => "a refusal".to_owned(),
        Matcher::Wrapped(wrapped) => wrapped.to_value().to_string(),
    }
}

fn with_article(name: &str) -> String {
    match name.as_bytes().first() {
        _ if name == "null" => name.to_owned(),
        Some(b'a' | b'i' | b'o') => format!("an {name}"),
        _ => format!("a {name}"),
    }
}

fn list(nodes: &[Node], scope: &Scope) -> String {
    let said: Vec<_> = nodes.iter().map(|one| node(one, scope)).collect();
    said.join(", ")
}

fn bounds<T>(bounds: &Bounds<T>, text: impl Fn(&T) -> String) -> String {
    match (bounds.min.as_ref().map(&text), bounds.max.as_ref().map(&text)) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(" of at least {min}"),
        (None, Some(max)) => format!(" of at most {max}"),
        (None, None) => String::new(),
    }
}
