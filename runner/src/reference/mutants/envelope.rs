//! Encoding and envelope: what is made of keys, numbers, strings and the fields of the envelope.

use serde_json::Value;

use super::look::{contains, depth, is, normalised, parsed, set, sid, string, when};
use crate::reference::client::Tone;
use crate::reference::fault::{Mutant, Take, arrived, heard, sent};
use mock_humd::wire::chi;

/// A mutant that respells the numbers of chunks.
macro_rules! numbers {
    ($name:literal, $breaks:expr, $bug:literal, $change:expr) => {
        arrived($name, $breaks, $bug, |_, tone| {
            if is(tone, "chunk") {
                tone.values_mut().for_each(|value| respell(value, $change));
            }
            Take::Usual
        })
    };
}

/// A mutant that changes the text of chunks.
macro_rules! strings {
    ($name:literal, $bug:literal, $change:expr) => {
        arrived($name, &["ENC-06"], $bug, |_, tone| {
            let change: fn(&str) -> String = $change;
            if let Some(Value::String(text)) = tone.get_mut("part").and_then(|part| part.get_mut("text")) {
                *text = change(text);
            }
            Take::Usual
        })
    };
}

/// A mutant that changes the sid of what the application sends.
macro_rules! sid_sent {
    ($name:literal, $bug:literal, $change:expr) => {
        sent($name, &["ENV-06"], $bug, |tone| {
            let change: fn(&str) -> String = $change;
            if let Some(changed) = sid(tone).map(change) {
                set(tone, "sid", changed);
            }
        })
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    arrived(
        "zero-rid-is-none",
        &["FRAME-11", "BP-02", "CLI-14"],
        "a rid that ends in 0 is taken for a false value",
        |_, tone| {
            when(is(tone, "chunk") && string(tone, "rid").is_some_and(|rid| rid.ends_with("-0")), Take::Drop)
        },
    ),
    arrived(
        "empty-chunks-merged",
        &[
            "FRAME-09", "FRAME-11", "FRAME-12", "FRAME-13", "FRAME-15", "FRAME-18", "ENC-01", "ENV-15",
            "ENV-17", "CLI-10",
        ],
        "a second chunk without content is no news",
        |memory, tone| {
            let place = tone.get("index").and_then(Value::as_u64);
            let bare = tone.len() == 5 && tone.get("part") == Some(&Value::Object(Tone::new()));
            let first = memory.names == ["c-1"];
            if is(tone, "chunk") {
                memory.names = vec![string(tone, "rid").filter(|_| bare).unwrap_or_default().to_owned()];
            }
            when(first && bare && place == Some(1) && string(tone, "rid") == Some("c-2"), Take::Drop)
        },
    ),
    arrived(
        "digits-are-no-sid",
        &["ENV-20", "CLI-01"],
        "a sid of digits alone is a number, and so no sid",
        |_, tone| {
            let digits = sid(tone).is_some_and(|sid| sid.parse::<u32>().is_ok());
            when(is(tone, "chunk") && digits, Take::Drop)
        },
    ),
    arrived(
        "unknown-fractions-refused",
        &["FWD-03"],
        "a fraction that no schema knows is an error",
        |_, tone| when(is(tone, "chunk") && tone.get("spin").is_some_and(Value::is_f64), Take::Drop),
    ),
    arrived("keys-case-insensitive", &["ENC-01"], "keys are compared without case", |_, tone| {
        if tone.keys().any(|key| {
            key.chars().any(char::is_uppercase)
                && ["chi", "rid", "sid", "index"].contains(&&*key.to_lowercase())
        }) {
            *tone =
                std::mem::take(tone).into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect();
        }
        Take::Usual
    }),
    numbers!(
        "integers-of-32-bits",
        &["ENC-04", "ENC-05", "WANE-09", "TURN-03"],
        "integers have 32 bits",
        |text: &str| {
            let integer: i64 = text.parse().ok()?;
            Some((integer & 0xffff_ffff).to_string()).filter(|_| i32::try_from(integer).is_err())
        }
    ),
    numbers!(
        "numbers-as-floats",
        &["ENC-04", "ENC-05", "WANE-09", "TURN-03"],
        "numbers are floats of 32 bits",
        |text: &str| {
            let float: f32 = text.parse::<i64>().ok()?.to_string().parse().ok()?;
            Some(format!("{float:.0}")).filter(|float| float != text)
        }
    ),
    numbers!("numbers-as-doubles", &["ENC-05"], "numbers are doubles", |text: &str| {
        let integer: i128 = text.parse().ok().filter(|integer: &i128| integer.abs() > 1 << 53)?;
        let double: f64 = integer.to_string().parse().ok()?;
        Some(format!("{double:.0}"))
    }),
    strings!("slash-escape-kept", "the escape of a slash stays", |text: &str| text.replace('/', "\\/")),
    strings!("strings-end-at-nul", "strings are C strings", |text: &str| {
        text.split('\0').next().unwrap_or_default().to_owned()
    }),
    strings!("control-characters-stripped", "control characters are stripped", |text: &str| {
        if !text.contains('\u{1b}') {
            return text.to_owned();
        }
        text.replace(|c: char| c.is_control() && !"\n\r\t\0".contains(c), "")
    }),
    strings!("surrogate-pairs-as-two", "the halves of a pair are decoded one by one", |text: &str| {
        text.replace('\u{1d11e}', "\u{fffd}\u{fffd}")
    }),
    strings!("strings-normalised-nfc", "strings are composed", normalised),
    strings!("strings-normalised-nfd", "strings are decomposed", |text: &str| {
        text.replace("caf\u{e9}", "cafe\u{301}")
    }),
    strings!("strings-trimmed", "strings are trimmed", |text: &str| text.trim().to_owned()),
    strings!("bom-stripped-from-strings", "byte order marks are stripped", |text: &str| text
        .replace('\u{feff}', "")),
    arrived("empty-strings-dropped", &["ENC-06"], "an empty string counts as none", |_, tone| {
        if let Some(Value::Object(part)) = tone.get_mut("part") {
            part.retain(|key, value| !key.is_empty() && value != "");
        }
        Take::Usual
    }),
    heard("die-on-lone-surrogate", &["FRAME-09"], "half a pair ends the process", |_, line| {
        when(contains(line, "\\ud") && depth(line) < 10 && parsed(line).is_none(), Take::Die)
    }),
    heard("die-on-duplicate-key", &["FRAME-09"], "a key that comes twice ends the process", |_, line| {
        when(contains(line, "\"rid\":\"c-8\",\"rid\"") || contains(line, "\"n\":1,\"n\""), Take::Die)
    }),
    arrived("received-rid-must-be-base36", &["ENV-04"], "a rid must look like one's own", |_, tone| {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let good = |rid: &str| {
            rid.starts_with('~') || rid.split_once('-').is_some_and(|(a, b)| digits(a) && digits(b))
        };
        when(is(tone, "chunk") && string(tone, "rid").is_some_and(|rid| !good(rid)), Take::Drop)
    }),
    arrived(
        "empty-rid-rejected",
        &["ENV-04"],
        "an empty rid counts as none, and none is an error",
        |_, tone| when(string(tone, "rid") == Some(""), Take::Drop),
    ),
    arrived("long-rid-rejected", &["ENV-04"], "a rid has a column of 255 characters", |_, tone| {
        when(string(tone, "rid").is_some_and(|rid| rid.len() > 255), Take::Drop)
    }),
    sid_sent!("sent-sid-trimmed", "the sid is trimmed", |sid: &str| sid.trim().to_owned()),
    sid_sent!("sent-sid-lower-cased", "the sid is made lower case", str::to_lowercase),
    sid_sent!("sent-sid-normalised", "the sid is normalised", normalised),
    sid_sent!("sent-sid-percent-encoded", "the sid is made fit for a URL", |sid: &str| {
        sid.replace('/', "%2F").replace('?', "%3F")
    }),
    sid_sent!("sent-sid-cut-at-nul", "the sid is a C string", |sid: &str| {
        sid.split('\0').next().unwrap_or_default().to_owned()
    }),
    sid_sent!("sent-sid-cut-at-255", "the sid has a column of 255 characters", |sid: &str| {
        sid.chars().take(255).collect()
    }),
    sent("sent-without-from", &["ENV-07"], "the sender is left out", |tone| {
        tone.remove("from");
    }),
    sent("sent-with-empty-from", &["ENV-07"], "the sender is empty", |tone| set(tone, "from", "")),
    arrived("drop-on-foreign-ext", &["ENV-14"], "ext must hold the own key alone", |_, tone| {
        when(is(tone, "chunk") && tone.get("ext").is_some_and(Value::is_object), Take::Drop)
    }),
    arrived("die-on-odd-ext", &["ENV-14"], "every bag in ext is taken for an object", |_, tone| {
        let odd = |ext: &Value| ext.as_object().is_some_and(|bags| bags.values().any(|bag| !bag.is_object()));
        when(tone.get("ext").is_some_and(odd), Take::Die)
    }),
    arrived(
        "null-optional-rejected",
        &["ENV-15"],
        "null does not decode into an optional field",
        |_, tone| {
            when(
                tone.get("from") == Some(&Value::Null) || tone.get("sigil") == Some(&Value::Null),
                Take::Drop,
            )
        },
    ),
    arrived("null-dusk-is-zero", &["ENV-15"], "a dusk of null has long passed", |_, tone| {
        when(tone.get("dusk") == Some(&Value::Null), Take::Drop)
    }),
    arrived("die-on-null-ext", &["ENV-15"], "an ext of null is read as an object", |_, tone| {
        when(tone.get("ext") == Some(&Value::Null), Take::Die)
    }),
    arrived("null-sid-as-text", &["ENV-15"], "a sid of null becomes text", |_, tone| {
        if tone.get("sid") == Some(&Value::Null) && is(tone, "chunk") {
            set(tone, "sid", "null");
        }
        Take::Usual
    }),
    arrived("null-sid-dropped", &["ENV-15"], "a sid of null is an error", |_, tone| {
        when(tone.get("sid") == Some(&Value::Null) && is(tone, "chunk"), Take::Drop)
    }),
    arrived("null-payload-rejected", &["ENV-15"], "a payload of null does not decode", |_, tone| {
        when(tone.get("payload") == Some(&Value::Null), Take::Drop)
    }),
    arrived("dispatch-without-chi", &["ENV-17"], "routing looks at sid alone", |_, tone| {
        as_it_is(!tone.contains_key("chi"), tone)
    }),
    arrived("dispatch-empty-chi", &["ENV-17"], "an empty chi is one more chi", |_, tone| {
        as_it_is(is(tone, ""), tone)
    }),
    arrived("dispatch-non-string-chi", &["ENV-17"], "routing looks at sid alone", |_, tone| {
        as_it_is(tone.get("chi").is_some_and(|chi| !chi.is_string()), tone)
    }),
    arrived("die-without-chi", &["ENV-17"], "a missing chi ends the process", |_, tone| {
        when(!tone.contains_key("chi") && tone.contains_key("sid"), Take::Die)
    }),
    arrived("die-on-non-string-chi", &["ENV-17"], "a chi of another type ends the process", |_, tone| {
        when(tone.get("chi").is_some_and(|chi| !chi.is_string()), Take::Die)
    }),
    arrived("chi-array-as-text", &["ENV-17"], "a list of one becomes its text", |_, tone| {
        let only = tone.get("chi").and_then(|chi| chi.get(0)).cloned();
        if let Some(chi) = only {
            set(tone, "chi", chi);
        }
        Take::Usual
    }),
    arrived("drop-without-rid", &["ENV-18", "TURN-01"], "a tone without rid is no tone", |_, tone| {
        when(!tone.contains_key("rid") && !is(tone, "breath"), Take::Drop)
    }),
    arrived(
        "die-without-rid",
        &["ENV-18", "DIR-02", "TURN-01", "TURN-02"],
        "a missing rid ends the process",
        |_, tone| when(string(tone, "rid").is_none() && !is(tone, "breath"), Take::Die),
    ),
    arrived(
        "die-on-non-string-sid",
        &["ENV-19", "ENV-20"],
        "a sid of another type ends the process",
        |_, tone| when(odd_sid(tone).is_some(), Take::Die),
    ),
    arrived("non-string-sid-as-text", &["ENV-20"], "a sid of another type becomes text", |_, tone| {
        let text = odd_sid(tone)
            .map(|sid| sid.get(0).and_then(Value::as_str).map_or_else(|| sid.to_string(), str::to_owned));
        if let Some(text) = text {
            set(tone, "sid", text);
        }
        Take::Usual
    }),
    arrived("drop-non-string-sid", &["ENV-20"], "a sid of another type is an error", |_, tone| {
        when(odd_sid(tone).is_some(), Take::Drop)
    }),
    arrived("unknown-fields-dropped", &["FWD-02"], "tones are decoded into a closed type", |_, tone| {
        tone.retain(|key, _| !["new_field", "newField", "NewField", "load"].contains(&&**key));
        Take::Usual
    }),
    arrived("unknown-fields-renamed", &["FWD-02"], "keys are turned into camelCase", |_, tone| {
        if let Some(value) = tone.remove("new_field") {
            set(tone, "newField", value);
        }
        Take::Usual
    }),
    arrived("nulls-dropped-from-body", &["FWD-02"], "null counts as absent everywhere", |_, tone| {
        for value in tone.values_mut() {
            if let Value::Object(object) = value {
                object.retain(|_, value| !value.is_null());
            }
        }
        Take::Usual
    }),
    arrived("unknown-nested-fields-dropped", &["FWD-02"], "part and payload are closed types", |_, tone| {
        for key in ["part", "payload"] {
            if let Some(Value::Object(object)) = tone.get_mut(key) {
                object.retain(|key, _| !["citations", "weight", "retryAfter"].contains(&&**key));
            }
        }
        Take::Usual
    }),
    arrived("die-on-unknown-chi", &["FWD-03"], "an unknown chi ends the process", |_, tone| {
        when(is_unknown(tone), Take::Die)
    }),
    arrived("hang-up-on-unknown-chi", &["FWD-03"], "an unknown chi closes the connection", |_, tone| {
        when(is_unknown(tone), Take::HangUp)
    }),
    arrived("die-on-ensemble-chi", &["FWD-03"], "a chi of the ensemble ends the process", |_, tone| {
        when(is(tone, "peer-add") || is(tone, "peer-remove"), Take::Die)
    }),
    numbers!(
        "large-integers-as-strings",
        &["ENC-04", "ENC-05", "TURN-03"],
        "an integer beyond 2^40 becomes text",
        |text: &str| {
            text.parse::<u64>().ok().filter(|integer| *integer > 1 << 40).map(|_| format!("\"{text}\""))
        }
    ),
];

fn is_unknown(tone: &Tone) -> bool {
    string(tone, "chi").is_some_and(|chi| !chi.is_empty() && chi::row(chi).is_none())
}

fn odd_sid(tone: &Tone) -> Option<&Value> {
    tone.get("sid").filter(|sid| !sid.is_string() && !sid.is_null() && is(tone, "chunk"))
}

/// Hands a tone over without a look at its chi.
fn as_it_is(condition: bool, tone: &Tone) -> Take {
    when(condition && sid(tone).is_some(), Take::Tones(vec![tone.clone()]))
}

/// Respells numbers in a tone, as JSON text; None leaves one alone.
fn respell(value: &mut Value, change: fn(&str) -> Option<String>) {
    match value {
        Value::Number(number) => {
            if let Some(Ok(changed)) = change(number.as_str()).map(|text| serde_json::from_str(&text)) {
                *value = changed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| respell(item, change)),
        Value::Object(object) => object.values_mut().for_each(|value| respell(value, change)),
        _ => {}
    }
}
