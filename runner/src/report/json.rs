//! The report for programs; `vectors/schema/report.json` describes it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::model::{CaseRow, CaseVerdict, FailureRow, Report, RuleRow, Standing};
use crate::baseline::Finding;
use crate::exit::Exit;
use crate::judge::{Scene, Way};
use crate::rule::Side;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &value(report))?;
    writeln!(out)
}

fn value(report: &Report) -> Value {
    json!({
        "schema": 1,
        "vectors": report.vectors,
        "impl": {
            "name": report.identity.name,
            "version": report.identity.version,
            "lang": report.identity.lang,
            "caps": report.identity.caps,
        },
        "level": report.level,
        "wire": report.wire,
        "config": report.config,
        "profiles": profiles(report),
        "duration_ms": millis(report.took),
        "summary": summary(report),
        "sides": report.sides_told().into_iter().map(|side| side_of(report, side)).collect::<Vec<_>>(),
        "rules": report.rules.iter().map(|row| json!({
            "id": row.id,
            "level": row.level.to_string(),
            "role": row.side.party.word(),
            "profile": row.side.profile.word(),
            "verdict": row.standing.word(),
            "why": row.why,
            "cases": row.cases,
        })).collect::<Vec<_>>(),
        "cases": report.cases.iter().map(case).collect::<Vec<_>>(),
        "not_applicable": report.not_applicable.iter().map(|(id, why)| json!({"id": id, "why": why})).collect::<Vec<_>>(),
        "rules_without_case": report.without_case,
        "unclaimed": report.unclaimed,
        "unsteady": report.unsteady.iter().map(|unsteady| json!({
            "id": unsteady.case,
            "role": unsteady.side.party.word(),
            "profile": unsteady.side.profile.word(),
            "outcomes": unsteady.outcomes.iter().map(|(what, times)| json!({"what": what, "times": times})).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "seed": report.order.seed,
        "times": report.order.times,
        "interrupted": report.exit == Exit::Interrupted,
        "unplayed": report.unplayed,
        "diagnosis": report.diagnosis.as_ref().map(|(what, hint)| json!({"what": what, "hint": hint})),
        "waivers": report.waivers.iter().map(finding).collect::<Vec<_>>(),
        "notes": report.notes,
    })
}

/// The profiles that the client was tested in, in order.
fn profiles(report: &Report) -> Vec<&'static str> {
    let mut profiles: Vec<_> = report.sides.iter().map(|side| side.profile.word()).collect();
    profiles.dedup();
    profiles
}

fn summary(report: &Report) -> Value {
    let mut cases = case_counts(&report.cases.iter().collect::<Vec<_>>());
    cases.insert("not_applicable".to_owned(), json!(report.not_applicable.len()));
    let examples: usize = report.cases.iter().map(|case| case.examples).sum();
    json!({
        "rules": rule_counts(&report.rules.iter().collect::<Vec<_>>()),
        "cases": cases, "examples": examples, "exit": report.exit.code(),
    })
}

/// The same counts for one role in one profile.
fn side_of(report: &Report, side: Side) -> Value {
    let rules: Vec<&RuleRow> = report.rules.iter().filter(|row| row.side == side).collect();
    let cases: Vec<&CaseRow> = report.cases.iter().filter(|row| row.side == side).collect();
    json!({
        "role": side.party.word(), "profile": side.profile.word(),
        "rules": rule_counts(&rules), "cases": case_counts(&cases),
    })
}

fn rule_counts(rows: &[&RuleRow]) -> Map<String, Value> {
    let standings = [
        Standing::Held,
        Standing::Violated,
        Standing::Warned,
        Standing::Observed,
        Standing::Waived,
        Standing::Undecided,
        Standing::NotExercised,
        Standing::NotApplicable,
    ];
    standings
        .into_iter()
        .map(|standing| {
            let count = rows.iter().filter(|row| row.standing == standing).count();
            (standing.word().to_owned(), json!(count))
        })
        .collect()
}

fn case_counts(rows: &[&CaseRow]) -> Map<String, Value> {
    let own: Vec<&&CaseRow> = rows.iter().filter(|case| !case.is_ambient()).collect();
    let verdicts = [
        CaseVerdict::Pass,
        CaseVerdict::Fail,
        CaseVerdict::Warn,
        CaseVerdict::Inconclusive,
        CaseVerdict::NotExercised,
        CaseVerdict::Xfail,
        CaseVerdict::Xpass,
        CaseVerdict::Flaky,
    ];
    let mut cases: Map<String, Value> = verdicts
        .into_iter()
        .map(|verdict| {
            let count = own.iter().filter(|case| case.verdict == verdict).count();
            (verdict.word().to_owned(), json!(count))
        })
        .collect();
    cases.insert("selected".to_owned(), json!(own.len()));
    cases
}

fn case(row: &CaseRow) -> Value {
    let mut value = json!({
        "id": row.id,
        "role": row.side.party.word(),
        "profile": row.side.profile.word(),
        "verdict": row.verdict.word(),
        "scored": row.scored,
        "ms": millis(row.took),
        "rules": row.rules,
    });
    if !row.why.is_empty() {
        value["why"] = json!(row.why);
    }
    if let Some(first) = row.failures.first() {
        value["code"] = json!(first.failure.code);
        value["failures"] = row.failures.iter().map(failure).collect();
    }
    if let Some(scene) = &row.scene {
        value["exchange"] = exchange(scene);
    }
    if !row.stderr.is_empty() {
        value["stderr"] = json!(row.stderr);
    }
    if let Some((twin, passed)) = &row.twin {
        value["twin"] = json!({"id": twin, "passed": passed});
    }
    if let Some(waiver) = &row.waiver {
        value["waiver"] = json!({
            "status": waiver.status, "reason": waiver.reason, "issue": waiver.issue, "until": waiver.until,
            "file": waiver.place.0, "line": waiver.place.1,
        });
    }
    value
}

fn failure(row: &FailureRow) -> Value {
    let failure = &row.failure;
    json!({
        "rule": failure.rule,
        "level": row.level.to_string(),
        "code": failure.code,
        "means": row.means,
        "fix": row.fix,
        "hint": failure.hint,
        "waived": row.waived,
        "step": failure.step.0,
        "steps": failure.step.1,
        "example": failure.example,
        "also": failure.also.iter().map(|other| json!({"example": other.example, "code": other.code})).collect::<Vec<_>>(),
        "wanted": failure.wanted,
        "got": failure.got,
        "differences": failure.differences.iter().map(|difference| json!({
            "at": difference.at, "wanted": difference.wanted, "got": difference.got,
        })).collect::<Vec<_>>(),
    })
}

/// What is wrong with an entry of the baseline, and the lines that mend it.
fn finding(finding: &Finding) -> Value {
    json!({
        "fault": finding.fault.word(), "entry": finding.entry, "why": finding.why,
        "file": finding.file, "line": finding.line,
        "changes": finding.changes.iter().map(|change| json!({
            "line": change.line, "old": change.old, "new": change.new,
        })).collect::<Vec<_>>(),
    })
}

fn exchange(scene: &Scene) -> Value {
    let arrow = |arrow: &crate::judge::Arrow| {
        let way = match arrow.way {
            Way::ToClient => "to-client",
            Way::ToDaemon => "to-daemon",
            Way::Reported => "reported",
            Way::Asked => "asked",
        };
        json!({
            "ms": millis(arrow.at), "conn": arrow.conn + 1, "way": way,
            "label": arrow.label, "note": arrow.note, "wrong": arrow.wrong,
        })
    };
    scene.arrows.iter().map(arrow).collect()
}

/// Milliseconds with one digit after the point.
fn millis(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}
