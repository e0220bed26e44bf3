//! The report for programs; `vectors/schema/report.json` describes it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::model::{CaseRow, CaseVerdict, FailureRow, Report, Standing};
use crate::judge::{Scene, Way};

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
        "wire": report.wire,
        "profile": report.profile,
        "duration_ms": millis(report.took),
        "summary": summary(report),
        "rules": report.rules.iter().map(|row| json!({
            "id": row.id,
            "level": row.level.to_string(),
            "role": "client",
            "profile": report.profile,
            "verdict": row.standing.word(),
            "why": row.why,
            "cases": row.cases,
        })).collect::<Vec<_>>(),
        "cases": report.cases.iter().map(case).collect::<Vec<_>>(),
        "not_applicable": report.not_applicable.iter().map(|(id, why)| json!({"id": id, "why": why})).collect::<Vec<_>>(),
        "rules_without_case": report.without_case,
        "unclaimed": report.unclaimed,
        "diagnosis": report.diagnosis.as_ref().map(|(what, hint)| json!({"what": what, "hint": hint})),
        "notes": report.notes,
    })
}

fn summary(report: &Report) -> Value {
    let standings = [
        Standing::Held,
        Standing::Violated,
        Standing::Warned,
        Standing::Observed,
        Standing::Undecided,
        Standing::NotExercised,
        Standing::NotApplicable,
    ];
    let rules: Map<String, Value> = standings
        .into_iter()
        .map(|standing| {
            let count = report.rules.iter().filter(|row| row.standing == standing).count();
            (standing.word().to_owned(), json!(count))
        })
        .collect();
    let own: Vec<&CaseRow> = report.cases.iter().filter(|case| !case.id.starts_with("ambient/")).collect();
    let verdicts = [
        CaseVerdict::Pass,
        CaseVerdict::Fail,
        CaseVerdict::Warn,
        CaseVerdict::Inconclusive,
        CaseVerdict::NotExercised,
    ];
    let mut cases: Map<String, Value> = verdicts
        .into_iter()
        .map(|verdict| {
            let count = own.iter().filter(|case| case.verdict == verdict).count();
            (verdict.word().to_owned(), json!(count))
        })
        .collect();
    cases.insert("selected".to_owned(), json!(own.len()));
    cases.insert("not_applicable".to_owned(), json!(report.not_applicable.len()));
    json!({"rules": rules, "cases": cases, "examples": report.examples, "exit": report.exit.code()})
}

fn case(row: &CaseRow) -> Value {
    let mut value = json!({
        "id": row.id,
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
        "step": failure.step.0,
        "steps": failure.step.1,
        "example": failure.example,
        "wanted": failure.wanted,
        "got": failure.got,
        "differences": failure.differences.iter().map(|difference| json!({
            "at": difference.at, "wanted": difference.wanted, "got": difference.got,
        })).collect::<Vec<_>>(),
    })
}

fn exchange(scene: &Scene) -> Value {
    let arrow = |arrow: &crate::judge::Arrow| {
        let way = match arrow.way {
            Way::ToClient => "to-client",
            Way::ToDaemon => "to-daemon",
            Way::Reported => "reported",
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
