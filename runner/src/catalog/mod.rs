//! What there is, and what it means: `list` and `explain`.
//!
//! A [`Catalog`] holds everything that can be looked at. [`Catalog::list`] makes rows of it, which a [`Filter`] picks
//! and which are written as a table or as JSON; [`Catalog::explain`] makes a page for each name. Nothing here runs a
//! client.

mod explain;
mod filter;
mod list;
mod page;
mod rows;

use crate::rule::RuleBook;
use crate::vector::{Guide, Suite};

pub use filter::Filter;
pub use list::{Listing, What};

/// Everything that can be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Catalog<'a> {
    /// The rules.
    pub book: &'a RuleBook,
    /// The cases and the codes.
    pub suite: &'a Suite,
    /// Why rules matter, and how they are usually broken.
    pub guide: &'a Guide,
    /// The mutants of the reference client.
    pub mutants: &'a [MutantRow],
    /// The suite's other testees.
    pub testees: &'a [TesteeRow],
}

/// A mutant of the reference client, as the binary knows it.
#[derive(Debug, Clone)]
pub struct MutantRow {
    /// Its name, as in `kills`.
    pub name: String,
    /// The rules that it breaks.
    pub breaks: Vec<String>,
    /// The real bug that it stands for.
    pub bug: String,
}

/// A testee of the suite's own that is no mutant.
#[derive(Debug, Clone, Copy)]
pub struct TesteeRow {
    /// `odd`, `null`, `odd bee` or `null bee`.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
}
