//! How a vector file is laid out: the order of keys, and what stands on one line.
//!
//! Start at [`lay_out`]. Only white space and the order of the format's own keys change: every number and
//! every string keeps its spelling, and what a case holds (tones, patterns, arguments) keeps its order.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;

use super::fault::Fault;
use super::json::Document;

const FILE: &[&str] = &["format", "section", "title", "frame", "notes", "codes", "cases"];
const CASE: &[&str] = &[
    "id",
    "title",
    "kind",
    "fn",
    "under_test",
    "profile",
    "requires",
    "decides",
    "partly",
    "touches",
    "polarity",
    "twin",
    "kills",
    "notes",
    "open",
    "fresh",
    "env",
    "since",
    "until",
    "status",
    "was",
    "steps",
    "examples",
];
/// Before the verb of a step, and behind it.
const STEP: (&[&str], &[&str]) = (
    &["comment"],
    &[
        "from", "window", "wait", "raises", "match", "rule", "code", "hint", "seen", "unseen", "checks",
        "client", "on",
    ],
);
const EXAMPLE: &[&str] =
    &["tc", "comment", "now", "requires", "args", "returns", "raises", "same_as", "record", "rule", "code"];
/// The most parts of a `raw` that share a line.
const PARTS_ON_A_LINE: usize = 3;

/// The text of a vector file in the layout of this project; errors are all reasons why it cannot be had.
pub fn lay_out(name: &str, text: &str) -> Result<String, Vec<Fault>> {
    let everything = lay_out_cases(name, text, |_| true)?;
    everything.ok_or_else(|| vec![fault(name, "holds no cases".to_owned())])
}

/// The same with only the cases whose id is wanted; nothing where none is.
pub fn lay_out_cases(
    name: &str,
    text: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Option<String>, Vec<Fault>> {
    let doc = Document::parse(name, text).map_err(|fault| vec![fault])?;
    let twice = doc.duplicates();
    if !twice.is_empty() {
        return Err(twice);
    }
    let Some(ast::Value::Object(file)) = doc.tree() else {
        return Err(vec![fault(name, "is no JSON object".to_owned())]);
    };
    let page = Page { text };
    let mut fields = Vec::new();
    for prop in sorted(file, FILE) {
        let value = match (prop.name.as_str(), &prop.value) {
            ("notes" | "codes", ast::Value::Object(entries)) => {
                block("{", entries.properties.iter().map(|prop| page.field(prop, Page::spaced)), "}", 2)
            }
            ("cases", ast::Value::Array(cases)) => {
                let kept: Vec<String> = cases
                    .elements
                    .iter()
                    .filter(|case| wanted(id(case)))
                    .map(|case| page.case(case))
                    .collect();
                if kept.is_empty() {
                    return Ok(None);
                }
                block("[", kept.into_iter(), "]", 2)
            }
            (_, value) => page.tight(value),
        };
        fields.push(format!("{}: {value}", page.raw(&prop.name)));
    }
    Ok(Some(block("{", fields.into_iter(), "}", 0) + "\n"))
}

/// The text that everything is cut from.
struct Page<'t> {
    text: &'t str,
}

impl Page<'_> {
    fn case(&self, case: &ast::Value<'_>) -> String {
        let ast::Value::Object(case) = case else { return self.tight(case) };
        let fields = sorted(case, CASE).into_iter().map(|prop| match (prop.name.as_str(), &prop.value) {
            ("steps", ast::Value::Array(steps)) => self.list(prop, steps, Self::step),
            ("examples", ast::Value::Array(examples)) => self.list(prop, examples, Self::example),
            _ => self.field(prop, Self::tight),
        });
        block("{", fields, "}", 4)
    }

    fn list(
        &self,
        prop: &ast::ObjectProp<'_>,
        items: &ast::Array<'_>,
        write: fn(&Self, &ast::Value<'_>) -> String,
    ) -> String {
        let items = items.elements.iter().map(|item| write(self, item));
        format!("{}: {}", self.raw(&prop.name), block("[", items, "]", 6))
    }

    fn step(&self, step: &ast::Value<'_>) -> String {
        let ast::Value::Object(step) = step else { return self.tight(step) };
        let rank = |prop: &&ast::ObjectProp<'_>| {
            let place = |keys: &[&str]| keys.iter().position(|key| *key == prop.name.as_str());
            // a key of neither list is the verb
            place(STEP.0).or_else(|| place(STEP.1).map(|at| at + 100)).unwrap_or(50)
        };
        let mut props: Vec<&ast::ObjectProp<'_>> = step.properties.iter().collect();
        props.sort_by_key(rank);
        inline("{ ", props.iter().map(|prop| self.field(prop, Self::verb)), " }")
    }

    fn example(&self, example: &ast::Value<'_>) -> String {
        let ast::Value::Object(example) = example else { return self.tight(example) };
        let props = sorted(example, EXAMPLE);
        inline("{ ", props.iter().map(|prop| self.field(prop, Self::tight)), " }")
    }

    /// The many parts of a `raw` get a line each.
    fn verb(&self, value: &ast::Value<'_>) -> String {
        let ast::Value::Object(verb) = value else { return self.tight(value) };
        let fields = verb.properties.iter().map(|prop| match &prop.value {
            ast::Value::Array(parts)
                if prop.name.as_str() == "parts" && parts.elements.len() > PARTS_ON_A_LINE =>
            {
                let parts = parts.elements.iter().map(|part| self.tight(part));
                format!("{}: {}", self.raw(&prop.name), block("[", parts, "]", 8))
            }
            _ => self.field(prop, Self::tight),
        });
        inline("{", fields, "}")
    }

    fn field(&self, prop: &ast::ObjectProp<'_>, write: fn(&Self, &ast::Value<'_>) -> String) -> String {
        format!("{}: {}", self.raw(&prop.name), write(self, &prop.value))
    }

    /// On one line, with spaces inside the outer braces.
    fn spaced(&self, value: &ast::Value<'_>) -> String {
        let ast::Value::Object(object) = value else { return self.tight(value) };
        inline("{ ", object.properties.iter().map(|prop| self.field(prop, Self::tight)), " }")
    }

    /// On one line.
    fn tight(&self, value: &ast::Value<'_>) -> String {
        match value {
            ast::Value::Object(object) => {
                inline("{", object.properties.iter().map(|prop| self.field(prop, Self::tight)), "}")
            }
            ast::Value::Array(array) => inline("[", array.elements.iter().map(|item| self.tight(item)), "]"),
            atom => self.raw(atom).to_owned(),
        }
    }

    /// As it is spelled in the file.
    fn raw(&self, node: &impl Ranged) -> &str {
        self.text.get(node.start()..node.end()).unwrap_or_default()
    }
}

/// The properties in the order of these keys; others come last, in their own order.
fn sorted<'o, 't>(object: &'o ast::Object<'t>, keys: &[&str]) -> Vec<&'o ast::ObjectProp<'t>> {
    let mut props: Vec<_> = object.properties.iter().collect();
    props.sort_by_key(|prop| keys.iter().position(|key| *key == prop.name.as_str()).unwrap_or(keys.len()));
    props
}

fn id<'v>(case: &'v ast::Value<'_>) -> &'v str {
    let ast::Value::Object(case) = case else { return "" };
    let id = case.properties.iter().find(|prop| prop.name.as_str() == "id").map(|prop| &prop.value);
    if let Some(ast::Value::StringLit(id)) = id { &id.value } else { "" }
}

fn inline(open: &str, items: impl Iterator<Item = String>, close: &str) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        return format!("{}{}", open.trim(), close.trim());
    }
    format!("{open}{}{close}", items.join(", "))
}

/// A line for each item, two spaces deeper than the brackets.
fn block(open: &str, items: impl Iterator<Item = String>, close: &str, indent: usize) -> String {
    let items: Vec<String> = items.map(|item| format!("{:indent$}  {item}", "")).collect();
    if items.is_empty() {
        return format!("{open}{close}");
    }
    format!("{open}\n{}\n{:indent$}{close}", items.join(",\n"), "")
}

fn fault(file: &str, message: String) -> Fault {
    Fault { file: file.to_owned(), line: 1, pointer: String::new(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSY: &str = r#"{"cases":[{"steps":[{"code":"a.b","rule":"A-01","observe":{"n":1e1,"s":"\u0301é"}},
        {"on":"two","raw":{"parts":[{"utf8":"a"},{"utf8":"b"},{"utf8":"c"},{"utf8":"d"}]}}],
        "title":"t","id":"a/b"},{"id":"a/c","examples":[{"args":{},"tc":1}]}],"format":1,
        "codes":{"a.b":{"fix":"f","means":"m"}}}"#;

    #[test]
    fn keys_get_their_order_and_each_thing_its_line() {
        let tidy = lay_out("a.json", MESSY).unwrap();
        let wanted = r#"{
  "format": 1,
  "codes": {
    "a.b": { "fix": "f", "means": "m" }
  },
  "cases": [
    {
      "id": "a/b",
      "title": "t",
      "steps": [
        { "observe": {"n": 1e1, "s": "\u0301é"}, "rule": "A-01", "code": "a.b" },
        { "raw": {"parts": [
          {"utf8": "a"},
          {"utf8": "b"},
          {"utf8": "c"},
          {"utf8": "d"}
        ]}, "on": "two" }
      ]
    },
    {
      "id": "a/c",
      "examples": [
        { "tc": 1, "args": {} }
      ]
    }
  ]
}
"#;
        assert_eq!(tidy, wanted);
        assert_eq!(lay_out("a.json", &tidy).unwrap(), wanted);
    }

    #[test]
    fn only_wanted_cases_stay() {
        let one = lay_out_cases("a.json", MESSY, |id| id == "a/c").unwrap().unwrap();
        assert!(one.contains("a/c") && !one.contains("a/b\""), "{one}");
        assert_eq!(lay_out_cases("a.json", MESSY, |_| false).unwrap(), None);
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        for (text, wanted) in
            [(r#"{"a":1,"a":2}"#, "duplicate key"), ("[", "no JSON"), ("[]", "no JSON object"), ("", "JSON")]
        {
            let faults = lay_out("a.json", text).unwrap_err();
            assert!(faults[0].to_string().contains(wanted), "{text}: {}", faults[0]);
        }
    }

    #[test]
    fn the_meaning_of_every_embedded_file_is_kept() {
        for (name, text) in thrum_vectors::vectors() {
            let tidy = lay_out(&name, text).unwrap();
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(value(&tidy), value(text), "{name}");
            assert_eq!(lay_out(&name, &tidy).unwrap(), tidy, "{name}");
        }
    }
}
