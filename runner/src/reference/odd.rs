//! Testees that are strange but right: they must hold every rule, and guard against a suite that is too
//! strict.

use std::sync::OnceLock;

use serde_json::Value;

use super::Variant;
use super::client::Tone;

/// A way of being odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    OneByte,
    Coalesce,
    Ascii,
    Reversed,
    EchoAll,
    ExtraHello,
    TaskPerSid,
    SlowStart,
    ThreadPool,
}

const ALL: [(Odd, Variant); 9] = [
    (Odd::OneByte, about("one-byte-per-write", "writes each byte of a line by itself")),
    (Odd::Coalesce, about("several-tones-per-write", "puts tones that were sent together into one write")),
    (Odd::Ascii, about("ascii-escapes", "writes everything beyond ASCII as escapes")),
    (Odd::Reversed, about("reversed-keys", "writes the keys of its objects in reverse order")),
    (Odd::EchoAll, about("echo-for-every-tone", "acknowledges each tone that has a rid, but no echo")),
    (Odd::ExtraHello, about("extra-hello-fields", "adds fields to hello that no document names")),
    (Odd::TaskPerSid, about("task-per-sid", "hands over the tones of each sid from a task of its own")),
    (Odd::SlowStart, about("slow-start", "takes a while to answer start")),
    (Odd::ThreadPool, about("handler-thread-pool", "runs handlers on threads, in order within each sid")),
];

static ACTIVE: OnceLock<Odd> = OnceLock::new();

const fn about(name: &'static str, about: &'static str) -> Variant {
    Variant { name, about }
}

/// The odd testees.
pub fn odds() -> &'static [Variant] {
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

/// Makes the process odd; false when nothing has that name.
pub(super) fn activate(name: &str) -> bool {
    let found = ALL.iter().find(|(_, variant)| variant.name == name);
    found.is_some_and(|(odd, _)| ACTIVE.set(*odd).is_ok())
}

/// Whether the process is odd in this way.
pub(super) fn is(odd: Odd) -> bool {
    ACTIVE.get() == Some(&odd)
}

/// The same object with its keys, and those of objects inside it, in reverse order.
pub(super) fn reversed(tone: Tone) -> Tone {
    tone.into_iter().rev().map(|(key, value)| (key, reversed_value(value))).collect()
}

fn reversed_value(value: Value) -> Value {
    match value {
        Value::Object(object) => Value::Object(reversed(object)),
        Value::Array(items) => items.into_iter().map(reversed_value).collect(),
        other => other,
    }
}

/// The same JSON text with ASCII alone: beyond it there are only characters inside strings.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            out.push_str("\\u");
            for digit in [12, 8, 4, 0].map(|shift| char::from_digit(u32::from(*unit) >> shift & 15, 16)) {
                out.extend(digit);
            }
        }
    }
    out
}
