//! Patterns and templates as a person reads them, on one line: JSON where they are JSON, words where they are not.
//!
//! What a mismatch wants of one place stands in [`super::describe`]; here the whole is shown, before anything is known
//! of times and bound values.

use std::fmt;

use serde_json::Value;

use super::template::Part;
use super::value::Wrapped;
use super::{Matcher, Node, Pattern, Scope, Template, describe};

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&node(&self.node))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&part(&self.0))
    }
}

impl Pattern {
    /// The members of an object with what each must be, in order; `None` where it is no object.
    pub fn members(&self) -> Option<Vec<(&str, String)>> {
        match &self.node {
            Node::Object(fields) => Some(fields.iter().map(|(key, field)| (&**key, node(field))).collect()),
            _ => None,
        }
    }

    /// Whether objects allow no other members.
    pub fn is_exact(&self) -> bool {
        self.exact
    }
}

impl Template {
    /// The members of an object with the value of each, in order; `None` where it is no object.
    pub fn members(&self) -> Option<Vec<(&str, String)>> {
        match &self.0 {
            Part::Object(fields) => Some(fields.iter().map(|(key, field)| (&**key, part(field))).collect()),
            _ => None,
        }
    }
}

fn node(shown: &Node) -> String {
    match shown {
        Node::Scalar(value) => value.to_string(),
        Node::Text(text) => quoted(text),
        Node::Array(items) => array(items.iter().map(node)),
        Node::Object(fields) => object(fields.iter().map(|(key, field)| (key, node(field)))),
        Node::All(matchers) => matchers.iter().map(matcher).collect::<Vec<_>>().join(" and "),
    }
}

fn matcher(shown: &Matcher) -> String {
    let list = |nodes: &[Node]| nodes.iter().map(node).collect::<Vec<_>>().join(", ");
    match shown {
        Matcher::Optional(inner) => format!("nothing or {}", node(inner)),
        Matcher::OneOf(nodes) => format!("one of {}", list(nodes)),
        Matcher::SetEquals(nodes) => format!("an array of {} in any order", list(nodes)),
        Matcher::Now(offset) => now(*offset),
        Matcher::Bind(name) => format!("anything, from now on `{name}`"),
        Matcher::Ref(name) => format!("`{name}`"),
        Matcher::Fill(bytes) => fill(*bytes),
        Matcher::Wrapped(wrapped) => self::wrapped(wrapped),
        other => describe::matcher(other, &Scope::default()),
    }
}

fn part(shown: &Part) -> String {
    match shown {
        Part::Scalar(value) | Part::Literal(value) => value.to_string(),
        Part::Text(text) => quoted(text),
        Part::Array(items) => array(items.iter().map(part)),
        Part::Object(fields) => object(fields.iter().map(|(key, field)| (key, part(field)))),
        Part::Fill(bytes) => fill(*bytes),
        Part::Wrapped(wrapped) => self::wrapped(wrapped),
        Part::Now(offset) => now(*offset),
        Part::Ref(name) => format!("`{name}`"),
    }
}

fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

fn object<'k>(fields: impl Iterator<Item = (&'k String, String)>) -> String {
    let fields: Vec<String> = fields.map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
    format!("{{{}}}", fields.join(","))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn fill(bytes: usize) -> String {
    format!("\"x\" × {bytes}")
}

fn now(offset: i64) -> String {
    match offset {
        0 => "the time in ms".to_owned(),
        after @ 1.. => format!("the time in ms + {after}"),
        before => format!("the time in ms - {}", before.unsigned_abs()),
    }
}

fn wrapped(value: &Wrapped) -> String {
    match value {
        Wrapped::Int(digits) => digits.clone(),
        Wrapped::Num(name) => name.clone(),
        // a string that is no Unicode text has its units as escapes
        Wrapped::Utf16(units) => {
            let said: String = char::decode_utf16(units.iter().copied())
                .map(|unit| match unit {
                    Ok(c) => c.to_string(),
                    Err(lone) => format!("\\u{:04x}", lone.unpaired_surrogate()),
                })
                .collect();
            format!("\"{said}\"")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_reads_as_the_value_that_it_makes() {
        let said = |value| Template::parse(&value).unwrap().to_string();
        for (value, wanted) in [
            (json!({"chi": "log", "n": [1, null]}), r#"{"chi":"log","n":[1,null]}"#),
            (json!({"$fill": 70000}), r#""x" × 70000"#),
            (json!({"$now": -1000}), "the time in ms - 1000"),
            (json!({"$ref": "sid"}), "`sid`"),
            (json!({"$int": "18446744073709551615"}), "18446744073709551615"),
            (json!({"$num": "NaN"}), "NaN"),
            (json!({"$utf16": [97, 0xd800]}), r#""a\ud800""#),
            (json!({"$literal": {"$now": 1}}), r#"{"$now":1}"#),
            (json!("${dir}/\n"), r#""${dir}/\n""#),
        ] {
            assert_eq!(said(value), wanted);
        }
    }

    #[test]
    fn a_pattern_reads_as_what_it_wants() {
        let said = |value| Pattern::parse(&value).unwrap().to_string();
        for (value, wanted) in [
            (json!({"part": {"text": "é"}}), r#"{"part":{"text":"é"}}"#),
            (
                json!({"rid": {"$type": "string", "$len": {"min": 1}}}),
                r#"{"rid":a string and a length of at least 1}"#,
            ),
            (json!({"$optional": {"$oneOf": [1, "a"]}}), r#"nothing or one of 1, "a""#),
            (json!({"$setEquals": ["a"]}), r#"an array of "a" in any order"#),
            (json!({"$bind": "r"}), "anything, from now on `r`"),
            (json!({"$ref": "r"}), "`r`"),
            (json!({"$now": 5000}), "the time in ms + 5000"),
            (json!({"$absent": true}), "nothing"),
        ] {
            assert_eq!(said(value), wanted);
        }
    }

    #[test]
    fn only_objects_have_members() {
        let template = Template::parse(&json!({"chi": "log", "m": {"$fill": 2}})).unwrap();
        let members = vec![("chi", r#""log""#.to_owned()), ("m", r#""x" × 2"#.to_owned())];
        assert_eq!(template.members(), Some(members.clone()));
        let pattern = Pattern::parse(&json!({"chi": "log", "m": {"$any": true}})).unwrap();
        assert_eq!(pattern.members().unwrap()[1], ("m", "anything".to_owned()));
        assert_eq!(Pattern::parse(&json!({"$any": true})).unwrap().members(), None);
    }
}
