//! The arguments of `selftest`: the suite proves itself.

use std::time::Duration;

use clap::Args;

use super::report::{ReportArg, matrix};
use super::value::{duration, times};
use super::{ColorArg, SourceArgs};

/// What `selftest --help` ends with.
pub(super) const NOTES: &str = "\
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
