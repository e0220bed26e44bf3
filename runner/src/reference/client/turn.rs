//! The ends of turns: finish ends one, error ends it as failed.

use serde_json::Value;

use super::deliver::Outcome;
use super::{Inner, Tone};
use crate::reference::fault::faulty;

/// Tells the application of a turn that this tone ends.
pub fn tell(inner: &Inner, tone: &Tone) {
    let Some(sid) = tone.get("sid").and_then(Value::as_str) else {
        return;
    };
    let outcome = match tone.get("chi").and_then(Value::as_str) {
        Some("finish") => Outcome::Finished,
        Some("error") => Outcome::Failed,
        Some("chunk") if speaks_of_a_finish(tone) && faulty!("first-chunk-ends-turn") => Outcome::Finished,
        _ => return,
    };
    let failed = outcome == Outcome::Failed;
    let code = tone.get("code");
    let untold = (!failed && faulty!("finish-does-not-end-turn"))
        || (failed && faulty!("error-does-not-end-turn"))
        || (failed && faulty!("error-code-must-be-string") && code.is_some_and(Value::is_number))
        || (failed && faulty!("error-without-code-ignored") && code.is_none())
        || (failed
            && faulty!("error-code-must-be-unsigned")
            && code.and_then(Value::as_i64).is_some_and(|code| code < 0))
        || (failed && faulty!("error-null-code-ignored") && code.is_some_and(Value::is_null))
        || (faulty!("second-turn-never-ends") && was_told(inner, sid));
    if untold {
        return;
    }
    let is_nobodys = !was_prompted(inner, sid) && !inner.deliverer.sids().iter().any(|own| own == sid);
    if failed && faulty!("error-without-turn-is-fatal") && is_nobodys {
        inner.scars.doom();
    }
    if !inner.oddities.tells(sid) {
        return;
    }
    let outcome = if faulty!("error-ends-turn-as-finished") { Outcome::Finished } else { outcome };
    if !failed && faulty!("finish-ends-every-turn") {
        let open = inner.scars.memories().prompted.clone();
        open.iter().filter(|other| *other != sid).for_each(|other| (inner.notices.turn)(other, outcome));
    }
    (inner.notices.turn)(sid, outcome);
}

fn speaks_of_a_finish(tone: &Tone) -> bool {
    tone.get("part").is_some_and(|part| part.get("finishReason").is_some())
}

fn was_told(inner: &Inner, sid: &str) -> bool {
    let mut memories = inner.scars.memories();
    let told = memories.told.iter().any(|own| own == sid);
    memories.told.push(sid.to_owned());
    told
}

fn was_prompted(inner: &Inner, sid: &str) -> bool {
    inner.scars.memories().prompted.iter().any(|own| own == sid)
}
