//! The arguments, and the help that teaches them.

mod baseline;
mod vectors;

use std::path::PathBuf;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use clap::{Args, Parser, Subcommand, ValueEnum};
use thrum_conform::rule::Version;

use crate::reference;

use baseline::BASELINE_NOTES;
pub use baseline::{BaselineArgs, BaselineCommand};
pub use vectors::{ExportArgs, FreezeArgs, TwoSets, VectorsCommand};

/// The colour of errors.
pub const RED: Style = AnsiColor::Red.on_default().bold();

const EXAMPLES: &str = "\
Examples:
  thrum-conform client -- python3 ci/python/shim.py   test a client
  thrum-conform init python                           begin a shim of my own
  thrum-conform smoke -- ./shim                       is my shim a shim?
  thrum-conform explain FRAME-10                      a rule, and what breaks it
  thrum-conform baseline check                        are my waivers true?
  thrum-conform selftest                              can I trust the suite?";

const CLIENT_NOTES: &str = "\
Examples:
  thrum-conform client                       test the built-in client
  thrum-conform client -- python3 ci/python/shim.py
  thrum-conform client --run 'tools/*' --trace -- ./shim
  thrum-conform client --role worker --profile live -- ./shim
  thrum-conform client --shuffle --repeat 20 -- ./shim  is each verdict steady?
  thrum-conform client --vectors thrum-vectors-0.7.0+1.tar -- ./shim
  thrum-conform client --config conformance.toml     as a gate: see below
  thrum-conform client --black-box -- python3 bee.py  no shim: any bee

With `--black-box` the command is any bee, with no shim. It is started for each
case, finds its daemon in HUM_THRUM_SOCK, says hello and prompts; the suite asks
it in the session of that prompt, and sees what crosses the wire. The rest stays
undecided, so that 3 is the best exit code it normally gets.

A conformance.toml stands in the client's repository. It holds the command, the
pinned vectors, and the failures that are known for now:

  [client]
  command = [\"python3\", \"shim.py\"]
  [vectors]
  release = \"0.7.0+1\"
  [[expect]]
  case = \"framing/split-inside-a-two-byte-character\"
  status = \"fail\"
  code = \"framing.split-corrupts\"
  reason = \"decodes each read on its own until the reader is rewritten\"

A known failure still runs. It fails the gate once it passes, fails otherwise,
or has expired; the report then says which lines of the file to change.

Exit codes:
  0    every required rule held or is waived, and at least one was decided
  1    a required rule was broken, a known failure is not what the configuration
       says, or a verdict was not steady
  2    wrong usage or input
  3    incomplete: nothing failed, but a required rule stayed undecided
  4    the suite or the shim broke
  130  interrupted; what was seen so far is reported";

const SMOKE_NOTES: &str = "\
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

const INIT_NOTES: &str = "\
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

const DOCTOR_NOTES: &str = "\
The output is for pasting into a bug report. It says of environment variables
only whether they are set.

Exit codes:
  0    all checks passed
  1    a finding; its hint says what to do
  4    the suite broke
  130  interrupted";

const SELFTEST_NOTES: &str = "\
A mutant is the built-in client with one fault. It must die by each case that
names it in `kills`, and break no rule that it does not declare. Each scored
rule and case must catch a mutant. Odd but conformant testees must hold every
rule, null testees none.

Examples:
  thrum-conform selftest                  everything, in under a minute
  thrum-conform selftest 'sigil-*'        only these, in seconds
  thrum-conform selftest --report json=matrix.json

Exit codes:
  0    no finding
  1    a finding
  2    wrong usage or input
  4    the control mutant survived, or the suite broke
  130  interrupted";

/// Conformance suite for clients of the thrum wire.
///
/// Launches a client through a small shim, plays a daemon for it on a Unix socket, and reports rule by rule what
/// held, what did not, and why.
#[derive(Debug, Parser)]
#[command(name = "thrum-conform", version, after_help = EXAMPLES, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Test a client; without a command, the built-in reference client
    #[command(after_help = CLIENT_NOTES)]
    Client(ClientArgs),
    /// Check a shim alone: does it speak the shim protocol?
    #[command(after_help = SMOKE_NOTES)]
    Smoke(SmokeArgs),
    /// Keep the known failures of a client: its `[[expect]]` entries in conformance.toml
    #[command(subcommand, after_help = BASELINE_NOTES)]
    Baseline(BaselineCommand),
    /// Write a shim to fill in, its conformance.toml and a CI workflow into a client's repository
    #[command(after_help = INIT_NOTES)]
    Init(InitArgs),
    /// Say what a bug report needs to know of this machine, and check what the suite needs of it
    #[command(after_help = DOCTOR_NOTES)]
    Doctor(DoctorArgs),
    /// Prove the suite: each mutant of the built-in client must die, and each rule must catch one
    #[command(after_help = SELFTEST_NOTES)]
    Selftest(SelftestArgs),
    /// List cases, rules, or the suite's own testees
    List(ListArgs),
    /// Explain a rule, a case or a failure code
    Explain(ExplainArgs),
    /// Check, lay out, release and compare vectors
    #[command(subcommand)]
    Vectors(VectorsCommand),
    /// Look at stored JSON reports
    #[command(subcommand)]
    Report(ReportCommand),
    /// The built-in reference client: speaks the shim protocol on stdin and stdout
    #[command(hide = true)]
    Testee(reference::Args),
}

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
    /// configuration's; its paths count from the current folder
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<String>,
}

/// `client`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct ClientArgs {
    #[command(flatten)]
    pub test: TestArgs,
    /// Stop at the first failure
    #[arg(short = 'x', long)]
    pub fail_fast: bool,
    /// Show what crossed the wire in every case, on stderr
    #[arg(long)]
    pub trace: bool,
    /// Write a report to stdout, or with `=PATH` to a file; may stand several times
    ///
    ///   tty     for people; on stdout unless another report takes it
    ///   json    for programs; vectors/schema/report.json describes it
    ///   junit   JUnit XML, for Jenkins, GitLab and others
    ///   tap     Test Anything Protocol, version 14
    ///   github  annotations and the job summary of GitHub Actions, where
    ///           it is on by itself
    ///   md      Markdown, for a summary or a comment
    ///   badge   JSON for an endpoint badge of Shields
    ///
    /// Reports are written whole or not at all, after an interrupt and a broken shim too.
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = report, verbatim_doc_comment)]
    pub report: Vec<ReportArg>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
    pub color: ColorArg,
    /// Only the headline
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Every rule, what did not apply, cases a second, and the slowest cases
    #[arg(short, long)]
    pub verbose: bool,
}

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

/// `selftest`.
#[derive(Debug, Args)]
pub struct SelftestArgs {
    /// Only testees whose name matches; `*` stands for anything (see `list mutants` and `list testees`)
    #[arg(value_name = "TESTEE")]
    pub testee: Vec<String>,
    /// How many testees at once [default: six times the number of cores, since mutants hang on purpose]
    #[arg(short, long, value_name = "N", value_parser = times)]
    pub jobs: Option<usize>,
    /// Run a mutant that acts nearly everywhere in every such case, not in a sample of them
    #[arg(long)]
    pub every_case: bool,
    /// For one reply of a mutant; what looks wrong is looked at again with more patience
    #[arg(long = "timeout", value_name = "TIME", default_value = "400ms", value_parser = duration)]
    pub patience: Duration,
    /// Write the kill matrix: `tty` or `json`, to stdout or with `=PATH` to a file; may stand several times
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = matrix)]
    pub report: Vec<ReportArg>,
    #[command(flatten)]
    pub source: SourceArgs,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
    pub color: ColorArg,
    /// Only findings and the headline
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Every mutant of every rule, however wide the line
    #[arg(short, long)]
    pub verbose: bool,
}

/// `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What to list
    #[arg(value_enum, default_value_t = ListWhat::Cases)]
    pub what: ListWhat,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub source: SourceArgs,
}

/// What there is to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListWhat {
    /// The cases
    Cases,
    /// The rules
    Rules,
    /// The mutants of the reference client
    Mutants,
    /// The testees that must hold everything (odd) or nothing (null)
    Testees,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A rule (`FRAME-10`), a case (`framing/array-line-is-no-tone`) or a code (`framing.split-corrupts`)
    #[arg(value_name = "RULE|CASE|CODE")]
    pub name: String,
    #[command(flatten)]
    pub source: SourceArgs,
}

/// `report`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Several clients side by side: the rules of each section that each holds, and where they differ
    ///
    /// Exit codes: 0 fine, whatever the reports say; 2 a file is no report
    Matrix {
        /// Files that `client --report json=PATH` wrote
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// When to use colours
        #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
        color: ColorArg,
    },
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

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A report to write.
#[derive(Debug, Clone)]
pub struct ReportArg {
    /// As what.
    pub format: FormatArg,
    /// Where to; stdout without it.
    pub path: Option<PathBuf>,
}

/// The formats of reports; the help of `--report` says what each is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatArg {
    Tty,
    Json,
    Junit,
    Tap,
    Github,
    Md,
    Badge,
}

impl FormatArg {
    const ALL: [Self; 7] =
        [Self::Tty, Self::Json, Self::Junit, Self::Tap, Self::Github, Self::Md, Self::Badge];
    /// Those of a kill matrix.
    const MATRIX: [Self; 2] = [Self::Tty, Self::Json];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tty => "tty",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Tap => "tap",
            Self::Github => "github",
            Self::Md => "md",
            Self::Badge => "badge",
        }
    }
}

/// A report of a run.
fn report(text: &str) -> Result<ReportArg, String> {
    report_of(text, &FormatArg::ALL, "")
}

/// A report of a selftest.
fn matrix(text: &str) -> Result<ReportArg, String> {
    report_of(text, &FormatArg::MATRIX, " of the kill matrix")
}

fn report_of(text: &str, formats: &[FormatArg], what: &str) -> Result<ReportArg, String> {
    let (word, path) = match text.split_once('=') {
        Some((word, "")) => return Err(format!("no path after `{word}=`")),
        Some((word, path)) => (word, Some(PathBuf::from(path))),
        None => (text, None),
    };
    let format = formats.iter().copied().find(|format| format.word() == word).ok_or_else(|| {
        let words: Vec<String> = formats.iter().map(|format| format!("`{}`", format.word())).collect();
        format!("`{word}` is no format{what}; there are {}", words.join(", "))
    })?;
    Ok(ReportArg { format, path })
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let scale = match unit {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" => 60.0,
        _ => return Err(format!("`{text}` is no time; write `500ms` or `2s`")),
    };
    match number.parse::<f64>() {
        Ok(count) if count > 0.0 && count < 1e6 => Ok(Duration::from_secs_f64(count * scale)),
        _ => Err(format!("`{text}` is no time; write `500ms` or `2s`")),
    }
}

fn times(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|times| (1..=100_000).contains(times))
        .ok_or_else(|| format!("`{text}` is no number from 1 to 100000"))
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no seed; write a whole number, or `--shuffle` alone for a new one"))
}

fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (0.01..=1000.0).contains(&factor) => Ok(factor),
        _ => Err(format!("`{text}` is no factor between 0.01 and 1000")),
    }
}
