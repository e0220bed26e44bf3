//! rid, dusk, wane, the registry, versions and encoding.

use serde_json::{Map, Value, json};

use super::look::{string, when};
use crate::reference::client::Tone;
use crate::reference::fault::Helper::{DuskIn, Encode, IsDusk, IsValidChi, Registry, Rid, Version};
use crate::reference::fault::{Helper, Mutant, Rules, Take, arrived, code, helper};
use crate::reference::helper::{is_listed, now_ms};
use mock_humd::wire::id::base36;

pub(super) const MUTANTS: &[Mutant] = &[
    helper("rid-seconds", &["RID-01"], "the time is in seconds", Rid(|now, n| rid(&base36(now / 1000), n))),
    helper(
        "rid-uppercase",
        &["RID-01", "RID-02"],
        "the digits are capitals",
        Rid(|now, n| format!("{}-{}", base36(now), base36(n)).to_uppercase()),
    ),
    helper("rid-time-hex", &["RID-01"], "the time is hexadecimal", Rid(|now, n| rid(&format!("{now:x}"), n))),
    helper(
        "rid-time-padded",
        &["RID-01"],
        "the time is padded to nine digits",
        Rid(|now, n| rid(&format!("{:0>9}", base36(now)), n)),
    ),
    helper(
        "rid-counter-padded",
        &["RID-01", "RID-02"],
        "the counter is padded to four digits",
        Rid(|now, n| format!("{}-{:0>4}", base36(now), base36(n))),
    ),
    helper(
        "rid-underscore",
        &["RID-01", "RID-02"],
        "an underscore separates",
        Rid(|now, n| format!("{}_{}", base36(now), base36(n))),
    ),
    helper(
        "rid-counter-from-one",
        &["RID-02"],
        "the counter is raised before it is read",
        Rid(|now, n| rid(&base36(now), n + 1)),
    ),
    helper(
        "rid-counter-by-two",
        &["RID-02"],
        "the counter is raised twice",
        Rid(|now, n| rid(&base36(now), n * 2)),
    ),
    helper(
        "rid-counter-decimal",
        &["RID-02"],
        "the counter is decimal",
        Rid(|now, n| format!("{}-{n}", base36(now))),
    ),
    helper(
        "rid-counter-random-start",
        &["RID-02"],
        "the counter starts anywhere",
        Rid(|now, n| rid(&base36(now), n + 1000 + u64::from(std::process::id()))),
    ),
    code("rid-counter-reset-each-ms", &["RID-02"], "each millisecond begins at 0"),
    helper(
        "rid-counter-wraps-at-256",
        &["RID-02", "RID-03"],
        "the counter is a byte",
        Rid(|now, n| rid(&base36(now), n % 256)),
    ),
    code("rid-counter-per-thread", &["RID-03", "RID-04"], "each thread counts for itself"),
    dusk("dusk-ge", &["DUSK-01"], IsDusk(|tone, now| Some(integer(tone).is_some_and(|dusk| now >= dusk)))),
    dusk(
        "dusk-inverted",
        &["DUSK-01", "DUSK-02", "DUSK-03", "DUSK-07"],
        IsDusk(|tone, now| Some(integer(tone).is_some_and(|dusk| now < dusk))),
    ),
    dusk(
        "dusk-zero-is-none",
        &["DUSK-01"],
        IsDusk(|tone, now| Some(integer(tone).is_some_and(|dusk| dusk != 0 && now > dusk))),
    ),
    dusk(
        "dusk-seconds",
        &["DUSK-01", "DUSK-02", "DUSK-03", "DUSK-07"],
        IsDusk(|tone, now| Some(integer(tone).is_some_and(|dusk| now / 1000 > dusk))),
    ),
    dusk(
        "dusk-relative",
        &["DUSK-01", "DUSK-02", "DUSK-03", "DUSK-07"],
        IsDusk(|tone, now| {
            let sent = tone.get("sentAt").and_then(Value::as_i64).map_or(now, i128::from);
            Some(integer(tone).is_some_and(|dusk| now > sent + dusk))
        }),
    ),
    dusk(
        "dusk-missing-is-zero",
        &["DUSK-02"],
        IsDusk(|tone, now| {
            Some(now > if tone.contains_key("dusk") { integer(tone).unwrap_or(i128::MAX) } else { 0 })
        }),
    ),
    dusk(
        "dusk-string-parsed",
        &["DUSK-07"],
        IsDusk(|tone, now| {
            let parsed = string(tone, "dusk").and_then(|dusk| dusk.trim().parse().ok());
            Some(integer(tone).or(parsed).is_some_and(|dusk: i128| now > dusk))
        }),
    ),
    dusk(
        "dusk-bool-is-int",
        &["DUSK-07"],
        IsDusk(|tone, now| {
            let flag = tone.get("dusk").and_then(Value::as_bool).map(i128::from);
            Some(integer(tone).or(flag).is_some_and(|dusk| now > dusk))
        }),
    ),
    dusk(
        "dusk-null-is-zero",
        &["DUSK-07"],
        IsDusk(|tone, now| {
            let null = tone.get("dusk").filter(|dusk| dusk.is_null()).map(|_| 0);
            Some(integer(tone).or(null).is_some_and(|dusk| now > dusk))
        }),
    ),
    dusk(
        "dusk-list-as-number",
        &["DUSK-07"],
        IsDusk(|tone, now| {
            let only = tone.get("dusk").and_then(|dusk| dusk.get(0)).and_then(Value::as_i64).map(i128::from);
            Some(integer(tone).or(only).is_some_and(|dusk| now > dusk))
        }),
    ),
    dusk(
        "dusk-wrong-type-raises",
        &["DUSK-07"],
        IsDusk(|tone, now| match tone.get("dusk") {
            None | Some(Value::Number(_)) => Some(integer(tone).is_some_and(|dusk| now > dusk)),
            Some(_) => None,
        }),
    ),
    helper(
        "dusk-in-seconds",
        &["DUSK-04"],
        "dusk_in answers in seconds",
        DuskIn(|now, ms| ((now + ms) / 1000).into()),
    ),
    helper("dusk-in-relative", &["DUSK-04"], "dusk_in answers with the duration", DuskIn(|_, ms| ms.into())),
    helper(
        "dusk-in-fraction",
        &["DUSK-04"],
        "dusk_in answers with a fraction",
        DuskIn(|now, ms| json!(f64::from(i32::try_from((now + ms) % 1_000_000).unwrap_or(0)) + 0.5)),
    ),
    helper(
        "dusk-in-32-bit",
        &["DUSK-04"],
        "the duration is cut to 32 bits",
        DuskIn(|now, ms| (now + i64::from(i32::try_from(ms & 0x7fff_ffff).unwrap_or(0))).into()),
    ),
    arrived("drop-tone-with-dusk", &["DUSK-05"], "a tone with a dusk is taken for expired", |_, tone| {
        when(integer(tone).is_some(), Take::Drop)
    }),
    version("version-two-parts", Version(|| "0.7".into())),
    version("version-with-v", Version(|| "v0.7.0".into())),
    version("version-of-the-library", Version(|| "1.4.2".into())),
    listed("registry-extra-chi", &["REG-01"], Registry(|of, list| with(of == "chi", list, "tool-stream"))),
    code("registry-without-tool-info", &["REG-01", "REG-02"], "the table is older than tool-info"),
    listed(
        "registry-snake-case",
        &["REG-01"],
        Registry(|of, list| {
            list.into_iter().map(|chi| if of == "chi" { chi.replace('-', "_") } else { chi }).collect()
        }),
    ),
    listed("registry-duplicate", &["REG-01"], Registry(|of, list| with(of == "chi", list, "echo"))),
    listed(
        "pulse-roost",
        &["REG-03"],
        Registry(|of, list| {
            list.into_iter()
                .map(|kind| if of == "pulse" { kind.replace("cell-", "roost-") } else { kind })
                .collect()
        }),
    ),
    listed(
        "pulse-snake-case",
        &["REG-03"],
        Registry(|of, list| {
            list.into_iter().map(|kind| if of == "pulse" { kind.replace('-', "_") } else { kind }).collect()
        }),
    ),
    listed(
        "pulse-without-evicted",
        &["REG-03"],
        Registry(|_, list| list.into_iter().filter(|kind| kind != "cell-evicted").collect()),
    ),
    check(
        "chi-check-forgets-drone-retrofit",
        IsValidChi(|value| Some(value != "drone-retrofit" && is_listed(value))),
    ),
    check(
        "chi-check-prefix",
        IsValidChi(|value| {
            let longer = |chi: &str| chi.rsplit_once('-').is_some_and(|(start, _)| is_listed(&json!(start)));
            Some(is_listed(value) || value.as_str().is_some_and(longer))
        }),
    ),
    check(
        "chi-check-ignores-case",
        IsValidChi(|value| Some(value.as_str().is_some_and(|chi| is_listed(&json!(chi.to_lowercase()))))),
    ),
    check(
        "chi-check-trims",
        IsValidChi(|value| Some(value.as_str().is_some_and(|chi| is_listed(&json!(chi.trim().to_owned()))))),
    ),
    check(
        "chi-check-underscore-as-hyphen",
        IsValidChi(|value| Some(value.as_str().is_some_and(|chi| is_listed(&json!(chi.replace('_', "-")))))),
    ),
    check("chi-check-accepts-empty", IsValidChi(|value| Some(value == "" || is_listed(value)))),
    check(
        "chi-check-shape-only",
        IsValidChi(|value| {
            let shape = |chi: &str| {
                chi.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()))
            };
            Some(value.as_str().is_some_and(shape))
        }),
    ),
    check(
        "chi-check-object-keys",
        IsValidChi(|value| {
            Some(
                is_listed(value)
                    || ["length", "constructor", "toString", "__proto__"].iter().any(|key| value == key),
            )
        }),
    ),
    check("chi-check-raises-on-non-string", IsValidChi(|value| value.is_string().then(|| is_listed(value)))),
    check(
        "chi-check-list-as-string",
        IsValidChi(|value| Some(is_listed(value.as_array().and_then(|list| list.first()).unwrap_or(value)))),
    ),
    encoder("encode-body-wins", Encode(|envelope, body| merged(envelope.into_iter().chain(body)))),
    encoder(
        "encode-body-null-wins",
        Encode(|envelope, body| {
            let nulls = body.clone().into_iter().filter(|(_, value)| value.is_null());
            let rest =
                body.into_iter().filter(|(key, value)| !value.is_null() && !envelope.contains_key(key));
            merged(envelope.clone().into_iter().chain(rest).chain(nulls))
        }),
    ),
    encoder(
        "encode-key-twice",
        Encode(|envelope, body| {
            let (envelope, body) = (Value::Object(envelope).to_string(), Value::Object(body).to_string());
            match body.strip_prefix('{').filter(|rest| *rest != "}") {
                Some(rest) => format!("{},{rest}", envelope.trim_end_matches('}')),
                None => envelope,
            }
        }),
    ),
    encoder(
        "encode-nested-stripped",
        Encode(|envelope, body| {
            let body = body.into_iter().map(|(key, value)| (key, stripped(value, &envelope)));
            let body: Map<_, _> = body.filter(|(key, _)| !envelope.contains_key(key)).collect();
            merged(envelope.clone().into_iter().chain(body))
        }),
    ),
    dusk(
        "dusk-32-bit",
        &["DUSK-01"],
        IsDusk(|tone, now| {
            let narrow = |dusk: i128| dusk - now > i128::from(i32::MAX);
            Some(integer(tone).is_some_and(|dusk| now > dusk || narrow(dusk)))
        }),
    ),
    dusk(
        "dusk-from-sent-at",
        &["DUSK-02"],
        IsDusk(|tone, now| {
            let sent = tone.get("sentAt").and_then(Value::as_i64).filter(|_| !tone.contains_key("dusk"));
            Some(
                sent.is_some_and(|sent| now > i128::from(sent) + 3_600_000)
                    || integer(tone).is_some_and(|dusk| now > dusk),
            )
        }),
    ),
    arrived("drop-by-sent-at", &["DUSK-02"], "what was sent in 1970 is taken for expired", |_, tone| {
        when(tone.get("sentAt").and_then(Value::as_i64).is_some_and(|sent| sent < 31_536_000_000), Take::Drop)
    }),
    arrived(
        "drop-by-dusk-in-32-bit",
        &["DUSK-05"],
        "what is left until dusk is counted in 32 bits",
        |_, tone| {
            let left = integer(tone).map(|dusk| dusk - i128::from(now_ms()));
            when(left.is_some_and(|left| left > i128::from(i32::MAX)), Take::Drop)
        },
    ),
    check("chi-check-always-true", IsValidChi(|_| Some(true))),
];

fn rid(time: &str, counter: u64) -> String {
    format!("{time}-{}", base36(counter))
}

fn integer(tone: &Tone) -> Option<i128> {
    tone.get("dusk").and_then(Value::as_number).and_then(|dusk| dusk.as_str().parse().ok())
}

fn with(right: bool, mut list: Vec<String>, more: &str) -> Vec<String> {
    list.extend(right.then(|| more.to_owned()));
    list
}

fn merged(fields: impl Iterator<Item = (String, Value)>) -> String {
    Value::Object(fields.collect()).to_string()
}

fn stripped(value: Value, envelope: &Tone) -> Value {
    match value {
        Value::Object(object) => object.into_iter().filter(|(key, _)| !envelope.contains_key(key)).collect(),
        other => other,
    }
}

const fn dusk(name: &'static str, breaks: Rules, with: Helper) -> Mutant {
    helper(name, breaks, "expiry is worked out otherwise than by now > dusk", with)
}

const fn version(name: &'static str, with: Helper) -> Mutant {
    helper(name, &["VER-03"], "the exported version is not that of the wire", with)
}

const fn listed(name: &'static str, breaks: Rules, with: Helper) -> Mutant {
    helper(name, breaks, "the exported list is not the registry", with)
}

const fn check(name: &'static str, with: Helper) -> Mutant {
    helper(name, &["REG-02"], "validity is not membership", with)
}

const fn encoder(name: &'static str, with: Helper) -> Mutant {
    helper(name, &["ENV-16"], "envelope and body are merged the wrong way", with)
}
