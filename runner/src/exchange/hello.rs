//! What the application says of itself where a case says nothing else.

use serde_json::{Map, Value, json};

use crate::rule::{Party, Profile, Side};

/// The bee's name where a case gives no other.
pub const BEE: &str = "conform-bee";

/// What an asker speaks.
const ASKER: [&str; 8] =
    ["hello", "prompt", "cancel", "tool-result", "release-permit", "tendril-result", "log", "echo"];

/// What a worker speaks.
const WORKER: [&str; 12] = [
    "hello",
    "chunk",
    "finish",
    "error",
    "session-ready",
    "pulse",
    "tool-call",
    "tool-meta",
    "tool-info",
    "permission-ask",
    "log",
    "echo",
];

/// What the application decides in hello where a case says nothing else. In the profile `live` the name gives way
/// to the roles, and the bee has a kind and an id.
pub fn default_hello(side: Side) -> Map<String, Value> {
    let worker = side.party == Party::Worker;
    let mut hello = json!({
        "bee": BEE,
        "version": "1.0.0",
        "source": "thrum-conform",
        "propensity": {"statefulness": "stateless", "richness": "lean", "wire": "ndjson"},
        "chis": if worker { json!(WORKER) } else { json!(ASKER) },
    });
    if side.profile == Profile::Live {
        hello["bee"] = json!([if worker { "worker" } else { "forager" }]);
        hello["hive"] = json!("conform");
        hello["hid"] = json!(format!("{}bee_{}", if worker { "w" } else { "f" }, "0c".repeat(32)));
    }
    match hello {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
