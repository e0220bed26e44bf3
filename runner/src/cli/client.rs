//! The arguments of `client`, and those that it shares with whatever tests a client: whom, with what, how long.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use thrum_conform::plan::Shard;
use thrum_conform::rule::Version;

use super::report::OutputArgs;
use super::value::{duration, factor, seed, times};

/// What `client --help` ends with.
pub(super) const NOTES: &str = "\
Examples:
  thrum-conform client                       test the built-in client
  thrum-conform client -- python3 ci/python/shim.py
  thrum-conform client --run 'tools/*' --trace -- ./shim
  thrum-conform client --failed -- ./shim            what failed last time
  thrum-conform client --repro out -- ./shim         keep what reproduces it
  thrum-conform client --role worker --profile live -- ./shim
  thrum-conform client --shuffle --repeat 20 -- ./shim  is each verdict steady?
  thrum-conform client --vectors thrum-vectors-0.7.0+1.tar -- ./shim
  thrum-conform client --config conformance.toml     as a gate: see below
  thrum-conform client --black-box -- python3 bee.py  no shim: any bee
  thrum-conform client --black-box --config FILE      the `bee` that it names

With `--black-box` the command is any bee, with no shim. It is started for each
case, finds its daemon in HUM_THRUM_SOCK, says hello and prompts; the suite asks
it in the session of that prompt, and sees what crosses the wire. The rest stays
undecided, so that 3 is the best exit code it normally gets.

A conformance.toml stands in the client's repository. It holds the commands, the
pinned vectors, and the failures that are known for now:

  [client]
  command = [\"python3\", \"shim.py\"]
  bee = [\"python3\", \"bee.py\"]       # for `--black-box`
  [vectors]
  release = \"0.7.0+1\"
  [[expect]]
  case = \"framing/split-inside-a-two-byte-character\"
  status = \"fail\"
  code = \"framing.split-corrupts\"
  reason = \"decodes each read on its own until the reader is rewritten\"

A known failure still runs. It fails the gate once it passes, fails otherwise,
or has expired; the report then says which lines of the file to change.

With `--shard K/N` each of N machines plays a part of the cases. `report merge`
makes the report of the whole run of theirs, and its exit code is the verdict.
That of a shard says what its own cases say, and a rule that other shards decide
too stays undecided until then:

  thrum-conform client --shard 1/2 --report json=1.json -- ./shim
  thrum-conform client --shard 2/2 --report json=2.json -- ./shim
  thrum-conform report merge 1.json 2.json

Exit codes:
  0    every required rule held or is waived, and at least one was decided
  1    a required rule was broken, a known failure is not what the configuration
       says, or a verdict was not steady
  2    wrong usage or input
  3    incomplete: nothing failed, but a required rule stayed undecided
  4    the suite or the shim broke
  130  interrupted; what was seen so far is reported";

/// Where vectors and rules come from.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// Vectors from this archive, file or folder instead of the built-in ones
    #[arg(long, value_name = "PATH")]
    pub vectors: Option<PathBuf>,
    /// Rules from this document instead of the built-in WIRE.md
    #[arg(long, value_name = "FILE")]
    pub wire_doc: Option<PathBuf>,
}

/// How long to wait.
#[derive(Debug, Args)]
pub struct PatienceArgs {
    /// For one reply; it only ends hangs (`500ms`, `2s`)
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration)]
    pub timeout: Duration,
    /// Every wait this many times as long, for slow machines
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = factor)]
    pub timeout_scale: f64,
}

/// What to test, and how: what `client` and `baseline` share.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Only cases whose id matches; `*` stands for anything
    #[arg(short, long, value_name = "GLOB")]
    pub run: Vec<String>,
    /// Leave out cases whose id matches
    #[arg(short, long, value_name = "GLOB")]
    pub skip: Vec<String>,
    /// Only this rule, and the cases that decide it
    #[arg(long, value_name = "ID")]
    pub rule: Vec<String>,
    /// The wire version to test against
    #[arg(long, value_name = "VERSION")]
    pub wire: Option<Version>,
    /// Only this profile [default: every one that the client declares, each reported apart]
    #[arg(long, value_enum)]
    pub profile: Option<ProfileArg>,
    /// Only this role [default: client, and worker where the client claims to be one]
    #[arg(long, value_enum)]
    pub role: Option<RoleArg>,
    /// From which level on a broken rule fails the run [default: must]
    #[arg(long, value_enum)]
    pub level: Option<LevelArg>,
    /// How many processes of the client at once [default: one more than cores, since some wait]
    #[arg(short, long, value_name = "N", value_parser = times)]
    pub jobs: Option<usize>,
    #[command(flatten)]
    pub patience: PatienceArgs,
    /// Play the cases in an order of chance; the seed that is printed makes the same order again
    #[arg(long, value_name = "SEED", num_args = 0..=1, require_equals = true, value_parser = seed)]
    #[expect(clippy::option_option, reason = "absent, without a seed, and with one")]
    pub shuffle: Option<Option<u64>>,
    /// Play each case so often; a verdict that is not the same each time fails the run
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = times)]
    pub repeat: usize,
    #[command(flatten)]
    pub source: SourceArgs,
    /// The command is a whole bee, with no shim: decide what shows on the wire
    #[arg(long)]
    pub black_box: bool,
    /// Test a mutant of the built-in client (see `list mutants`)
    #[arg(long, value_name = "NAME", conflicts_with = "command")]
    pub mutant: Option<String>,
    /// The client's configuration: command, environment, pinned vectors, known failures
    /// [default: `conformance.toml` of the current folder, unless CMD or --mutant says whom to test]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The command that starts the client's shim (with `--black-box`, the bee itself), instead of the
    /// configuration's `command` (or `bee`); its paths count from the current folder
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<String>,
}

/// `client`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct ClientArgs {
    #[command(flatten)]
    pub test: TestArgs,
    /// Play one part of the cases, as on one of several machines: `2/5` is the second of five. Each part is reported by
    /// itself, and `report merge` joins them
    #[arg(long, value_name = "K/N", conflicts_with = "failed")]
    pub shard: Option<Shard>,
    /// Stop at the first failure
    #[arg(short = 'x', long)]
    pub fail_fast: bool,
    /// Run only what failed last time
    ///
    /// What fails is remembered for each command and folder, below `$XDG_STATE_HOME/thrum-conform`, until it has been
    /// run and does not fail any more. Where nothing is remembered, the exit code is 2.
    #[arg(long)]
    pub failed: bool,
    /// Show on stderr what crosses the wire, while it crosses; with `=all` the messages of the shim too, which of a helper
    /// are shown anyway
    ///
    /// Each line says when, counted from the beginning of the case, on which connection, and which way: `◀──` from the
    /// client, `──▶` to it, `shim >` a request, `shim <` what the shim said.
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "wire")]
    pub trace: Option<TraceArg>,
    /// Tell the id of each process of the shim, and wait until you press Enter or a debugger traces it; no deadline
    /// applies
    ///
    /// One process plays one case after the other; only a case that needs a process of its own starts another one.
    #[arg(long, conflicts_with_all = ["attach", "jobs", "black_box"])]
    pub wait_for_debugger: bool,
    /// Wait for a shim that you start yourself, under a debugger or otherwise; no deadline applies
    ///
    /// DIR gets two pipes, `in` and `out`, for the stdin and stdout of the shim: `./shim < DIR/in > DIR/out`. A debugger
    /// redirects in the same way and keeps its terminal: `run < DIR/in > DIR/out` in gdb. ci/README.md has more.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["mutant", "jobs", "black_box"])]
    pub attach: Option<PathBuf>,
    /// Write a folder into DIR for each case that goes wrong, with all that reproduces it
    ///
    /// DIR/section--case holds the case as a vector file, the transcript for `replay`, the environment, and `run.sh`,
    /// which plays the case again. Other files in DIR are left alone; the folder of a case that is played and does not
    /// go wrong any more is removed. Written after an interrupt too, each folder whole or not at all.
    #[arg(long, value_name = "DIR")]
    pub repro: Option<PathBuf>,
    /// With `--repro`, a folder for cases that pass too: what a later release of the vectors can be replayed on
    #[arg(long, requires = "repro")]
    pub repro_all: bool,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What a trace shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TraceArg {
    /// The frames of the wire
    Wire,
    /// The messages of the shim protocol as well
    All,
}

/// The levels that can be required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelArg {
    /// Only a broken MUST fails
    Must,
    /// A broken SHOULD fails as well
    Should,
}

/// The dialects of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProfileArg {
    /// What WIRE.md says
    Document,
    /// What deployed daemons and workers say where they differ
    Live,
}

/// The roles that can be tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// The side that prompts
    Client,
    /// The side that answers prompts
    Worker,
}
