//! What a client gets out of by claiming less: just what the shim protocol says, and every report says so.
//!
//! The tables stand here once more, apart from the marks in WIRE.md that the suite itself goes by.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use assert_cmd::Command;
use serde_json::Value;
use thrum_conform::plan::{Plan, Selection, plan};
use thrum_conform::rule::{Level, Party, RuleBook, Side};
use thrum_conform::testee::{CAPABILITIES, Identity, unknown_capability};
use thrum_conform::vector::{Body, Source, Status, Suite, load};

static BOOK: LazyLock<RuleBook> =
    LazyLock::new(|| RuleBook::parse(thrum_vectors::WIRE_DOC).expect("WIRE.md is well-formed"));
static SUITE: LazyLock<Suite> =
    LazyLock::new(|| load(&Source::Embedded, &BOOK).expect("the vectors are well-formed"));

/// Left out, and the rules that do not bind a client then.
const SURFACES: [(&str, &str); 27] = [
    (
        "hello",
        "HELLO-01 HELLO-02 HELLO-03 HELLO-04 HELLO-05 HELLO-06 HELLO-07 HELLO-08 HELLO-09 HELLO-10 HELLO-11 \
         HELLO-12 HELLO-13 HELLO-14 HELLO-15 HELLO-16 HELLO-17 BREATH-04 CHI-01",
    ),
    ("handlers.async", ""),
    ("threads", "FRAME-19"),
    ("tools", "TOOL-01 TOOL-02 TOOL-03 TOOL-04 TOOL-05 TOOL-06 TOOL-07 TOOL-08 TOOL-09 CHI-08"),
    ("permits", "PERM-01 CHI-06"),
    ("tendrils", "TEND-01 CHI-07"),
    ("turns", "TURN-01 TURN-02"),
    ("reconnect.auto", ""),
    ("reconnect.manual", ""),
    ("reconnect.auto reconnect.manual", "HELLO-16 CLI-09 CLI-10 CLI-13"),
    ("wane.wired", "WANE-08 WANE-09"),
    ("wane.merge", "WANE-07"),
    ("worker", ""),
    ("verb.prompt", "CHI-02 TOOL-01"),
    ("verb.cancel", "CHI-03 TURN-04"),
    ("verb.cleanup", "CHI-04"),
    ("verb.curate", "CHI-05"),
    ("verb.petal-cell", "CHI-09"),
    ("verb.echo", "CHI-21"),
    ("verb.perf-mark", "CHI-22"),
    ("verb.log", "CHI-23"),
    ("verb.release-permit", ""),
    ("verb.tendril-result", ""),
    ("verb.tool-result", ""),
    ("verb.drone", ""),
    ("clock.virtual", ""),
    ("timeouts", ""),
];

/// Left out, and the rules that still bind but cannot be decided: the run is incomplete then, and not green.
const UNDECIDED: [(&str, &str); 2] = [("timeouts", "TOOL-04"), ("verb.prompt", "TURN-01")];

/// Every capability that there is, but these.
fn without(left_out: &str) -> Identity {
    let left_out: Vec<&str> = left_out.split(' ').collect();
    let verbs = mock_humd::wire::chi::REGISTRY.iter().map(|row| format!("verb.{}", row.chi));
    let all = CAPABILITIES.iter().map(|cap| (*cap).to_owned()).chain(verbs);
    Identity {
        name: "a client".to_owned(),
        version: "1.0.0".to_owned(),
        lang: "any".to_owned(),
        wire: BOOK.version.to_string(),
        profiles: BTreeSet::from(["document".to_owned()]),
        caps: all.filter(|cap| !left_out.contains(&cap.as_str())).collect(),
        habits: None,
    }
}

fn planned(identity: &Identity) -> Plan<'static> {
    plan(&SUITE, &BOOK, identity, &Selection::all(BOOK.version)).expect("something is selected")
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(' ').filter(|word| !word.is_empty()).collect()
}

/// The rules that do not bind this side.
fn gated<'p>(plan: &'p Plan<'_>, side: Side) -> BTreeSet<&'p str> {
    let own = plan.rules_not_applicable.keys().filter(|(of, _)| *of == side);
    own.map(|(_, rule)| rule.as_str()).collect()
}

/// The rules that some case of a plan decides for an asker.
fn decided<'a>(plan: &Plan<'a>) -> BTreeSet<&'a str> {
    let askers = plan.jobs.iter().filter(|job| job.side.is_plain());
    let scored = askers.filter(|job| job.case.status == Status::Scored);
    let rules = scored.flat_map(|job| {
        job.case.decides.iter().map(String::as_str).filter(|rule| match &job.case.body {
            Body::Wire { .. } => true,
            Body::Call { examples, .. } => {
                job.examples.iter().any(|place| examples[*place].cite.rule == *rule)
            }
        })
    });
    rules.collect()
}

#[test]
fn a_capability_that_is_left_out_gates_the_documented_rules_and_no_other() {
    let full = planned(&without(""));
    for (left_out, wanted) in SURFACES {
        let plan = planned(&without(left_out));
        let client = |id: &str| BOOK.rules().any(|rule| rule.id == id && rule.roles.contains(&Party::Client));
        let gated: BTreeSet<&str> = gated(&plan, Side::PLAIN)
            .difference(&gated(&full, Side::PLAIN))
            .copied()
            .filter(|id| client(id))
            .collect();
        assert_eq!(gated, words(wanted), "without {left_out}");
        let excused = UNDECIDED.iter().find(|(cap, _)| *cap == left_out).map_or("", |(_, rules)| *rules);
        let now = decided(&plan);
        // ambient rules are decided by every line that the client sends, whatever the cases
        let ambient = |id: &str| BOOK.rules().any(|rule| rule.id == id && rule.ambient);
        let lost: BTreeSet<&str> = decided(&full)
            .into_iter()
            .filter(|rule| !now.contains(rule) && !gated.contains(rule) && !ambient(rule))
            .collect();
        assert_eq!(lost, words(excused), "without {left_out}, and still binding");
    }
}

#[test]
fn who_is_no_worker_is_not_bound_as_one_and_that_is_said() {
    let plan = planned(&without("worker"));
    let worker = Side { party: Party::Worker, ..Side::PLAIN };
    let wanted = "DIR-03 DIR-04 CHI-11 CHI-12 CHI-13 CHI-14 CHI-15 CHI-16 CHI-18 CHI-19 CHI-20";
    assert_eq!(gated(&plan, worker), words(wanted));
    assert!(plan.jobs.iter().all(|job| job.side.party == Party::Client));
}

#[test]
fn the_tables_cover_every_capability_and_every_rule_with_a_need() {
    let listed: BTreeSet<&str> = SURFACES.iter().flat_map(|(caps, _)| caps.split(' ')).collect();
    for cap in CAPABILITIES {
        assert!(listed.contains(cap), "{cap} is not in the table");
    }
    let gated: BTreeSet<&str> = SURFACES.iter().flat_map(|(_, rules)| words(rules)).collect();
    let needy = BOOK.rules().filter(|rule| rule.roles.contains(&Party::Client) && !rule.needs.is_empty());
    for rule in needy.filter(|rule| rule.level != Level::Note) {
        assert!(gated.contains(rule.id.as_str()), "{} needs something that no capability gates", rule.id);
    }
}

#[test]
fn a_misspelt_capability_is_named_with_the_nearest_one() {
    for (misspelt, nearest) in [
        ("tool", "tools"),
        ("Tools", "tools"),
        ("hello ", "hello"),
        ("wane-wired", "wane.wired"),
        ("verb.Prompt", "verb.prompt"),
        ("verb.tool_call", "verb.tool-call"),
    ] {
        let said = unknown_capability(misspelt).unwrap_or_default();
        assert!(said.contains(&format!("`{misspelt}`")), "{misspelt}: {said}");
        assert!(said.contains(&format!("`{nearest}`")), "{misspelt}: {said}");
    }
}

#[test]
fn a_client_that_claims_what_does_not_exist_is_not_tested() {
    let output = client(&["--run", "version/*"], &["--with", "tool"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("unknown capability `tool`") && said.contains("`tools`"), "{said}");
}

#[test]
fn every_report_lists_what_a_client_opted_out_of() {
    let arguments = ["--without", "permits", "--without", "reconnect.auto", "--without", "reconnect.manual"];
    let plain = ["--role", "client", "--profile", "document"];
    let json = client(&[&plain[..], &["--report", "json"]].concat(), &arguments);
    assert_eq!(json.status.code(), Some(0), "{}", String::from_utf8_lossy(&json.stderr));
    let report: Value = serde_json::from_slice(&json.stdout).expect("the report is JSON");
    let rules = report["rules"].as_array().expect("rules are listed");
    let out: BTreeSet<&str> = rules
        .iter()
        .filter(|rule| rule["verdict"] == "not_applicable")
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    let wanted = words("PERM-01 CHI-06 HELLO-16 CLI-09 CLI-10 CLI-13");
    assert_eq!(out, wanted);
    assert_eq!(report["summary"]["rules"]["not_applicable"], wanted.len());
    for cap in ["permits", "reconnect.auto", "reconnect.manual"] {
        assert!(report["unclaimed"].as_array().is_some_and(|caps| caps.contains(&cap.into())), "{cap}");
    }
    let terminal = client(&plain, &arguments);
    let said = String::from_utf8_lossy(&terminal.stdout).into_owned();
    for rule in wanted {
        let listed = said.lines().any(|line| line.starts_with("not applicable: ") && line.contains(rule));
        assert!(listed, "{rule} is not listed\n{said}");
    }
    assert!(said.contains("`permits`") && said.contains("6 not applicable"), "{said}");
}

/// The suite against the built-in testee with these arguments.
fn client(options: &[&str], testee: &[&str]) -> std::process::Output {
    let program = env!("CARGO_BIN_EXE_thrum-conform");
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.arg("client").args(options).args(["--", program, "testee"]).args(testee);
    command.output().expect("the binary runs")
}
