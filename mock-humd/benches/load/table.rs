//! What is printed: a row for each figure, with its bound and whether it is kept.

use std::io::{self, Write};

/// Whether a figure has to be above or below.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// For comparison only.
    None,
}

/// Counts the rows whose bound is not kept.
#[derive(Debug, Default)]
pub struct Table {
    missed: usize,
}

impl Table {
    /// Prints a row at once.
    pub fn row(&mut self, name: &str, figure: f64, unit: &str, bound: Bound) -> io::Result<()> {
        let (wanted, is_kept) = match bound {
            Bound::AtLeast(least) => (format!("at least {least}"), figure >= least),
            Bound::AtMost(most) => (format!("at most {most}"), figure <= most),
            Bound::None => (String::new(), true),
        };
        self.missed += usize::from(!is_kept);
        let verdict = if is_kept { "" } else { "  MISSED" };
        writeln!(io::stdout(), "{name:<58} {figure:>8.2} {unit:<12} {wanted}{verdict}")
    }

    /// How many figures are beyond their bounds.
    pub fn missed(&self) -> usize {
        self.missed
    }
}

/// The middle one; of an even number, the upper of the two.
///
/// There must be one.
pub fn median<T: PartialOrd + Copy>(mut figures: Vec<T>) -> T {
    figures.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    figures[figures.len() / 2]
}
