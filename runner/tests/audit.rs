//! What the suite owes: every rule decided, every word of the format in use, and every document true.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use assert_cmd::Command;
use serde_json::Value;
use thrum_conform::rule::{Level, Party, Profile, RuleBook};
use thrum_conform::vector::{Body, Case, Source, Status, Suite, load};

static BOOK: LazyLock<RuleBook> =
    LazyLock::new(|| RuleBook::parse(thrum_vectors::WIRE_DOC).expect("WIRE.md is well-formed"));
static SUITE: LazyLock<Suite> =
    LazyLock::new(|| load(&Source::Embedded, &BOOK).expect("the vectors are well-formed"));

#[test]
fn each_rule_that_binds_a_bee_has_a_case_for_its_role_or_is_judged_on_every_line() {
    for party in [Party::Client, Party::Worker] {
        let open: Vec<&str> = BOOK
            .rules()
            .filter(|rule| rule.roles.contains(&party) && rule.level != Level::Note && !rule.ambient)
            .filter(|rule| {
                let decides = |case: &&Case| {
                    let runs = case.status == Status::Scored && case.profile == Profile::Document;
                    runs && case.under_test.contains(&party) && case.decides.contains(&rule.id)
                };
                SUITE.cases.iter().find(decides).is_none()
            })
            .map(|rule| rule.id.as_str())
            .collect();
        assert!(open.is_empty(), "as {party} no case decides {}", open.join(", "));
    }
}

/// What WIRE.md says of the profile `live` alone, or in other words there, that binds a bee.
#[test]
fn each_live_spelling_has_a_case_for_each_role_that_it_binds() {
    for (rule, parties) in [
        ("HELLO-04", vec![Party::Client, Party::Worker]),
        ("CHI-01", vec![Party::Client, Party::Worker]),
        ("CHI-08", vec![Party::Client]),
        ("CHI-11", vec![Party::Worker]),
        ("CHI-14", vec![Party::Worker]),
        ("CHI-18", vec![Party::Worker]),
        ("TOOL-01", vec![Party::Client]),
        ("BREATH-02", vec![Party::Client]),
        ("BREATH-03", vec![Party::Client]),
        ("ENV-18", vec![Party::Client]),
        ("TURN-02", vec![Party::Client]),
        ("TURN-03", vec![Party::Client]),
        ("ECHO-04", vec![Party::Client, Party::Worker]),
        ("DUSK-06", vec![Party::Client]),
        ("BP-03", vec![Party::Client]),
        ("FWD-02", vec![Party::Client]),
        ("DIR-04", vec![Party::Worker]),
    ] {
        for party in parties {
            let decides = |case: &Case| {
                let live = case.profile == Profile::Live && case.under_test.contains(&party);
                live && case.decides.iter().any(|decided| decided == rule)
            };
            assert!(SUITE.cases.iter().any(decides), "as {party} no live case decides {rule}");
        }
    }
}

/// A worker's tones are judged on what the worker itself sends, so each of its chi is sent by some case.
#[test]
fn each_chi_that_a_worker_sends_is_sent_by_a_case() {
    let sent = |chi: &str| {
        thrum_vectors::vectors().iter().any(|(_, text)| {
            let file: Value = serde_json::from_str(text).expect("the file is JSON");
            let steps = file["cases"].as_array().into_iter().flatten().map(|case| case["steps"].clone());
            let emits = steps.flat_map(|steps| steps.as_array().cloned().unwrap_or_default());
            emits
                .flat_map(|step| step["drive"]["emits"].as_array().cloned().unwrap_or_default())
                .any(|emit| emit["chi"] == chi)
        })
    };
    let worker = mock_humd::wire::chi::REGISTRY
        .iter()
        .filter(|row| row.is_sent_by(mock_humd::wire::chi::Sender::Worker))
        // hello is no part of a turn, and the bodies of these two are unspecified
        .filter(|row| !["hello", "drone", "drone-retrofit"].contains(&row.chi));
    let idle: Vec<&str> = worker.map(|row| row.chi).filter(|chi| !sent(chi)).collect();
    assert!(idle.is_empty(), "no worker is asked to send {}", idle.join(", "));
}

#[test]
fn each_word_of_the_format_is_in_use() {
    let schema = |path: &str| -> Value {
        let schemas = thrum_vectors::schemas();
        let (_, text) = schemas.iter().find(|(known, _)| known == path).expect("the schema exists");
        serde_json::from_str(text).expect("the schema is JSON")
    };
    let words = |schema: &Value, prefix: &str| -> BTreeSet<String> {
        let defs = schema["$defs"].as_object().expect("the schema has definitions");
        defs.keys().filter_map(|key| key.strip_prefix(prefix)).map(str::to_owned).collect()
    };
    let (vector, act) = (schema("schema/vector.json"), schema("schema/act.json"));
    let mut wanted: BTreeSet<String> = words(&vector, "step-");
    wanted.extend(words(&act, "fn-").into_iter().map(|name| format!("fn {name}")));
    let acts = act["properties"]["do"]["enum"].as_array().expect("acts are listed");
    wanted.extend(acts.iter().filter_map(Value::as_str).map(|act| format!("do {act}")));
    let matchers = "$type $re $any $bind $ref $now $absent $optional $oneOf $setEquals $len $integer $unique $rid $literal $fill $num $int $utf16";
    wanted.extend(matchers.split(' ').map(str::to_owned));
    let mut used = BTreeSet::new();
    for (_, text) in thrum_vectors::vectors() {
        collect(&serde_json::from_str(text).expect("the file is JSON"), &mut used);
    }
    let idle: Vec<&String> = wanted.difference(&used).collect();
    assert!(idle.is_empty(), "no case uses {idle:?}");
}

/// Every key, every act, and every function that stands in a value.
fn collect(value: &Value, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                used.insert(key.clone());
                if let (true, Some(name)) = (key == "do" || key == "fn", inner.as_str()) {
                    used.insert(format!("{key} {name}"));
                }
                collect(inner, used);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, used)),
        _ => {}
    }
}

#[test]
fn at_most_eight_cases_need_a_process_of_their_own() {
    let fresh: Vec<&str> =
        SUITE.cases.iter().filter(|case| case.fresh).map(|case| case.id.as_str()).collect();
    assert!(fresh.len() <= 8, "{fresh:?}");
}

#[test]
fn no_two_cases_are_the_same_but_for_their_id() {
    let mut seen = std::collections::BTreeMap::new();
    for (file, text) in thrum_vectors::vectors() {
        let parsed: Value = serde_json::from_str(text).expect("the file is JSON");
        for case in parsed["cases"].as_array().into_iter().flatten() {
            let body = format!(
                "{}{}{}{}{}{}{}{}",
                case["steps"],
                case["examples"],
                case["open"],
                case["fn"],
                case["since"],
                case["until"],
                case["env"],
                case["profile"]
            );
            let id = format!("{file}: {}", case["id"]);
            if let Some(first) = seen.insert(body, id.clone()) {
                panic!("{first} and {id} are the same");
            }
        }
    }
}

#[test]
fn the_suite_has_the_size_that_the_readme_speaks_of() {
    let cases = &SUITE.cases;
    let examples: usize = cases
        .iter()
        .map(|case| match &case.body {
            Body::Call { examples, .. } => examples.len(),
            Body::Wire { .. } => 0,
        })
        .sum();
    assert!(cases.len() >= 80 && examples >= 100, "{} cases, {examples} examples", cases.len());
}

/// The commands of the READMEs that need nothing but this binary.
#[test]
fn the_commands_of_the_readmes_work() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut ran = 0;
    for guide in ["README.md", "vectors/README.md", "CONTRIBUTING.md", "ci/README.md"] {
        let text = std::fs::read_to_string(root.join(guide)).expect("the guide can be read");
        for command in commands(&text) {
            let output =
                Command::cargo_bin("thrum-conform").expect("the binary is built").args(&command).output();
            let output = output.expect("the binary runs");
            let expected = i32::from(command.iter().any(|word| word == "--mutant"));
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(expected), "{guide}: {command:?}\n{said}");
            ran += 1;
        }
    }
    assert!(ran >= 5, "only {ran} commands were found");
}

/// Commands that name the program, without those that name somebody's own shim.
fn commands(text: &str) -> Vec<Vec<String>> {
    let pieces = text.lines().flat_map(|line| line.split('`')).map(str::trim);
    pieces
        .filter_map(|piece| {
            piece.strip_prefix("cargo run --release -- ").or_else(|| piece.strip_prefix("thrum-conform "))
        })
        .map(|line| line.split("   ").next().unwrap_or_default().trim())
        .filter(|line| !line.contains("my-shim") && !line.contains("python3") && !line.contains("CMD"))
        .map(|line| line.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect())
        .collect()
}
