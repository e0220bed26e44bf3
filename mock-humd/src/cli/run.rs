//! The arguments of a daemon.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use mock_humd::nest::{Config, Limits, Personality};

use super::faults::FaultArgs;
use super::values::duration;

const SOCKET: &str = "Where to listen [default: $HUM_THRUM_SOCK, else $XDG_RUNTIME_DIR/hum/thrum.sock, else \
    /run/user/UID/hum/thrum.sock]";

/// How to run.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    #[arg(long, value_name = "PATH", help = SOCKET)]
    pub socket: Option<PathBuf>,

    /// Which daemon it plays: the one of WIRE.md, or those in use today (WIRE.md, Profiles)
    #[arg(long, value_enum, default_value_t = Dialect::Document)]
    pub personality: Dialect,

    /// Plays a script, YAML or JSON, to its end; bees that it does not speak of are answered as ever
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,

    /// How long one step of the script may take: `30s`, `500ms`, or a number of seconds
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,

    /// Where what crosses is written, as JSON lines; `-` is stdout
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub transcript: PathBuf,

    /// Writes no transcript
    #[arg(short, long, conflicts_with = "transcript")]
    pub quiet: bool,

    /// What it does wrong.
    #[command(flatten)]
    pub faults: FaultArgs,
}

/// A personality, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// As WIRE.md has it
    Document,
    /// As deployed daemons behave
    Live,
}

impl RunArgs {
    /// The daemon that they describe.
    pub fn config(&self, seed: u64) -> Config {
        let personality = match self.personality {
            Dialect::Document => Personality::Document,
            Dialect::Live => Personality::Live,
        };
        let faults = self.faults.faults();
        Config { personality, faults, seed, limits: Limits::default(), ..Config::default() }
    }
}
