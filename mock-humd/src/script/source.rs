//! The text of a script, YAML or JSON, as a value with the line of each of its parts.
//!
//! YAML is read by JSON's rules for what a plain scalar is: null, true, false and numbers in JSON's spelling, and a
//! string otherwise. So numbers keep their spelling, and `no` is a word. Anchors, tags and several documents are no
//! part of a script.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Value};

use super::Fault;

/// A longer script is refused.
const BYTES_MAX: usize = 16 << 20;

/// A script that is nested deeper is refused.
const LEVELS_MAX: usize = 100;

/// A script's text, understood as far as YAML and JSON go.
pub(super) struct Source {
    pub value: Value,
    lines: Lines,
}

/// The line of each value, by its JSON pointer.
type Lines = BTreeMap<String, usize>;

impl Source {
    /// Reads YAML, or JSON where the text begins with `{` and a quoted key.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > BYTES_MAX {
            return Err(Fault::new("", format!("a script has at most {} MiB", BYTES_MAX >> 20)));
        }
        if !begins_as_json(text) {
            let (value, lines) = yaml(text)?;
            return Ok(Self { value, lines });
        }
        let value = serde_json::from_str(text).map_err(|error| Fault {
            line: Some(error.line()),
            ..Fault::new("", format!("not JSON: {error}"))
        })?;
        if crate::deep::levels(&value) > LEVELS_MAX {
            crate::deep::dismantle(value);
            return Err(too_deep(None));
        }
        // all JSON but for a few escapes is YAML; without lines, faults still have their pointers
        let lines = yaml(text).map(|(_, lines)| lines).unwrap_or_default();
        Ok(Self { value, lines })
    }

    /// A fault with its line: that of the value it is about, or of the nearest one around it.
    pub fn place(&self, fault: Fault) -> Fault {
        let mut pointer = &*fault.pointer;
        let line = loop {
            match (self.lines.get(pointer), pointer.rsplit_once('/')) {
                (Some(line), _) => break Some(*line),
                (None, Some((around, _))) => pointer = around,
                (None, None) => break None,
            }
        };
        Fault { line, ..fault }
    }
}

fn begins_as_json(text: &str) -> bool {
    let inner = text.trim_start().strip_prefix('{').map(str::trim_start);
    inner.is_some_and(|inner| inner.starts_with(['"', '}']) || inner.is_empty())
}

fn yaml(text: &str) -> Result<(Value, Lines), Fault> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| unread(&error))?;
        builder.take(event, span).map_err(|message| Fault {
            line: Some(span.start.line()),
            ..Fault::new(&builder.pointer(), message)
        })?;
    }
    let value = builder.done.ok_or_else(|| Fault::new("", "the script is empty"))?;
    Ok((value, builder.lines))
}

fn unread(error: &ScanError) -> Fault {
    Fault { line: Some(error.marker().line()), ..Fault::new("", format!("not YAML: {}", error.info())) }
}

fn too_deep(line: Option<usize>) -> Fault {
    Fault { line, ..Fault::new("", TOO_DEEP) }
}

const TOO_DEEP: &str = "nested too deep";

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    lines: Lines,
    done: Option<Value>,
}

/// A value that has begun.
enum Open {
    List(Vec<Value>),
    /// With the key whose value comes next.
    Object(Map<String, Value>, Option<String>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Cow<'static, str>> {
        match event {
            Event::Alias(_) => return Err("an alias is no part of a script".into()),
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor > 0 =>
            {
                return Err("an anchor is no part of a script".into());
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return Err("a tag is no part of a script".into());
            }
            Event::DocumentStart(_) if self.done.is_some() => {
                return Err("a script is one document".into());
            }
            Event::Scalar(text, style, ..) => return self.scalar(&text, style, span),
            Event::SequenceStart(..) => self.begin(Open::List(Vec::new()), span)?,
            Event::MappingStart(..) => self.begin(Open::Object(Map::new(), None), span)?,
            Event::SequenceEnd | Event::MappingEnd => {
                let value = match self.open.pop() {
                    Some(Open::List(items)) => Value::Array(items),
                    Some(Open::Object(fields, _)) => Value::Object(fields),
                    None => return Ok(()),
                };
                self.put(value);
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, open: Open, span: Span) -> Result<(), Cow<'static, str>> {
        if let Some(Open::Object(_, None)) = self.open.last() {
            return Err("a key is a text".into());
        }
        if self.open.len() >= LEVELS_MAX {
            return Err(TOO_DEEP.into());
        }
        self.note(span);
        self.open.push(open);
        Ok(())
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Result<(), Cow<'static, str>> {
        if let Some(Open::Object(fields, key @ None)) = self.open.last_mut() {
            if fields.contains_key(text) {
                return Err(format!("the key `{text}` stands twice").into());
            }
            *key = Some(text.to_owned());
            return Ok(());
        }
        self.note(span);
        let value = if style == ScalarStyle::Plain { plain(text) } else { text.into() };
        self.put(value);
        Ok(())
    }

    fn put(&mut self, value: Value) {
        match self.open.last_mut() {
            Some(Open::List(items)) => items.push(value),
            Some(Open::Object(fields, key)) => {
                fields.extend(key.take().map(|key| (key, value)));
            }
            None => self.done = Some(value),
        }
    }

    fn note(&mut self, span: Span) {
        self.lines.insert(self.pointer(), span.start.line());
    }

    /// Where the next value goes.
    fn pointer(&self) -> String {
        let segment = |open: &Open| match open {
            Open::List(items) => format!("/{}", items.len()),
            Open::Object(_, key) => {
                format!("/{}", key.as_deref().unwrap_or_default().replace('~', "~0").replace('/', "~1"))
            }
        };
        self.open.iter().map(segment).collect()
    }
}

/// A scalar without quotes.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" => Value::Null,
        _ => match serde_json::from_str(text) {
            Ok(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value,
            _ => text.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Value {
        Source::parse(text).map_or_else(|fault| fault.to_string().into(), |source| source.value)
    }

    #[test]
    fn yaml_and_json_give_the_same_value() {
        let yaml = "a: 1\nb: [x, 'y', \"\\u00e9\"]\nc:\n  - no\n  - ~\n  - true\n  - 18446744073709551616\n  - 1.50\nd: |\n  two\n  lines\n";
        let json =
            r#"{"a":1,"b":["x","y","é"],"c":["no",null,true,18446744073709551616,1.50],"d":"two\nlines\n"}"#;
        assert_eq!(read(yaml), read(json));
        assert_eq!(read(yaml)["c"][4].to_string(), "1.50");
        assert_eq!(read(r#"{"a":"\ud83d\ude00\/"}"#), json!({"a": "😀/"}));
        assert_eq!(read("{ a: 1, b: [x] }"), json!({"a": 1, "b": ["x"]}));
    }

    #[test]
    fn a_fault_has_the_line_of_what_it_is_about() {
        let source = Source::parse("a: 1\nb:\n  - x\n  - {c/d: 5,\n     e: 6}\n")
            .unwrap_or_else(|fault| panic!("{fault}"));
        let line = |pointer: &str| source.place(Fault::new(pointer, "x")).line;
        assert_eq!(
            ["", "/a", "/b/0", "/b/1/c~1d", "/b/1/e", "/b/1/missing", "/b/7"].map(line),
            [Some(1), Some(1), Some(3), Some(4), Some(5), Some(4), Some(3)]
        );
    }

    #[test]
    fn what_is_no_part_of_a_script_is_said() {
        for (text, wanted) in [
            ("a: &x 1\n", "line 1: /a: an anchor is no part of a script"),
            ("a: !!str 1\n", "line 1: /a: a tag is no part of a script"),
            ("a: 1\n---\nb: 2\n", "line 2: a script is one document"),
            ("a: 1\na: 2\n", "line 2: /: the key `a` stands twice"),
            ("", "the script is empty"),
            ("{\"a\":\n}", "line 2: not JSON: expected value at line 2 column 1"),
            ("? [1]\n: 2\n", "line 1: /: a key is a text"),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
        assert!(read("a: [\n").as_str().unwrap().starts_with("line 2: not YAML: "));
        let nested = (0..500).map(|level| " ".repeat(level) + "-\n").collect::<String>();
        assert!(read(&nested).as_str().unwrap().contains(TOO_DEEP));
        for deep in ["[", "- ", "{a: "] {
            // the parser has a limit of its own, or this one holds
            let said = read(&deep.repeat(5000));
            assert!(said.as_str().unwrap().starts_with("line 1: "), "{deep} {said}");
        }
        assert!(
            read(&format!("{{\"a\":{}1{}}}", "[".repeat(110), "]".repeat(110)))
                .as_str()
                .unwrap()
                .contains(TOO_DEEP)
        );
    }
}
