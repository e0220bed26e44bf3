//! The shards of one run, joined: what they saw is put together and scored as if it had been one run.
//!
//! Nothing is added up: [`merge`] makes the run's results from the facts of each shard, and the same scoring that any run
//! goes through makes the report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::baseline::{Baseline, Entry};
use crate::config::Config;
use crate::error::Error;
use crate::plan::{Narrow, Plan, Selection, Shard, glob, plan};
use crate::report::{Asked, CaseRow, Expect, Facts, Report};
use crate::rule::{RuleBook, Side};
use crate::run::{End, Judged, Results};
use crate::score::{Scoring, score};
use crate::vector::Suite;

/// The rules and vectors that the shards were played with.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// The rules.
    pub book: &'a RuleBook,
    /// The cases.
    pub suite: &'a Suite,
    /// Their release.
    pub release: &'a str,
}

/// A stored report that says of itself that it is of a shard.
struct Part<'a> {
    name: &'a str,
    shard: Shard,
    report: &'a Report,
    facts: &'a Facts,
}

/// Joins all shards of one run, each with the name of its file. An error names the shards that are missing, doubled or
/// of another run.
pub fn merge(stored: &[(String, Report)], material: Material<'_>) -> Result<Report, Error> {
    let parts = parts(stored)?;
    let lead = lead(&parts);
    let first = lead.report;
    if first.vectors != material.release {
        return Err(Error::Input(format!(
            "{}: was played with the vectors {}, and these are {}\n(hint: `--vectors PATH` names others)",
            lead.name, first.vectors, material.release
        )));
    }
    let selection = selection(&lead.facts.asked, lead)?;
    let plan = if first.sides.is_empty() {
        Plan::default()
    } else {
        plan(material.suite, material.book, &first.identity, &selection).map_err(Error::Input)?
    };
    let entries = lead.facts.known.as_ref().map(|known| entries(lead, &known.entries)).transpose()?;
    let results = Results {
        identity: first.identity.clone(),
        cases: cases(&parts, &plan)?,
        unsteady: unsteady(&parts, &plan),
        order: first.order,
        gate: parts.iter().find_map(|part| part.facts.gate.clone()),
        took: parts.iter().map(|part| part.report.took).max().unwrap_or_default(),
        end: end(&parts),
        left_behind: false,
        plan,
    };
    let shared = lead.facts.known.as_ref().is_some_and(|known| known.shared);
    let today = parts.iter().map(|part| part.facts.day).max().unwrap_or(lead.facts.day);
    let scoring = Scoring {
        book: material.book,
        suite: material.suite,
        required: lead.facts.asked.level,
        rules: &selection.rules,
        all: selection.is_all(),
        baseline: entries.as_ref().map(|entries| Baseline { entries, today, selection: &selection, shared }),
        command: first.command.clone(),
        config: first.config.clone(),
        wire: selection.wire,
        vectors: first.vectors.clone(),
    };
    let mut report = score(results, &scoring);
    let notes = parts.iter().flat_map(|part| &part.report.notes);
    for note in notes {
        if !report.notes.contains(note) {
            report.notes.push(note.clone());
        }
    }
    Ok(report)
}

/// The shards in order, once they are known to be those of one run, all of them, each once.
fn parts(stored: &[(String, Report)]) -> Result<Vec<Part<'_>>, Error> {
    if stored.is_empty() {
        return Err(Error::Input("there is no shard to merge".to_owned()));
    }
    let mut faults = Vec::new();
    let mut parts: Vec<Part<'_>> = Vec::new();
    for (name, report) in stored {
        let (Some(shard), Some(facts)) = (report.shard, &report.facts) else {
            faults.push(format!(
                "{name}: is of a whole run, and no shard (hint: `client --shard K/N` plays one)"
            ));
            continue;
        };
        let part = Part { name, shard, report, facts };
        if let Some(other) = parts.first() {
            faults.extend(foreign(&part, other));
        }
        if let Some(twice) = parts.iter().find(|other| other.shard == part.shard) {
            faults.push(format!("{name}: is {shard}, and so is {}", twice.name));
        }
        parts.push(part);
    }
    let of = parts.first().map_or(0, |part| part.shard.of);
    let missing: Vec<String> = (1..=of)
        .filter(|number| !parts.iter().any(|part| part.shard.number == *number))
        .map(|number| number.to_string())
        .collect();
    if !missing.is_empty() {
        faults.push(format!("of {of} shards, there is none with the number {}", missing.join(", ")));
    }
    if !faults.is_empty() {
        return Err(Error::Input(faults.join("\n")));
    }
    parts.sort_by_key(|part| part.shard);
    Ok(parts)
}

/// The first shard in which the client was tested at all: it knows who that is.
fn lead<'p, 'a>(parts: &'p [Part<'a>]) -> &'p Part<'a> {
    let started = parts.iter().find(|part| !part.report.sides.is_empty());
    started.or(parts.first()).expect("what is stored is not empty, and all of it is of a shard")
}

/// In what a shard is not of the run that another is of.
fn foreign(part: &Part<'_>, other: &Part<'_>) -> Option<String> {
    let (one, two) = (part.report, other.report);
    let text = |value: &str| format!("`{value}`");
    let who = |report: &Report| format!("`{} {}`", report.identity.name, report.identity.version);
    let seed = |report: &Report| report.order.seed.map_or("none".to_owned(), |seed| seed.to_string());
    let pairs = [
        ("number of shards", part.shard.of.to_string(), other.shard.of.to_string()),
        ("vectors", text(&one.vectors), text(&two.vectors)),
        ("wire", text(&one.wire), text(&two.wire)),
        ("seed", seed(one), seed(two)),
        ("number of times", one.order.times.to_string(), two.order.times.to_string()),
        ("configuration", format!("{:?}", one.config), format!("{:?}", two.config)),
    ];
    let differs = |what: &str, own: &str, their: &str| {
        format!(
            "{}: is of another run: its {what} is {own}, and that of {} is {their}",
            part.name, other.name
        )
    };
    if let Some((what, own, their)) = pairs.iter().find(|(_, own, their)| own != their) {
        return Some(differs(what, own, their));
    }
    // a client that never started did not say who it is
    let both_started = !one.sides.is_empty() && !two.sides.is_empty();
    if both_started && who(one) != who(two) {
        return Some(differs("client", &who(one), &who(two)));
    }
    let same = [
        ("what the client claims", !both_started || one.identity == two.identity),
        ("how the client was tested", !both_started || (one.level, &one.sides) == (two.level, &two.sides)),
        ("the selection of cases", part.facts.asked == other.facts.asked),
        ("the list of known failures", part.facts.known == other.facts.known),
    ];
    let (what, _) = same.iter().find(|(_, same)| !same)?;
    Some(format!("{}: is of another run: {what} is not that of {}", part.name, other.name))
}

fn selection(asked: &Asked, part: &Part<'_>) -> Result<Selection, Error> {
    let fault = |what: String| Error::Input(format!("{}: {what}", part.name));
    let globs =
        |globs: &[String]| globs.iter().map(|text| glob(text).map_err(fault)).collect::<Result<Vec<_>, _>>();
    Ok(Selection {
        run: globs(&asked.run)?,
        skip: globs(&asked.skip)?,
        only: None,
        rules: asked.rules.clone(),
        wire: part.report.wire.parse().map_err(fault)?,
        profile: asked.profile,
        role: asked.role,
        // the client in the report is what was left of its claims
        narrow: Narrow::default(),
        shard: None,
    })
}

/// The entries in a file of their own, each in its line.
fn entries(part: &Part<'_>, expect: &[Expect]) -> Result<Vec<Entry>, Error> {
    let mut text = String::new();
    let mut line = 1;
    for entry in expect {
        text += &"\n".repeat(entry.line.saturating_sub(line));
        text += &format!("{}\n", entry.text);
        line = line.max(entry.line) + entry.text.lines().count();
    }
    let name = part.report.config.as_deref().unwrap_or(part.name);
    let config = Config::parse(name, text, PathBuf::new()).map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(|fault| fault.message.clone()).collect();
        Error::Input(format!("{}: its known failures cannot be read: {}", part.name, faults.join(", ")))
    })?;
    Ok(config.entries)
}

/// What was played, in the order of the plan.
fn cases<'a>(parts: &[Part<'_>], plan: &Plan<'a>) -> Result<Vec<Judged<'a>>, Error> {
    let mut played = BTreeMap::new();
    for part in parts {
        let rows: BTreeMap<(Side, &str), &CaseRow> =
            part.report.cases.iter().map(|row| ((row.side, row.id.as_str()), row)).collect();
        for case in &part.facts.played {
            let place = (case.side, case.id.as_str());
            let row = rows.get(&place).ok_or_else(|| fault(part, &case.id, "it has no row for it"))?;
            if played.insert(place, (part, case, *row)).is_some() {
                return Err(fault(part, &case.id, "another shard played it as well"));
            }
        }
    }
    let mut cases = Vec::with_capacity(played.len());
    for job in &plan.jobs {
        let Some((_, case, row)) = played.remove(&(job.side, job.case.id.as_str())) else { continue };
        cases.push(Judged {
            case: job.case,
            side: job.side,
            verdicts: case.verdicts.clone(),
            sightings: case.sightings.clone(),
            took: row.took,
            scene: row.scene.clone(),
            stderr: row.stderr.clone(),
            leaked: false,
            evidence: None,
        });
    }
    match played.values().next() {
        Some((part, case, _)) => {
            Err(fault(part, &case.id, "these vectors have no such case for this client"))
        }
        None => Ok(cases),
    }
}

fn fault(part: &Part<'_>, case: &str, why: &str) -> Error {
    Error::Input(format!("{}: played `{case}`, and {why}", part.name))
}

/// In the order of the plan.
fn unsteady(parts: &[Part<'_>], plan: &Plan<'_>) -> Vec<crate::run::Unsteady> {
    let mut all: Vec<_> = parts.iter().flat_map(|part| part.facts.unsteady.iter().cloned()).collect();
    all.sort_by_key(|unsteady| {
        plan.jobs.iter().position(|job| job.side == unsteady.side && job.case.id == unsteady.case)
    });
    all
}

/// A shard that broke says most, then one that was interrupted.
fn end(parts: &[Part<'_>]) -> End {
    let broken: BTreeSet<&str> = parts
        .iter()
        .filter_map(|part| match &part.facts.end {
            End::Broken(what) => Some(what.as_str()),
            End::Whole | End::Interrupted => None,
        })
        .collect();
    if !broken.is_empty() {
        return End::Broken(broken.into_iter().collect::<Vec<_>>().join("\n"));
    }
    let interrupted = parts.iter().any(|part| part.facts.end == End::Interrupted);
    if interrupted { End::Interrupted } else { End::Whole }
}
