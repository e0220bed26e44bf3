//! From the verdicts of all cases to what each rule came to.
//!
//! A rule is judged on each side by itself: for each role that it binds, in each profile. It is held only if every
//! scored case that decides it passed and at least one ran. A negative counts only if its twin passed in the same run.
//!
//! A shard is scored by its own cases: its exit code says whether they speak against the client. What other shards
//! decide too stays open in its report, until all of them are merged and scored as one run.

mod part;
mod rows;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use crate::baseline::{self, Baseline, Ruling, Seen, ambient_id};
use crate::error::Error;
use crate::exit::Exit;
use crate::judge::{Cause, Failure, Outcome, Root, Verdict, ambient};
use crate::plan::{Job, Plan};
use crate::report::{CaseRow, Diagnosis, Idle, Report, RuleRow, Standing};
use crate::rule::{Level, Profile, Rule, RuleBook, Side};
use crate::run::{End, Gate, Judged, Results, Unsteady};
use crate::spelling::millis;
use crate::testee::{CAPABILITIES, Identity};
use crate::vector::{Body, Status, Suite};
use tally::Tally;

/// The one MUST that a client may decline cleanly: that is a warning, not a failure (WIRE.md, Handshake).
const WARNS_WHEN_DECLINED: &str = "HELLO-03";

/// How to score.
pub struct Scoring<'a> {
    /// The rules.
    pub book: &'a RuleBook,
    /// The cases, for codes.
    pub suite: &'a Suite,
    /// From which level on a broken rule fails the run.
    pub required: Level,
    /// Which rules the user asked for; all where it is empty.
    pub rules: &'a [String],
    /// Whether every case was selected, so that a rule without verdict is a gap.
    pub all: bool,
    /// The known failures, where there is a list of them.
    pub baseline: Option<Baseline<'a>>,
    /// What names the client at the end of a command line, for rerun lines.
    pub command: String,
    /// The configuration, for rerun lines and the head of the report.
    pub config: Option<String>,
    /// The wire version, for the head of the report.
    pub wire: crate::rule::Version,
    /// The release of the vectors, for the head of the report.
    pub vectors: String,
}

/// Makes the report.
pub fn score(results: Results<'_>, scoring: &Scoring<'_>) -> Report {
    let cases = discount_lone_negatives(discount_behind_gate(results.cases, results.gate.as_ref()));
    let ambient = scoring.broken_ambient(&cases, &results.plan);
    let seen = Seen {
        book: scoring.book,
        suite: scoring.suite,
        plan: &results.plan,
        cases: &cases,
        ambient: &ambient,
        unsteady: &results.unsteady,
    };
    let mut ruling = scoring.baseline.map(|baseline| baseline::apply(&baseline, &seen)).unwrap_or_default();
    let waivers = std::mem::take(&mut ruling.findings);
    let unsteady: Vec<Unsteady> =
        results.unsteady.iter().filter(|unsteady| !ruling.excuses(unsteady)).cloned().collect();
    let mut rows: Vec<CaseRow> = cases.iter().map(|case| scoring.case_row(case, &cases, &ruling)).collect();
    let played: BTreeSet<(Side, &str)> =
        cases.iter().map(|case| (case.side, case.case.id.as_str())).collect();
    let unplayed: Vec<&Job<'_>> =
        results.plan.jobs.iter().filter(|job| !played.contains(&(job.side, job.case.id.as_str()))).collect();
    let mut without_case = Vec::new();
    let mut rules = Vec::new();
    for side in sides(&results.plan) {
        let own: Vec<&Judged<'_>> = cases.iter().filter(|case| case.side == side).collect();
        let why_not = |rule: &str| results.plan.rules_not_applicable.get(&(side, rule.to_owned()));
        let broken = ambient.iter().filter(|((own, _), _)| *own == side);
        rows.extend(broken.map(|(_, failure)| scoring.ambient_row(failure, side, &ruling)));
        for rule in scoring.book.rules().filter(|rule| scoring.asks(rule, side)) {
            let cut_short = unplayed.iter().any(|job| {
                job.side == side && job.case.status == Status::Scored && job.case.decides.contains(&rule.id)
            });
            let hidden = results.plan.rules_hidden.get(&rule.id).filter(|_| side.is_plain());
            let came_to = scoring.rule_row(rule, side, &own, &ambient, cut_short, &ruling);
            // of a selection, what was not selected is no gap
            let came_to = match hidden.filter(|_| scoring.all || came_to.is_some()) {
                Some(why) => Some(unless_hidden(rule, came_to, &results.identity, why)),
                None => came_to,
            };
            match (why_not(&rule.id), came_to) {
                // what is decided in `live` is what its cases decide: the rest is the document's
                (Some(_), None) if side.profile == Profile::Live => {}
                (Some(why), _) => {
                    rules.push(row(rule, side, Standing::NotApplicable, why.clone(), Vec::new()));
                }
                (None, Some(row)) => rules.push(row),
                (None, None) if scoring.all && !scoring.has_case(rule, side) => {
                    without_case.push(rule.id.clone());
                }
                (None, None) => {}
            }
        }
    }
    without_case.sort();
    without_case.dedup();
    let mut notes = Vec::new();
    if results.left_behind {
        notes.push("the shim left other processes behind when it stopped; they were killed (hint: end what the client starts)".to_owned());
    }
    let is_part = results.plan.shard.is_some();
    let exit = match exit(&rules, scoring.required, is_part) {
        _ if results.end == End::Interrupted => Exit::Interrupted,
        _ if matches!(results.end, End::Broken(_)) => Exit::Broken,
        Exit::Fine | Exit::Incomplete if !unsteady.is_empty() || !waivers.is_empty() => Exit::Failed,
        exit => exit,
    };
    for row in &mut rules {
        if let Some(rule) = scoring.book.get(&row.id) {
            part::leave_open(row, rule, &results.plan.elsewhere);
        }
    }
    Report {
        level: if results.identity.habits.is_some() { 0 } else { 2 },
        unclaimed: CAPABILITIES
            .iter()
            .filter(|cap| !results.identity.caps.contains(**cap))
            .map(|cap| (*cap).to_owned())
            .collect(),
        identity: results.identity,
        command: scoring.command.clone(),
        config: scoring.config.clone(),
        wire: scoring.wire.to_string(),
        vectors: scoring.vectors.clone(),
        sides: results.plan.sides.clone(),
        // whoever played a shard says so
        shard: None,
        took: millis::rounded(results.took),
        rules,
        cases: rows,
        not_applicable: results
            .plan
            .not_applicable
            .iter()
            .map(|(case, why)| Idle { id: case.id.clone(), why: why.clone() })
            .collect(),
        without_case,
        unsteady,
        order: results.order,
        unplayed: unplayed.len(),
        diagnosis: match &results.end {
            End::Broken(message) => {
                let (what, hint) = Error::parts(message);
                Some(Diagnosis { what: what.to_owned(), hint: hint.to_owned() })
            }
            _ => results
                .gate
                .map(|gate| Diagnosis { what: diagnosis(gate.rule.as_ref(), &gate.why), hint: gate.hint }),
        },
        waivers,
        notes,
        facts: None,
        exit,
    }
}

/// The sides of the report, and whoever is only told what does not bind.
fn sides(plan: &Plan<'_>) -> Vec<Side> {
    let told = plan.rules_not_applicable.keys().map(|(side, _)| *side);
    plan.sides.iter().copied().chain(told).collect::<BTreeSet<_>>().into_iter().collect()
}

fn diagnosis(rule: Option<&String>, why: &str) -> String {
    match rule {
        Some(rule) => format!("{why} ({rule}): no case that builds on a connection was run"),
        None => format!("{why}: no case that builds on a connection was run"),
    }
}

/// What a client seems to hold that cannot be tested at all is not counted.
fn discount_behind_gate<'a>(mut cases: Vec<Judged<'a>>, gate: Option<&Gate>) -> Vec<Judged<'a>> {
    let Some(gate) = gate else { return cases };
    for case in cases.iter_mut().filter(|case| matches!(case.case.body, Body::Wire { .. })) {
        case.sightings.retain(|sighting| sighting.offence.is_some());
        for verdict in &mut case.verdicts {
            if verdict.is_good() {
                let cause = Cause::plain(gate.why.clone());
                verdict.outcome = Outcome::Inconclusive(cause);
            }
        }
    }
    cases
}

/// A negative whose twin did not pass says nothing.
fn discount_lone_negatives(mut cases: Vec<Judged<'_>>) -> Vec<Judged<'_>> {
    let passed: BTreeMap<(Side, String), bool> =
        cases.iter().map(|case| ((case.side, case.case.id.clone()), passed(case))).collect();
    for case in cases.iter_mut().filter(|case| case.case.negative) {
        let Some(twin) = &case.case.twin else { continue };
        let came_to = match passed.get(&(case.side, twin.clone())) {
            Some(true) => continue,
            Some(false) => "did not pass",
            None => "was not played",
        };
        for verdict in &mut case.verdicts {
            if verdict.is_good() {
                let why = format!("its twin {twin} {came_to}");
                verdict.outcome = Outcome::Inconclusive(Cause { why, root: Root::Twin(twin.clone()) });
            }
        }
    }
    cases
}

fn passed(case: &Judged<'_>) -> bool {
    case.verdicts.iter().all(Verdict::is_good)
}

/// `is_part` says that a run without a decided rule is no gap, since other shards have them.
fn exit(rules: &[RuleRow], required: Level, is_part: bool) -> Exit {
    let is_required = |row: &&RuleRow| {
        row.level == Level::Must || (required == Level::Should && row.level == Level::Should)
    };
    let is_decided = |row: &RuleRow| {
        matches!(row.standing, Standing::Held | Standing::Observed | Standing::Warned | Standing::Waived)
    };
    if rules.iter().any(|row| row.standing == Standing::Violated) {
        Exit::Failed
    } else if rules.iter().filter(is_required).any(|row| row.standing == Standing::Undecided)
        || !(is_part || rules.iter().any(is_decided))
    {
        Exit::Incomplete
    } else {
        Exit::Fine
    }
}

impl Scoring<'_> {
    /// What a case came to by itself: its twin and the baseline have no say yet.
    pub fn glance(&self, judged: &Judged<'_>) -> CaseRow {
        CaseRow { twin: None, ..self.case_row(judged, &[], &Ruling::default()) }
    }

    /// Of each broken ambient rule that counts, the first offence on each side.
    fn broken_ambient(&self, cases: &[Judged<'_>], plan: &Plan<'_>) -> BTreeMap<(Side, String), Failure> {
        let mut broken = BTreeMap::new();
        for case in cases.iter().filter(|case| case.case.status == Status::Scored) {
            for sighting in &case.sightings {
                let Some(offence) = &sighting.offence else { continue };
                let place = (case.side, sighting.rule.to_string());
                let asked = self.book.get(&sighting.rule).is_some_and(|rule| self.asks(rule, case.side));
                if !asked || plan.rules_not_applicable.contains_key(&place) {
                    continue;
                }
                broken.entry(place).or_insert_with(|| Failure {
                    rule: sighting.rule.to_string(),
                    code: ambient::code(&sighting.rule),
                    step: 0,
                    steps: 0,
                    example: None,
                    wanted: format!("a line that keeps the rule, in {}", case.case.id),
                    got: offence.line.clone(),
                    differences: Vec::new(),
                    hint: Some(offence.why.clone()),
                    at: None,
                    also: Vec::new(),
                });
            }
        }
        broken
    }

    /// Whether a rule belongs into this side of the report.
    fn asks(&self, rule: &Rule, side: Side) -> bool {
        rule.roles.contains(&side.party)
            && rule.level != Level::Note
            && rule.since <= self.wire
            && (self.rules.is_empty() || self.rules.contains(&rule.id))
    }

    /// In the profile `live` only what differs from the document needs a case.
    fn has_case(&self, rule: &Rule, side: Side) -> bool {
        rule.ambient
            || side.profile == Profile::Live
            || self
                .suite
                .cases
                .iter()
                .filter(|case| case.status == Status::Scored && case.under_test.contains(&side.party))
                .any(|case| case.decides.contains(&rule.id))
    }

    /// What a broken rule is worth.
    fn weight(&self, level: Level) -> Standing {
        match level {
            Level::Must => Standing::Violated,
            Level::Should if self.required == Level::Should => Standing::Violated,
            _ => Standing::Warned,
        }
    }

    /// `None` where no case of this run says anything about the rule.
    fn rule_row(
        &self,
        rule: &Rule,
        side: Side,
        cases: &[&Judged<'_>],
        ambient: &BTreeMap<(Side, String), Failure>,
        cut_short: bool,
        ruling: &Ruling<'_>,
    ) -> Option<RuleRow> {
        let mut tally = Tally::new(cut_short);
        for case in cases.iter().filter(|case| case.case.status == Status::Scored) {
            for verdict in case.verdicts.iter().filter(|verdict| verdict.rule == rule.id) {
                tally.add(side, &case.case.id, verdict, ruling);
            }
            for sighting in case.sightings.iter().filter(|sighting| sighting.rule == rule.id) {
                tally.exercised |= sighting.offence.is_none();
            }
        }
        if let Some(failure) = ambient.get(&(side, rule.id.clone())) {
            tally.fails(side, &ambient_id(&rule.id), failure, ruling);
        }
        // `live` speaks of a rule only where something was seen of it
        let tells = self.all && side.profile == Profile::Document;
        tally.ambient = rule.ambient && tells && !cases.is_empty();
        let (standing, why, cases) =
            tally.standing(rule.level, self.weight(rule.level), rule.id == WARNS_WHEN_DECLINED)?;
        Some(row(rule, side, standing, why, cases))
    }
}

/// The row of a rule of which a whole bee may show nothing: what it does not show is undecided, never held.
fn unless_hidden(rule: &Rule, row: Option<RuleRow>, identity: &Identity, why: &str) -> RuleRow {
    let shows = |row: &RuleRow| match row.standing {
        Standing::NotExercised => rule.needs.iter().all(|need| need.met_by(&identity.caps)),
        Standing::Undecided => !row.why.is_empty(),
        _ => true,
    };
    let cases = row.as_ref().map(|row| row.cases.clone()).unwrap_or_default();
    row.filter(shows)
        .unwrap_or_else(|| self::row(rule, Side::PLAIN, Standing::Undecided, why.to_owned(), cases))
}

fn row(rule: &Rule, side: Side, standing: Standing, why: String, cases: Vec<String>) -> RuleRow {
    RuleRow {
        side,
        id: rule.id.clone(),
        level: rule.level,
        text: rule.text.clone(),
        anchor: rule.anchor.clone(),
        standing,
        why,
        cases,
    }
}
