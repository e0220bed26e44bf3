//! The wane: one Lamport clock per sigil (WIRE.md, Helpers: wane).

use std::collections::BTreeMap;
use std::fmt;

/// A clock stands at 2^64−1 and cannot tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaneFull {
    /// Whose clock.
    pub sigil: String,
}

impl fmt::Display for WaneFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the wane of `{}` stands at its highest value", self.sigil)
    }
}

impl std::error::Error for WaneFull {}

/// The clocks of all sigils that were seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaneTracker {
    clocks: BTreeMap<String, u64>,
}

impl WaneTracker {
    /// The clock of a sigil, 0 where it was never seen.
    pub fn get(&self, sigil: &str) -> u64 {
        self.clocks.get(sigil).copied().unwrap_or(0)
    }

    /// Adds 1 and gives the new value.
    pub fn tick(&mut self, sigil: &str) -> Result<u64, WaneFull> {
        let next = self.get(sigil).checked_add(1).ok_or_else(|| WaneFull { sigil: sigil.to_owned() })?;
        self.set(sigil, next);
        Ok(next)
    }

    /// Pins a clock; this may lower it.
    pub fn set(&mut self, sigil: &str, wane: u64) {
        self.clocks.insert(sigil.to_owned(), wane);
    }

    /// Whether the other side is ahead.
    pub fn behind(&self, sigil: &str, remote: u64) -> bool {
        remote > self.get(sigil)
    }

    /// Takes the higher value of each sigil.
    pub fn merge(&mut self, snapshot: &BTreeMap<String, u64>) {
        for (sigil, &wane) in snapshot {
            let clock = self.clocks.entry(sigil.clone()).or_default();
            *clock = wane.max(*clock);
        }
    }

    /// All clocks.
    pub fn snapshot(&self) -> BTreeMap<String, u64> {
        self.clocks.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clocks(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
        pairs.iter().map(|&(sigil, wane)| (sigil.to_owned(), wane)).collect()
    }

    #[test]
    fn an_unseen_sigil_has_wane_0_and_ticks_to_1() {
        let mut wane = WaneTracker::default();
        assert_eq!((wane.get("a"), wane.tick("a"), wane.tick("a"), wane.get("b")), (0, Ok(1), Ok(2), 0));
    }

    #[test]
    fn behind_is_strict() {
        let mut wane = WaneTracker::default();
        wane.set("a", 5);
        assert_eq!([4, 5, 6].map(|remote| wane.behind("a", remote)), [false, false, true]);
    }

    #[test]
    fn ticking_at_the_top_is_an_error_and_changes_nothing() {
        let mut wane = WaneTracker::default();
        wane.set("a", u64::MAX - 1);
        assert_eq!(wane.tick("a"), Ok(u64::MAX));
        assert_eq!(wane.tick("a").unwrap_err().to_string(), "the wane of `a` stands at its highest value");
        assert_eq!(wane.get("a"), u64::MAX);
    }

    #[test]
    fn merge_takes_the_maximum_and_is_idempotent_and_commutative() {
        let (one, two) = (clocks(&[("a", 5), ("b", 1)]), clocks(&[("a", 3), ("c", 9)]));
        let merged = |first: &_, second: &_| {
            let mut wane = WaneTracker::default();
            wane.merge(first);
            wane.merge(second);
            wane.merge(second);
            wane.snapshot()
        };
        assert_eq!(merged(&one, &two), clocks(&[("a", 5), ("b", 1), ("c", 9)]));
        assert_eq!(merged(&two, &one), merged(&one, &two));
    }

    #[test]
    fn set_may_lower_a_clock() {
        let mut wane = WaneTracker::default();
        wane.set("a", 9);
        wane.set("a", 2);
        assert_eq!(wane.get("a"), 2);
    }
}
