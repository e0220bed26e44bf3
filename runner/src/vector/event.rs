//! Reads what `observe`, `never` and `record` look for.

use mock_humd::pattern::{Pattern, PatternFault};
use serde_json::{Map, Value, json};

use super::fault::{Log, ticked};
use super::model::{Event, Happening};

/// The keys that say more about each event.
const DETAILS: [(&str, &[&str]); 7] = [
    ("delivered", &["to", "conn", "tone"]),
    ("disconnected", &["conn"]),
    ("turn", &["sid", "outcome"]),
    ("done", &[]),
    ("shim-error", &[]),
    ("eof", &[]),
    ("connected", &[]),
];

/// Reads the value of `observe`, which stands at this pointer.
pub(super) fn observed(node: &Map<String, Value>, at: &str, log: &mut Log<'_>) -> Option<Event> {
    let kind = node.get("event").and_then(Value::as_str)?;
    details(kind, node, at, log);
    event(kind, node, at, log)
}

/// Reads the value of `never` or `record`; `from_tested` says whether the step's `from` is under test.
pub(super) fn happening(
    node: &Map<String, Value>,
    from_tested: Option<bool>,
    at: &str,
    log: &mut Log<'_>,
) -> Option<Happening> {
    let Some(kind) = node.get("event").and_then(Value::as_str) else {
        return tone(node, from_tested, at, log).map(Happening::Tone);
    };
    if from_tested.is_some() {
        log.add(at, "`from` belongs to a `tone` without an `event`");
    }
    details(kind, node, at, log);
    match kind {
        "eof" => Some(Happening::Eof),
        "connected" => Some(Happening::Connected),
        _ => event(kind, node, at, log).map(Happening::Event),
    }
}

fn tone(
    node: &Map<String, Value>,
    from_tested: Option<bool>,
    at: &str,
    log: &mut Log<'_>,
) -> Option<Pattern> {
    let Some(tone) = node.get("tone") else {
        log.add(at, "names neither an `event` nor a `tone`");
        return None;
    };
    match from_tested {
        Some(true) => {}
        Some(false) => log.add(at, "looks for a tone of a party that is not under test"),
        None => log.add(at, "a `tone` needs `from` beside it (hint: or `event`: `delivered`)"),
    }
    for key in ["to", "conn", "sid", "outcome"].into_iter().filter(|key| node.contains_key(*key)) {
        log.add(format!("{at}/{key}"), format!("`{key}` says nothing about a tone on the wire"));
    }
    pattern(tone, &format!("{at}/tone"), log)
}

fn event(kind: &str, node: &Map<String, Value>, at: &str, log: &mut Log<'_>) -> Option<Event> {
    let text = |key: &str| node.get(key).and_then(Value::as_str).map(str::to_owned);
    let conn = node.get("conn").and_then(Value::as_u64);
    match kind {
        "delivered" => {
            let to = node.get("to").map(|to| to.as_str().map(str::to_owned));
            let anything = json!({ "$any": true });
            let tone = node.get("tone").unwrap_or(&anything);
            Some(Event::Delivered { to, conn, tone: pattern(tone, &format!("{at}/tone"), log)? })
        }
        "disconnected" => Some(Event::Disconnected { conn }),
        "turn" => Some(Event::Turn { sid: text("sid"), outcome: text("outcome") }),
        "done" => Some(Event::Done),
        "shim-error" => Some(Event::ShimError),
        _ => {
            log.add(at, format!("`{kind}` is no event that can be looked for here"));
            None
        }
    }
}

/// Refuses keys that would say nothing about this event.
fn details(kind: &str, node: &Map<String, Value>, at: &str, log: &mut Log<'_>) {
    let known = DETAILS.iter().find(|(event, _)| *event == kind).map_or(&[][..], |(_, keys)| keys);
    for key in node.keys().filter(|key| !matches!(key.as_str(), "event" | "seen" | "unseen")) {
        if !known.contains(&key.as_str()) {
            let hint = if known.is_empty() { "nothing does".into() } else { ticked(known.iter().copied()) };
            let message = format!("`{key}` says nothing about `{kind}` (hint: {hint})");
            log.add(format!("{at}/{key}"), message);
        }
    }
}

/// Parses a pattern that stands at this pointer.
pub(super) fn pattern(value: &Value, at: &str, log: &mut Log<'_>) -> Option<Pattern> {
    parsed(Pattern::parse(value), at, log)
}

/// The value, or a fault for each of the parser's.
pub(super) fn parsed<T>(result: Result<T, Vec<PatternFault>>, at: &str, log: &mut Log<'_>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(faults) => {
            for PatternFault { pointer, message, .. } in faults {
                log.add(format!("{at}{pointer}"), message);
            }
            None
        }
    }
}
