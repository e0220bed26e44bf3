//! What a run tells while it goes on, for whoever watches it.

use super::Judged;
use crate::rule::Side;
use crate::vector::Case;

/// Something that happened in a run: `Planned` comes first and once; each case that `Began` has `Ended` before the run
/// does, unless the run was interrupted or broke.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'r, 'a> {
    /// So many cases will be played, each as often as was asked for.
    Planned(usize),
    /// A case begins. With several processes it need not be the next to end.
    Began(&'a Case, Side),
    /// A case has been judged.
    Ended(&'r Judged<'a>),
}
