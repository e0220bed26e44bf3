//! Wane: one Lamport counter for each sigil.

use std::collections::HashMap;
use std::fmt;

/// The local clocks, by sigil. A sigil never seen stands at 0 (WANE-01).
#[derive(Clone, Debug, Default)]
pub struct WaneTracker {
    clocks: HashMap<String, u64>,
}

/// A clock stands at 2^64 − 1 and cannot tick (WANE-05). It stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaneOverflow;

impl WaneTracker {
    /// What the clock shows.
    pub fn get(&self, sigil: &str) -> u64 {
        self.clocks.get(sigil).copied().unwrap_or(0)
    }

    /// Adds 1, and returns what the clock then shows.
    pub fn tick(&mut self, sigil: &str) -> Result<u64, WaneOverflow> {
        let value = self.get(sigil).checked_add(1).ok_or(WaneOverflow)?;
        self.set(sigil, value);
        Ok(value)
    }

    /// Pins a value; it may be lower (WANE-06).
    pub fn set(&mut self, sigil: &str, value: u64) {
        self.clocks.insert(sigil.to_owned(), value);
    }

    /// True if `remote` is ahead of the local clock, strictly.
    pub fn behind(&self, sigil: &str, remote: u64) -> bool {
        remote > self.get(sigil)
    }

    /// Takes the larger value for each sigil (WANE-07).
    pub fn merge<S: Into<String>>(&mut self, snapshot: impl IntoIterator<Item = (S, u64)>) {
        for (sigil, value) in snapshot {
            let clock = self.clocks.entry(sigil.into()).or_default();
            *clock = value.max(*clock);
        }
    }

    /// A copy of all clocks.
    pub fn snapshot(&self) -> HashMap<String, u64> {
        self.clocks.clone()
    }
}

impl fmt::Display for WaneOverflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the wane is at its top")
    }
}

impl std::error::Error for WaneOverflow {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_each_sigil_by_itself() {
        let mut wane = WaneTracker::default();
        assert_eq!((wane.get("s"), wane.tick("s"), wane.tick("s"), wane.tick("t")), (0, Ok(1), Ok(2), Ok(1)));
    }

    #[test]
    fn is_behind_only_what_is_ahead() {
        let mut wane = WaneTracker::default();
        wane.set("s", 5);
        wane.set("s", 2);
        assert_eq!([1, 2, 3].map(|remote| wane.behind("s", remote)), [false, false, true]);
    }

    #[test]
    fn refuses_to_tick_past_the_top() {
        let mut wane = WaneTracker::default();
        wane.set("s", u64::MAX - 1);
        assert_eq!((wane.tick("s"), wane.tick("s")), (Ok(u64::MAX), Err(WaneOverflow)));
        assert_eq!(wane.get("s"), u64::MAX);
    }

    #[test]
    fn merges_by_maximum() {
        let mut wane = WaneTracker::default();
        wane.set("s", 5);
        wane.merge([("s", 3), ("t", u64::MAX)]);
        wane.merge([("s", 4)]);
        assert_eq!(wane.snapshot(), HashMap::from([("s".into(), 5), ("t".into(), u64::MAX)]));
    }
}
