//! JSON for files that people compare: a line for each entry, so that a change is a changed line.

use serde_json::Value;

/// The text of an object or array; what its fields hold gets a line per entry, and deeper values none.
pub(crate) fn text(value: &Value) -> String {
    nested(value, 0, 2) + "\n"
}

fn nested(value: &Value, indent: usize, levels: usize) -> String {
    let (open, close, items): (_, _, Vec<String>) = match value {
        _ if levels == 0 => return value.to_string(),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| {
                format!("{}: {}", Value::from(key.as_str()), nested(value, indent + 2, levels - 1))
            };
            ("{", "}", fields.iter().map(field).collect())
        }
        Value::Array(items) => {
            ("[", "]", items.iter().map(|item| nested(item, indent + 2, levels - 1)).collect())
        }
        atom => return atom.to_string(),
    };
    if items.is_empty() {
        return format!("{open}{close}");
    }
    let lines: Vec<String> = items.iter().map(|item| format!("{:indent$}  {item}", "")).collect();
    format!("{open}\n{}\n{:indent$}{close}", lines.join(",\n"), "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_is_a_line() {
        let value = json!({"format": 1, "cases": {"a/b": {"c": [1, 2]}, "a/c": {}}, "none": {}});
        let wanted = "{\n  \"format\": 1,\n  \"cases\": {\n    \"a/b\": {\"c\":[1,2]},\n    \"a/c\": {}\n  },\n  \"none\": {}\n}\n";
        assert_eq!(text(&value), wanted);
        assert_eq!(serde_json::from_str::<Value>(wanted).unwrap(), value);
    }
}
