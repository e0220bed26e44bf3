//! The report for people at a terminal: failures with what explains them, then the rules, and what it all came to last.
//!
//! [`Look`] says how much to tell and on what. Everything is written through `page`, which knows how wide a line is and
//! which letters there are.

mod asides;
mod cases;
mod diagram;
mod failure;
mod known;
mod page;
mod rules;
mod summary;

use std::io::{self, Write};

use page::Page;

use super::model::{CaseRow, CaseVerdict, Report};
use crate::baseline::Finding;

pub(super) use failure::{others, sentence};

/// How much to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Only the headline.
    Quiet,
    /// Failures, each cause once; each rule's standing; the headline.
    Normal,
    /// Every failure in full and every rule; what did not apply, the speed and the slowest cases.
    Verbose,
}

/// How much to say, and on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How much.
    pub verbosity: Verbosity,
    /// The columns of a line.
    pub width: usize,
    /// Whether everything but ASCII is to be drawn or escaped in ASCII.
    pub ascii: bool,
}

impl Look {
    /// For a file, a pipe, or another report that quotes this one.
    pub const PLAIN: Self = Self { verbosity: Verbosity::Normal, width: 100, ascii: false };
}

pub(super) fn write(report: &Report, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(look, out);
    let root = cases::root(report);
    if look.verbosity != Verbosity::Quiet {
        cases::write(report, page)?;
        known::write(report, page)?;
        rules::write(report, root.as_ref(), page)?;
        asides::opted_out(report, page)?;
    }
    summary::findings(report, root.as_ref(), page)?;
    summary::headline(report, page)
}

/// What explains that a case did not pass; nothing where it did.
pub(super) fn case(report: &Report, row: &CaseRow, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(Look::PLAIN, out);
    match row.verdict {
        CaseVerdict::Fail | CaseVerdict::Warn => failure::write(report, row, page),
        CaseVerdict::Inconclusive => failure::unseen(row, page),
        _ => Ok(()),
    }
}

/// What is wrong with an entry of the baseline.
pub(super) fn finding(finding: &Finding, look: Look, out: &mut dyn Write) -> io::Result<()> {
    known::finding(finding, &mut Page::new(look, out))
}
