//! Ids: the sigil of a session, and request ids (WIRE.md, Helpers).

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

/// The sigil of a session on a nest: lower-case hex of the first 6 bytes of SHA-256 over `nest:sid`.
pub fn sigil(sid: &str, nest: &str) -> String {
    let hash = Sha256::new().chain_update(nest).chain_update(":").chain_update(sid).finalize();
    hash[..6].iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}

/// A number in base 36: lower case, unpadded.
pub fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(digit(u8::try_from(number % 36).unwrap_or_default()));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// The value of a base-36 number in the spelling of [`base36`]; `None` for any other text.
pub fn from_base36(text: &str) -> Option<u64> {
    let value = u64::from_str_radix(text, 36).ok()?;
    (base36(value) == text).then_some(value)
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 36).unwrap_or('0')
}

/// Makes rids: the time, a dash, and a counter that starts at 0. One per process.
#[derive(Debug, Default)]
pub struct RidSource {
    counter: AtomicU64,
}

impl RidSource {
    /// A source whose first rid has counter 0.
    pub const fn new() -> Self {
        Self { counter: AtomicU64::new(0) }
    }

    /// The next rid; `now_ms` is the time since the epoch.
    pub fn next(&self, now_ms: u64) -> String {
        let counter = self.counter.fetch_add(1, Ordering::Relaxed);
        format!("{}-{}", base36(now_ms), base36(counter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigils_are_the_known_answers() {
        for (sid, nest, wanted) in [
            ("abc", "claude-cli", "28502944aa01"),
            ("", "claude-cli", "e270faa234b9"),
            ("abc", "", "6e850a0e91c1"),
            ("a:b", "c", "da4c12c1f144"),
            ("b", "c:a", "da4c12c1f144"),
            ("héllo", "claude-cli", "759a1c6da543"),
            ("😀", "nést", "3b1597fadaeb"),
            ("cafe\u{301}", "n", "924f83f9cf5e"),
            ("caf\u{e9}", "n", "339648af4c41"),
            (" ", "\t", "a4b0fcf521f2"),
            ("a\0b", "n", "c5e17871a80b"),
            ("hum-1", "claude-cli", "6ae57ce2a21c"),
            ("hum-x", "claude-cli", "7378d90ed270"),
        ] {
            assert_eq!(sigil(sid, nest), wanted, "sid {sid:?}, nest {nest:?}");
        }
    }

    #[test]
    fn base36_is_lower_case_and_unpadded() {
        for (number, wanted) in [(0, "0"), (35, "z"), (36, "10"), (1295, "zz"), (u64::MAX, "3w5e11264sgsf")] {
            assert_eq!(base36(number), wanted);
            assert_eq!(from_base36(wanted), Some(number));
        }
    }

    #[test]
    fn other_spellings_of_base36_are_refused() {
        for text in ["", "00", "0z", "Z", "+1", "-1", "3w5e11264sgsg", "é"] {
            assert_eq!(from_base36(text), None, "{text:?}");
        }
    }

    #[test]
    fn rids_count_from_0() {
        let source = RidSource::new();
        let made: Vec<_> = (0..37).map(|_| source.next(1_700_000_000_000)).collect();
        assert_eq!((&*made[0], &*made[1], &*made[36]), ("loyw3v28-0", "loyw3v28-1", "loyw3v28-10"));
    }
}
