//! Every rule of WIRE.md that binds a daemon has a row here for each personality, or a reason why it has none.

use std::collections::BTreeSet;

use mock_humd::nest::Personality;
use mock_humd::wire::chi::REGISTRY;

use crate::stage::Stage;
use crate::{audit, conversation, framing, live, routing};

/// Something that holds, and the rules that it shows.
pub struct Row {
    pub rules: &'static [&'static str],
    pub on: &'static [Personality],
    pub holds: fn(&Stage),
}

pub const DOCUMENT: &[Personality] = &[Personality::Document];
pub const LIVE: &[Personality] = &[Personality::Live];
pub const BOTH: &[Personality] = &[Personality::Document, Personality::Live];

/// Why a rule has no row: `None` stands for both personalities.
const REASONS: &[(&str, Option<Personality>, &str)] = &[
    ("SOCK-02", None, "the program resolves the path: tests/cli.rs"),
    ("SOCK-03", None, "the program resolves the path: tests/cli.rs"),
    ("SOCK-04", None, "the path belongs to the daemon of whoever runs the tests: src/socket.rs"),
    ("SOCK-05", None, "the program resolves the path: src/socket.rs"),
    ("SOCK-06", None, "the program resolves the path: src/socket.rs"),
    ("CHI-16", Some(Personality::Live), "a live daemon passes no permission-ask on (point 6)"),
    ("CHI-17", Some(Personality::Live), "a live daemon takes no tendril-result (point 8)"),
    ("CHI-19", Some(Personality::Live), "a live daemon passes no tool-meta on (point 6)"),
    ("CHI-22", Some(Personality::Live), "a live daemon passes no perf-mark on (point 6)"),
    ("CHI-23", Some(Personality::Live), "a live daemon passes no log on (point 6)"),
    ("ECHO-06", Some(Personality::Document), "the rule belongs to the live profile"),
    ("DUSK-08", Some(Personality::Document), "the rule belongs to the live profile"),
];

fn keeps_every_rule(personality: Personality) {
    let tables = [framing::ROWS, routing::ROWS, conversation::ROWS, live::ROWS];
    let rows: Vec<_> = tables.into_iter().flatten().filter(|row| row.on.contains(&personality)).collect();
    for row in &rows {
        let stage = Stage::new(personality);
        let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (row.holds)(&stage)));
        assert!(held.is_ok(), "{personality:?} does not keep {:?}", row.rules);
    }
    let mut shown: BTreeSet<&str> = rows.iter().flat_map(|row| row.rules).copied().collect();
    shown.extend(audit::RULES);
    let seen = audit::seen(personality);
    let row_of = |chi: &String| REGISTRY.iter().find(|row| row.chi == chi).unwrap().rule;
    shown.extend(seen.iter().map(row_of));
    let (binding, all) = binding_a_daemon();
    let reason =
        |rule: &str| REASONS.iter().any(|(id, on, _)| *id == rule && on.is_none_or(|on| on == personality));
    let missing: Vec<_> = binding.iter().filter(|rule| !shown.contains(&***rule) && !reason(rule)).collect();
    assert!(missing.is_empty(), "no row and no reason: {missing:?}");
    let stale: Vec<_> = binding.iter().filter(|rule| shown.contains(&***rule) && reason(rule)).collect();
    assert!(stale.is_empty(), "a reason for what has a row: {stale:?}");
    let unknown: Vec<_> = shown.iter().filter(|rule| !all.contains(**rule)).collect();
    assert!(unknown.is_empty(), "no rule of WIRE.md: {unknown:?}");
}

#[test]
fn the_document_daemon_keeps_every_rule_that_binds_it() {
    keeps_every_rule(Personality::Document);
}

#[test]
fn the_live_daemon_keeps_every_rule_but_where_live_daemons_depart() {
    keeps_every_rule(Personality::Live);
}

#[test]
fn reasons_are_about_rules_that_bind_a_daemon() {
    let (binding, _) = binding_a_daemon();
    for (rule, _, why) in REASONS {
        assert!(binding.contains(*rule) && !why.is_empty(), "{rule}");
    }
}

/// The rules that bind a daemon and are not untested by their own word; and all rules.
fn binding_a_daemon() -> (BTreeSet<String>, BTreeSet<String>) {
    let wire = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../WIRE.md")).unwrap();
    let (mut binding, mut all) = (BTreeSet::new(), BTreeSet::new());
    let mut in_fence = false;
    for line in wire.lines() {
        in_fence ^= line.starts_with("```");
        let Some((id, marks)) = line.strip_prefix("**").and_then(|line| line.split_once("** `")) else {
            continue;
        };
        if in_fence || !id.contains('-') {
            continue;
        }
        let marks = marks.split_once('—').map_or(marks, |(marks, _)| marks);
        all.insert(id.to_owned());
        if marks.contains("`daemon`") && !marks.contains("`untested:") {
            binding.insert(id.to_owned());
        }
    }
    assert!(binding.len() > 50, "WIRE.md is read wrongly: {binding:?}");
    (binding, all)
}
