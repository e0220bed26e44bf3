//! The arguments of the commands that only look: `list` and `explain`.

use clap::{Args, ValueEnum};

use super::SourceArgs;

/// What `list --help` ends with.
pub(super) const LIST_NOTES: &str = "\
On a terminal a table is cut to its width. In a pipe it is whole, and says how
many rows there are on stderr.

Examples:
  thrum-conform list                          the cases
  thrum-conform list rules --section framing  with the number of their cases
  thrum-conform list mutants --rule FRAME-10  the bugs that break a rule
  thrum-conform list codes --run 'tools.*'    what a failure can say
  thrum-conform list cases --json | jq '.[].id'

Exit codes:
  0    at least one row
  2    wrong usage, or nothing matches";

/// What `explain --help` ends with.
pub(super) const EXPLAIN_NOTES: &str = "\
Of a rule it says the sentence of WIRE.md, why it matters, the usual mistake in
each language, the cases that decide it and the bugs that break it. Of a case,
its steps as a dialogue, its codes, and how to run it alone. Of a code, what
happened and what to change.

Examples:
  thrum-conform explain FRAME-10
  thrum-conform explain tools/two-calls-do-not-cross tools.answers-cross
  thrum-conform explain 'HELLO-*' | less

Exit codes:
  0    each name is explained
  2    a name is nothing; the nearest are named";

/// `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// What to list
    #[arg(value_enum, default_value_t = ListWhat::Cases)]
    pub what: ListWhat,
    /// As JSON; vectors/schema/list.json describes it
    #[arg(long)]
    pub json: bool,
    /// Only what has an id or name that matches; `*` stands for anything
    #[arg(short, long, value_name = "GLOB")]
    pub run: Vec<String>,
    /// Leave out what has an id or name that matches
    #[arg(short, long, value_name = "GLOB")]
    pub skip: Vec<String>,
    /// Only this rule, and what decides it, breaks it or says that it is broken
    #[arg(long, value_name = "ID")]
    pub rule: Vec<String>,
    /// The same for all rules of a section of WIRE.md (`framing`, `client-checklist`)
    #[arg(long, value_name = "NAME")]
    pub section: Vec<String>,
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
    /// The codes of failures
    Codes,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A rule (`FRAME-10`), a case (`framing/array-line-is-no-tone`) or a code (`framing.split-corrupts`); `*`
    /// stands for anything
    #[arg(value_name = "RULE|CASE|CODE", required = true)]
    pub name: Vec<String>,
    #[command(flatten)]
    pub source: SourceArgs,
}
