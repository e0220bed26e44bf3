//! From facts to bytes: one file for each format.
//!
//! A report knows what came of a run, and nothing of how it came about.

mod badge;
mod compare;
mod entry;
mod facts;
mod github;
mod headline;
mod html;
mod json;
mod junit;
mod matrix;
mod md;
mod model;
mod ndjson;
mod tap;
pub(crate) mod text;
mod trace;
mod tty;

use std::io::{self, Write};

pub use compare::{
    Came, CaseTurn, CompareFormat, Comparison, Course, RuleTurn, Turn, write as write_comparison,
};
pub use entry::known;
pub use facts::{Asked, Expect, Facts, Known, Played};
pub use matrix::{Cell, Client, Count, Matrix, MatrixFormat, Rule, Section, Table, write as write_matrix};
pub use model::{
    CONFIG_NAME, CaseRow, CaseVerdict, Diagnosis, FailureRow, Idle, Report, RuleRow, Standing, Twin, Waiver,
};
pub use ndjson::{Event, Place, Start, outcome};
pub use trace::trace_line;
pub use tty::{Look, Verbosity};

use crate::baseline::Finding;

/// The formats that a report can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Tty(Look),
    /// For programs; `vectors/schema/report.json` describes it.
    Json,
    /// JUnit XML, for Jenkins, GitLab and others.
    Junit,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// Annotations of GitHub Actions.
    Github,
    /// Markdown, for a job summary or a comment.
    Md,
    /// A badge, as an endpoint of Shields.
    Badge,
    /// One page for a browser, with everything in it.
    Html,
    /// Events, one a line; `vectors/schema/events.json` describes them.
    Ndjson,
}

/// Writes a report.
pub fn write(report: &Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Tty(look) => tty::write(report, look, out),
        Format::Json => json::write(report, out),
        Format::Junit => junit::write(report, out),
        Format::Tap => tap::write(report, out),
        Format::Github => github::write(report, out),
        Format::Md => md::write(report, out),
        Format::Badge => badge::write(report, out),
        Format::Html => html::write(report, out),
        Format::Ndjson => ndjson::write(report, out),
    }
}

/// Why a case did not pass, as plain text for people.
pub fn explain(report: &Report, case: &CaseRow) -> String {
    plain(|out| tty::case(report, case, out))
}

/// What is wrong with an entry of the baseline, as plain text for people.
pub fn explain_finding(finding: &Finding) -> String {
    plain(|out| tty::finding(finding, Look::PLAIN, out))
}

fn plain(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut plain = anstream::StripStream::new(Vec::new());
    // writing to memory cannot fail
    let _ = write(&mut plain);
    String::from_utf8_lossy(&plain.into_inner()).into_owned()
}

/// Writes what is wrong with the baseline, for people.
pub fn write_findings(report: &Report, look: Look, out: &mut dyn Write) -> io::Result<()> {
    report.waivers.iter().try_for_each(|finding| tty::finding(finding, look, out))
}
