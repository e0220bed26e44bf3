//! The report for programs, and back; `vectors/schema/report.json` describes it.
//!
//! What can be counted stands first, since it is what a gate needs; the rest is the model as it stands. A report that is
//! read must have the counts of its own rows, so that nothing made from it says anything else than the file.

use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::model::{CaseRow, CaseVerdict, Report, RuleRow, Standing};
use crate::error::Error;
use crate::exit::Exit;
use crate::rule::{Profile, Side};

/// The version of the schema.
pub(super) const SCHEMA: u64 = 1;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let whole = Whole {
        schema: SCHEMA,
        summary: summary(report),
        sides: report.sides_told().into_iter().map(|side| side_of(report, side)).collect(),
        profiles: profiles(report),
        interrupted: report.exit == Exit::Interrupted,
        report,
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

impl Report {
    /// Reads a report that `--report json=PATH` wrote. An error has the path first.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let fault = |what: String| Error::Input(format!("{}: {what}", path.display()));
        let text = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
        Self::parse(&text).map_err(fault)
    }

    /// Reads the bytes of a JSON report; an error is a fragment.
    fn parse(text: &[u8]) -> Result<Self, String> {
        let is_no_report =
            |error| format!("is no report: {error}\n(hint: `client --report json=PATH` writes one)");
        let Version { schema } = serde_json::from_slice(text).map_err(is_no_report)?;
        if schema != SCHEMA {
            return Err(format!("has schema {schema}, and this program reads schema {SCHEMA}"));
        }
        let Counted { summary } = serde_json::from_slice(text).map_err(is_no_report)?;
        let mut report: Self = serde_json::from_slice(text).map_err(is_no_report)?;
        report.exit = summary.exit;
        if self::summary(&report) != summary {
            return Err(
                "its summary does not fit its rows\n(hint: it was changed after it was written)".to_owned()
            );
        }
        Ok(report)
    }
}

/// A report as it is written.
#[derive(Serialize)]
struct Whole<'a> {
    schema: u64,
    summary: Summary,
    sides: Vec<OfSide>,
    profiles: Vec<Profile>,
    interrupted: bool,
    #[serde(flatten)]
    report: &'a Report,
}

/// What tells whether the rest can be read.
#[derive(Deserialize)]
struct Version {
    schema: u64,
}

/// What is read to be compared.
#[derive(Deserialize)]
struct Counted {
    summary: Summary,
}

/// How many rules and cases came to what.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Summary {
    exit: Exit,
    rules: Map<String, Value>,
    cases: Map<String, Value>,
    examples: usize,
}

/// The same counts for one role in one profile.
#[derive(Serialize)]
struct OfSide {
    #[serde(flatten)]
    side: Side,
    rules: Map<String, Value>,
    cases: Map<String, Value>,
}

/// The profiles that the client was tested in, in order.
fn profiles(report: &Report) -> Vec<Profile> {
    let mut profiles: Vec<_> = report.sides.iter().map(|side| side.profile).collect();
    profiles.dedup();
    profiles
}

pub(super) fn summary(report: &Report) -> Summary {
    let mut cases = case_counts(report, None);
    cases.insert("not_applicable".to_owned(), json!(report.not_applicable.len()));
    Summary {
        exit: report.exit,
        rules: rule_counts(report, None),
        cases,
        examples: report.cases.iter().map(|case| case.examples).sum(),
    }
}

fn side_of(report: &Report, side: Side) -> OfSide {
    OfSide { side, rules: rule_counts(report, Some(side)), cases: case_counts(report, Some(side)) }
}

/// Of one side, or of all.
fn rule_counts(report: &Report, side: Option<Side>) -> Map<String, Value> {
    let count = |standing: Standing| {
        let is_own = |row: &&RuleRow| side.is_none_or(|side| row.side == side) && row.standing == standing;
        (standing.word().to_owned(), json!(report.rules.iter().filter(is_own).count()))
    };
    Standing::ALL.into_iter().map(count).collect()
}

/// Of one side, or of all.
fn case_counts(report: &Report, side: Option<Side>) -> Map<String, Value> {
    let is_own = |row: &&CaseRow| side.is_none_or(|side| row.side == side) && !row.is_ambient();
    let own: Vec<&CaseRow> = report.cases.iter().filter(is_own).collect();
    let count = |verdict: CaseVerdict| {
        let count = own.iter().filter(|row| row.verdict == verdict).count();
        (verdict.word().to_owned(), json!(count))
    };
    let selected = ("selected".to_owned(), json!(own.len()));
    std::iter::once(selected).chain(CaseVerdict::ALL.into_iter().map(count)).collect()
}
