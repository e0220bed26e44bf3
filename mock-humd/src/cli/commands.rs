//! The arguments of the commands that find a running daemon.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{duration, script};
use crate::socket;

const SOCKET: &str = "The socket that bees see [default: $HUM_THRUM_SOCK, else $XDG_RUNTIME_DIR/hum/thrum.sock, else \
    /run/user/UID/hum/thrum.sock]";

const STOP_MAX: &str = "10s";

/// Which daemon.
#[derive(Debug, Clone, Default, Args)]
pub struct SocketArgs {
    #[arg(long, value_name = "PATH", help = SOCKET)]
    pub socket: Option<PathBuf>,
}

/// How to stop.
#[derive(Debug, Clone, Args)]
pub struct StopArgs {
    /// Which daemon.
    #[command(flatten)]
    pub at: SocketArgs,

    /// How long it may take: `10s`, `500ms`
    #[arg(long, value_name = "TIME", default_value = STOP_MAX, value_parser = duration)]
    pub timeout: Duration,

    /// Kills it after that time, and removes what it leaves behind
    #[arg(long)]
    pub force: bool,
}

/// How to tell.
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// Which daemon.
    #[command(flatten)]
    pub at: SocketArgs,

    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

/// What to read along.
#[derive(Debug, Clone, Args)]
pub struct TailArgs {
    /// Which daemon.
    #[command(flatten)]
    pub at: SocketArgs,

    /// Which part.
    #[command(flatten)]
    pub filter: FilterArgs,

    /// Prints lines of the transcript, JSON
    #[arg(long)]
    pub json: bool,
}

/// Which part of what crosses.
#[derive(Debug, Clone, Args)]
pub struct FilterArgs {
    /// Only of this bee: its name, or `#3` for a connection; may be given more than once
    #[arg(long, value_name = "BEE")]
    pub bee: Vec<String>,

    /// Only tones of this type: `prompt`, `prompt,finish`
    #[arg(long, value_name = "CHI", value_delimiter = ',')]
    pub chi: Vec<String>,

    /// Only tones of this session; may be given more than once
    #[arg(long, value_name = "SID")]
    pub sid: Vec<String>,
}

/// What to send.
#[derive(Debug, Clone, Args)]
pub struct SendArgs {
    /// Which daemon.
    #[command(flatten)]
    pub at: SocketArgs,

    /// The bee: its name, or `#3` for a connection
    pub bee: String,

    /// The tone, JSON; `-` reads it from stdin. The daemon adds `rid` and `from` where they are missing
    #[arg(allow_hyphen_values = true)]
    pub tone: String,

    /// Sends the line as it is, whatever it is
    #[arg(long)]
    pub raw: bool,
}

/// Whom to close.
#[derive(Debug, Clone, Args)]
pub struct KickArgs {
    /// Which daemon.
    #[command(flatten)]
    pub at: SocketArgs,

    /// The bee: its name, or `#3` for a connection
    pub bee: String,

    /// At once, with what waits for it unwritten
    #[arg(long)]
    pub crash: bool,
}

/// What to record.
#[derive(Debug, Clone, Args)]
pub struct RecordArgs {
    /// Which daemon.
    #[command(flatten)]
    pub at: SocketArgs,

    /// Where the script is written
    pub script: PathBuf,

    /// Ends once so many tones have crossed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub tones: Option<u64>,
}

/// What to play.
#[derive(Debug, Clone, Args)]
pub struct PlayArgs {
    /// Which daemon.
    #[command(flatten)]
    pub at: SocketArgs,

    /// The script, YAML or JSON
    #[arg(value_parser = script())]
    pub script: PathBuf,

    /// How long one step may take: `30s`, `500ms`
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
}

impl SocketArgs {
    /// The path of its socket.
    pub fn path(&self) -> PathBuf {
        self.socket.clone().unwrap_or_else(socket::default_path)
    }
}
