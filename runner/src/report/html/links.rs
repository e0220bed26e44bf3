//! Where things stand on the page, so that one leads to the other, and a case or a rule can be linked to from outside.

use std::collections::HashSet;

use crate::report::model::Report;
use crate::rule::Side;

/// A name, and the fragment to follow where it stands on this page.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) anchor: Option<String>,
}

/// Everything on the page that can be linked to.
#[derive(Debug)]
pub(super) struct Links<'a> {
    cases: HashSet<String>,
    rules: HashSet<&'a str>,
    has_sides: bool,
}

impl<'a> Links<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        Self {
            cases: report.cases.iter().map(|row| anchor(&row.id, row.side)).collect(),
            rules: report.rules.iter().map(|row| row.id.as_str()).collect(),
            has_sides: report.sides_told().len() > 1,
        }
    }

    pub(super) fn to_case(&self, id: &str, side: Side) -> Link {
        let anchor = anchor(id, side);
        Link { name: id.to_owned(), anchor: self.cases.contains(&anchor).then_some(anchor) }
    }

    pub(super) fn to_rule(&self, id: &str) -> Link {
        Link { name: id.to_owned(), anchor: self.rules.contains(id).then(|| id.to_owned()) }
    }

    /// The name of a side, where the report tells of several.
    pub(super) fn side(&self, side: Side) -> Option<String> {
        self.has_sides.then(|| side.to_string())
    }
}

/// The fragment of a case: its id, and the side where that is not the plain one.
pub(super) fn anchor(id: &str, side: Side) -> String {
    if side.is_plain() { id.to_owned() } else { format!("{id}@{}.{}", side.profile, side.party) }
}
