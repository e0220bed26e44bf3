//! The file of a transcript: JSON, with a line for each thing that crossed, was reported or was seen by a step.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{About, Transcript};
use crate::exchange::{Evidence, What};
use crate::lines;
use crate::rule::{Party, Profile, Side};
use crate::run::Gate;
use crate::testee::Identity;

/// The version of the format; another one is refused.
pub const FORMAT: u64 = 1;

/// No transcript is longer.
const BYTES_MAX: u64 = 1 << 30;

/// What stands before the evidence.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    transcript: u64,
    case: String,
    role: Party,
    profile: Profile,
    client: Identity,
    command: String,
    wire: String,
    vectors: String,
    seed: Option<u64>,
    gate: Option<Gate>,
    leaked: bool,
    course: Vec<Value>,
}

const HEAD: [&str; 12] = [
    "transcript",
    "case",
    "role",
    "profile",
    "client",
    "command",
    "wire",
    "vectors",
    "seed",
    "gate",
    "leaked",
    "course",
];

impl Transcript {
    /// The text of the file.
    pub fn to_text(&self) -> String {
        let head = Head {
            transcript: FORMAT,
            case: self.case.clone(),
            role: self.side.party,
            profile: self.side.profile,
            client: self.client.clone(),
            command: self.about.command.clone(),
            wire: self.about.wire.clone(),
            vectors: self.about.vectors.clone(),
            seed: self.about.seed,
            gate: self.gate.clone(),
            leaked: self.leaked,
            course: self.course.clone(),
        };
        // keys are strings, so that neither can fail
        let parts = [serde_json::to_value(head), serde_json::to_value(&self.evidence)];
        let fields = parts.into_iter().flatten().filter_map(|part| part.as_object().cloned()).flatten();
        lines::text(&Value::Object(fields.collect()))
    }

    /// Reads a file; the error has its path first.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let fault = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let bytes = std::fs::metadata(path).map_err(|error| fault(&error))?.len();
        if bytes > BYTES_MAX {
            return Err(fault(&format!(
                "{bytes} bytes are more than a transcript has (at most {BYTES_MAX})"
            )));
        }
        let bytes = std::fs::read(path).map_err(|error| fault(&error))?;
        Self::parse(&bytes).map_err(|error| fault(&error))
    }

    /// Reads the text of a file.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let mut parser = serde_json::Deserializer::from_slice(text);
        parser.disable_recursion_limit();
        let fields = Map::deserialize(&mut parser).and_then(|fields| parser.end().map(|()| fields));
        let fields = fields.map_err(|error| format!("is no transcript, or not all of one: {error}"))?;
        match fields.get("transcript").map(Value::as_u64) {
            Some(Some(FORMAT)) => {}
            Some(_) => {
                let other = &fields["transcript"];
                return Err(format!(
                    "has the format {other}, and this program reads {FORMAT}\n(hint: replay it with the program that wrote it)"
                ));
            }
            None => return Err("is no transcript: there is no `transcript`".to_owned()),
        }
        let (head, seen): (Map<_, _>, Map<_, _>) =
            fields.into_iter().partition(|(key, _)| HEAD.contains(&key.as_str()));
        let fault = |error: serde_json::Error| format!("is no transcript: {error}");
        let head: Head = serde_json::from_value(Value::Object(head)).map_err(fault)?;
        let evidence: Evidence = serde_json::from_value(Value::Object(seen)).map_err(fault)?;
        sound(&evidence, &head.course)?;
        Ok(Self {
            case: head.case,
            side: Side { profile: head.profile, party: head.role },
            client: head.client,
            about: About { command: head.command, wire: head.wire, vectors: head.vectors, seed: head.seed },
            gate: head.gate,
            leaked: head.leaked,
            course: head.course,
            evidence,
        })
    }
}

/// Whether everything that the evidence points at is there.
fn sound(evidence: &Evidence, course: &[Value]) -> Result<(), String> {
    let (Some(head), steps) = (course.first(), course.len().saturating_sub(1)) else {
        return Err("is no transcript: `course` is empty".to_owned());
    };
    let (wire, events) = (evidence.wire.entries.len(), evidence.events.len());
    let fault = |what: &str| Err(format!("is no transcript: {what} that is not there"));
    // of a call case each example has its place, asked or not
    let few = head["kind"] == "call" && evidence.steps.len() < steps;
    let stop = evidence.stop.as_ref().is_some_and(|stop| stop.step >= steps);
    if few || stop || evidence.steps.len() > steps {
        return fault("it tells of a step");
    }
    for saw in &evidence.steps {
        let lost = match &saw.what {
            What::Tones(entries) => entries.iter().any(|entry| *entry >= wire),
            What::Event(event) => *event >= events,
            _ => false,
        };
        if lost
            || saw.before.wire.max(saw.after.wire) > wire
            || saw.before.events.max(saw.after.events) > events
        {
            return fault("a step saw something");
        }
    }
    Ok(())
}
