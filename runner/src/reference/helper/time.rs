//! The clock, and what is measured with it: dusk (WIRE.md, Dusk).

use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::reference::client::Tone;
use crate::reference::fault::{Helper, replaced};

static PINNED: Mutex<Option<i64>> = Mutex::new(None);

/// Pins the clock at so many ms since the epoch; None lets it run again.
pub fn pin_clock(now: Option<i64>) {
    *PINNED.lock().expect("no holder of this lock panics") = now;
}

/// Milliseconds since the epoch.
pub fn now_ms() -> i64 {
    let pinned = *PINNED.lock().expect("no holder of this lock panics");
    pinned.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// The dusk of something that expires in so many ms.
pub fn dusk_in(ms: i64) -> Value {
    let faulty = replaced(|with| if let Helper::DuskIn(faulty) = with { Some(faulty) } else { None });
    faulty.map_or_else(|| now_ms().saturating_add(ms).into(), |faulty| faulty(now_ms(), ms))
}

/// Whether a tone has expired: now is past its dusk. A dusk that is no integer counts as none; every tone has
/// an answer.
pub fn is_dusk(tone: &Tone) -> Option<bool> {
    let now = i128::from(now_ms());
    let faulty = replaced(|with| if let Helper::IsDusk(faulty) = with { Some(faulty) } else { None });
    if let Some(faulty) = faulty {
        return faulty(tone, now);
    }
    Some(dusk(tone).is_some_and(|dusk| now > dusk))
}

fn dusk(tone: &Tone) -> Option<i128> {
    let Some(Value::Number(dusk)) = tone.get("dusk") else {
        return None;
    };
    let text = dusk.as_str();
    if text.contains(['.', 'e', 'E']) {
        return None;
    }
    // Beyond 128 bits a dusk lies further off than any clock can count, in the direction of its sign.
    Some(text.parse().unwrap_or(if text.starts_with('-') { i128::MIN } else { i128::MAX }))
}
