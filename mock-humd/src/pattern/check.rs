//! Whether a value matches, and where it does not.

use std::collections::HashSet;

use serde_json::Value;

use super::describe;
use super::value::{self, Wrapped, canonical, decimal, utf16};
use super::{Bounds, Kind, Matcher, Mismatch, Node, Scope};
use crate::wire::id::from_base36;

/// The differences; binds in the scope if there are none.
pub fn check(node: &Node, exact: bool, value: Option<&Value>, scope: &mut Scope) -> Vec<Mismatch> {
    let mut pass = Pass { scope, exact, binds: Vec::new(), found: Vec::new() };
    pass.node(node, value, "");
    let Pass { binds, found, .. } = pass;
    if found.is_empty() {
        scope.bound.extend(binds);
    }
    found
}

/// A JSON pointer one level below another.
pub fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// One walk over pattern and value.
struct Pass<'a> {
    scope: &'a Scope,
    exact: bool,
    /// What `$bind` has taken so far; later entries win.
    binds: Vec<(String, Value)>,
    found: Vec<Mismatch>,
}

impl Pass<'_> {
    fn node(&mut self, node: &Node, value: Option<&Value>, at: &str) {
        match (node, value) {
            (Node::All(matchers), _) => self.all(matchers, value, at),
            (Node::Scalar(wanted), Some(got)) => {
                self.hold(canonical(wanted) == canonical(got), node, value, at);
            }
            (Node::Text(wanted), Some(got)) => {
                let wanted = self.scope.expand(wanted);
                let holds = match got {
                    Value::String(got) => *got == wanted,
                    got => utf16(got).is_some_and(|units| wanted.encode_utf16().eq(units)),
                };
                self.hold(holds, node, value, at);
            }
            (Node::Array(wanted), Some(Value::Array(got))) if wanted.len() == got.len() => {
                for (index, (wanted, got)) in wanted.iter().zip(got).enumerate() {
                    self.node(wanted, Some(got), &join(at, &index.to_string()));
                }
            }
            (Node::Object(wanted), Some(Value::Object(got))) => {
                for (key, wanted) in wanted {
                    self.node(wanted, got.get(key), &join(at, key));
                }
                if self.exact {
                    let extra = |key: &&String| !wanted.iter().any(|(wanted, _)| wanted == *key);
                    for key in got.keys().filter(extra) {
                        self.report("no such key".to_owned(), got.get(key), &join(at, key));
                    }
                }
            }
            _ => self.hold(false, node, value, at),
        }
    }

    fn all(&mut self, matchers: &[Matcher], value: Option<&Value>, at: &str) {
        // `$optional` beside other matchers: where nothing stands, it speaks for all of them.
        if value.is_none() && matchers.iter().any(|matcher| matches!(matcher, Matcher::Optional(_))) {
            return;
        }
        for matcher in matchers {
            match (matcher, value) {
                (Matcher::Optional(node), _) => self.node(node, value, at),
                (Matcher::OneOf(nodes), _) => {
                    if !nodes.iter().any(|node| self.matches(node, value)) {
                        self.report(describe::matcher(matcher, self.scope), value, at);
                    }
                }
                (Matcher::Absent, None) => {}
                (Matcher::Bind(name), Some(value)) => self.binds.push((name.clone(), value.clone())),
                (matcher, Some(got)) if self.holds(matcher, got) => {}
                _ => self.report(describe::matcher(matcher, self.scope), value, at),
            }
        }
    }

    /// Tries a node; what it found and bound is forgotten if it does not match.
    fn matches(&mut self, node: &Node, value: Option<&Value>) -> bool {
        let (binds, found) = (self.binds.len(), self.found.len());
        self.node(node, value, "");
        let holds = self.found.len() == found;
        if !holds {
            self.binds.truncate(binds);
            self.found.truncate(found);
        }
        holds
    }

    /// Whether a matcher that asks for a value holds for this one.
    fn holds(&mut self, matcher: &Matcher, got: &Value) -> bool {
        match matcher {
            Matcher::Any | Matcher::Eg => true,
            Matcher::Type(kinds) => kinds.iter().any(|&kind| is_of(kind, got)),
            Matcher::Integer(bounds) => is_integer(bounds, got),
            Matcher::Re(regex) => got.as_str().is_some_and(|text| regex.is_match(text)),
            Matcher::Len(bounds) => length(got).is_some_and(|length| within(bounds, &length)),
            Matcher::SetEquals(nodes) => self.is_set(nodes, got),
            Matcher::Unique => got.as_array().is_some_and(|items| {
                let mut seen = HashSet::new();
                items.iter().all(|item| seen.insert(canonical(item)))
            }),
            Matcher::Rid { counter } => self.is_rid(*counter, got),
            Matcher::Now(offset) => self.is_now(*offset, got),
            Matcher::Ref(name) => {
                let bound = self.binds.iter().rev().find(|(bound, _)| bound == name).map(|(_, value)| value);
                let bound = bound.or_else(|| self.scope.bound.get(name));
                bound.is_some_and(|bound| canonical(bound) == canonical(got))
            }
            Matcher::Literal(wanted) => canonical(wanted) == canonical(got),
            Matcher::Fill(bytes) => {
                got.as_str().is_some_and(|text| text.len() == *bytes && text.bytes().all(|byte| byte == b'x'))
            }
            Matcher::Wrapped(Wrapped::Utf16(units)) => utf16(got).as_ref() == Some(units),
            Matcher::Raises => {
                got.as_object().is_some_and(|got| got.len() == 1 && got.contains_key("$raises"))
            }
            Matcher::Wrapped(wrapped) => canonical(&wrapped.to_value()) == canonical(got),
            Matcher::Absent | Matcher::Optional(_) | Matcher::OneOf(_) | Matcher::Bind(_) => false,
        }
    }

    fn is_set(&mut self, nodes: &[Node], got: &Value) -> bool {
        let Value::Array(items) = got else { return false };
        let mut left: Vec<_> = items.iter().collect();
        let exact = std::mem::replace(&mut self.exact, true);
        let all_found = nodes.iter().all(|node| {
            let found = left.iter().position(|item| self.matches(node, Some(item)));
            found.map(|at| left.remove(at)).is_some()
        });
        self.exact = exact;
        all_found && left.is_empty()
    }

    fn is_rid(&self, counter: Option<u64>, got: &Value) -> bool {
        let Some((time, count)) = got.as_str().and_then(|rid| rid.split_once('-')) else { return false };
        let (Some(time), Some(count)) = (from_base36(time), from_base36(count)) else { return false };
        let in_time = |time| (self.scope.written_ms..=self.scope.read_ms).contains(&time);
        i64::try_from(time).is_ok_and(in_time) && counter.is_none_or(|wanted| wanted == count)
    }

    fn is_now(&self, offset: i64, got: &Value) -> bool {
        let edge = |ms: i64| super::Decimal::parse(&ms.saturating_add(offset).to_string());
        decimal(got).is_some_and(|got| {
            got.is_integer() && edge(self.scope.written_ms) <= got && got <= edge(self.scope.read_ms)
        })
    }

    fn hold(&mut self, holds: bool, node: &Node, value: Option<&Value>, at: &str) {
        if !holds {
            self.report(describe::node(node, self.scope), value, at);
        }
    }

    fn report(&mut self, wanted: String, got: Option<&Value>, at: &str) {
        self.found.push(Mismatch { at: at.to_owned(), wanted, got: got.map(Value::to_string) });
    }
}

fn is_of(kind: Kind, got: &Value) -> bool {
    match kind {
        Kind::String => utf16(got).is_some(),
        Kind::Integer => decimal(got).is_some_and(|number| number.is_integer()),
        Kind::Number => decimal(got).is_some() || matches!(Wrapped::of(got), Some(Wrapped::Num(_))),
        Kind::Boolean => got.is_boolean(),
        Kind::Null => got.is_null(),
        Kind::Array => got.is_array(),
        Kind::Object => got.is_object() && Wrapped::of(got).is_none(),
    }
}

fn is_integer(bounds: &Bounds<super::Decimal>, got: &Value) -> bool {
    value::number_text(got).is_some_and(|text| {
        super::number::is_integer_text(&text) && within(bounds, &super::Decimal::parse(&text))
    })
}

fn length(got: &Value) -> Option<usize> {
    match got {
        Value::Array(items) => Some(items.len()),
        Value::String(text) => Some(text.chars().count()),
        got => match (Wrapped::of(got), got) {
            (Some(Wrapped::Utf16(units)), _) => Some(char::decode_utf16(units).count()),
            (None, Value::Object(fields)) => Some(fields.len()),
            _ => None,
        },
    }
}

fn within<T: PartialOrd>(bounds: &Bounds<T>, got: &T) -> bool {
    bounds.min.as_ref().is_none_or(|min| min <= got) && bounds.max.as_ref().is_none_or(|max| got <= max)
}
