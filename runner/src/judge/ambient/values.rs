//! The values of each tone: the envelope, the direction, echoes, and the body of each chi.

use std::collections::BTreeSet;

use mock_humd::transcript::Crossed;
use mock_humd::wire::chi::{self, Sender};
use serde_json::Value;

use super::super::happened::is_marker;
use super::{Notes, Sent, given};
use crate::exchange::Evidence;
use crate::rule::{Party, Profile, Side};
use crate::vector::Bodies;

/// The keys of the envelope.
const ENVELOPE: &[&str] = &["chi", "rid", "sid", "from", "to", "sigil", "wane", "sentAt", "dusk", "ext"];

/// What a tone is held against.
pub(super) struct Law<'a> {
    pub(super) bodies: &'a Bodies,
    pub(super) side: Side,
}

impl Law<'_> {
    /// Who the client is, in the words of the registry, and the rule on what it may send.
    fn sender(&self) -> (Sender, &'static str, &'static str) {
        match self.side.party {
            Party::Worker => (Sender::Worker, "a worker", "DIR-03"),
            _ => (Sender::Asker, "an asker", "DIR-01"),
        }
    }
}

pub(super) fn look(tones: &[Sent<'_>], from_daemon: &[Value], law: &Law<'_>, notes: &mut Notes) {
    for sent in tones {
        let Some(tone) = &sent.tone else { continue };
        // whoever wrote the rest, the client fills these in
        let rid = tone["rid"].as_str().is_some_and(|rid| !rid.is_empty());
        notes.check("ENV-03", sent.line, (!rid).then(|| format!("`rid` is `{}`", tone["rid"])));
        filled(sent, tone, notes);
        if sent.is_own() && !is_marker(tone) {
            envelope(sent, tone, law, notes);
            kind(sent, tone, law, notes);
            echo(sent, tone, from_daemon, notes);
        }
    }
}

/// The optional keys of the envelope, wherever the client filled them in.
fn filled(sent: &Sent<'_>, tone: &Value, notes: &mut Notes) {
    let line = sent.line;
    if let Some(value) = sent.own_field("sentAt") {
        notes.check("ENV-11", line, whole(value, "sentAt", i64::MIN));
    }
    if let Some(value) = sent.own_field("sigil") {
        let digits = |text: &str| {
            text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        let good = value.as_str().is_some_and(digits);
        notes.check("ENV-09", line, (!good).then(|| format!("`sigil` is `{value}`")));
    }
    if let Some(value) = sent.own_field("wane") {
        notes.check("ENV-10", line, whole(value, "wane", 0));
    }
    if let Some(value) = sent.own_field("dusk") {
        notes.check("ENV-12", line, whole(value, "dusk", i64::MIN));
    }
    if let Some(value) = sent.own_field("ext") {
        notes.check("ENV-13", line, foreign_bag(value, tone));
    }
}

fn envelope(sent: &Sent<'_>, tone: &Value, law: &Law<'_>, notes: &mut Notes) {
    let line = sent.line;
    let said = tone["chi"].as_str();
    notes.check(
        "ENV-01",
        line,
        said.is_none_or(str::is_empty).then(|| format!("`chi` is `{}`", tone["chi"])),
    );
    if let Some(said) = said.filter(|said| !said.is_empty()) {
        let kebab = said.split('-').all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
        notes.check("ENC-03", line, (!kebab).then(|| format!("`{said}` is not lower kebab-case")));
        notes.check(
            "ENV-02",
            line,
            chi::row(said).is_none().then(|| format!("`{said}` is no chi of the registry")),
        );
    }
    notes.check("ENC-02", line, misspelled(tone, said, law.side.profile));
    notes.check("ENV-08", line, given(tone, "to").map(|to| format!("`to` is `{to}` on a local tone")));
}

/// The chi's direction and body.
fn kind(sent: &Sent<'_>, tone: &Value, law: &Law<'_>, notes: &mut Notes) {
    let line = sent.line;
    let (sender, who, direction) = law.sender();
    let Some(said) = tone["chi"].as_str() else { return };
    notes.exercised(direction);
    notes.exercised("DIR-05");
    let Some(row) = chi::row(said) else { return };
    let allowed = row.is_sent_by(sender);
    let ensemble = row.is_sent_by(Sender::Ensemble) && !allowed;
    notes.check("DIR-05", line, ensemble.then(|| format!("`{said}` is for daemons among themselves")));
    notes.check(direction, line, (!allowed && !ensemble).then(|| format!("{who} sends `{said}`")));
    if row.has_sid && !ensemble {
        notes.check(
            "ENV-05",
            line,
            (!tone["sid"].is_string()).then(|| format!("`sid` is `{}`", tone["sid"])),
        );
    }
    if allowed {
        let faults = law.bodies.faults(said, law.side.profile, tone);
        notes.check(row.rule, line, (!faults.is_empty()).then(|| faults.join("; ")));
    }
}

fn echo(sent: &Sent<'_>, tone: &Value, from_daemon: &[Value], notes: &mut Notes) {
    let echoed = from_daemon.iter().filter(|tone| tone["chi"] == "echo");
    if echoed.clone().next().is_some() {
        notes.exercised("ECHO-03");
    }
    if tone["chi"] != "echo" {
        return;
    }
    let line = sent.line;
    let known = from_daemon.iter().any(|daemon| daemon["rid"] == tone["rid"]);
    notes.check("ECHO-01", line, (!known).then(|| format!("no tone had the rid `{}`", tone["rid"])));
    let error = given(tone, "error").is_none_or(Value::is_string);
    let typed = tone["ok"].is_boolean() && error;
    notes.check("ECHO-02", line, (!typed).then(|| "`ok` must be a boolean and `error` a string".to_owned()));
    let of_an_echo = echoed.into_iter().any(|echo| echo["rid"] == tone["rid"]);
    let of_another = from_daemon.iter().any(|other| other["chi"] != "echo" && other["rid"] == tone["rid"]);
    notes.check("ECHO-03", line, (of_an_echo && !of_another).then(|| "an echo is echoed".to_owned()));
}

/// RID-04, over all connections of the case: echoes repeat a rid, nothing else does.
pub(super) fn rids_are_unique(evidence: &Evidence, notes: &mut Notes) {
    let mut known = BTreeSet::new();
    for entry in &evidence.wire.entries {
        let Crossed::FromClient(line) = &entry.what else { continue };
        let Some(tone) = line.decoded.tone.as_ref().filter(|tone| tone.chi() != Some("echo")) else {
            continue;
        };
        let again = match tone.rid() {
            Some(rid) if known.insert(rid.to_owned()) => None,
            Some(rid) => Some(format!("`{rid}` was used before")),
            None => Some("it has no rid".to_owned()),
        };
        notes.check("RID-04", line, again);
    }
}

/// A key that differs from a known one only in case, underscores or hyphens.
fn misspelled(tone: &Value, said: Option<&str>, profile: Profile) -> Option<String> {
    let names = || ENVELOPE.iter().chain(body_keys(said)).chain(live_keys(said, profile));
    let known = |key: &str| names().any(|good| *good == key);
    let plain =
        |key: &str| key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let fields = tone.as_object()?;
    let wrong = |key: &&String| !known(key) && names().any(|good| plain(good) == plain(key));
    let key = fields.keys().find(wrong)?;
    let good = names().find(|good| plain(good) == plain(key))?;
    Some(format!("`{key}` should be spelled `{good}`"))
}

/// The body fields that WIRE.md names for what a bee sends.
fn body_keys(said: Option<&str>) -> &'static [&'static str] {
    match said {
        Some("hello") => &["bee", "protoVersion", "version", "propensity", "chis", "source", "hive"],
        Some("prompt") => &["text", "content", "modelId", "cwd", "systemPrompt", "tools"],
        Some("release-permit") => &["permitId", "decision"],
        Some("tendril-result" | "tool-result") => &["callId", "result"],
        Some("petal-cell") => &["cell"],
        Some("chunk") => &["part", "index"],
        Some("finish") => &["finishReason", "usage"],
        Some("error") => &["code", "message", "payload"],
        Some("session-ready") => &["claudeSessionId"],
        Some("pulse") => &["kind", "cellId"],
        Some("permission-ask") => &["permitId", "question", "context"],
        Some("tool-call") => &["callId", "name", "args"],
        Some("tool-meta") => &["callId", "meta"],
        Some("tool-info") => &["callId", "name", "args", "result"],
        Some("echo") => &["ok", "error"],
        Some("perf-mark") => &["label", "phase", "t"],
        Some("log") => &["level", "message", "fields"],
        _ => &[],
    }
}

/// The body fields that the profile `live` adds to them.
fn live_keys(said: Option<&str>, profile: Profile) -> &'static [&'static str] {
    match said.filter(|_| profile == Profile::Live) {
        Some("hello") => &["hid", "models", "tools", "provides", "bind"],
        Some("chunk") => &["chunkType", "delta", "blockIdx"],
        Some("session-ready") => &["nestId", "model", "tools"],
        Some("tool-result") => &["output", "isError", "title", "metadata", "toolName"],
        Some("tool-call") => &["toolName"],
        _ => &[],
    }
}

fn whole(value: &Value, key: &str, least: i64) -> Option<String> {
    let spelled = value.as_number().map(ToString::to_string).unwrap_or_default();
    let integer = !spelled.is_empty() && !spelled.contains(['.', 'e', 'E']);
    let good = integer && (least == i64::MIN || !spelled.starts_with('-'));
    (!good).then(|| format!("`{key}` is `{value}`"))
}

fn foreign_bag(ext: &Value, tone: &Value) -> Option<String> {
    let Some(bags) = ext.as_object() else { return Some(format!("`ext` is `{ext}`")) };
    let bee = tone["from"].as_str().or_else(|| tone["bee"].as_str())?;
    let foreign = bags.keys().find(|key| key.as_str() != bee)?;
    Some(format!("`ext` holds the key `{foreign}` of another bee"))
}
