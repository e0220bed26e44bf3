//! Faults on purpose: what the daemon does wrong, by chance that a seed decides.

use std::time::{Duration, Instant};

use super::outbound::Overflow;

/// What goes wrong. The default is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// Each tone leaves so much later.
    pub latency: Duration,
    /// Each tone leaves later by a time of chance up to this, besides; their order stays.
    pub jitter: Duration,
    /// Bytes leave so many at a time, each piece a read of its own for the bee.
    pub dribble: Option<usize>,
    /// One tone in so many is lost on its way to the bee.
    pub drop: Option<u32>,
    /// One tone in so many is sent twice.
    pub duplicate: Option<u32>,
    /// One tone in so many has one byte changed. It may still be JSON.
    pub corrupt: Option<u32>,
    /// Nothing is read from bees once their hello has been.
    pub stop_reading: bool,
    /// Nothing is written to bees once their hello has been answered.
    pub stop_writing: bool,
    /// A connection is closed after so many tones from its bee, hello included; what waits is written first.
    pub close_after: Option<u64>,
    /// The daemon forgets everything and starts anew after so many tones from all bees.
    pub restart_after: Option<u64>,
    /// What is lost when a queue is full; `None`: as the personality has it.
    pub overflow: Option<Overflow>,
    /// How many tones may wait for each bee; `None`: as many as [`Limits`](super::Limits) allow.
    pub queue: Option<usize>,
    /// How hello is answered.
    pub breath: Breath,
    /// The daemon's clock is ahead by so many ms, or behind.
    pub clock_skew_ms: i64,
}

/// How many breaths there are, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Breath {
    /// As the personality has it.
    #[default]
    Usual,
    /// None at all.
    None,
    /// One as soon as a bee connects, and none after its hello.
    Before,
    /// Two after each hello.
    Twice,
}

impl Faults {
    /// Whether a tone on its way out may meet with anything.
    pub(super) fn meddle(&self) -> bool {
        self.drop.is_some() || self.duplicate.is_some() || self.corrupt.is_some() || self.delays()
    }

    /// Whether chance decides anything.
    pub fn is_chancy(&self) -> bool {
        self.drop.is_some() || self.duplicate.is_some() || self.corrupt.is_some() || !self.jitter.is_zero()
    }

    fn delays(&self) -> bool {
        !self.latency.is_zero() || !self.jitter.is_zero()
    }
}

/// What happens to one tone on its way out.
#[derive(Debug, PartialEq, Eq)]
pub struct Fate {
    /// How many times it is sent.
    pub times: usize,
    /// When, if not at once.
    pub due: Option<Instant>,
}

/// The chance of one connection: the same seed and the same tones give the same faults, whatever other
/// connections do.
#[derive(Debug)]
pub struct Chance(fastrand::Rng);

impl Chance {
    /// For the k-th connection.
    pub fn new(seed: u64, k: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed ^ k.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Decides about a line, and spoils it where its turn has come. The LF at its end stays.
    pub fn decide(&mut self, faults: &Faults, line: &mut [u8], now: Instant) -> Fate {
        let mut one_in = |n: Option<u32>| n.is_some_and(|n| self.0.u32(0..n.max(1)) == 0);
        let (lost, twice, spoiled) = (one_in(faults.drop), one_in(faults.duplicate), one_in(faults.corrupt));
        if spoiled && line.len() > 1 {
            let at = self.0.usize(0..line.len() - 1);
            let old = line[at];
            while line[at] == old || line[at] == b'\n' {
                line[at] = self.0.u8(..);
            }
        }
        let jitter = u64::try_from(faults.jitter.as_micros()).unwrap_or(u64::MAX);
        let due =
            faults.delays().then(|| now + faults.latency + Duration::from_micros(self.0.u64(0..=jitter)));
        Fate { times: usize::from(!lost) * (1 + usize::from(twice)), due }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(seed: u64, faults: &Faults) -> Vec<(usize, Vec<u8>)> {
        let mut chance = Chance::new(seed, 3);
        let now = Instant::now();
        let fate = |_| {
            let mut line = b"{\"chi\":\"x\"}\n".to_vec();
            (chance.decide(faults, &mut line, now).times, line)
        };
        (0..400).map(fate).collect()
    }

    #[test]
    fn the_seed_decides_and_about_one_in_n_is_met() {
        let faults = Faults { drop: Some(10), duplicate: Some(10), corrupt: Some(10), ..Faults::default() };
        let some = fates(7, &faults);
        assert_eq!(some, fates(7, &faults));
        assert_ne!(some, fates(8, &faults));
        for met in [
            some.iter().filter(|(times, _)| *times == 0).count(),
            some.iter().filter(|(times, _)| *times == 2).count(),
            some.iter().filter(|(_, line)| line != b"{\"chi\":\"x\"}\n").count(),
        ] {
            assert!((10..90).contains(&met), "{met} of 400");
        }
        assert!(some.iter().all(|(_, line)| line.ends_with(b"\n") && !line[..11].contains(&b'\n')));
    }

    #[test]
    fn one_in_one_is_every_tone() {
        let faults = Faults { drop: Some(1), ..Faults::default() };
        assert!(fates(1, &faults).iter().all(|(times, _)| *times == 0));
    }

    #[test]
    fn latency_and_jitter_add_up() {
        let ms = Duration::from_millis;
        let faults = Faults { latency: ms(20), jitter: ms(5), ..Faults::default() };
        let now = Instant::now();
        let mut chance = Chance::new(1, 0);
        for _ in 0..100 {
            let due = chance.decide(&faults, &mut [], now).due.unwrap();
            assert!((ms(20)..=ms(25)).contains(&(due - now)));
        }
    }
}
