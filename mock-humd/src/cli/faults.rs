//! The arguments that make a daemon go wrong.

use std::time::Duration;

use clap::{Args, ValueEnum};
use mock_humd::nest::{Breath, Faults, Overflow};

use super::values::{duration, one_in, skew};

/// What the daemon does wrong.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Faults")]
pub struct FaultArgs {
    /// Sends each tone so much later: `50ms`, `2s`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub latency: Option<Duration>,

    /// Sends each tone later by a time of chance up to this
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub jitter: Option<Duration>,

    /// Sends so many bytes at a time
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub dribble: Option<u32>,

    /// Loses one tone in N on its way to the bee: `1/10`
    #[arg(long, value_name = "1/N", value_parser = one_in)]
    pub drop: Option<u32>,

    /// Sends one tone in N twice
    #[arg(long, value_name = "1/N", value_parser = one_in)]
    pub duplicate: Option<u32>,

    /// Changes one byte of one tone in N
    #[arg(long, value_name = "1/N", value_parser = one_in)]
    pub corrupt: Option<u32>,

    /// Reads nothing from a bee after its hello
    #[arg(long)]
    pub stop_reading: bool,

    /// Writes nothing to a bee once its hello is answered
    #[arg(long)]
    pub stop_writing: bool,

    /// Closes a connection after N tones from its bee, hello included
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub close_after: Option<u64>,

    /// Forgets everything and starts anew after N tones from all bees
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub restart_after: Option<u64>,

    /// Which tone is lost when a bee does not read [default: `drop-oldest`, live `drop-newest`]
    #[arg(long, value_enum, value_name = "POLICY")]
    pub overflow: Option<Policy>,

    /// How many tones wait for a bee that does not read [default: 1024]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub queue: Option<u32>,

    /// How hello is answered [default: with one breath, live with one before it besides]
    #[arg(long, value_enum, value_name = "HOW")]
    pub breath: Option<Breathing>,

    /// Sets the daemon's clock ahead, or behind: `5s`, `-5s`
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = skew)]
    pub clock_skew: Option<i64>,

    /// Decides what chance decides; printed at the start [default: another one each time]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// An overflow policy, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// The oldest one that waits
    DropOldest,
    /// The one that comes
    DropNewest,
}

/// How hello is answered, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Breathing {
    /// Not at all
    None,
    /// Before it has come
    Before,
    /// With two breaths
    Twice,
}

impl FaultArgs {
    /// Whether anything is to go wrong.
    pub fn are_any(&self) -> bool {
        self.faults() != Faults::default()
    }

    /// The faults that they describe.
    pub fn faults(&self) -> Faults {
        Faults {
            latency: self.latency.unwrap_or_default(),
            jitter: self.jitter.unwrap_or_default(),
            dribble: self.dribble.and_then(|bytes| usize::try_from(bytes).ok()),
            drop: self.drop,
            duplicate: self.duplicate,
            corrupt: self.corrupt,
            stop_reading: self.stop_reading,
            stop_writing: self.stop_writing,
            close_after: self.close_after,
            restart_after: self.restart_after,
            overflow: self.overflow.map(|policy| match policy {
                Policy::DropOldest => Overflow::DropOldest,
                Policy::DropNewest => Overflow::DropNewest,
            }),
            queue: self.queue.and_then(|tones| usize::try_from(tones).ok()),
            breath: match self.breath {
                None => Breath::Usual,
                Some(Breathing::None) => Breath::None,
                Some(Breathing::Before) => Breath::Before,
                Some(Breathing::Twice) => Breath::Twice,
            },
            clock_skew_ms: self.clock_skew.unwrap_or_default(),
        }
    }
}
