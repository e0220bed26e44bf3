//! From facts to bytes: one file for each format.
//!
//! A report knows what came of a run, and nothing of how it came about.

mod diagram;
mod json;
mod model;
mod tty;

use std::io::{self, Write};

pub use model::{CONFIG_NAME, CaseRow, CaseVerdict, FailureRow, Report, RuleRow, Standing, Waiver};
pub use tty::Verbosity;

/// The formats that a report can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Tty(Verbosity),
    /// For programs; `vectors/schema/report.json` describes it.
    Json,
}

/// Writes a report.
pub fn write(report: &Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Tty(verbosity) => tty::write(report, verbosity, out),
        Format::Json => json::write(report, out),
    }
}

/// Writes what crossed in one case, for people.
pub fn write_scene(case: &str, scene: &crate::judge::Scene, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{case}")?;
    for line in diagram::all(scene) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)
}
