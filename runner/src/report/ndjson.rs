//! Events, one JSON object a line, for programs that follow a run; `vectors/schema/events.json` describes them.
//!
//! While the run goes on, each case is told of as it was judged by itself. What came of it stands at the end, as in the
//! JSON report: a case whose twin failed, or whose failure is known, may have come to something else by then.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{self, Summary};
use super::model::{CaseRow, CaseVerdict, Diagnosis, Report, RuleRow};
use crate::plan::Shard;
use crate::rule::{Level, Side};
use crate::spelling::millis;
use crate::testee::Identity;

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'a> {
    /// The first one: who is tested, and with what.
    Start(Start<'a>),
    /// A case begins.
    Began(Place<'a>),
    /// It failed, and is looked at once more in a fresh process.
    Again(Place<'a>),
    /// The process was beyond use after a case, and the next one gets another.
    Lost(Place<'a>),
    /// It was judged, by itself.
    Judged(Judgement<'a>),
    /// What came of a case, or of a rule that holds on every line.
    Case(Judgement<'a>),
    /// What came of a rule.
    Rule(Ruling<'a>),
    /// The last one: the run is over.
    End(End<'a>),
    /// The last one, where there was nothing to run.
    Error {
        /// The exit code.
        exit: u8,
        /// What is wrong.
        message: String,
    },
}

/// Who is tested, and with what.
#[derive(Debug, Serialize)]
pub struct Start<'a> {
    /// The version of the schema.
    pub schema: u64,
    /// Who.
    #[serde(rename = "impl")]
    pub identity: &'a Identity,
    /// 0 as a whole bee, 2 through a shim.
    pub level: u8,
    /// The wire version.
    pub wire: &'a str,
    /// The release of the vectors.
    pub vectors: &'a str,
    /// In which roles and profiles.
    pub tested: &'a [Side],
    /// Which part of the cases, where it is not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// What makes the order of the cases, where chance does.
    pub seed: Option<u64>,
    /// How often each case is played.
    pub times: usize,
    /// How many cases there are to play, each counted as often as it is played.
    pub plays: usize,
}

/// A case, on one side.
#[derive(Debug, Serialize)]
pub struct Place<'a> {
    /// Its id.
    pub id: &'a str,
    /// As whom the client is tested.
    #[serde(flatten)]
    pub side: Side,
}

/// What a case came to.
#[derive(Debug, Serialize)]
pub struct Judgement<'a> {
    /// Which case.
    #[serde(flatten)]
    place: Place<'a>,
    verdict: CaseVerdict,
    scored: bool,
    /// The code of the first failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'a str,
    #[serde(with = "millis")]
    ms: std::time::Duration,
    rules: &'a [String],
}

/// What a rule came to.
#[derive(Debug, Serialize)]
pub struct Ruling<'a> {
    /// Which rule.
    #[serde(flatten)]
    place: Place<'a>,
    level: Level,
    verdict: super::Standing,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'a str,
}

/// How the run ended.
#[derive(Debug, Serialize)]
pub struct End<'a> {
    exit: u8,
    interrupted: bool,
    unplayed: usize,
    #[serde(with = "millis")]
    duration_ms: std::time::Duration,
    diagnosis: Option<&'a Diagnosis>,
    summary: Summary,
    /// Events that the reader was too slow for.
    dropped: usize,
}

impl<'a> Event<'a> {
    /// What a case came to, as it was judged.
    pub fn judged(row: &'a CaseRow) -> Self {
        Self::Judged(Judgement::of(row))
    }

    /// The event as a line.
    pub fn line(&self) -> io::Result<String> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// The beginning of a run of which there is a report.
    pub fn start(report: &'a Report) -> Self {
        let played = report.cases.iter().filter(|row| !row.is_ambient()).count();
        Self::Start(Start {
            schema: json::SCHEMA,
            identity: &report.identity,
            level: report.level,
            wire: &report.wire,
            vectors: &report.vectors,
            tested: &report.sides,
            shard: report.shard,
            seed: report.order.seed,
            times: report.order.times,
            plays: (played + report.unplayed) * report.order.times,
        })
    }
}

impl<'a> Judgement<'a> {
    fn of(row: &'a CaseRow) -> Self {
        Self {
            place: Place { id: &row.id, side: row.side },
            verdict: row.verdict,
            scored: row.scored,
            code: row.failures.first().map(|first| first.failure.code.as_str()),
            why: &row.why,
            ms: row.took,
            rules: &row.rules,
        }
    }
}

impl<'a> Ruling<'a> {
    fn of(row: &'a RuleRow) -> Self {
        Self {
            place: Place { id: &row.id, side: row.side },
            level: row.level,
            verdict: row.standing,
            why: &row.why,
        }
    }
}

/// What came of it: the lines that end the events of a run.
pub fn outcome(report: &Report, dropped: usize) -> io::Result<String> {
    let mut text = String::new();
    for row in &report.cases {
        text += &Event::Case(Judgement::of(row)).line()?;
    }
    for row in &report.rules {
        text += &Event::Rule(Ruling::of(row)).line()?;
    }
    let end = End {
        exit: report.exit.code(),
        interrupted: report.exit == crate::exit::Exit::Interrupted,
        unplayed: report.unplayed,
        duration_ms: report.took,
        diagnosis: report.diagnosis.as_ref(),
        summary: json::summary(report),
        dropped,
    };
    text += &Event::End(end).line()?;
    Ok(text)
}

/// A run that is over.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(Event::start(report).line()?.as_bytes())?;
    out.write_all(outcome(report, 0)?.as_bytes())
}
