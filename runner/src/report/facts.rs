//! What the report of a shard holds besides: the verdicts as they were judged, and what was asked, so that the whole run
//! can be scored once all shards are there.

use serde::{Deserialize, Serialize};
use time::Date;

use crate::baseline::{Baseline, Place};
use crate::judge::Verdict;
use crate::judge::ambient::Sighting;
use crate::plan::Selection;
use crate::rule::{Level, Party, Profile, Side};
use crate::run::{End, Gate, Judged, Results, Unsteady};
use crate::spelling::day;

/// What came of one shard, before anything was made of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Facts {
    /// What the user asked for.
    pub asked: Asked,
    /// The known failures, where there is a list of them.
    pub known: Option<Known>,
    /// The day on which they hold or have expired, in UTC.
    #[serde(with = "day")]
    pub day: Date,
    /// In the order of the suite; only those that ran.
    pub played: Vec<Played>,
    /// Cases whose verdict was not the same each time.
    pub unsteady: Vec<Unsteady>,
    /// What keeps the client from being tested, where something does.
    pub gate: Option<Gate>,
    /// How the shard ended.
    pub end: End,
}

/// A selection, as the command line and the configuration spell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Globs of cases to run.
    pub run: Vec<String>,
    /// Globs of cases to leave out.
    pub skip: Vec<String>,
    /// Rules to decide.
    pub rules: Vec<String>,
    /// The one profile, where it was to be one.
    pub profile: Option<Profile>,
    /// The one role, where it was to be one.
    pub role: Option<Party>,
    /// From which level on a broken rule fails the run.
    pub level: Level,
}

/// The baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Whether the same file is about a shim and a whole bee.
    pub shared: bool,
    /// In the order of the file.
    pub entries: Vec<Expect>,
}

/// An entry of the baseline, as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// Its first line, from 1.
    pub line: usize,
    /// Its lines.
    pub text: String,
}

/// A case that was played, judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Played {
    /// Its id.
    pub id: String,
    /// As whom the client was tested.
    #[serde(flatten)]
    pub side: Side,
    /// One for each rule that it decides.
    pub verdicts: Vec<Verdict>,
    /// What it says about the rules that hold on every line.
    pub sightings: Vec<Sighting>,
}

impl Facts {
    /// What came of a run of one shard.
    pub fn of(
        results: &Results<'_>,
        selection: &Selection,
        level: Level,
        baseline: Option<&Baseline<'_>>,
        day: Date,
    ) -> Self {
        let known = |baseline: &Baseline<'_>| {
            let places = baseline.entries.iter().map(|entry| &entry.place);
            let entry = |place: &Place| Expect { line: place.first, text: place.lines.join("\n") };
            Known { shared: baseline.shared, entries: places.map(entry).collect() }
        };
        let played = |judged: &Judged<'_>| Played {
            id: judged.case.id.clone(),
            side: judged.side,
            verdicts: judged.verdicts.clone(),
            sightings: judged.sightings.clone(),
        };
        Self {
            asked: Asked::of(selection, level),
            known: baseline.map(known),
            day,
            played: results.cases.iter().map(played).collect(),
            unsteady: results.unsteady.clone(),
            gate: results.gate.clone(),
            end: results.end.clone(),
        }
    }
}

impl Asked {
    fn of(selection: &Selection, level: Level) -> Self {
        let globs =
            |globs: &[globset::GlobMatcher]| globs.iter().map(|glob| glob.glob().to_string()).collect();
        Self {
            run: globs(&selection.run),
            skip: globs(&selection.skip),
            rules: selection.rules.clone(),
            profile: selection.profile,
            role: selection.role,
            level,
        }
    }
}
