//! The arguments, and the help that teaches them: a file for each family of commands.

mod baseline;
mod catalog;
mod client;
mod replay;
mod report;
mod selftest;
mod setup;
mod shell;
mod value;
mod vectors;

use anstyle::{AnsiColor, Style};
use clap::{Parser, Subcommand};

use crate::reference;

pub use baseline::{BaselineArgs, BaselineCommand};
pub use catalog::{ExplainArgs, ListArgs, ListWhat};
pub use client::{ClientArgs, LevelArg, PatienceArgs, ProfileArg, RoleArg, SourceArgs, TestArgs, TraceArg};
pub use replay::ReplayArgs;
pub use report::{
    ColorArg, CompareArgs, FormatArg, MergeArgs, OutputArgs, RenderArgs, ReportArg, ReportCommand,
    VerbosityArgs,
};
pub use selftest::SelftestArgs;
pub use setup::{DoctorArgs, InitArgs, SmokeArgs};
pub use shell::{CompletionsArgs, ManArgs};
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
    #[command(after_help = client::NOTES)]
    Client(ClientArgs),
    /// Judge stored transcripts again, with these vectors or with others; no client is needed
    #[command(after_help = replay::NOTES)]
    Replay(ReplayArgs),
    /// Check a shim alone: does it speak the shim protocol?
    #[command(after_help = setup::SMOKE_NOTES)]
    Smoke(SmokeArgs),
    /// Keep the known failures of a client: its `[[expect]]` entries in conformance.toml
    #[command(subcommand, after_help = baseline::NOTES)]
    Baseline(BaselineCommand),
    /// Write a shim to fill in, its conformance.toml and a CI workflow into a client's repository
    #[command(after_help = setup::INIT_NOTES)]
    Init(InitArgs),
    /// Say what a bug report needs to know of this machine, and check what the suite needs of it
    #[command(after_help = setup::DOCTOR_NOTES)]
    Doctor(DoctorArgs),
    /// Prove the suite: each mutant of the built-in client must die, and each rule must catch one
    #[command(after_help = selftest::NOTES)]
    Selftest(SelftestArgs),
    /// List cases, rules, failure codes, or the suite's own testees
    #[command(after_help = catalog::LIST_NOTES)]
    List(ListArgs),
    /// Explain rules, cases and failure codes
    #[command(after_help = catalog::EXPLAIN_NOTES)]
    Explain(ExplainArgs),
    /// Check, lay out, release and compare vectors
    #[command(subcommand)]
    Vectors(VectorsCommand),
    /// Make something of stored JSON reports, as `client --report json=PATH` writes them
    #[command(subcommand)]
    Report(ReportCommand),
    /// Write the completions of a shell to stdout
    #[command(after_help = shell::COMPLETIONS_NOTES)]
    Completions(CompletionsArgs),
    /// Write manual pages
    #[command(after_help = shell::MAN_NOTES)]
    Man(ManArgs),
    /// The built-in reference client: speaks the shim protocol on stdin and stdout
    #[command(hide = true)]
    Testee(reference::Args),
}
