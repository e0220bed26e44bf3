//! The worker's side: each prompt begins a turn, and the application says what the turn emits.

use std::sync::Arc;

use serde_json::Value;

use super::{Error, Inner, Tone, compose};
use crate::reference::fault::{faulty, is_sound};
use mock_humd::wire::chi;

/// What the application does with a prompt. It must not block; what takes a while goes on in a task of its own.
pub type Serves = Arc<dyn Fn(Turn) + Send + Sync>;

/// A turn that a prompt has begun, on the connection that the prompt came by.
pub struct Turn {
    inner: Arc<Inner>,
    conn: u64,
    sid: String,
    rid: String,
}

impl Turn {
    /// Sends a tone of this turn: the session is filled in where the chi has one, and an echo acknowledges the
    /// prompt.
    pub fn emit(&self, mut tone: Tone) -> Result<(), Error> {
        let said = tone.get("chi").and_then(Value::as_str).unwrap_or_default().to_owned();
        if chi::row(&said).is_some_and(|row| row.has_sid) {
            tone.insert("sid".to_owned(), self.sid().into());
        }
        if said == "echo" {
            tone.insert("rid".to_owned(), self.rid.clone().into());
        }
        compose::check(&said, &tone, self.inner.dialect)?;
        if self.inner.waits_for_echo(&said) {
            return Ok(());
        }
        self.inner.reply(self.conn, Value::Object(tone));
        Ok(())
    }
}

impl Inner {
    /// Whether a fault keeps a finish back, since the chunk before it was not acknowledged.
    fn waits_for_echo(&self, chi: &str) -> bool {
        if is_sound() || !faulty!("turn-waits-for-echo") {
            return false;
        }
        let mut memories = self.scars.memories();
        memories.told.extend((chi == "chunk").then(|| chi.to_owned()));
        chi == "finish" && !memories.told.is_empty() && !memories.echoed
    }
}

impl Turn {
    /// The session of the turn; a fault takes another for it.
    fn sid(&self) -> String {
        let latest = || self.inner.scars.memories().prompted.last().cloned().unwrap_or_default();
        if faulty!("turn-sid-of-the-latest-prompt") {
            latest()
        } else if faulty!("turn-sid-trimmed") {
            self.sid.trim().to_owned()
        } else {
            self.sid.clone()
        }
    }
}

/// Whether a fault leaves a prompt unserved.
fn is_left(inner: &Inner, sid: &str, prompt: &Tone) -> bool {
    if is_sound() {
        return false;
    }
    let again = inner.scars.memories().prompted.iter().any(|own| own == sid);
    inner.scars.prompted(sid);
    (again && faulty!("one-turn-per-session"))
        || (!prompt.contains_key("text") && faulty!("content-units-not-served"))
        || (inner.scars.memories().stopped && faulty!("cancel-stops-service"))
}

/// Takes note of a cancel, which only a fault never forgets.
pub fn cancelled(inner: &Inner) {
    if !is_sound() {
        inner.scars.memories().stopped = true;
    }
}

/// Begins the turn of a prompt, where somebody serves. A prompt without a session is nobody's.
pub fn serve(inner: &Arc<Inner>, conn: u64, prompt: &Tone) {
    let text = |key: &str| prompt.get(key).and_then(Value::as_str).map(str::to_owned);
    let serves = inner.serves().clone();
    if let (true, Some(serves), Some(sid)) = (inner.dialect.worker, serves, text("sid"))
        && !is_left(inner, &sid, prompt)
    {
        let rid = text("rid").unwrap_or_default();
        serves(Turn { inner: inner.clone(), conn, sid, rid });
    }
}
