//! The whole page of a run: `report.html` with what it shows.

use std::collections::BTreeMap;

use askama::Template;

use super::case::Case;
use super::filter::{Filter, LEVELS};
use super::heading;
use super::links::Links;
use super::mark::{CHOICES, Mark};
use super::rules::{Section, sections};
use super::shell::Shell;
use super::summary::{self, Summary};
use crate::report::entry::{Entry, Sort, groups};
use crate::report::model::Report;
use crate::report::text::{LINE_MAX, cut};

/// Cases that are unfolded from the start, where the first of a long list would hide the rest.
const OPEN_MAX: usize = 1;

/// What `report.html` shows.
#[derive(Debug, Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    shell: Shell,
    summary: Summary,
    filter: Filter<'a>,
    /// What was not well, the loudest first.
    troubles: Vec<Trouble<'a>>,
    sections: Vec<Section<'a>>,
    /// The cases that are not told of above, by section.
    rest: Vec<Rest<'a>>,
    /// What beside the cases speaks for or against the run.
    asides: Vec<Aside>,
    version: &'static str,
}

/// What went wrong in the same way.
#[derive(Debug)]
struct Trouble<'a> {
    title: &'static str,
    mark: Mark,
    /// Of the run as a whole.
    notes: Vec<Note>,
    cases: Vec<Case<'a>>,
    /// How many of the cases are unfolded.
    open: usize,
}

/// What is said of the run or of an entry of the baseline.
#[derive(Debug)]
struct Note {
    name: String,
    code: String,
    text: String,
}

/// The cases of a section that passed or did not count.
#[derive(Debug)]
struct Rest<'a> {
    title: String,
    passed: usize,
    cases: Vec<Case<'a>>,
}

/// A list under a title.
#[derive(Debug)]
struct Aside {
    title: &'static str,
    lines: Vec<(String, String)>,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let links = Links::new(report);
        let summary = summary::of(report);
        let groups = groups(report);
        let entries: Vec<&Entry<'a>> = groups.iter().flat_map(|group| &group.entries).collect();
        let trouble = |sort, title| trouble(report, &links, &entries, sort, title);
        let troubles = [
            trouble(Sort::Failed, "Failed"),
            trouble(Sort::Unseen, "Could not be seen"),
            trouble(Sort::Warned, "Warnings"),
            trouble(Sort::Known, "Known failures"),
        ];
        let sections = sections(report, &links);
        Self {
            shell: Shell::new(format!("{} {} · thrum-conform", summary.mark.sign, summary.who)),
            summary,
            filter: Filter {
                of: "Rules and cases",
                hint: "a rule, a case, a code, a word",
                sections: sections.iter().map(|section| (section.anchor, section.title.clone())).collect(),
                levels: LEVELS,
                choices: &CHOICES,
                rules: sections.iter().map(|section| section.rules.len()).sum(),
                cases: Some(report.cases.len()),
            },
            troubles: troubles.into_iter().flatten().collect(),
            rest: rest(report, &links, &entries, &sections),
            sections,
            asides: asides(report),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// All of one sort; `None` where there is nothing.
fn trouble<'a>(
    report: &'a Report,
    links: &Links<'_>,
    entries: &[&Entry<'a>],
    sort: Sort,
    title: &'static str,
) -> Option<Trouble<'a>> {
    let all = entries.iter().filter(|entry| entry.sort == sort);
    let (cases, notes): (Vec<&&Entry<'a>>, Vec<_>) = all.partition(|entry| entry.case.is_some());
    let note = |entry: &&&Entry<'_>| Note {
        name: entry.name.clone(),
        code: entry.code.replace('_', " "),
        text: entry.message.clone(),
    };
    // the diagnosis stands above
    let notes: Vec<Note> = notes.iter().filter(|entry| entry.code != "diagnosis").map(note).collect();
    let cases: Vec<Case<'a>> =
        cases.into_iter().filter_map(|entry| Some(Case::new(report, links, entry.case?, entry))).collect();
    let open = if sort == Sort::Failed { OPEN_MAX } else { 0 };
    (!cases.is_empty() || !notes.is_empty()).then(|| Trouble {
        title,
        mark: Mark::new(sort, title),
        notes,
        cases,
        open,
    })
}

/// What passed or did not count, by section in the order of WIRE.md.
fn rest<'a>(
    report: &'a Report,
    links: &Links<'_>,
    entries: &[&Entry<'a>],
    sections: &[Section<'_>],
) -> Vec<Rest<'a>> {
    let quiet = entries.iter().filter(|entry| matches!(entry.sort, Sort::Passed | Sort::Skipped));
    let mut by_section: BTreeMap<(usize, &str), Vec<Case<'a>>> = BTreeMap::new();
    for entry in quiet {
        let Some(row) = entry.case else { continue };
        let case = Case::new(report, links, row, entry);
        let place = sections.iter().position(|section| section.anchor == case.section);
        by_section.entry((place.unwrap_or(sections.len()), case.section)).or_default().push(case);
    }
    let rest = |((_, section), cases): ((usize, &str), Vec<Case<'a>>)| Rest {
        title: heading(section),
        passed: cases.iter().filter(|case| case.mark.sort == "passed").count(),
        cases,
    };
    by_section.into_iter().map(rest).collect()
}

fn asides(report: &Report) -> Vec<Aside> {
    let plain = |lines: &[String]| lines.iter().map(|line| (String::new(), cut(line, LINE_MAX))).collect();
    let asides = [
        Aside { title: "Notes", lines: plain(&report.notes) },
        Aside { title: "Capabilities that are not claimed", lines: plain(&report.unclaimed) },
        Aside { title: "Rules without a case", lines: plain(&report.without_case) },
        Aside {
            title: "Cases that do not apply",
            lines: report
                .not_applicable
                .iter()
                .map(|idle| (idle.id.clone(), cut(&idle.why, LINE_MAX)))
                .collect(),
        },
    ];
    asides.into_iter().filter(|aside| !aside.lines.is_empty()).collect()
}
