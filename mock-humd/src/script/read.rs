//! Reads a script: all faults at once, each with its place.

use std::time::Duration;

use serde_json::{Map, Value};

use super::change::FaultChange;
use super::file::{CONNECTIONS_MAX, STEPS_MAX, greets, len};
use super::source::Source;
use super::{Fault, Op, Script, Step, Verb};
use crate::nest::Rule;
use crate::pattern::{Pattern, PatternFault, Template};

/// The keys that may stand in a step beside its verb.
const BESIDE: [&str; 4] = ["on", "from", "match", "comment"];

/// What may stand in a step with a verb.
struct Shape {
    verb: &'static str,
    /// The keys beside it.
    beside: &'static [&'static str],
    /// The keys in it, where they are not looked at elsewhere.
    inside: Option<&'static [&'static str]>,
}

const fn shape(
    verb: &'static str,
    beside: &'static [&'static str],
    inside: Option<&'static [&'static str]>,
) -> Shape {
    Shape { verb, beside, inside }
}

const SHAPES: [Shape; 13] = [
    shape("accept", &["comment"], Some(&["as"])),
    shape("tone", &["on", "from", "match", "comment"], None),
    shape("tones", &["on", "from", "match", "comment"], Some(&["each", "any_order"])),
    shape("raw", &["on", "from", "comment"], None),
    shape("listen", &["comment"], Some(&["state", "at"])),
    shape("hold", &["on", "comment"], Some(&[])),
    shape("stall", &["on", "comment"], Some(&[])),
    shape("resume", &["on", "comment"], Some(&[])),
    shape("close", &["on", "comment"], Some(&["from", "how"])),
    shape("repeat", &["comment"], Some(&["times", "as", "steps"])),
    shape("pause", &["comment"], Some(&["ms"])),
    shape("fault", &["comment"], None),
    shape("restart", &["comment"], Some(&[])),
];

fn verbs_hint() -> String {
    let verbs = SHAPES.map(|shape| format!("`{}`", shape.verb));
    format!("(hint: the verbs are {})", verbs.join(", "))
}

/// The script, and what is wrong with it.
pub fn script(source: &Source) -> (Script, Vec<Fault>) {
    let mut reader = Reader { source, faults: Vec::new(), names: Vec::new() };
    let script = reader.script(&source.value);
    (script, reader.faults)
}

struct Reader<'a> {
    source: &'a Source,
    faults: Vec<Fault>,
    /// The names of connections that have been accepted so far.
    names: Vec<String>,
}

impl Reader<'_> {
    fn fault(&mut self, pointer: &str, message: impl Into<String>) {
        self.faults.push(Fault::new(pointer, message));
    }

    fn script(&mut self, file: &Value) -> Script {
        let Some(fields) = file.as_object() else {
            self.fault("", "a script is an object");
            return Script::default();
        };
        if fields.get("format").and_then(Value::as_u64) != Some(1) {
            self.fault("/format", "wants 1");
        }
        if fields.get("title").is_some_and(|title| !title.is_string()) {
            self.fault("/title", "wants a text");
        }
        if !fields.contains_key("steps") && !fields.contains_key("when") {
            self.fault(
                "/steps",
                "wants an array of steps (hint: a script without steps has rules under `when`)",
            );
        }
        self.unknown_keys("", fields, &["format", "title", "steps", "when"]);
        let rules = self.list(fields.get("when"), "/when", "an array of rules", Self::rule);
        let steps = self.list(fields.get("steps"), "/steps", "an array of steps", Self::step);
        if len(&steps) > STEPS_MAX {
            self.fault("/steps", format!("plays more than {STEPS_MAX} steps"));
        }
        let greets = greets(&steps).unwrap_or_else(|| {
            self.fault("/steps", format!("speaks of more than {CONNECTIONS_MAX} connections"));
            Vec::new()
        });
        Script { steps, rules, greets }
    }

    fn list<T>(
        &mut self,
        list: Option<&Value>,
        pointer: &str,
        wanted: &str,
        read: fn(&mut Self, &Value, &str) -> Option<T>,
    ) -> Vec<T> {
        match list {
            None => Vec::new(),
            Some(Value::Array(items)) if !items.is_empty() => {
                let item = |(at, item): (usize, &Value)| read(self, item, &format!("{pointer}/{at}"));
                items.iter().enumerate().filter_map(item).collect()
            }
            Some(_) => {
                self.fault(pointer, format!("wants {wanted}"));
                Vec::new()
            }
        }
    }

    fn unknown_keys(&mut self, pointer: &str, fields: &Map<String, Value>, known: &[&str]) {
        for key in fields.keys().filter(|key| !known.contains(&&***key)) {
            self.fault(&format!("{pointer}/{key}"), "unknown key");
        }
    }

    fn rule(&mut self, rule: &Value, pointer: &str) -> Option<Rule> {
        let Some(fields) = rule.as_object() else {
            self.fault(pointer, "a rule is an object");
            return None;
        };
        self.unknown_keys(pointer, fields, &["tone", "send", "comment"]);
        let when = fields.get("tone").unwrap_or(&Value::Null);
        if !when.is_object() {
            self.fault(&format!("{pointer}/tone"), "wants what a tone looks like");
            return None;
        }
        let when = self.parsed(Pattern::parse(when), &format!("{pointer}/tone"));
        let Some(Value::Array(answers)) = fields.get("send") else {
            self.fault(&format!("{pointer}/send"), "wants an array of tones (hint: `[]` answers nothing)");
            return None;
        };
        let answers: Vec<_> = answers
            .iter()
            .enumerate()
            .filter_map(|(at, answer)| self.parsed(Template::parse(answer), &format!("{pointer}/send/{at}")))
            .collect();
        Some(Rule { when: when?, answers })
    }

    fn parsed<T>(&mut self, parsed: Result<T, Vec<PatternFault>>, pointer: &str) -> Option<T> {
        let keep = |faults: Vec<PatternFault>| {
            self.faults.extend(faults.into_iter().map(|fault| Fault::below(pointer, fault)));
        };
        parsed.map_err(keep).ok()
    }

    fn step(&mut self, step: &Value, pointer: &str) -> Option<Step> {
        let Some(fields) = step.as_object() else {
            self.fault(pointer, "a step is an object");
            return None;
        };
        let verbs: Vec<_> = fields.keys().filter(|key| !BESIDE.contains(&&***key)).collect();
        let [verb] = verbs[..] else {
            self.fault(pointer, format!("wants one verb, has {} {}", verbs.len(), verbs_hint()));
            return None;
        };
        self.shape(verb, fields, pointer);
        let on = self.on(fields, pointer);
        let verb = self.verb(verb, fields, pointer)?;
        let line = self.source.place(Fault::new(pointer, "")).line;
        Some(Step { on, verb, pointer: pointer.to_owned(), line, text: step.to_string() })
    }

    /// Refuses keys that a verb does not have, beside it and in it.
    fn shape(&mut self, verb: &str, fields: &Map<String, Value>, pointer: &str) {
        let Some(Shape { beside, inside, .. }) = SHAPES.iter().find(|shape| shape.verb == verb) else {
            return;
        };
        for key in BESIDE.iter().filter(|key| !beside.contains(key) && fields.contains_key(**key)) {
            self.fault(&format!("{pointer}/{key}"), format!("nothing to say beside `{verb}`"));
        }
        if fields.get("comment").is_some_and(|comment| !comment.is_string()) {
            self.fault(&format!("{pointer}/comment"), "wants a text");
        }
        if let (Some(inside), Some(value)) = (inside, fields.get(verb)) {
            match value {
                Value::Object(fields) => self.unknown_keys(&format!("{pointer}/{verb}"), fields, inside),
                _ => self.fault(&format!("{pointer}/{verb}"), "wants an object"),
            }
        }
    }

    /// The connection that a step names.
    fn on(&mut self, fields: &Map<String, Value>, pointer: &str) -> Option<String> {
        let pointer = format!("{pointer}/on");
        match fields.get("on")? {
            Value::String(on) if self.names.contains(on) => return Some(on.clone()),
            Value::String(on) => self.fault(&pointer, format!("no `accept` before this step names `{on}`")),
            _ => self.fault(&pointer, "wants the name of a connection"),
        }
        None
    }

    fn verb(&mut self, verb: &str, fields: &Map<String, Value>, pointer: &str) -> Option<Verb> {
        let value = fields.get(verb)?;
        let at = format!("{pointer}/{verb}");
        match verb {
            "accept" => {
                let name = value.get("as").and_then(Value::as_str).filter(|name| !name.is_empty());
                let Some(name) = name else {
                    self.fault(&format!("{at}/as"), "wants a name");
                    return None;
                };
                self.names.push(name.to_owned());
                Some(Verb::Accept { name: name.to_owned() })
            }
            "stall" => Some(Verb::Stall),
            "restart" => Some(Verb::Restart),
            "pause" => {
                let ms = value.get("ms").and_then(Value::as_u64).filter(|ms| (1..=3_600_000).contains(ms));
                if ms.is_none() {
                    self.fault(&format!("{at}/ms"), "wants a time from 1 to 3600000");
                }
                ms.map(|ms| Verb::Pause(Duration::from_millis(ms)))
            }
            "fault" => match FaultChange::parse(value) {
                Ok(change) => Some(Verb::Fault(change)),
                Err(faults) => {
                    self.faults.extend(faults.into_iter().map(|fault| Fault::below(&at, fault)));
                    None
                }
            },
            "repeat" => self.repeat(value, &at),
            _ => match Op::parse(verb, fields, &|party| party != "daemon") {
                None => {
                    self.fault(&at, format!("no verb of a script {}", verbs_hint()));
                    None
                }
                Some(op) => self.parsed(op, pointer).map(Verb::Op),
            },
        }
    }

    fn repeat(&mut self, value: &Value, at: &str) -> Option<Verb> {
        let fields = value.as_object()?;
        let times = fields.get("times").and_then(Value::as_u64).and_then(|times| usize::try_from(times).ok());
        if times.is_none_or(|times| times == 0) {
            self.fault(&format!("{at}/times"), "wants a number above 0");
        }
        let name = match fields.get("as") {
            None => None,
            Some(Value::String(name)) if !name.is_empty() => Some(name.clone()),
            Some(_) => {
                self.fault(&format!("{at}/as"), "wants a name");
                None
            }
        };
        if !fields.contains_key("steps") {
            self.fault(&format!("{at}/steps"), "wants an array of steps");
        }
        let steps = self.list(fields.get("steps"), &format!("{at}/steps"), "an array of steps", Self::step);
        Some(Verb::Repeat { times: times?, name, steps })
    }
}
