//! Null testees: they look like a testee and observe nothing, so a suite must find that they hold nothing.
//!
//! All but three greet properly: they answer `start` and refuse an op that they do not know. What differs is
//! what they do afterwards.

mod barriers;

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::Variant;
use mock_humd::wire::chi::THRUM_VERSION;

/// A request or a message of the shim protocol.
type Message = Map<String, Value>;

/// A testee that observes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    Silent,
    Echo,
    CrashAtStart,
    CrashMidCase,
    Hang,
    Garbage,
    TrueToAll,
    UnsupportedToAll,
    ErrorsToAll,
    OnlyBarriers,
    DeniesAll,
}

const ALL: [(Null, Variant); 11] = [
    (Null::Silent, about("silent", "answers everything and reports nothing")),
    (Null::Echo, about("echo", "prints each request back")),
    (Null::CrashAtStart, about("crash-at-start", "dies at once")),
    (Null::CrashMidCase, about("crash-mid-case", "dies when it is to connect")),
    (Null::Hang, about("hang", "says nothing after the greeting")),
    (Null::Garbage, about("garbage", "prints lines that are no messages")),
    (Null::TrueToAll, about("true-to-all", "returns true from every call")),
    (Null::UnsupportedToAll, about("unsupported-to-all", "cannot do anything")),
    (Null::ErrorsToAll, about("errors-to-all", "fails at everything")),
    (
        Null::OnlyBarriers,
        about("delivers-only-barriers", "reports the suite's own markers and no other tone"),
    ),
    (Null::DeniesAll, about("denies-all-capabilities", "offers nothing and says yes to all")),
];

const fn about(name: &'static str, about: &'static str) -> Variant {
    Variant { name, about }
}

/// The null testees.
pub fn nulls() -> &'static [Variant] {
    const NAMES: [Variant; ALL.len()] = {
        let mut names = [ALL[0].1; ALL.len()];
        let mut at = 0;
        while at < ALL.len() {
            names[at] = ALL[at].1;
            at += 1;
        }
        names
    };
    &NAMES
}

/// The testee of that name.
pub(super) fn find(name: &str) -> Option<Null> {
    ALL.iter().find(|(_, variant)| variant.name == name).map(|(null, _)| *null)
}

impl Null {
    /// Serves stdin until it ends, or until the testee has had enough.
    pub(super) fn run(self) -> ExitCode {
        if self == Self::CrashAtStart {
            eprintln!("crashing as asked");
            return ExitCode::from(70);
        }
        let mut only_barriers = barriers::OnlyBarriers::default();
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if self == Self::Echo {
                print(&line);
                continue;
            }
            if self == Self::Garbage {
                print("#### no message #### {{{");
                continue;
            }
            let Ok(Value::Object(request)) = serde_json::from_str::<Value>(&line) else { continue };
            if let Some(reply) = self.greeting(&request) {
                say(&reply);
                continue;
            }
            match self {
                Self::Hang => {}
                Self::CrashMidCase if connects(&request) => {
                    eprintln!("crashing as asked");
                    return ExitCode::from(70);
                }
                Self::UnsupportedToAll => say(&unsupported(&request)),
                Self::ErrorsToAll => say(&json!({"id": request.get("id"), "ok": false, "code": "no"})),
                Self::OnlyBarriers => only_barriers.serve(&request),
                _ => self.agree(&request),
            }
            if op(&request) == "stop" && self != Self::Hang {
                break;
            }
        }
        ExitCode::SUCCESS
    }

    /// The answer to `start`, and to an op that the protocol does not have.
    fn greeting(self, request: &Message) -> Option<Value> {
        match op(request) {
            "start" => Some(json!({
                "id": request.get("id"),
                "ok": true,
                "v": 1,
                "impl": {"name": "thrum-null", "version": env!("CARGO_PKG_VERSION"), "lang": "rust"},
                "wire": THRUM_VERSION,
                "profiles": super::shim::PROFILES,
                "caps": if self == Self::DeniesAll { json!([]) } else { json!(super::shim::CAPS) },
            })),
            "ping" | "call" | "open" | "do" | "clock" | "end" | "stop" => None,
            _ => Some(unsupported(request)),
        }
    }

    /// Says yes, and does nothing.
    fn agree(self, request: &Message) {
        let value = if self == Self::TrueToAll { json!(true) } else { Value::Null };
        yes(request, &value);
    }
}

/// The reply of success that fits a request, and the event of success where an act is not waited for.
fn yes(request: &Message, value: &Value) {
    let id = request.get("id");
    match op(request) {
        "call" => say(&json!({"id": id, "ok": true, "value": value})),
        "open" => say(&json!({"id": id, "ok": true, "client": format!("c{}", id.unwrap_or(&Value::Null))})),
        _ => say(&json!({"id": id, "ok": true})),
    }
    if op(request) == "do" && request.get("wait") == Some(&Value::Bool(false)) {
        say(&json!({"ev": "done", "id": id}));
    }
}

fn unsupported(request: &Message) -> Value {
    json!({"id": request.get("id"), "ok": false, "unsupported": true})
}

fn connects(request: &Message) -> bool {
    op(request) == "do"
        && act(request).and_then(|act| act.get("do")).and_then(Value::as_str) == Some("connect")
}

fn act(request: &Message) -> Option<&Message> {
    request.get("act").and_then(Value::as_object)
}

fn op(request: &Message) -> &str {
    request.get("op").and_then(Value::as_str).unwrap_or_default()
}

fn say(message: &Value) {
    print(&message.to_string());
}

/// Writes a line; when nobody reads any more there is nobody to tell, either.
fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush());
}
