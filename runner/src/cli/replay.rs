//! The arguments of `replay`.

use std::path::PathBuf;

use clap::Args;

use super::report::OutputArgs;
use super::{LevelArg, SourceArgs};

/// What `replay --help` ends with.
pub(super) const NOTES: &str = "\
A transcript holds what crossed the wire and what the shim reported. It decides
a case for as long as the case sends, drives and waits for the same; rules,
patterns, codes and hints may have changed. Where the case goes another way
now, it is inconclusive, and never passes. Transcripts of one run belong
together: a negative case counts only with the transcript of its twin.

Examples:
  thrum-conform client --repro out -- ./shim            keeps what goes wrong
  thrum-conform replay out                              judges it again
  thrum-conform client --repro all --repro-all -- ./shim
  thrum-conform replay all --vectors thrum-vectors-0.8.0+1.tar
  thrum-conform replay out/tools--round-trip/transcript.json --report json

Exit codes: those of `client`; 2 too where a file is no transcript, or those
given are not of one client";

/// `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Transcripts that `client --repro DIR` wrote, or folders with some
    #[arg(required = true, value_name = "TRANSCRIPT")]
    pub transcripts: Vec<PathBuf>,
    #[command(flatten)]
    pub source: SourceArgs,
    /// From which level on a broken rule fails [default: must]
    #[arg(long, value_enum)]
    pub level: Option<LevelArg>,
    #[command(flatten)]
    pub output: OutputArgs,
}
