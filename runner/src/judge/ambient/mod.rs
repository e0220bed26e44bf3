//! The rules that hold on every line that a client produces, in every case.
//!
//! [`look`] goes through one case's evidence and says of each rule whether it was exercised and whether it was
//! broken. What a vector put into an act proves only the framing and what the client filled in.

mod frames;
mod hello;
mod values;

use std::borrow::Cow;
use std::collections::BTreeMap;

use mock_humd::transcript::{Crossed, Line};
use mock_humd::wire::tone::Tone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exchange::Evidence;
use crate::rule::Side;
use crate::vector::Bodies;

/// No echo that the mock sends is longer.
const ECHO_BYTES_MAX: usize = 4096;

/// What one case says about one ambient rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The rule.
    pub rule: Cow<'static, str>,
    /// The first offence, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offence: Option<Offence>,
}

/// A line that breaks an ambient rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offence {
    /// What is wrong, a fragment.
    pub why: String,
    /// The line, shortened.
    pub line: String,
}

/// The code under which an ambient rule fails.
pub fn code(rule: &str) -> String {
    format!("ambient.{}", rule.to_lowercase())
}

/// One sighting for each ambient rule that this case exercised, as it binds this side.
pub fn look(evidence: &Evidence, bodies: &Bodies, side: Side) -> Vec<Sighting> {
    let mut notes = Notes::default();
    let mut unmatched = evidence.sent.clone();
    for lines in connections(evidence) {
        let tones: Vec<Sent> = lines.iter().map(|line| Sent::read(line, &mut unmatched)).collect();
        frames::look(&lines, &mut notes);
        hello::look(&tones, &mut notes);
        let law = values::Law { bodies, side };
        values::look(&tones, &echoable(evidence, &tones), &law, &mut notes);
    }
    values::rids_are_unique(evidence, &mut notes);
    notes.0.into_iter().map(|(rule, offence)| Sighting { rule: rule.into(), offence }).collect()
}

/// Of each rule that was exercised, the first offence.
#[derive(Default)]
struct Notes(BTreeMap<&'static str, Option<Offence>>);

impl Notes {
    /// The rule could have been broken here.
    fn exercised(&mut self, rule: &'static str) {
        self.0.entry(rule).or_insert(None);
    }

    /// The rule could have been broken here; it was, if there is a reason.
    fn check(&mut self, rule: &'static str, line: &Line, why: Option<String>) {
        let offence = self.0.entry(rule).or_insert(None);
        if let (None, Some(why)) = (&offence, why) {
            *offence = Some(Offence { why, line: shorten(&line.bytes) });
        }
    }
}

fn shorten(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(800)]);
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// A line of the client, and how much of it the client is answerable for.
struct Sent<'a> {
    line: &'a Line,
    tone: Option<Value>,
    /// What the vector put into the act that made it; `None` where the client composed it alone.
    put: Option<Value>,
}

impl<'a> Sent<'a> {
    fn read(line: &'a Line, unmatched: &mut Vec<Value>) -> Self {
        let tone = line.decoded.tone.as_ref().map(Tone::as_value).cloned();
        let source = tone.as_ref().and_then(|tone| unmatched.iter().position(|put| contains(tone, put)));
        Self { line, put: source.map(|place| unmatched.swap_remove(place)), tone }
    }

    /// Whether the client composed it, rather than the vector.
    fn is_own(&self) -> bool {
        self.put.is_none()
    }

    /// A field that the client itself gave the tone; null counts as absent.
    fn own_field(&self, key: &str) -> Option<&Value> {
        let put = self.put.as_ref().is_some_and(|put| put.get(key).is_some());
        given(self.tone.as_ref()?, key).filter(|_| !put)
    }
}

/// Whether a tone on the wire is what the vector put into an act: the same fields, and others beside them.
/// Values that JSON cannot hold were refused or replaced, so that a wrapper matches anything.
fn contains(tone: &Value, put: &Value) -> bool {
    match (tone, put) {
        (_, Value::Object(wrapper))
            if wrapper.len() == 1 && wrapper.keys().all(|key| key.starts_with('$')) =>
        {
            true
        }
        (Value::Object(tone), Value::Object(put)) => {
            put.iter().all(|(key, value)| tone.get(key).is_some_and(|own| contains(own, value)))
        }
        (Value::Array(tone), Value::Array(put)) => {
            tone.len() == put.len() && tone.iter().zip(put).all(|(own, value)| contains(own, value))
        }
        _ => tone == put,
    }
}

/// The lines of the client, connection by connection.
fn connections(evidence: &Evidence) -> Vec<Vec<&Line>> {
    let mut lines: BTreeMap<usize, Vec<&Line>> = BTreeMap::new();
    let mut ended_by_us = std::collections::BTreeSet::new();
    for entry in &evidence.wire.entries {
        match &entry.what {
            Crossed::Closed => {
                ended_by_us.insert(entry.conn);
            }
            // a line that a close has cut off, the mock's or the application's (CLI-07), is nobody's fault
            Crossed::FromClient(line)
                if line.terminated || !(evidence.closes || ended_by_us.contains(&entry.conn)) =>
            {
                lines.entry(entry.conn).or_default().push(line);
            }
            _ => {}
        }
    }
    lines.into_values().collect()
}

/// The tones of the mock that an echo of the client may answer, barriers included. Where the client sent no echo,
/// only the mock's own echoes are of interest.
fn echoable(evidence: &Evidence, tones: &[Sent<'_>]) -> Vec<Value> {
    let all = tones.iter().filter_map(|sent| sent.tone.as_ref()).any(|tone| tone["chi"] == "echo");
    let sent = evidence.wire.entries.iter().filter_map(|entry| match &entry.what {
        Crossed::FromDaemon(bytes) => Some(bytes),
        _ => None,
    });
    sent.flat_map(|bytes| bytes.split(|byte| *byte == b'\n'))
        .filter(|line| all || line.len() <= ECHO_BYTES_MAX && line.windows(6).any(|part| part == b"\"echo\""))
        .filter_map(|line| mock_humd::wire::codec::decode(line).tone)
        .map(Tone::into_value)
        .collect()
}

/// A field that is sent; null counts as absent.
fn given<'a>(tone: &'a Value, key: &str) -> Option<&'a Value> {
    tone.get(key).filter(|value| !value.is_null())
}
