//! Strict JSON, with the line of every value and without duplicate keys.
//!
//! The text is parsed twice: into a tree with positions, for messages, and into a value that keeps the
//! spelling of numbers, for everything else.

use std::borrow::Cow;

use jsonc_parser::ast;
use jsonc_parser::{CollectOptions, ParseOptions};
use serde_json::Value;

use super::fault::Fault;

/// A file that is JSON.
pub(super) struct Document<'t> {
    pub(super) file: String,
    pub(super) value: Value,
    tree: Option<ast::Value<'t>>,
    /// The offset at which each line but the first begins.
    breaks: Vec<usize>,
}

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

impl<'t> Document<'t> {
    /// Parses the text of a file; a fault has the line at which it is no JSON.
    pub(super) fn parse(file: &str, text: &'t str) -> Result<Self, Fault> {
        let fault = |line, message| Fault { file: file.to_owned(), line, pointer: String::new(), message };
        let parsed =
            jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
                fault(error.line_display(), format!("is no JSON: {}", lower(&error.kind().to_string())))
            })?;
        let value = serde_json::from_str(text)
            .map_err(|error| fault(error.line().max(1), format!("is no JSON: {error}")))?;
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Ok(Self { file: file.to_owned(), value, tree: parsed.value, breaks })
    }

    /// The line of the value at this pointer, or of the nearest one around it.
    pub(super) fn line(&self, pointer: &str) -> usize {
        let Some(mut node) = self.tree.as_ref() else { return 1 };
        let mut start = start(node);
        for segment in pointer.split('/').skip(1) {
            let inner = match node {
                ast::Value::Object(object) => {
                    let key = unescape(segment);
                    let found = object.properties.iter().rev().find(|prop| prop.name.as_str() == key);
                    found.map(|prop| (prop.range.start, &prop.value))
                }
                ast::Value::Array(array) => {
                    let found = segment.parse().ok().and_then(|at: usize| array.elements.get(at));
                    found.map(|value| (self::start(value), value))
                }
                _ => None,
            };
            let Some((at, value)) = inner else { break };
            (start, node) = (at, value);
        }
        self.line_at(start)
    }

    /// The file as it stands, with the place of everything.
    pub(super) fn tree(&self) -> Option<&ast::Value<'t>> {
        self.tree.as_ref()
    }

    /// A fault for each key that an object has twice.
    pub(super) fn duplicates(&self) -> Vec<Fault> {
        let mut found = Vec::new();
        if let Some(tree) = &self.tree {
            self.walk(tree, &mut Vec::new(), &mut found);
        }
        found
    }

    fn walk<'n>(&self, node: &'n ast::Value<'_>, path: &mut Vec<Segment<'n>>, found: &mut Vec<Fault>) {
        match node {
            ast::Value::Object(object) => {
                for (index, prop) in object.properties.iter().enumerate() {
                    let key = prop.name.as_str();
                    path.push(Segment::Key(key));
                    let before = &object.properties[..index];
                    if let Some(first) = before.iter().find(|prop| prop.name.as_str() == key) {
                        let first = self.line_at(first.range.start);
                        found.push(Fault {
                            file: self.file.clone(),
                            line: self.line_at(prop.range.start),
                            pointer: path.iter().map(Segment::to_string).collect(),
                            message: format!("duplicate key `{key}`, first on line {first}"),
                        });
                    }
                    self.walk(&prop.value, path, found);
                    path.pop();
                }
            }
            ast::Value::Array(array) => {
                for (index, value) in array.elements.iter().enumerate() {
                    path.push(Segment::Index(index));
                    self.walk(value, path, found);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn line_at(&self, offset: usize) -> usize {
        1 + self.breaks.partition_point(|at| *at <= offset)
    }
}

/// A step down into a value; shown with the slash before it.
enum Segment<'n> {
    Key(&'n str),
    Index(usize),
}

impl std::fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) => write!(f, "/{}", escape(key)),
            Self::Index(index) => write!(f, "/{index}"),
        }
    }
}

/// A key as a segment of a JSON pointer.
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') { segment.replace("~1", "/").replace("~0", "~").into() } else { segment.into() }
}

/// The text with its first letter in lower case.
pub(super) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn start(node: &ast::Value<'_>) -> usize {
    jsonc_parser::common::Ranged::range(node).start
}
