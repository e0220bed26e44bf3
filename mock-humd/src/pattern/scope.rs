//! What patterns and templates refer to: variables, bound values, and the time of asking and answering.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// The names that a case or script has in hand.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// What `${name}` stands for in strings.
    pub variables: BTreeMap<String, String>,
    /// What `$bind` took and `$ref` stands for.
    pub bound: BTreeMap<String, Value>,
    /// When the question was asked, in ms since the epoch.
    pub written_ms: i64,
    /// When the answer was read, in ms since the epoch; in a template, the time now.
    pub read_ms: i64,
}

impl Scope {
    /// The text with each `${name}` of a known name replaced; other dollars stay.
    pub fn expand(&self, text: &str) -> String {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, after) = rest.split_at(start);
            expanded.push_str(before);
            let known =
                after[2..].split_once('}').and_then(|(name, after)| Some((self.variables.get(name)?, after)));
            if let Some((variable, after)) = known {
                expanded.push_str(variable);
                rest = after;
            } else {
                expanded.push_str("${");
                rest = &after[2..];
            }
        }
        expanded + rest
    }
}

/// A template refers to a value that nothing has bound yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbound {
    /// The name in `$ref`.
    pub name: String,
}

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing has been bound as `{}` yet", self.name)
    }
}

impl std::error::Error for Unbound {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_variables_are_replaced_and_other_dollars_stay() {
        let variables = [("dir".to_owned(), "/t".to_owned()), ("uid".to_owned(), "${dir}".to_owned())];
        let scope = Scope { variables: variables.into(), ..Scope::default() };
        for (text, wanted) in [
            ("${dir}/hum", "/t/hum"),
            ("${dir}${dir}", "/t/t"),
            ("${uid}", "${dir}"),
            ("${none} $5 $ ${", "${none} $5 $ ${"),
            ("${${dir}}", "${/t}"),
            ("é${dir}é", "é/té"),
        ] {
            assert_eq!(scope.expand(text), wanted);
        }
    }
}
