//! Each case as a test of its own, against the reference client in every role that it tests: `cargo test framing/`
//! runs a section.

mod suite;

use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use thrum_conform::report::{CaseRow, CaseVerdict};
use thrum_conform::vector::{Body, Status};

fn main() {
    let arguments = Arguments::from_args();
    let trials = suite::loaded()
        .suite
        .cases
        .iter()
        .filter(|case| case.status != Status::Withdrawn)
        .map(|case| {
            let kind = if matches!(case.body, Body::Wire { .. }) { "wire" } else { "call" };
            Trial::test(case.id.clone(), move || check(&case.id)).with_kind(kind)
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// The reference client passes the case in every role, or the case does not apply to it at this wire version.
fn check(id: &str) -> Result<(), Failed> {
    let report = suite::test(&[], &[id], Duration::from_secs(10)).map_err(|error| error.to_string())?;
    if report.not_applicable.iter().any(|(case, why)| case == id && why.contains("wire")) {
        return Ok(());
    }
    let case = suite::loaded().suite.case(id).ok_or_else(|| format!("{id} is no case"))?;
    for party in &case.under_test {
        let own = |row: &&CaseRow| row.id == id && row.side.party == *party;
        let row = report.cases.iter().find(own).ok_or_else(|| format!("{id} did not run as {party}"))?;
        if row.verdict != CaseVerdict::Pass {
            let failure = row.failures.first().map(|row| format!("{:#?}", row.failure)).unwrap_or_default();
            return Err(format!("{party}: {}: {} {failure}", row.verdict.word(), row.why).into());
        }
    }
    Ok(())
}
