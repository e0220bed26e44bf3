//! The suite proves itself: each mutant of the reference client dies by a case and code of its own and breaks nothing
//! that it does not declare; testees that observe nothing hold nothing; odd but conformant ones hold everything.

mod suite;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use thrum_conform::exit::Exit;
use thrum_conform::report::{Report, Standing};
use thrum_conform::vector::Status;

/// Mutants hang on purpose, and each hang costs this much.
const PATIENCE: Duration = Duration::from_millis(400);

/// On a busy machine a healthy client may look dead within the short time above: what looks wrong is looked at once
/// more, and with more patience.
const SECOND_PATIENCE: Duration = Duration::from_secs(4);

/// How often.
const FURTHER_LOOKS: usize = 5;

fn listed(what: &str) -> Vec<Value> {
    let output = Command::cargo_bin("thrum-conform")
        .expect("the binary is built")
        .args(["list", what, "--json"])
        .output();
    let output = output.expect("the binary runs");
    serde_json::from_slice(&output.stdout).expect("the list is JSON")
}

fn testees(kind: &str) -> Vec<String> {
    let names = listed("testees").into_iter().filter(|testee| testee["kind"] == kind);
    let names: Vec<String> = names.filter_map(|testee| testee["name"].as_str().map(str::to_owned)).collect();
    assert!(names.len() >= 9, "{names:?}");
    names
}

/// Does the work of each item on all cores, and gives what went wrong.
fn side_by_side<T: Sync>(items: &[T], work: impl Fn(&T) -> Vec<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = work(item);
                    wrong.lock().expect("nobody panicked").extend(found);
                }
            });
        }
    });
    wrong.into_inner().expect("nobody panicked")
}

fn broken(report: &Report) -> BTreeMap<String, String> {
    let broken = report.rules.iter().filter(|row| {
        row.standing == Standing::Violated || (row.standing == Standing::Warned && !row.cases.is_empty())
    });
    broken.map(|row| (row.id.clone(), format!("{} by {}", row.why, row.cases.join(", ")))).collect()
}

#[test]
fn each_mutant_dies_by_its_own_case_and_breaks_only_what_it_declares() {
    let mut killers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in &suite::loaded().suite.cases {
        for mutant in &case.kills {
            killers.entry(mutant.clone()).or_default().push(case.id.clone());
        }
    }
    let mutants = listed("mutants");
    assert!(!mutants.is_empty());
    let wrong = side_by_side(&mutants, |mutant| {
        let mut wrong = findings(mutant, &killers, PATIENCE);
        // some bugs are races, which show more often than not: only what every look finds is wrong
        for _ in 0..FURTHER_LOOKS {
            if wrong.is_empty() {
                break;
            }
            let again = findings(mutant, &killers, SECOND_PATIENCE);
            wrong.retain(|finding, _| again.contains_key(finding));
        }
        wrong.into_iter().map(|(finding, why)| format!("{finding}: {why}")).collect()
    });
    assert!(wrong.is_empty(), "{} findings\n{}", wrong.len(), wrong.join("\n"));
}

/// What is not as a mutant declares it, each with the reason.
fn findings(
    mutant: &Value,
    killers: &BTreeMap<String, Vec<String>>,
    patience: Duration,
) -> BTreeMap<String, String> {
    let name = mutant["name"].as_str().expect("a mutant has a name");
    let declared: BTreeSet<&str> =
        mutant["breaks"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let report = match suite::test(&["--mutant", name], &[], patience) {
        Ok(report) => report,
        Err(error) => return BTreeMap::from([(format!("{name} cannot be tested"), error.to_string())]),
    };
    let loaded = suite::loaded();
    let broken = broken(&report);
    let mut wrong = BTreeMap::new();
    for (rule, why) in &broken {
        if !declared.contains(rule.as_str()) {
            wrong.insert(format!("{name} breaks {rule}, which it does not declare"), why.clone());
        }
    }
    for rule in declared {
        if !broken.contains_key(rule) {
            wrong.insert(format!("{name} declares {rule}, which holds"), "no case broke it".to_owned());
        }
    }
    for case in killers.get(name).into_iter().flatten() {
        let own = loaded.suite.case(case).expect("the case that names the mutant exists");
        if own.status == Status::Provisional || report.not_applicable.iter().any(|(id, _)| id == case) {
            continue;
        }
        // its own codes, or what ends a case of its section from outside; never `state-leak`
        let ends = ["died", "hung", "closed", "stopped-reading", "misrouted"];
        let is_own = |code: &str| {
            own.codes().any(|own| own == code)
                || ends.iter().any(|end| code == format!("{}.{end}", own.section()))
        };
        let row = report.cases.iter().find(|row| row.id == *case);
        if !row.is_some_and(|row| row.failures.iter().any(|failure| is_own(&failure.failure.code))) {
            let why =
                row.map_or("it did not run".to_owned(), |row| format!("{} {}", row.verdict.word(), row.why));
            wrong.insert(format!("{name} survives {case}"), why);
        }
    }
    wrong
}

#[test]
fn each_name_in_kills_is_a_mutant() {
    let mutants: BTreeSet<String> =
        listed("mutants").iter().filter_map(|mutant| mutant["name"].as_str().map(str::to_owned)).collect();
    let cases = &suite::loaded().suite.cases;
    let unknown: Vec<String> = cases
        .iter()
        .flat_map(|case| case.kills.iter().map(move |name| (name, &case.id)))
        .filter(|(name, _)| !mutants.contains(*name))
        .map(|(name, case)| format!("{name} in {case}"))
        .collect();
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn each_rule_with_a_case_is_broken_by_some_mutant() {
    let breaks: BTreeSet<String> = listed("mutants")
        .iter()
        .flat_map(|mutant| mutant["breaks"].as_array().cloned().unwrap_or_default())
        .filter_map(|rule| rule.as_str().map(str::to_owned))
        .collect();
    let loaded = suite::loaded();
    let unbroken: Vec<&str> = loaded
        .book
        .rules()
        .filter(|rule| rule.level >= thrum_conform::rule::Level::Should)
        .filter(|rule| loaded.suite.cases.iter().any(|case| case.decides.contains(&rule.id)))
        .map(|rule| rule.id.as_str())
        .filter(|rule| !breaks.contains(*rule))
        .collect();
    assert!(unbroken.is_empty(), "no mutant breaks {}", unbroken.join(", "));
}

#[test]
fn odd_but_conformant_testees_hold_everything() {
    let odd = testees("odd");
    let wrong =
        side_by_side(&odd, |name| match suite::test(&["--odd", name], &[], Duration::from_secs(10)) {
            Ok(report) => {
                let mut wrong: Vec<String> = broken(&report)
                    .into_iter()
                    .map(|(rule, why)| format!("{name} breaks {rule}: {why}"))
                    .collect();
                if report.exit != Exit::Fine {
                    wrong.push(format!("{name} ends with {:?}: {:?}", report.exit, undecided(&report)));
                }
                wrong
            }
            Err(error) => vec![format!("{name}: {error}")],
        });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn undecided(report: &Report) -> Vec<String> {
    let undecided = report.rules.iter().filter(|row| row.standing == Standing::Undecided);
    undecided.map(|row| format!("{}: {}", row.id, row.why)).collect()
}

#[test]
fn null_testees_hold_nothing() {
    let null = testees("null");
    let wrong =
        side_by_side(&null, |name| match suite::test(&["--null", name], &[], Duration::from_millis(300)) {
            Ok(report) => {
                let held = report
                    .rules
                    .iter()
                    .filter(|row| matches!(row.standing, Standing::Held | Standing::Observed));
                let mut wrong: Vec<String> =
                    held.map(|row| format!("{name} holds {}: {:?}", row.id, row.cases)).collect();
                if report.exit == Exit::Fine {
                    wrong.push(format!("{name} ends well"));
                }
                wrong
            }
            // a shim that cannot be used at all holds nothing either
            Err(_) => Vec::new(),
        });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
