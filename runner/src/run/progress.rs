//! What a run tells while it goes on, for whoever watches it.

use super::Judged;
use crate::plan::Plan;
use crate::rule::Side;
use crate::testee::Identity;
use crate::vector::Case;

/// Something that happened in a run: `Planned` comes first and once; each case that `Began` has `Ended` before the run
/// does, unless the run was interrupted or broke.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'r, 'a> {
    /// The client said who it is, and what to play is known.
    Planned {
        /// Who is tested.
        identity: &'r Identity,
        /// What will be played.
        plan: &'r Plan<'a>,
        /// How many cases that makes, each counted as often as it is played.
        plays: usize,
    },
    /// A case begins. With several processes it need not be the next to end.
    Began(&'a Case, Side),
    /// A case failed, and is looked at once more in a fresh process.
    Again(&'a Case, Side),
    /// The process was beyond use after a case: the next one gets another.
    Lost(&'a Case, Side),
    /// A case has been judged.
    Ended(&'r Judged<'a>),
}
