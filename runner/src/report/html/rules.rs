//! The rules by section, each once with what it came to for each side.

use std::collections::BTreeSet;

use super::heading;
use super::links::{Link, Links};
use super::mark::{Mark, rank, sort};
use super::prose::{Piece, pieces};
use crate::report::entry::Sort;
use crate::report::headline::BESIDE;
use crate::report::model::{Report, RuleRow, Standing};
use crate::report::text::{LINE_MAX, cut};

/// A section of WIRE.md.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) anchor: &'a str,
    pub(super) title: String,
    /// The loudest of its rules.
    pub(super) mark: Mark,
    /// Rules that held, and that could.
    pub(super) held: usize,
    pub(super) judged: usize,
    /// What the others came to.
    pub(super) beside: String,
    /// Whether it is unfolded: something in it wants to be read.
    pub(super) is_open: bool,
    pub(super) rules: Vec<Rule<'a>>,
}

/// A rule.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    pub(super) id: &'a str,
    pub(super) level: &'static str,
    pub(super) sentence: Vec<Piece<'a>>,
    /// The loudest of its sides.
    pub(super) mark: Mark,
    rank: u8,
    pub(super) sides: Vec<OnSide>,
}

/// What a rule came to for one side, or for several alike.
#[derive(Debug)]
pub(super) struct OnSide {
    /// Empty where the report tells of one side alone.
    pub(super) sides: Vec<String>,
    pub(super) mark: Mark,
    pub(super) why: String,
    pub(super) cases: Vec<Link>,
}

/// The sections in the order of WIRE.md.
pub(super) fn sections<'a>(report: &'a Report, links: &Links<'_>) -> Vec<Section<'a>> {
    let mut seen = BTreeSet::new();
    let anchors = report.rules.iter().map(|row| row.anchor.as_str()).filter(|anchor| seen.insert(*anchor));
    anchors.map(|anchor| section(report, links, anchor)).collect()
}

fn section<'a>(report: &'a Report, links: &Links<'_>, anchor: &'a str) -> Section<'a> {
    let mut ids: Vec<&str> = Vec::new();
    for row in report.rules.iter().filter(|row| row.anchor == anchor) {
        if !ids.contains(&row.id.as_str()) {
            ids.push(&row.id);
        }
    }
    let rows: Vec<Vec<&RuleRow>> =
        ids.iter().map(|id| report.rules.iter().filter(|row| row.id == *id).collect()).collect();
    let worst: Vec<Standing> = rows.iter().map(|rows| loudest(rows)).collect();
    let count = |standing| worst.iter().filter(|other| **other == standing).count();
    let idle = [Standing::Observed, Standing::NotExercised, Standing::NotApplicable];
    let beside: Vec<String> = BESIDE
        .into_iter()
        .filter(|standing| count(*standing) > 0)
        .map(|standing| format!("{} {}", count(standing), standing.word().replace('_', " ")))
        .collect();
    let sort = worst.iter().map(|standing| sort(*standing)).min_by_key(|sort| rank(*sort));
    let sort = sort.unwrap_or(Sort::Skipped);
    let mut rules: Vec<Rule<'_>> = rows.iter().map(|rows| rule(links, rows)).collect();
    // what is not well comes first, and all that is well in the order of WIRE.md
    rules.sort_by_key(|rule| rule.rank);
    Section {
        anchor,
        title: heading(anchor),
        mark: Mark::new(sort, super::mark::word(sort)),
        held: count(Standing::Held),
        judged: worst.len() - idle.into_iter().map(count).sum::<usize>(),
        beside: beside.join(", "),
        is_open: !matches!(sort, Sort::Passed | Sort::Skipped),
        rules,
    }
}

fn loudest(rows: &[&RuleRow]) -> Standing {
    let all = rows.iter().map(|row| row.standing);
    all.min_by_key(|standing| rank(sort(*standing))).unwrap_or(Standing::NotApplicable)
}

fn rule<'a>(links: &Links<'_>, rows: &[&'a RuleRow]) -> Rule<'a> {
    let (first, worst) = (rows[0], loudest(rows));
    let mut sides: Vec<OnSide> = Vec::new();
    for row in rows {
        let (mark, why) = (Mark::of(row.standing), cut(&row.why, LINE_MAX));
        let cases = row.cases.iter().map(|case| links.to_case(case, row.side));
        let name = links.side(row.side);
        match sides.iter_mut().find(|other| (&other.mark, &other.why) == (&mark, &why)) {
            Some(same) => {
                same.sides.extend(name);
                same.cases.extend(cases);
            }
            None => {
                sides.push(OnSide { sides: name.into_iter().collect(), mark, why, cases: cases.collect() });
            }
        }
    }
    Rule {
        id: &first.id,
        level: first.level.word(),
        sentence: pieces(&first.text),
        mark: Mark::of(worst),
        rank: rank(sort(worst)).min(rank(Sort::Passed)),
        sides,
    }
}
