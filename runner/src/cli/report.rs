//! The arguments of reports: the formats and where each goes, and what is done with stored ones.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use thrum_conform::report::Verbosity;

use super::SourceArgs;

/// What the help of `--report` says.
pub(super) const FORMATS: &str = "\
Write a report to stdout, or with `=PATH` to a file; may stand several times

  tty     for people; on stdout unless another report takes it, as
          wide as the terminal or COLUMNS
  json    for programs; vectors/schema/report.json describes it
  junit   JUnit XML, for Jenkins, GitLab and others
  tap     Test Anything Protocol, version 14
  github  annotations and the job summary of GitHub Actions, where
          it is on by itself
  md      Markdown, for a summary or a comment
  html    one page for a browser, with all that explains a failure;
          it needs no network
  badge   JSON for an endpoint badge of Shields
  ndjson  events, one JSON object a line, written as they happen;
          vectors/schema/events.json describes them

Apart from the events, reports are written whole or not at all, after an interrupt
and a broken shim too.
All others can be made from the JSON report later: `report render`.";

/// `report`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Write a stored report in other formats
    ///
    /// Exit codes: 0 written, whatever the report says; 2 the file is no report
    Render(RenderArgs),
    /// Join the shards of one run into the report of the whole
    ///
    /// All shards have to be there, each once, all of the same client, vectors and selection. What they saw is scored
    /// as one run: a rule is held only if no shard saw it broken, and a known failure that matched in none of them is
    /// stale. Vectors that are not the built-in ones are named as for `client`.
    ///
    /// Exit codes: those of `client`, of the whole run; 2 a shard is missing, doubled or of another run
    Merge(MergeArgs),
    /// Several clients side by side: the rules of each section that each holds, and where they differ
    ///
    /// Exit codes: 0 fine, whatever the reports say; 2 a file is no report
    Matrix {
        /// Files that `client --report json=PATH` wrote
        #[arg(required = true)]
        reports: Vec<PathBuf>,
        /// As what: `tty`, `md` or `html`; to stdout, or with `=PATH` to a file
        #[arg(long, value_name = "FORMAT[=PATH]", value_parser = table, default_value = "tty")]
        report: Vec<ReportArg>,
        /// When to use colours
        #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
        color: ColorArg,
    },
    /// What changed from one report to another: rules that are newly violated, what else is worse, what is better
    ///
    /// Worse is a rule that is violated and was not, is undecided and was decided, or is warned of or waived and was
    /// held; a case that fails, is inconclusive, or warns or is a known failure, and did not before; and a run that no
    /// longer ends with 0. What only the newer report has was good before; what only the older one has is neither better
    /// nor worse.
    ///
    /// Exit codes: 0 fine, whatever changed; with `--fail-on-worse` 1 something is worse; 2 a file is no report
    Compare(CompareArgs),
}

/// `report render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// A file that `client --report json=PATH` wrote
    pub file: PathBuf,
    /// As what: a format of `client --report`; to stdout, or with `=PATH` to a file
    #[arg(required = true, value_name = "FORMAT[=PATH]", value_parser = report)]
    pub formats: Vec<ReportArg>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
    pub color: ColorArg,
    #[command(flatten)]
    pub verbosity: VerbosityArgs,
}

/// `report merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The files that `client --shard K/N --report json=PATH` wrote, one for each shard
    #[arg(required = true)]
    pub shards: Vec<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub source: SourceArgs,
}

/// `report compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The older report: a file that `client --report json=PATH` wrote
    pub old: PathBuf,
    /// The newer one
    pub new: PathBuf,
    /// End with 1 where something is worse than before
    #[arg(long)]
    pub fail_on_worse: bool,
    /// As what: `tty`, `json`, `md` or `html`; to stdout, or with `=PATH` to a file
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = comparison, default_value = "tty")]
    pub report: Vec<ReportArg>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
    pub color: ColorArg,
}

/// What is written of a run, and how.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Write a report to stdout, or with `=PATH` to a file; may stand several times
    #[arg(long, value_name = "FORMAT[=PATH]", value_parser = report, long_help = FORMATS)]
    pub report: Vec<ReportArg>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
    pub color: ColorArg,
    #[command(flatten)]
    pub verbosity: VerbosityArgs,
}

/// How much people are told.
#[derive(Debug, Clone, Copy, Args)]
pub struct VerbosityArgs {
    /// Only the headline
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Every failure in full, every rule, what did not apply, cases a second, and the slowest cases
    #[arg(short, long)]
    pub verbose: bool,
}

impl From<VerbosityArgs> for Verbosity {
    fn from(args: VerbosityArgs) -> Self {
        match (args.quiet, args.verbose) {
            (true, _) => Self::Quiet,
            (_, true) => Self::Verbose,
            _ => Self::Normal,
        }
    }
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set; `CLICOLOR_FORCE` asks for them everywhere
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
    Html,
    Ndjson,
}

impl FormatArg {
    const ALL: [Self; 9] = [
        Self::Tty,
        Self::Json,
        Self::Junit,
        Self::Tap,
        Self::Github,
        Self::Md,
        Self::Badge,
        Self::Html,
        Self::Ndjson,
    ];
    /// Those of a kill matrix.
    const MATRIX: [Self; 2] = [Self::Tty, Self::Json];
    /// Those of reports side by side.
    const TABLE: [Self; 3] = [Self::Tty, Self::Md, Self::Html];
    /// Those of a comparison.
    const COMPARISON: [Self; 4] = [Self::Tty, Self::Json, Self::Md, Self::Html];

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
            Self::Html => "html",
            Self::Ndjson => "ndjson",
        }
    }
}

/// A report of a run.
pub(super) fn report(text: &str) -> Result<ReportArg, String> {
    report_of(text, &FormatArg::ALL, "")
}

/// A report of a selftest.
pub(super) fn matrix(text: &str) -> Result<ReportArg, String> {
    report_of(text, &FormatArg::MATRIX, " of the kill matrix")
}

/// Reports side by side.
fn table(text: &str) -> Result<ReportArg, String> {
    report_of(text, &FormatArg::TABLE, " of a matrix")
}

/// A report against another.
fn comparison(text: &str) -> Result<ReportArg, String> {
    report_of(text, &FormatArg::COMPARISON, " of a comparison")
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
