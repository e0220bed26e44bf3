//! Expiry: dusk is the absolute time, in ms since the epoch, up to which a tone is alive.

use std::time::Duration;

use serde_json::Value;

use crate::clock;
use crate::tone::Tone;

/// The dusk of a tone that shall live for this long from now (DUSK-04), in ms since the epoch.
pub fn dusk_in(life: Duration) -> u64 {
    clock::now_ms().saturating_add(u64::try_from(life.as_millis()).unwrap_or(u64::MAX))
}

/// True if the tone has expired: now > dusk, strictly (DUSK-01).
///
/// Only an integer is a dusk. Anything else counts as none, and a tone without never expires.
pub fn is_dusk(tone: &Tone) -> bool {
    tone.get("dusk").is_some_and(|dusk| has_passed(dusk, clock::now_ms()))
}

fn has_passed(dusk: &Value, now_ms: u64) -> bool {
    match dusk.as_u64() {
        Some(dusk) => now_ms > dusk,
        None => dusk.is_i64(), // an integer below 0: before the epoch
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn is_alive_in_the_millisecond_of_its_dusk() {
        let now = 1_700_000_000_000;
        assert!(!has_passed(&json!(now), now));
        assert!(!has_passed(&json!(u64::MAX), now));
        assert!(has_passed(&json!(now - 1), now));
        assert!(has_passed(&json!(-1), 0));
    }

    #[test]
    fn takes_anything_but_an_integer_for_none() {
        for none in [json!(null), json!(true), json!("1"), json!({}), json!([]), json!(1.0)] {
            assert!(!has_passed(&none, u64::MAX), "{none}");
        }
        assert!(!is_dusk(&Tone::default()));
    }

    #[test]
    fn counts_from_now() {
        let before = clock::now_ms();
        let dusk = dusk_in(Duration::from_secs(5));
        assert!((before + 5000..=clock::now_ms() + 5000).contains(&dusk));
    }
}
