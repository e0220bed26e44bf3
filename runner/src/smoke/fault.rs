//! A mistake of a shim, in words that teach: what was sent, what came, what is wrong with it, and what is
//! right.

use serde_json::{Map, Value};

use crate::testee::shorten;
use crate::vector::{check_message, known_events};

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The request that it is about, as it was sent.
    pub sent: Option<String>,
    /// The very line of the shim, cut to a length that can be read.
    pub got: Option<String>,
    /// What is wrong, a fragment.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

/// What a line on a shim's stdout is.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// It has an `id` or `ok`.
    Reply(Map<String, Value>),
    /// It has `ev`.
    Event(Map<String, Value>),
    /// JSON that does not end on this line.
    Begun,
    /// No message: what is wrong, and the hint.
    Noise(String, &'static str),
}

/// What is wrong with a line that looks like JSON, and the hint.
pub(super) const NO_JSON: (&str, &str) =
    ("a line on stdout is no JSON", "a message is one JSON object on one line; build it with a JSON library");
const STDOUT: &str = "stdout belongs to the shim protocol: print logs to stderr";
const ONE_LINE: &str = "a message is one JSON object on one line: no line breaks inside, LF after it";

/// Reads a line without its LF.
pub(super) fn read(line: &[u8]) -> Line {
    let decoded = mock_humd::wire::codec::decode(line);
    match decoded.tone.map(mock_humd::wire::tone::Tone::into_value) {
        Some(Value::Object(fields)) if fields.contains_key("ev") => Line::Event(fields),
        Some(Value::Object(fields)) if fields.contains_key("id") || fields.contains_key("ok") => {
            Line::Reply(fields)
        }
        Some(_) => Line::Noise(
            "an object on stdout is neither a reply nor an event".to_owned(),
            "a reply has the `id` of its request and `ok`, an event has `ev`; print anything else to stderr",
        ),
        None => match serde_json::from_slice::<Value>(line) {
            Ok(Value::Array(_)) => {
                Line::Noise("a line on stdout is a JSON array, no object".to_owned(), ONE_LINE)
            }
            Err(error) if line.trim_ascii_start().starts_with(b"{") => {
                if error.is_eof() {
                    Line::Begun
                } else {
                    Line::Noise(NO_JSON.0.to_owned(), NO_JSON.1)
                }
            }
            _ => Line::Noise("a line on stdout is no message of the protocol".to_owned(), STDOUT),
        },
    }
}

/// JSON spread over several lines: what is wrong with it, and the hint.
pub(super) fn spread(lines: usize) -> (String, &'static str) {
    (format!("a message stands on {lines} lines"), ONE_LINE)
}

/// What is wrong with the `id` of a reply to the request with this id, and the hint.
pub(super) fn misnumbered(given: Option<&Value>, id: u64) -> Option<(String, String)> {
    let hint = format!("repeat the `id` of the request as it is: `\"id\":{id}`");
    let why = match given {
        Some(Value::Number(number)) if number.as_u64() == Some(id) => return None,
        Some(Value::Number(number)) => format!("the reply has the id {number}, which no open request has"),
        Some(Value::String(text)) => format!("`id` is the string `\"{}\"`, no number", shorten(text)),
        Some(other) => format!("`id` is `{}`, no number", shorten(&other.to_string())),
        None => "the reply lacks `id`".to_owned(),
    };
    Some((why, hint))
}

/// What the schema has against a reply to this op, each with its hint.
pub(super) fn wrong_reply(op: &str, reply: &Map<String, Value>) -> Vec<(String, String)> {
    let name = match reply.get("ok") {
        Some(Value::Bool(true)) => match op {
            "start" => "reply-start",
            "call" => "reply-call",
            "open" => "reply-open",
            _ => "reply-ok",
        },
        Some(Value::Bool(false)) if reply.contains_key("unsupported") => "reply-unsupported",
        Some(Value::Bool(false)) if reply.contains_key("impossible") => "reply-impossible",
        Some(Value::Bool(false)) => "reply-refused",
        Some(other) => {
            let why = format!("`ok` is `{}`, neither true nor false", shorten(&other.to_string()));
            return vec![(why, "`ok` says whether the request was carried out".to_owned())];
        }
        None => {
            let why = "the reply lacks `ok`".to_owned();
            return vec![(
                why,
                "`\"ok\":true`, or `\"ok\":false` with `code` or `\"unsupported\":true`".to_owned(),
            )];
        }
    };
    against(name, reply)
}

/// What the schema has against an event, each with its hint.
pub(super) fn wrong_event(event: &Map<String, Value>) -> Vec<(String, String)> {
    let kind = event.get("ev").and_then(Value::as_str).unwrap_or_default();
    if known_events().all(|known| known != kind) {
        let known: Vec<&str> = known_events().collect();
        let why = format!("there is no event `{}`", shorten(&event["ev"].to_string()));
        return vec![(why, format!("the events are `{}`", known.join("`, `")))];
    }
    against(&format!("event-{kind}"), event)
}

/// A tone is the client's, so its nesting is not the schema's to walk.
fn against(name: &str, message: &Map<String, Value>) -> Vec<(String, String)> {
    let mut message = message.clone();
    for free in ["tone", "value"] {
        if let Some(value) = message.get_mut(free) {
            *value = Value::Null;
        }
    }
    let faults = check_message(name, &Value::Object(message));
    let worded = faults.into_iter().map(|(at, said)| {
        let (said, near) = match said.split_once(" (hint: ") {
            Some((said, near)) => (said, near.strip_suffix(')').map(|near| format!("{near}; "))),
            None => (said.as_str(), None),
        };
        let place = match at.as_str() {
            "" => String::new(),
            at if said.contains("unknown key") && at.matches('/').count() == 1 => String::new(),
            at => format!("`{}`: ", at.trim_start_matches('/').replace('/', ".")),
        };
        let subject = if name.starts_with("event") { "the event" } else { "the reply" };
        let why = if place.is_empty() { format!("{subject} {}", of(said)) } else { format!("{place}{said}") };
        (why, format!("{}{}", near.unwrap_or_default(), advice(name, &at, said)))
    });
    worded.collect()
}

/// `lacks …` stands after its subject; `unknown key …` needs a verb.
fn of(said: &str) -> String {
    if said.starts_with("unknown key") { format!("has the {said}") } else { said.to_owned() }
}

/// What is special about a key, or else a message that is right.
fn advice(name: &str, at: &str, said: &str) -> String {
    let about = |key: &str| at == format!("/{key}") || said == format!("lacks `{key}`");
    let special = [
        ("reply-start", "v", "`\"v\":1` is the version of the shim protocol"),
        ("reply-start", "caps", "`caps` is the list of what the client has; it may be empty: `\"caps\":[]`"),
        (
            "reply-start",
            "profiles",
            "`\"profiles\":[\"document\"]`, for a client that speaks as WIRE.md says",
        ),
        (
            "reply-start",
            "wire",
            "`wire` is the wire version that the client targets, as a string: `\"0.7.0\"`",
        ),
        ("reply-call", "value", "`value` holds what the helper returned, null too where it returned nothing"),
        (
            "reply-open",
            "client",
            "`client` is a handle of your choosing, new for each `open`: `\"client\":\"c1\"`",
        ),
        ("event-delivered", "to", "`to` is the sid whose handler got the tone, or null for the catch-all"),
        ("event-delivered", "conn", "`conn` counts the connections of the client, from 1"),
        ("event-delivered", "client", "`client` is the handle that the reply to `open` gave"),
    ];
    let found = special.iter().find(|(of, key, _)| *of == name && about(key));
    match found {
        Some((_, _, advice)) => (*advice).to_owned(),
        None => format!("a right one: `{}`", example(name)),
    }
}

/// A message of this kind that is as it should be.
fn example(name: &str) -> &'static str {
    let found = EXAMPLES.iter().find(|(of, _)| *of == name);
    found.map_or("", |(_, line)| line)
}

const EXAMPLES: [(&str, &str); 12] = [
    (
        "reply-start",
        r#"{"id":0,"ok":true,"v":1,"impl":{"name":"my-client","version":"0.1.0","lang":"c 17"},"wire":"0.7.0","profiles":["document"],"caps":[]}"#,
    ),
    ("reply-ok", r#"{"id":3,"ok":true}"#),
    ("reply-call", r#"{"id":3,"ok":true,"value":"0.7.0"}"#),
    ("reply-open", r#"{"id":3,"ok":true,"client":"c1"}"#),
    ("reply-refused", r#"{"id":3,"ok":false,"code":"ValueError","message":"the client's own words"}"#),
    ("reply-unsupported", r#"{"id":3,"ok":false,"unsupported":true}"#),
    ("reply-impossible", r#"{"id":3,"ok":false,"impossible":true,"why":"nest is a required parameter"}"#),
    (
        "event-delivered",
        r#"{"ev":"delivered","client":"c1","conn":1,"to":null,"tone":{"chi":"breath","rid":"b-1"}}"#,
    ),
    ("event-disconnected", r#"{"ev":"disconnected","client":"c1","conn":1}"#),
    ("event-turn", r#"{"ev":"turn","client":"c1","sid":"hum-x","outcome":"finished"}"#),
    ("event-done", r#"{"ev":"done","id":5}"#),
    ("event-shim-error", r#"{"ev":"shim-error","message":"what went wrong"}"#),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_are_as_the_schema_wants_them() {
        for (name, line) in EXAMPLES {
            let message: Value = serde_json::from_str(line).expect("an example is JSON");
            assert_eq!(check_message(name, &message), [], "{line}");
        }
    }

    #[test]
    fn a_line_is_a_reply_an_event_or_noise() {
        for (line, wanted) in [
            (r#"{"id":1,"ok":true}"#, "Reply"),
            (r#"{"ok":true}"#, "Reply"),
            (r#"{"ev":"done","id":1}"#, "Event"),
            ("{", "Begun"),
            (r#"{"id": 1,"#, "Begun"),
            ("listening on port 8080", "Noise"),
            (r#"[{"id":1,"ok":true}]"#, "Noise"),
            (r#"{"level":"info"}"#, "Noise"),
            ("", "Noise"),
        ] {
            let read = format!("{:?}", read(line.as_bytes()));
            assert!(read.starts_with(wanted), "{line}: {read}");
        }
    }

    #[test]
    fn a_message_that_is_wrong_is_told_what_is_right() {
        for (name, line, why, hint) in [
            ("start", r#"{"id":0,"ok":true}"#, "the reply lacks `v`", r#"`"v":1`"#),
            ("call", r#"{"id":0,"ok":true}"#, "the reply lacks `value`", "what the helper returned"),
            ("open", r#"{"id":0,"ok":true,"client":7}"#, "`client`: `7` is no string", "a handle"),
            (
                "ping",
                r#"{"id":0,"ok":true,"at":1}"#,
                "the reply has the unknown key `at`",
                r#"{"id":3,"ok":true}"#,
            ),
            ("ping", r#"{"id":0,"ok":"yes"}"#, "`ok` is `\"yes\"`", "carried out"),
            ("do", r#"{"id":0,"unsupported":true}"#, "the reply lacks `ok`", "unsupported"),
            ("do", r#"{"id":0,"ok":false}"#, "the reply lacks `code`", "the client's own words"),
        ] {
            let Line::Reply(reply) = read(line.as_bytes()) else { panic!("{line} is a reply") };
            let said = wrong_reply(name, &reply);
            assert!(said.iter().any(|(w, h)| w.contains(why) && h.contains(hint)), "{line}: {said:?}");
        }
    }
}
