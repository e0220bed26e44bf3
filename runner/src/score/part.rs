//! The rules in the report of a shard: what other shards decide too is not held yet.

use crate::plan::Job;
use crate::report::{RuleRow, Standing};
use crate::rule::Rule;
use crate::vector::Status;

/// Leaves a rule open that nothing broke here, where a case of another shard could still break it. What is broken here
/// is broken in the whole.
pub(super) fn leave_open(row: &mut RuleRow, rule: &Rule, elsewhere: &[Job<'_>]) {
    if !matches!(row.standing, Standing::Held | Standing::Waived | Standing::NotExercised) {
        return;
    }
    let decides = |job: &Job<'_>| {
        job.side == row.side
            && job.case.status == Status::Scored
            && (rule.ambient || job.case.decides.contains(&rule.id))
    };
    if elsewhere.iter().any(decides) {
        row.why = format!("{} here, and other shards decide it too", row.standing.word().replace('_', " "));
        row.standing = Standing::Undecided;
    }
}
