//! The arguments of what comes before the first run: `smoke`, `init` and `doctor`.

use std::path::PathBuf;

use clap::Args;

use super::PatienceArgs;

/// What `smoke --help` ends with.
pub(super) const SMOKE_NOTES: &str = "\
Each mistake is shown with what was sent, the line that came, what is wrong
with it and what is right. A shim that is not finished is green at its level:
  0  it speaks the protocol, and answers nothing yet
  1  it calls helpers
  2  it drives the client over a socket

Examples:
  thrum-conform smoke -- python3 shim.py
  thrum-conform smoke --config conformance/conformance.toml
  thrum-conform smoke --timeout-scale 5 -- ./shim   on a slow machine

Exit codes:
  0    no mistake; the last line says the next step
  1    a mistake
  2    wrong usage
  4    the command could not be run, or the suite broke
  130  interrupted";

/// What `init --help` ends with.
pub(super) const INIT_NOTES: &str = "\
Writes conformance/ with the shim and its conformance.toml, and
.github/workflows/thrum-conform.yml. The shim passes `smoke` as it is, and says
the next step in each function. A file that exists is never overwritten:
nothing is written then, unless with --force.

Examples:
  thrum-conform init python
  thrum-conform init go ../my-client
  thrum-conform init --list

Exit codes:
  0    written
  2    wrong usage, or a file exists already";

/// What `doctor --help` ends with.
pub(super) const DOCTOR_NOTES: &str = "\
The output is for pasting into a bug report. It says of environment variables
only whether they are set.

Exit codes:
  0    all checks passed
  1    a finding; its hint says what to do
  4    the suite broke
  130  interrupted";

/// `smoke`.
#[derive(Debug, Args)]
pub struct SmokeArgs {
    #[command(flatten)]
    pub patience: PatienceArgs,
    /// The client's configuration [default: `conformance.toml` of the current folder, unless CMD says whom to check]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The command that starts the client's shim; without it that of the configuration, or the built-in client
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<String>,
}

/// `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The language of the client: python, typescript, go or rust
    #[arg(value_name = "LANG", required_unless_present = "list")]
    pub language: Option<String>,
    /// The root of the client's repository
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Overwrite files that exist
    #[arg(long)]
    pub force: bool,
    /// List the languages
    #[arg(long, exclusive = true)]
    pub list: bool,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,
}
