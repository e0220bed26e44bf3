//! Who a client is and how it speaks: its role, and the profile (WIRE.md, Profiles). In `live` some bodies have
//! other fields; everything else is the same.

use serde_json::{Value, json};

use super::answer::{Call, Tool};
use crate::reference::fault::faulty;

/// The role and the profile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Whether it serves prompts, rather than sending them.
    pub worker: bool,
    /// Whether it speaks as deployed daemons do.
    pub live: bool,
}

impl Dialect {
    /// The definition of a tool, as prompts and live hellos carry it.
    pub fn definition(self, tool: &Tool) -> Value {
        let live = self.live && !faulty!("live-tools-in-snake-case");
        let schema = if live { "inputSchema" } else { "input_schema" };
        json!({"name": tool.name, "description": tool.description, schema: tool.input_schema})
    }

    /// The name of the tool that a tool-call is about.
    pub fn tool_name(self, call: &super::Tone) -> &str {
        let text = |key: &str| call.get(key).and_then(Value::as_str);
        let alias = if self.live && !faulty!("live-tool-name-unread") { text("toolName") } else { None };
        text("name").or(alias).unwrap_or_default()
    }

    /// The answer to a tool-call. The document knows a failure by its `error`, a string.
    pub fn tool_result(self, call: &Call, value: Value) -> Value {
        let mut tone = json!({"chi": "tool-result", "sid": call.sid, "callId": call.id});
        if self.live && !faulty!("live-result-as-in-the-document") {
            let error = value.get("error").filter(|error| error.is_string()).cloned();
            let failed = error.is_some() && !faulty!("live-failure-not-marked");
            tone["isError"] =
                if faulty!("live-is-error-as-word") { json!(failed.to_string()) } else { json!(failed) };
            tone["output"] = error.unwrap_or(value);
            tone["toolName"] = json!(call.tool);
        } else {
            tone["result"] = value;
        }
        tone
    }
}
