//! From the verdicts of all cases to what each rule came to.
//!
//! A rule is judged on each side by itself: for each role that it binds, in each profile. It is held only if every
//! scored case that decides it passed and at least one ran. A negative counts only if its twin passed in the same run.

mod tally;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::exit::Exit;
use crate::judge::{self, Cause, Failure, Outcome, Verdict, ambient};
use crate::plan::{Job, Plan};
use crate::report::{CaseRow, CaseVerdict, FailureRow, Report, RuleRow, Standing};
use crate::rule::{Level, Profile, Rule, RuleBook, Side};
use crate::run::{End, Gate, Judged, Results};
use crate::testee::CAPABILITIES;
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
    /// The command line of the client, for rerun lines.
    pub command: String,
    /// The wire version, for the head of the report.
    pub wire: crate::rule::Version,
    /// The release of the vectors, for the head of the report.
    pub vectors: String,
}

/// Makes the report.
pub fn score(results: Results<'_>, scoring: &Scoring<'_>) -> Report {
    let cases = discount_lone_negatives(discount_behind_gate(results.cases, results.gate.as_ref()));
    let mut rows: Vec<CaseRow> = cases.iter().map(|case| scoring.case_row(case, &cases)).collect();
    let played: BTreeSet<(Side, &str)> =
        cases.iter().map(|case| (case.side, case.case.id.as_str())).collect();
    let unplayed: Vec<&Job<'_>> =
        results.plan.jobs.iter().filter(|job| !played.contains(&(job.side, job.case.id.as_str()))).collect();
    let mut without_case = Vec::new();
    let mut rules = Vec::new();
    for side in sides(&results.plan) {
        let own: Vec<&Judged<'_>> = cases.iter().filter(|case| case.side == side).collect();
        let broken_ambient = broken_ambient(&own);
        let why_not = |rule: &str| results.plan.rules_not_applicable.get(&(side, rule.to_owned()));
        let counts = |failure: &&Failure| {
            let asked = scoring.book.get(&failure.rule).is_some_and(|rule| scoring.asks(rule, side));
            asked && why_not(&failure.rule).is_none()
        };
        rows.extend(broken_ambient.values().filter(counts).map(|failure| scoring.ambient_row(failure, side)));
        for rule in scoring.book.rules().filter(|rule| scoring.asks(rule, side)) {
            let cut_short = unplayed.iter().any(|job| {
                job.side == side && job.case.status == Status::Scored && job.case.decides.contains(&rule.id)
            });
            match (why_not(&rule.id), scoring.rule_row(rule, side, &own, &broken_ambient, cut_short)) {
                // what is decided in `live` is what its cases decide: the rest is the document's
                (Some(_), None) if side.profile == Profile::Live => {}
                (Some(why), _) => {
                    rules.push(scoring.row(rule, side, Standing::NotApplicable, why.clone(), Vec::new()));
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
    let exit = match exit(&rules, scoring.required) {
        _ if results.end == End::Interrupted => Exit::Interrupted,
        _ if matches!(results.end, End::Broken(_)) => Exit::Broken,
        Exit::Fine | Exit::Incomplete if !results.unsteady.is_empty() => Exit::Failed,
        exit => exit,
    };
    Report {
        unclaimed: CAPABILITIES
            .iter()
            .filter(|cap| !results.identity.caps.contains(**cap))
            .map(|cap| (*cap).to_owned())
            .collect(),
        identity: results.identity,
        command: scoring.command.clone(),
        config: None,
        wire: scoring.wire.to_string(),
        vectors: scoring.vectors.clone(),
        sides: results.plan.sides.clone(),
        took: results.took,
        rules,
        cases: rows,
        not_applicable: results
            .plan
            .not_applicable
            .iter()
            .map(|(case, why)| (case.id.clone(), why.clone()))
            .collect(),
        without_case,
        unsteady: results.unsteady,
        order: results.order,
        unplayed: unplayed.len(),
        diagnosis: match &results.end {
            End::Broken(message) => {
                let (what, hint) = Error::parts(message);
                Some((what.to_owned(), hint.to_owned()))
            }
            _ => results.gate.map(|gate| (diagnosis(gate.rule.as_ref(), &gate.why), gate.hint)),
        },
        waivers: Vec::new(),
        notes,
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

/// How many examples were judged.
fn examples(case: &Judged<'_>) -> usize {
    match &case.case.body {
        Body::Call { examples, .. } => examples.len(),
        Body::Wire { .. } => 0,
    }
}

/// What a client seems to hold that cannot be tested at all is not counted.
fn discount_behind_gate<'a>(mut cases: Vec<Judged<'a>>, gate: Option<&Gate>) -> Vec<Judged<'a>> {
    let Some(gate) = gate else { return cases };
    for case in cases.iter_mut().filter(|case| matches!(case.case.body, Body::Wire { .. })) {
        case.sightings.retain(|sighting| sighting.offence.is_some());
        for verdict in &mut case.verdicts {
            if verdict.is_good() {
                let cause = Cause { why: gate.why.clone(), blocked_by: gate.rule.clone() };
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
        let failed = |twin: &&String| passed.get(&(case.side, (*twin).clone())) != Some(&true);
        let Some(twin) = case.case.twin.as_ref().filter(failed) else {
            continue;
        };
        for verdict in &mut case.verdicts {
            if verdict.is_good() {
                let why = format!("its twin {twin} did not pass");
                verdict.outcome = Outcome::Inconclusive(Cause { why, blocked_by: None });
            }
        }
    }
    cases
}

fn passed(case: &Judged<'_>) -> bool {
    case.verdicts.iter().all(Verdict::is_good)
}

/// Of each broken ambient rule, the first offence.
fn broken_ambient(cases: &[&Judged<'_>]) -> BTreeMap<String, Failure> {
    let mut broken = BTreeMap::new();
    for case in cases.iter().filter(|case| case.case.status == Status::Scored) {
        for sighting in &case.sightings {
            let Some(offence) = &sighting.offence else { continue };
            broken.entry(sighting.rule.to_owned()).or_insert_with(|| Failure {
                rule: sighting.rule.to_owned(),
                code: ambient::code(sighting.rule),
                step: (0, 0),
                example: None,
                wanted: format!("a line that keeps the rule, in {}", case.case.id),
                got: offence.line.clone(),
                differences: Vec::new(),
                hint: Some(offence.why.clone()),
                at: None,
            });
        }
    }
    broken
}

fn exit(rules: &[RuleRow], required: Level) -> Exit {
    let is_required = |row: &&RuleRow| {
        row.level == Level::Must || (required == Level::Should && row.level == Level::Should)
    };
    if rules.iter().any(|row| row.standing == Standing::Violated) {
        Exit::Failed
    } else if rules.iter().filter(is_required).any(|row| row.standing == Standing::Undecided)
        || !rules
            .iter()
            .any(|row| matches!(row.standing, Standing::Held | Standing::Observed | Standing::Warned))
    {
        Exit::Incomplete
    } else {
        Exit::Fine
    }
}

impl Scoring<'_> {
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
        ambient: &BTreeMap<String, Failure>,
        cut_short: bool,
    ) -> Option<RuleRow> {
        let mut tally = Tally::new(cut_short);
        for case in cases.iter().filter(|case| case.case.status == Status::Scored) {
            for verdict in case.verdicts.iter().filter(|verdict| verdict.rule == rule.id) {
                tally.add(&case.case.id, verdict);
            }
            for sighting in case.sightings.iter().filter(|sighting| sighting.rule == rule.id) {
                tally.exercised |= sighting.offence.is_none();
            }
        }
        if let Some(failure) = ambient.get(&rule.id) {
            tally.broken.push((format!("ambient/{}", rule.id.to_lowercase()), failure.code.clone()));
        }
        // `live` speaks of a rule only where something was seen of it
        let tells = self.all && side.profile == Profile::Document;
        tally.ambient = rule.ambient && tells && !cases.is_empty();
        let (standing, why, cases) =
            tally.standing(rule.level, self.weight(rule.level), rule.id == WARNS_WHEN_DECLINED)?;
        Some(self.row(rule, side, standing, why, cases))
    }

    #[expect(clippy::unused_self, reason = "stands beside the other rows")]
    fn row(&self, rule: &Rule, side: Side, standing: Standing, why: String, cases: Vec<String>) -> RuleRow {
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

    fn case_row(&self, judged: &Judged<'_>, all: &[Judged<'_>]) -> CaseRow {
        let failures: Vec<FailureRow> = judged
            .verdicts
            .iter()
            .filter_map(|verdict| match &verdict.outcome {
                Outcome::Broken(failure) => Some(self.failure_row(failure)),
                _ => None,
            })
            .collect();
        let (verdict, why) = self.case_verdict(judged, &failures);
        let twin = judged.case.twin.clone().map(|id| {
            let same = |other: &&Judged<'_>| other.case.id == id && other.side == judged.side;
            let good = all.iter().filter(same).any(passed);
            (id, good)
        });
        CaseRow {
            id: judged.case.id.clone(),
            side: judged.side,
            examples: examples(judged),
            verdict,
            scored: judged.case.status == Status::Scored,
            why,
            took: judged.took,
            rules: judged.case.decides.clone(),
            failures,
            scene: judged.scene.clone(),
            stderr: judged.stderr.clone(),
            twin,
            waiver: None,
        }
    }

    fn case_verdict(&self, judged: &Judged<'_>, failures: &[FailureRow]) -> (CaseVerdict, String) {
        if let Some(row) = failures.iter().find(|row| self.weight(row.level) == Standing::Violated) {
            return (CaseVerdict::Fail, row.failure.code.clone());
        }
        if let Some(row) = failures.first() {
            return (CaseVerdict::Warn, row.failure.code.clone());
        }
        let mut idle = None;
        for verdict in &judged.verdicts {
            match &verdict.outcome {
                Outcome::Inconclusive(cause) => return (CaseVerdict::Inconclusive, cause.why.clone()),
                Outcome::NotExercised(why) | Outcome::NotApplicable(why) => idle = Some(why.clone()),
                _ => {}
            }
        }
        match idle {
            Some(why) if !judged.verdicts.iter().any(Verdict::is_good) => (CaseVerdict::NotExercised, why),
            _ => (CaseVerdict::Pass, String::new()),
        }
    }

    fn ambient_row(&self, failure: &Failure, side: Side) -> CaseRow {
        let row = self.failure_row(failure);
        let verdict =
            if self.weight(row.level) == Standing::Violated { CaseVerdict::Fail } else { CaseVerdict::Warn };
        CaseRow {
            id: failure.code.replace('.', "/"),
            side,
            examples: 0,
            verdict,
            scored: true,
            why: failure.code.clone(),
            took: std::time::Duration::ZERO,
            rules: vec![failure.rule.clone()],
            failures: vec![row],
            scene: None,
            stderr: String::new(),
            twin: None,
            waiver: None,
        }
    }

    fn failure_row(&self, failure: &Failure) -> FailureRow {
        let rule = self.book.get(&failure.rule);
        let own = self.suite.codes.get(&failure.code).map(|code| (code.means.clone(), code.fix.clone()));
        let general =
            judge::general_code(&failure.code).map(|(means, fix)| (means.to_owned(), fix.to_owned()));
        let (means, fix) = own.or(general).unwrap_or_default();
        FailureRow {
            failure: failure.clone(),
            level: rule.map_or(Level::Must, |rule| rule.level),
            text: rule.map(|rule| rule.text.clone()).unwrap_or_default(),
            anchor: rule.map(|rule| rule.anchor.clone()).unwrap_or_default(),
            means,
            fix,
            waived: false,
        }
    }
}
