//! Script files: steps that are played one after the other, and rules that answer whenever they match.
//!
//! ```yaml
//! format: 1
//! title: answers one prompt
//! when:
//!   - tone: { chi: cancel, sid: { $bind: sid } }
//!     send: [ { chi: finish, rid: f-9, sid: { $ref: sid }, finishReason: cancelled, usage: {} } ]
//! steps:
//!   - { tone: { chi: prompt, sid: { $bind: sid } }, from: client }
//!   - { tone: { chi: finish, rid: f-1, sid: { $ref: sid }, finishReason: stop, usage: {} }, from: daemon }
//! ```
//!
//! `vectors/schema/script.json` describes the same.

use std::time::Duration;

use super::change::FaultChange;
use super::source::Source;
use super::{Fault, Op, read};
use crate::nest::Rule;

/// A script plays at most so many steps, those of repeats counted each time.
pub(super) const STEPS_MAX: usize = 10_000_000;

/// A script speaks of at most so many connections.
pub(super) const CONNECTIONS_MAX: usize = 10_000;

/// A script, valid as a whole.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// In order.
    pub steps: Vec<Step>,
    /// What answers whenever it matches, before the daemon does.
    pub rules: Vec<Rule>,
    /// For the k-th connection: whether the mock greets it by itself.
    pub greets: Vec<bool>,
}

/// One step of a script.
#[derive(Debug, Clone)]
pub struct Step {
    /// The name of the connection; `None`: the one accepted last, or the first.
    pub on: Option<String>,
    /// What to do.
    pub verb: Verb,
    /// Where it stands: a JSON pointer.
    pub pointer: String,
    /// The line of the file, from 1, where it is known.
    pub line: Option<usize>,
    /// The step as written, for messages.
    pub text: String,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Waits for the next connection and gives it a name.
    Accept {
        /// The name; a later connection may take it over.
        name: String,
    },
    /// An operation of the vector format.
    Op(Op),
    /// Writes nothing more until `resume`.
    Stall,
    /// Lets time pass: for people who watch. The one place where a script waits for a clock.
    Pause(Duration),
    /// Changes what goes wrong from here on.
    Fault(FaultChange),
    /// Closes everything, as a daemon that dies, and begins again at the same path.
    Restart,
    /// Plays steps several times.
    Repeat {
        /// How many times.
        times: usize,
        /// What counts them, from 0: `${name}` in texts, `{"$ref": name}` as a number.
        name: Option<String>,
        /// What is repeated.
        steps: Vec<Step>,
    },
}

impl Script {
    /// Reads a script, YAML or JSON; all faults at once.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        let source = Source::parse(text).map_err(|fault| vec![fault])?;
        let (script, faults) = read::script(&source);
        if !faults.is_empty() {
            return Err(faults.into_iter().map(|fault| source.place(fault)).collect());
        }
        Ok(script)
    }

    /// Whether the first step says what stands at the socket's path, so that nothing is to stand there before.
    pub fn listens_by_itself(&self) -> bool {
        matches!(self.steps.first(), Some(Step { verb: Verb::Op(Op::Listen { .. }), .. }))
    }

    /// Whether a step changes what goes wrong.
    pub fn changes_faults(&self) -> bool {
        changes_faults(&self.steps)
    }

    /// How many steps are played, those of repeats counted each time.
    pub fn len(&self) -> usize {
        len(&self.steps)
    }

    /// Whether there is no step.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

fn changes_faults(steps: &[Step]) -> bool {
    steps.iter().any(|step| match &step.verb {
        Verb::Fault(_) => true,
        Verb::Repeat { steps, .. } => changes_faults(steps),
        _ => false,
    })
}

pub(super) fn len(steps: &[Step]) -> usize {
    let each = |step: &Step| match &step.verb {
        Verb::Repeat { times, steps, .. } => len(steps).saturating_mul(*times),
        _ => 1,
    };
    steps.iter().map(each).fold(0, usize::saturating_add)
}

/// For each connection in order of arrival, whether the mock greets it: unless a step on it names hello or breath.
pub(super) fn greets(steps: &[Step]) -> Option<Vec<bool>> {
    fn walk<'a>(steps: &'a [Step], names: &mut Vec<&'a str>, greets: &mut Vec<bool>) -> Option<()> {
        for step in steps {
            match &step.verb {
                Verb::Repeat { times, steps, .. } => {
                    // rounds without an accept change nothing that the first one has not
                    let rounds = if accepts(steps) { *times } else { 1 };
                    for _ in 0..rounds {
                        walk(steps, names, greets)?;
                    }
                }
                Verb::Accept { name } => {
                    names.push(name);
                    if names.len() > greets.len() {
                        greets.push(true);
                    }
                    if greets.len() > CONNECTIONS_MAX {
                        return None;
                    }
                }
                Verb::Op(op) if op.names_hello_or_breath() => {
                    let place = |on: &String| names.iter().rposition(|name| name == on);
                    let k = step.on.as_ref().map_or(Some(names.len().saturating_sub(1)), place);
                    if let Some(greets) = k.and_then(|k| greets.get_mut(k)) {
                        *greets = false;
                    }
                }
                _ => {}
            }
        }
        Some(())
    }
    let mut found = if steps.is_empty() { Vec::new() } else { vec![true] };
    walk(steps, &mut Vec::new(), &mut found)?;
    Some(found)
}

fn accepts(steps: &[Step]) -> bool {
    steps.iter().any(|step| match &step.verb {
        Verb::Accept { .. } => true,
        Verb::Repeat { steps, .. } => accepts(steps),
        _ => false,
    })
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
