//! Two stored reports, one after the other: what became worse, what became better, and what else changed.
//!
//! [`Comparison`] is what there is to show; each format shows it in its own file.

mod md;
mod tty;

use std::io::{self, Write};

use serde::Serialize;

use super::model::{CaseRow, CaseVerdict, Report, RuleRow, Standing};
use crate::exit::Exit;
use crate::rule::{Level, Side};

/// The formats of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareFormat {
    /// For people at a terminal.
    Tty,
    /// Markdown.
    Md,
    /// One page for a browser.
    Html,
    /// For programs; `vectors/schema/comparison.json` describes it.
    Json,
}

/// What changed from one report to the other; what is the same in both is not told.
#[derive(Debug, Serialize)]
pub struct Comparison {
    schema: u64,
    /// Whether something became worse: a rule, a case, or what the run ended with.
    pub worse: bool,
    /// What was run, and what it ended with.
    pub run: Vec<Turn>,
    /// The rules: newly violated ones first, then those that are worse for another reason, then those that are better.
    pub rules: Vec<RuleTurn>,
    /// The cases, in the same order.
    pub cases: Vec<CaseTurn>,
}

/// Something about the run.
#[derive(Debug, Serialize)]
pub struct Turn {
    /// `client`, `wire`, `vectors`, `configuration` or `exit`.
    pub what: &'static str,
    /// What it was.
    pub old: String,
    /// What it is.
    pub new: String,
}

/// A rule that came to something else.
#[derive(Debug, Serialize)]
pub struct RuleTurn {
    /// Its id.
    pub id: String,
    /// Whom it binds here.
    #[serde(flatten)]
    pub side: Side,
    /// Its level.
    pub level: Level,
    /// Which way it went.
    pub course: Course,
    /// What it came to; `None` where the report does not speak of it.
    pub old: Option<Standing>,
    /// What it comes to now.
    pub new: Option<Standing>,
    /// Why, as the newer report has it.
    pub why: String,
}

/// A case that came to something else, or failed in another way.
#[derive(Debug, Serialize)]
pub struct CaseTurn {
    /// Its id.
    pub id: String,
    /// As whom the client was tested.
    #[serde(flatten)]
    pub side: Side,
    /// Which way it went.
    pub course: Course,
    /// What it came to; `None` where it was not played.
    pub old: Option<Came>,
    /// What it comes to now.
    pub new: Option<Came>,
}

/// What a case came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Came {
    /// The verdict.
    pub verdict: CaseVerdict,
    /// The code of the first failure.
    pub code: Option<String>,
}

/// Which way something went; what matters most stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// It is violated, or fails, and did not before.
    Broken,
    /// It says less for the client than before.
    Worse,
    /// It says more.
    Better,
    /// It came, went, or is another without being better or worse.
    Other,
}

impl Comparison {
    /// What changed.
    pub fn of(old: &Report, new: &Report) -> Self {
        let mut rules = turns(&old.rules, &new.rules, |row| (row.side, row.id.clone()), rule_turn);
        rules.sort_by_key(|turn| turn.course);
        let mut cases = turns(&old.cases, &new.cases, |row| (row.side, row.id.clone()), case_turn);
        cases.sort_by_key(|turn| turn.course);
        let is_worse = |course: Course| matches!(course, Course::Broken | Course::Worse);
        let worse = rules.iter().any(|turn| is_worse(turn.course))
            || cases.iter().any(|turn| is_worse(turn.course))
            || (old.exit == Exit::Fine && new.exit != Exit::Fine);
        Self { schema: 1, worse, run: about(old, new), rules, cases }
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.run.is_empty() && self.rules.is_empty() && self.cases.is_empty()
    }
}

fn about(old: &Report, new: &Report) -> Vec<Turn> {
    let of = |report: &Report| {
        let identity = &report.identity;
        [
            ("client", format!("{} {} ({})", identity.name, identity.version, identity.lang)),
            ("wire", report.wire.clone()),
            ("vectors", report.vectors.clone()),
            ("configuration", report.config.clone().unwrap_or_else(|| "none".to_owned())),
            ("exit", report.exit.code().to_string()),
        ]
    };
    let both = of(old).into_iter().zip(of(new));
    both.filter(|((_, old), (_, new))| old != new)
        .map(|((what, old), (_, new))| Turn { what, old, new })
        .collect()
}

/// Pairs the rows of two reports, in the order of the newer one; what only the older one has comes last.
fn turns<Row, Key: Ord, Turn>(
    old: &[Row],
    new: &[Row],
    key: impl Fn(&Row) -> Key,
    turn: impl Fn(Option<&Row>, Option<&Row>) -> Option<Turn>,
) -> Vec<Turn> {
    let index = |rows: &'_ [Row]| -> std::collections::BTreeMap<Key, usize> {
        rows.iter().enumerate().map(|(place, row)| (key(row), place)).collect()
    };
    let (before, after) = (index(old), index(new));
    let kept = new.iter().map(|row| (before.get(&key(row)).map(|place| &old[*place]), Some(row)));
    let gone = old.iter().filter(|row| !after.contains_key(&key(row))).map(|row| (Some(row), None));
    kept.chain(gone).filter_map(|(old, new)| turn(old, new)).collect()
}

fn rule_turn(old: Option<&RuleRow>, new: Option<&RuleRow>) -> Option<RuleTurn> {
    let row = new.or(old)?;
    let badness = |row: Option<&RuleRow>| match row.map(|row| row.standing) {
        Some(Standing::Violated) => 3,
        Some(Standing::Undecided) => 2,
        Some(Standing::Warned | Standing::Waived) => 1,
        Some(Standing::Held | Standing::Observed | Standing::NotExercised | Standing::NotApplicable)
        | None => 0,
    };
    let (was, is) = (old.map(|row| row.standing), new.map(|row| row.standing));
    // of a MAY it is news what was seen
    let same =
        was == is && (is != Some(Standing::Observed) || old.map(|row| &row.why) == new.map(|row| &row.why));
    (!same).then(|| RuleTurn {
        id: row.id.clone(),
        side: row.side,
        level: row.level,
        course: course(badness(old), is.map(|_| badness(new))),
        old: was,
        new: is,
        why: new.map(|row| row.why.clone()).unwrap_or_default(),
    })
}

fn case_turn(old: Option<&CaseRow>, new: Option<&CaseRow>) -> Option<CaseTurn> {
    let row = new.or(old)?;
    let came = |row: &CaseRow| Came {
        verdict: row.verdict,
        code: row.failures.first().map(|first| first.failure.code.clone()),
    };
    let badness = |row: Option<&CaseRow>| match row.filter(|row| row.scored).map(|row| row.verdict) {
        Some(CaseVerdict::Fail | CaseVerdict::Xpass) => 3,
        Some(CaseVerdict::Inconclusive) => 2,
        Some(CaseVerdict::Warn | CaseVerdict::Xfail | CaseVerdict::Flaky) => 1,
        Some(CaseVerdict::Pass | CaseVerdict::NotExercised) | None => 0,
    };
    let (was, is) = (old.map(came), new.map(came));
    (was != is).then(|| CaseTurn {
        id: row.id.clone(),
        side: row.side,
        course: course(badness(old), is.as_ref().map(|_| badness(new))),
        old: was,
        new: is,
    })
}

/// From how much speaks against the client, before and now; 3 is the most. What is gone is neither better nor worse.
fn course(before: u8, now: Option<u8>) -> Course {
    match (before, now) {
        (0..3, Some(3)) => Course::Broken,
        (before, Some(now)) if now > before => Course::Worse,
        (before, Some(now)) if now < before => Course::Better,
        _ => Course::Other,
    }
}

/// Writes a comparison.
pub fn write(comparison: &Comparison, format: CompareFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        CompareFormat::Tty => tty::write(comparison, out),
        CompareFormat::Md => md::write(comparison, out),
        CompareFormat::Html => super::html::write_comparison(comparison, out),
        CompareFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, comparison)?;
            writeln!(out)
        }
    }
}
