//! Identifiers: the rid of a tone, and the sigil of a session at a nest.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::clock;

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// A new rid: base36(now in ms) "-" base36(counter) (RID-01). The counter is the process's: it starts at 0 and
/// rises by 1 a call, whichever thread calls.
pub fn rid() -> String {
    spell_rid(clock::now_ms(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

/// 12 hex digits: the first 6 bytes of SHA-256 over nest ":" sid, both as they are (SIGIL-01).
pub fn sigil(sid: &str, nest: &str) -> String {
    let hash = Sha256::new().chain_update(nest).chain_update(":").chain_update(sid).finalize();
    let first = hash[..6].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{first:012x}")
}

fn spell_rid(now_ms: u64, count: u64) -> String {
    format!("{}-{}", base36(now_ms), base36(count))
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize]));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::thread;

    use super::*;

    #[test]
    fn spells_the_known_rids() {
        for (now, count, spelling) in [
            (0, 0, "0-0"),
            (1_700_000_000_000, 0, "loyw3v28-0"),
            (1_700_000_000_000, 35, "loyw3v28-z"),
            (1_700_000_000_000, 36, "loyw3v28-10"),
            (1_767_225_600_012, 1295, "mjuohs0c-zz"),
            (1_767_225_600_012, 1296, "mjuohs0c-100"),
            (u64::MAX, u64::MAX, "3w5e11264sgsf-3w5e11264sgsf"),
        ] {
            assert_eq!(spell_rid(now, count), spelling);
        }
    }

    #[test]
    fn gives_no_rid_twice_whatever_the_thread() {
        let threads: Vec<_> =
            (0..4).map(|_| thread::spawn(|| (0..500).map(|_| rid()).collect::<Vec<_>>())).collect();
        let made: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), 2000);
    }

    #[test]
    fn hashes_the_known_sigils() {
        for (sid, nest, answer) in [
            ("hum-x", "claude-cli", "7378d90ed270"),
            ("hum-1", "claude-cli", "6ae57ce2a21c"),
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
        ] {
            assert_eq!(sigil(sid, nest), answer, "sigil({sid:?}, {nest:?})");
        }
    }
}
