//! The arguments of a daemon.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use mock_humd::nest::{Config, Limits, Personality};

use super::SocketArgs;
use super::faults::FaultArgs;
use super::values::{duration, script, size};
use crate::service::Rotation;

/// How to run.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Where.
    #[command(flatten)]
    pub at: SocketArgs,

    /// Which daemon it plays: the one of WIRE.md, or those in use today (WIRE.md, Profiles)
    #[arg(long, value_enum, default_value_t = Dialect::Document)]
    pub personality: Dialect,

    /// Plays a script, YAML or JSON, to its end; bees that it does not speak of are answered as ever
    #[arg(long, value_name = "FILE", value_parser = script())]
    pub script: Option<PathBuf>,

    /// How long one step of the script may take: `30s`, `500ms`, or a number of seconds
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,

    /// Where what crosses is written, as JSON lines; `-` is stdout, or the log where there is one
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub transcript: PathBuf,

    /// Writes no transcript
    #[arg(short, long, conflicts_with = "transcript")]
    pub quiet: bool,

    /// A command of the shell that is shown each tone, as a line of JSON on its stdin: the line of the transcript.
    /// May be given more than once; in the environment there is one a line. It runs as long as the daemon, and is
    /// started again if it ends. The daemon does not wait for it: `status` says how many tones it was too slow for
    #[arg(long, value_name = "CMD", env = "HUM_MOCK_HOOKS", hide_env_values = true, value_delimiter = '\n')]
    pub hook: Vec<String>,

    /// A file with options [default: $XDG_CONFIG_HOME/mock-humd.toml, else ~/.config/mock-humd.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Ends once its stdin ends, so that it never outlives a test that started it; for the foreground only
    #[arg(long)]
    pub until_stdin_ends: bool,

    /// Where what it prints goes.
    #[command(flatten)]
    pub log: LogArgs,

    /// It was started by `start`, which waits for it.
    #[arg(long, hide = true)]
    pub detached: bool,

    /// What it does wrong.
    #[command(flatten)]
    pub faults: FaultArgs,
}

/// Where what a daemon prints goes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// Writes what would be printed to this file [default of `start`: the socket's path and `.log`]
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,

    /// Begins a new file when it would grow beyond this: `8M`, `64K`, or a number of bytes
    #[arg(long, value_name = "BYTES", default_value = "8M", value_parser = size)]
    pub log_bytes: u64,

    /// Keeps so many older files, with numbers behind their names
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub log_keep: u32,
}

/// A personality, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// As WIRE.md has it
    Document,
    /// As deployed daemons behave
    Live,
}

impl Dialect {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Live => "live",
        }
    }
}

impl LogArgs {
    /// The log, if there is to be one.
    pub fn rotation(&self) -> Option<Rotation> {
        let path = self.log.clone()?;
        Some(Rotation { path, bytes_max: self.log_bytes, keep: self.log_keep })
    }
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
