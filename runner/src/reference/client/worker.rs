//! The worker's side: each prompt begins a turn, and the application says what the turn emits.

use std::sync::Arc;

use serde_json::Value;

use super::{Error, Inner, Tone, compose};
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
            tone.insert("sid".to_owned(), self.sid.clone().into());
        }
        if said == "echo" {
            tone.insert("rid".to_owned(), self.rid.clone().into());
        }
        compose::check(&said, &tone, self.inner.dialect)?;
        self.inner.reply(self.conn, Value::Object(tone));
        Ok(())
    }
}

/// Begins the turn of a prompt, where somebody serves. A prompt without a session is nobody's.
pub fn serve(inner: &Arc<Inner>, conn: u64, prompt: &Tone) {
    let text = |key: &str| prompt.get(key).and_then(Value::as_str).map(str::to_owned);
    let serves = inner.serves().clone();
    if let (true, Some(serves), Some(sid)) = (inner.dialect.worker, serves, text("sid")) {
        let rid = text("rid").unwrap_or_default();
        serves(Turn { inner: inner.clone(), conn, sid, rid });
    }
}
