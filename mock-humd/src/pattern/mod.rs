//! Patterns and templates: what a value must look like, and what a value to send is made of.
//!
//! The format is described in `vectors/README.md`, Patterns and values. [`Pattern::parse`] and
//! [`Template::parse`] list every fault, so that whatever is parsed can be used without further checks.

mod check;
mod describe;
mod number;
mod parse;
mod scope;
mod template;
mod value;
mod words;

use std::fmt;

use regex::Regex;
use serde_json::Value;

use crate::deep;
use number::Decimal;
use value::Wrapped;

pub use scope::{Scope, Unbound};
pub use template::{Carrier, Template};

/// What a value must look like.
#[derive(Debug, Clone)]
pub struct Pattern {
    node: Node,
    exact: bool,
}

/// One thing that is wrong with a pattern or template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternFault {
    /// Where: a JSON pointer into the value that was parsed, "" for the value itself.
    pub pointer: String,
    /// What, as a lower-case fragment.
    pub message: String,
}

/// One difference between a value and a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// Where: a JSON pointer into the value that was checked, "" for the value itself.
    pub at: String,
    /// What should stand there: compact JSON, or words.
    pub wanted: String,
    /// What stands there, as compact JSON; `None` where nothing does.
    pub got: Option<String>,
}

#[derive(Debug, Clone)]
enum Node {
    /// Null, a boolean or a number, equal by value.
    Scalar(Value),
    /// A string, after `${name}` has been replaced.
    Text(String),
    /// As many items, each of which matches.
    Array(Vec<Node>),
    /// At least these keys.
    Object(Vec<(String, Node)>),
    /// Matchers that must all hold.
    All(Vec<Matcher>),
}

#[derive(Debug, Clone)]
enum Matcher {
    Type(Vec<Kind>),
    Integer(Bounds<Decimal>),
    Re(Regex),
    Len(Bounds<usize>),
    Any,
    Absent,
    Optional(Node),
    OneOf(Vec<Node>),
    SetEquals(Vec<Node>),
    Unique,
    Rid {
        counter: Option<u64>,
    },
    Now(i64),
    Bind(String),
    Ref(String),
    Literal(Value),
    Fill(usize),
    Wrapped(Wrapped),
    /// What a shim reports in place of a value where the client refused a call.
    Raises,
    /// The value to send where the case serves a daemon; as a pattern it asks only that something is there.
    Eg,
}

/// Both inclusive.
#[derive(Debug, Clone)]
struct Bounds<T> {
    min: Option<T>,
    max: Option<T>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Null,
    Array,
    Object,
}

impl Kind {
    const ALL: [(&str, Self); 7] = [
        ("string", Self::String),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("null", Self::Null),
        ("array", Self::Array),
        ("object", Self::Object),
    ];
}

impl Pattern {
    /// Reads a pattern; all faults at once.
    pub fn parse(value: &Value) -> Result<Self, Vec<PatternFault>> {
        let mut faults = Vec::new();
        let node = parse::node(value, &mut parse::At::root(&mut faults));
        if faults.is_empty() { Ok(Self { node, exact: false }) } else { Err(faults) }
    }

    /// The same pattern, with objects that allow no other keys, at any depth.
    #[must_use]
    pub fn exact(self) -> Self {
        Self { exact: true, ..self }
    }

    /// The differences of a value (`None`: there is none) from the pattern; empty if it matches.
    ///
    /// `$bind` takes effect in the scope only if the value matches as a whole.
    pub fn check(&self, value: Option<&Value>, scope: &mut Scope) -> Vec<Mismatch> {
        let levels = value.map_or(0, deep::levels);
        deep::with_stack(levels, || check::check(&self.node, self.exact, value, scope))
    }

    /// The chi that the pattern names in so many words, if any.
    pub fn names_chi(&self) -> Option<&str> {
        let chi = match &self.node {
            Node::Object(fields) => &fields.iter().find(|(key, _)| key == "chi")?.1,
            _ => return None,
        };
        match chi {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.pointer {
            "" => f.write_str(&self.message),
            pointer => write!(f, "{pointer}: {}", self.message),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.at.is_empty() { "the value" } else { &self.at };
        let got = self.got.as_deref().unwrap_or("nothing");
        write!(f, "{at}: wanted {}, got {got}", self.wanted)
    }
}

#[cfg(test)]
mod tests;
