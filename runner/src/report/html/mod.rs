//! The report, and several of them, as one page that needs nothing else: no network, and no script to be read.
//!
//! `report.html` says what stands where; a file here for each part says what there is to show. What was not well comes
//! first, then the rules by section, then the rest. Every value is escaped by [`escape`], and [`shell`] says what a
//! page may do.

mod case;
mod compare;
mod diagram;
mod diff;
pub(super) mod escape;
mod filter;
mod frames;
mod links;
mod mark;
mod matrix;
mod page;
mod prose;
mod rules;
mod shell;
mod summary;

use std::io::{self, Write};
use std::time::Duration;

use askama::Template as _;

use super::compare::Comparison;
use super::matrix::Matrix;
use super::model::Report;

/// Characters of a label or a field in a picture.
const LABEL_MAX: usize = 120;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    page::Page::new(report).write_into(out)
}

/// Clients side by side.
pub(super) fn write_matrix(matrix: &Matrix, out: &mut dyn Write) -> io::Result<()> {
    matrix::Page::new(matrix).write_into(out)
}

/// What changed from one report to the other.
pub(super) fn write_comparison(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    compare::Page::new(comparison).write_into(out)
}

/// Milliseconds as `4.1 ms`, a second and more as `1.25 s`.
fn millis(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

/// The name of a section as a heading, from its anchor.
fn heading(anchor: &str) -> String {
    let words = anchor.replace('-', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
