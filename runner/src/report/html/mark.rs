//! The few looks that everything has: a sign, a colour and a word for what it came to, so that none of them is needed
//! to understand the others.

use crate::report::entry::Sort;
use crate::report::model::{CaseVerdict, Standing};

/// What something came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// Which of the filter's choices it belongs to; also the class that gives it its colour.
    pub(super) sort: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: String,
}

impl Mark {
    pub(super) fn new(sort: Sort, word: &str) -> Self {
        let (class, sign) = class(sort);
        Self { sort: class, sign, word: word.replace('_', " ") }
    }

    pub(super) fn of(standing: Standing) -> Self {
        Self::new(sort(standing), standing.word())
    }

    pub(super) fn of_case(verdict: CaseVerdict) -> Self {
        let sort = match verdict {
            CaseVerdict::Pass => Sort::Passed,
            CaseVerdict::Fail | CaseVerdict::Xpass => Sort::Failed,
            CaseVerdict::Warn => Sort::Warned,
            CaseVerdict::Inconclusive => Sort::Unseen,
            CaseVerdict::NotExercised => Sort::Skipped,
            CaseVerdict::Xfail | CaseVerdict::Flaky => Sort::Known,
        };
        Self::new(sort, verdict.word())
    }
}

/// The choices of the filter, with what they are called there.
pub(super) const CHOICES: [(&str, &str); 6] = [
    ("failed", "failed, violated"),
    ("unseen", "inconclusive, undecided"),
    ("warned", "warned"),
    ("known", "known failures, waived"),
    ("passed", "passed, held, observed"),
    ("skipped", "not applicable, not exercised"),
];

fn class(sort: Sort) -> (&'static str, &'static str) {
    match sort {
        Sort::Failed => ("failed", "✗"),
        Sort::Unseen => ("unseen", "?"),
        Sort::Warned => ("warned", "!"),
        Sort::Known => ("known", "~"),
        Sort::Passed => ("passed", "✓"),
        Sort::Skipped => ("skipped", "–"),
    }
}

pub(super) fn sort(standing: Standing) -> Sort {
    match standing {
        Standing::Held | Standing::Observed => Sort::Passed,
        Standing::Violated => Sort::Failed,
        Standing::Warned => Sort::Warned,
        Standing::Waived => Sort::Known,
        Standing::Undecided => Sort::Unseen,
        Standing::NotExercised | Standing::NotApplicable => Sort::Skipped,
    }
}

/// How loud it is; the loudest comes first.
pub(super) fn rank(sort: Sort) -> u8 {
    match sort {
        Sort::Failed => 0,
        Sort::Unseen => 1,
        Sort::Warned => 2,
        Sort::Known => 3,
        Sort::Passed => 4,
        Sort::Skipped => 5,
    }
}

/// One word for all that is of a sort.
pub(super) fn word(sort: Sort) -> &'static str {
    class(sort).0
}
