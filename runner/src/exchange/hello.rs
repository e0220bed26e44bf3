//! What the application says of itself where a case says nothing else.

use serde_json::{Map, Value, json};

/// What the application decides in hello where a case says nothing else.
pub fn default_hello() -> Map<String, Value> {
    let hello = json!({
        "bee": "conform-bee",
        "version": "1.0.0",
        "source": "thrum-conform",
        "propensity": {"statefulness": "stateless", "richness": "lean", "wire": "ndjson"},
        "chis": ["hello", "prompt", "cancel", "tool-result", "release-permit", "tendril-result", "log", "echo"],
    });
    match hello {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
