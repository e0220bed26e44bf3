//! How faults answer tool calls and questions; the sound way is in [`super::answer`].

use serde_json::{Value, json};

use super::answer::{Call, Outcome, failure};
use super::scar::Scars;
use super::{Inner, Tone};
use crate::reference::fault::{faulty, is_sound};

impl Inner {
    /// Whether a fault leaves a call unanswered.
    pub fn ignores(&self, call: &Call, tone: &Tone) -> bool {
        let has_args = tone.get("args").and_then(Value::as_object).is_some_and(|args| !args.is_empty());
        (faulty!("tool-calls-ignored") && has_args)
            || (faulty!("empty-call-id-ignored") && call.id.is_empty())
            || (faulty!("throw-stops-tools") && self.scars.memories().stopped)
    }

    /// What a call of a tool gets that nobody declared.
    pub fn to_unknown_tool(&self, name: &str) -> Option<Value> {
        let without_any = faulty!("call-without-tools-is-fatal") && !self.answers.has_tools();
        if without_any || faulty!("unknown-tool-is-fatal") {
            self.scars.doom();
        }
        if without_any || faulty!("unknown-tool-is-fatal") || faulty!("unknown-tool-ignored") {
            return None;
        }
        let inherited =
            ["constructor", "toString", "__proto__", "__class__", "hasOwnProperty"].contains(&name);
        if faulty!("tool-names-inherited") && inherited {
            return Some(json!({}));
        }
        Some(failure(&format!("no tool is called `{name}`")))
    }

    /// Notes that a call has begun.
    pub fn opened(&self, call: &Call) {
        if is_sound() {
            return;
        }
        let mut memories = self.scars.memories();
        if faulty!("one-call-per-tool") {
            memories.open.retain(|(tool, _)| *tool != call.tool);
            memories.open.push_back((call.tool.clone(), call.id.clone()));
        } else {
            memories.open.push_back((call.sid.clone(), call.id.clone()));
        }
    }

    /// Whether a fault gives another answer than the one due, or none.
    pub fn swallows(&self, call: &Call, outcome: &Outcome) -> bool {
        if is_sound() {
            return false;
        }
        let (failed, late) = (matches!(outcome, Outcome::Failure(_)), matches!(outcome, Outcome::Late));
        let mut memories = self.scars.memories();
        if memories.suppressed.contains(&call.id) {
            return true;
        }
        if (failed && faulty!("throw-cancels-others")) || (late && faulty!("timeout-ends-every-call")) {
            let others: Vec<_> =
                memories.open.iter().map(|(_, id)| id.clone()).filter(|id| *id != call.id).collect();
            memories.suppressed.extend(others);
        }
        memories.stopped |= failed;
        let latest = memories.open.back().map(|(sid, _)| sid.clone());
        let oldest = memories.open.front().cloned();
        let known = memories.open.iter().any(|(tool, id)| *tool == call.tool && *id == call.id);
        drop(memories);
        if faulty!("answers-by-arrival-order") {
            self.scars.memories().open.pop_front();
            if let (Some((sid, id)), Outcome::Value(value)) = (oldest, outcome) {
                self.answer(&Call { sid, id, ..call.clone() }, value.clone());
                return true;
            }
        }
        if faulty!("tool-result-latest-sid")
            && let (Some(sid), Outcome::Value(value)) = (latest, outcome)
        {
            self.answer(&Call { sid, ..call.clone() }, value.clone());
            return true;
        }
        if let (true, Outcome::Value(value)) = (faulty!("answer-sent-twice"), outcome) {
            self.answer(call, value.clone());
        }
        if let (true, Outcome::Failure(why)) =
            (faulty!("failure-answered-twice") || faulty!("answer-sent-twice"), outcome)
        {
            self.answer(call, failure(why));
        }
        (failed && faulty!("throw-is-silent"))
            || (late && faulty!("timeout-silent"))
            || (faulty!("one-call-per-tool") && !known)
    }

    /// Leaves the call that a tone is about without an answer.
    pub fn suppress(&self, tone: &Tone) {
        let id = tone.get("callId").and_then(Value::as_str).unwrap_or_default();
        self.scars.memories().suppressed.push(id.to_owned());
    }
}

impl Scars {
    /// The sid and the id that an answer carries; a fault gives those of the first question.
    pub fn asked(&self, sid: &str, id: &str, again: bool) -> (String, String) {
        if is_sound() {
            return (sid.to_owned(), id.to_owned());
        }
        let mut memories = self.memories();
        let first = memories.first.get_or_insert_with(|| (sid.to_owned(), id.to_owned())).clone();
        if again { first } else { (sid.to_owned(), id.to_owned()) }
    }

    /// The decision that is sent.
    pub fn decided(&self, decision: String) -> String {
        if is_sound() {
            return decision;
        }
        let first = self.memories().decision.get_or_insert(decision.clone()).clone();
        if faulty!("permit-decision-cached") { first } else { decision }
    }
}
