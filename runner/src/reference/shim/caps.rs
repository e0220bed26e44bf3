//! What the shim claims that the client offers. What it does not claim it does not do, either.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::reference::odd::{self, Odd};

/// What the client offers: everything.
pub const CAPS: [&str; 25] = [
    "worker",
    "hello",
    "handlers.async",
    "threads",
    "tools",
    "timeouts",
    "permits",
    "tendrils",
    "turns",
    "reconnect.auto",
    "reconnect.manual",
    "wane.wired",
    "wane.merge",
    "clock.virtual",
    "verb.prompt",
    "verb.cancel",
    "verb.cleanup",
    "verb.curate",
    "verb.petal-cell",
    "verb.echo",
    "verb.log",
    "verb.perf-mark",
    "verb.release-permit",
    "verb.tendril-result",
    "verb.tool-result",
];

/// What is claimed besides, and what is not.
static CHANGES: OnceLock<(Vec<String>, Vec<String>)> = OnceLock::new();

/// Claims these as well, whether they exist or not, and not those. Said once, before the shim starts.
pub fn change(with: &[String], without: &[String]) {
    // a second call would come too late for what has been claimed
    let _ = CHANGES.set((with.to_vec(), without.to_vec()));
}

/// What is claimed.
pub fn claimed() -> Vec<&'static str> {
    let with = CHANGES.get().map(|(with, _)| with.as_slice()).unwrap_or_default();
    let own = CAPS.into_iter().filter(|cap| has(cap));
    own.chain(with.iter().map(String::as_str)).collect()
}

/// Whether the client offers something.
pub fn has(cap: &str) -> bool {
    let without = CHANGES.get().map(|(_, without)| without.as_slice()).unwrap_or_default();
    !odd::is(Odd::Bare) && !without.iter().any(|own| own == cap)
}

/// Whether an act needs nothing that the client does not offer. `again` says that there was a connection.
pub fn allow(act: &Map<String, Value>, again: bool) -> bool {
    let text = |key: &str| act.get(key).and_then(Value::as_str).unwrap_or_default();
    match text("do") {
        "prompt" => has("verb.prompt") && (!act.contains_key("tools") || has("tools")),
        "cancel" => has("verb.cancel"),
        "verb" => has(&format!("verb.{}", text("chi"))),
        "tool" => has("tools") && (!act.contains_key("timeout_ms") || has("timeouts")),
        "release" => has("tools"),
        "permit" => has("permits"),
        "tendril" => has("tendrils"),
        "serve" => has("worker"),
        "tick" => has("wane.wired"),
        "handler" => text("throws") != "async" || has("handlers.async"),
        "send-many" => {
            act.get("threads").and_then(Value::as_u64).is_none_or(|threads| threads < 2) || has("threads")
        }
        "connect" => !again || has("reconnect.manual"),
        _ => true,
    }
}

/// Whether a call of a helper function needs nothing that the client does not offer.
pub fn allow_call(function: &str, args: &Map<String, Value>) -> bool {
    match function {
        "rid" => {
            args.get("threads").and_then(Value::as_u64).is_none_or(|threads| threads < 2) || has("threads")
        }
        "wane" => {
            let mut ops = args.get("ops").and_then(Value::as_array).into_iter().flatten();
            has("wane.merge")
                || !ops.any(|op| op.get(0).is_some_and(|name| name == "merge" || name == "snapshot"))
        }
        _ => true,
    }
}
