//! The arguments of `list` and `explain`: what there is, and what it means.

use clap::{Args, ValueEnum};

use super::SourceArgs;

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
