//! Arguments for a tool that only its declaration is known of: as simple as its `input_schema` allows.

use serde_json::{Map, Value, json};

/// So deep a schema is followed.
const LEVELS_MAX: usize = 16;

/// A value that a plain reading of the schema accepts. What it does not understand it leaves out: a result that tells
/// of a failure is an answer as well.
pub(super) fn arguments(schema: &Value) -> Value {
    match value(schema, LEVELS_MAX) {
        Value::Object(fields) => Value::Object(fields),
        _ => json!({}),
    }
}

fn value(schema: &Value, levels: usize) -> Value {
    let given = schema.get("const").or_else(|| schema.get("default")).or_else(|| schema["enum"].get(0));
    if let Some(given) = given {
        return given.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind.unwrap_or(if schema["properties"].is_object() { "object" } else { "" }) {
        "object" if levels > 0 => Value::Object(fields(schema, levels - 1)),
        "object" => json!({}),
        "array" => {
            let least =
                usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap_or(0).min(LEVELS_MAX);
            if levels == 0 { json!([]) } else { vec![value(&schema["items"], levels - 1); least].into() }
        }
        "string" => {
            let least =
                usize::try_from(schema["minLength"].as_u64().unwrap_or(1)).unwrap_or(1).clamp(1, 1000);
            "a".repeat(least).into()
        }
        "integer" | "number" => {
            schema.get("minimum").filter(|least| least.is_number()).cloned().unwrap_or(json!(1))
        }
        "boolean" => json!(true),
        _ => Value::Null,
    }
}

/// Every property: those that are not required do no harm.
fn fields(schema: &Value, levels: usize) -> Map<String, Value> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, of)| (name.clone(), value(of, levels))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_as_simple_as_the_schema_allows() {
        for (schema, wanted) in [
            (
                json!({"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "number"}}}),
                json!({"a": 1, "b": 1}),
            ),
            (
                json!({"properties": {"n": {"type": "integer", "minimum": 3}, "s": {"type": ["string", "null"]}}}),
                json!({"n": 3, "s": "a"}),
            ),
            (
                json!({"type": "object", "properties": {"l": {"type": "array", "minItems": 2, "items": {"type": "boolean"}}}}),
                json!({"l": [true, true]}),
            ),
            (
                json!({"type": "object", "properties": {"k": {"enum": ["x", "y"]}, "o": {"type": "object", "properties": {"d": {"default": 7}}}}}),
                json!({"k": "x", "o": {"d": 7}}),
            ),
            (json!({"type": "object"}), json!({})),
            (json!("no schema"), json!({})),
            (json!({"type": "string"}), json!({})),
        ] {
            assert_eq!(arguments(&schema), wanted, "{schema}");
        }
    }
}
