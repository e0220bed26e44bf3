//! Known failures, and whether the file that lists them still tells the truth.
//!
//! It stands between judging and scoring: judged cases and the entries of a `conformance.toml` go in ([`Baseline`],
//! [`Seen`]), and [`apply`] says what the entries waive and what is wrong with them. Nothing here reads a file or a
//! clock.
//!
//! How it decides:
//!
//! - What fails in a way that an entry names is waived by the narrowest such entry: an example before a case, a case
//!   before a rule, a rule before a glob; of two alike, the first. An entry that is left with nothing is doubled.
//! - What could not be seen because of something that is waived is waived with it: what a waived break stood in the
//!   way of, and a negative whose twin is waived. Otherwise no list of known failures could ever make a gate green.
//! - An entry for a case or an example is stale once that passes in every role that it ran in; the file has no word
//!   for a role, and a failure of the worker alone must be waivable. An entry for a rule or a glob is a net: it is
//!   stale once nothing in it fails as it says, and what fails otherwise is a failure like any other.
//! - A pass counts against an entry only if all that the entry is about was run. What the user left out, or a run
//!   that was cut short, says nothing; nor does a run of the shim about what is for whole bees, or a run of the bee
//!   about what a shim shows as well, where the file is about both.

mod check;
mod entry;
mod finding;
mod reason;
mod ruling;
mod scope;
mod spot;

use time::Date;

pub use entry::{Entry, Expected, Place, Target, ambient_id};
pub use finding::{Change, Fault, Finding};
pub use ruling::{Known, Ruling};
pub use scope::Seen;

use crate::plan::Selection;
use spot::Spot;

/// The entries, and what is needed to read them.
#[derive(Debug, Clone, Copy)]
pub struct Baseline<'a> {
    /// In the order of the file.
    pub entries: &'a [Entry],
    /// The day, in UTC: an entry has expired on the day after its date.
    pub today: Date,
    /// What the user asked for: what was left out is no fault of an entry.
    pub selection: &'a Selection,
    /// Whether the same file is about a shim and a whole bee: then a run of the one says nothing of the other.
    pub shared: bool,
}

/// What the entries waive, and what is wrong with them.
pub fn apply<'a>(baseline: &Baseline<'a>, seen: &Seen<'_>) -> Ruling<'a> {
    let spots = spot::spots(seen);
    let takers: Vec<Option<usize>> = spots.iter().map(|spot| taker(baseline, spot)).collect();
    let mut ruling = Ruling::default();
    for (spot, taker) in spots.iter().zip(&takers) {
        if let Some(taker) = taker {
            ruling.waive(spot, &baseline.entries[*taker]);
        }
    }
    ruling.follow(seen.cases);
    check::check(baseline, seen, &spots, &takers, &mut ruling);
    ruling
}

/// The entry that takes a failure: the narrowest that says so, of several alike the first.
fn taker(baseline: &Baseline<'_>, spot: &Spot<'_>) -> Option<usize> {
    let entries = baseline.entries.iter().enumerate();
    entries
        .filter(|(_, entry)| !baseline.is_over(entry) && spot.is_in(&entry.target) && spot.is_as(entry))
        .max_by_key(|(place, entry)| (entry.target.narrowness(), std::cmp::Reverse(*place)))
        .map(|(place, _)| place)
}

impl Baseline<'_> {
    /// Whether an entry's date has passed.
    fn is_over(&self, entry: &Entry) -> bool {
        entry.until.is_some_and(|until| until < self.today)
    }
}
