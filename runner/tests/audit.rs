//! What the suite owes: every rule decided, every word of the format in use, and every document true.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use assert_cmd::Command;
use serde_json::Value;
use thrum_conform::rule::{Level, Party, RuleBook};
use thrum_conform::vector::{Body, Case, Source, Status, Suite, load};

static BOOK: LazyLock<RuleBook> =
    LazyLock::new(|| RuleBook::parse(thrum_vectors::WIRE_DOC).expect("WIRE.md is well-formed"));
static SUITE: LazyLock<Suite> =
    LazyLock::new(|| load(&Source::Embedded, &BOOK).expect("the vectors are well-formed"));

#[test]
fn each_rule_that_binds_a_client_has_a_case_or_is_judged_on_every_line() {
    let open: Vec<&str> = BOOK
        .rules()
        .filter(|rule| rule.roles.contains(&Party::Client) && rule.level != Level::Note && !rule.ambient)
        .filter(|rule| {
            let decides = |case: &&Case| case.decides.contains(&rule.id) && case.status == Status::Scored;
            SUITE.cases.iter().find(decides).is_none()
        })
        .map(|rule| rule.id.as_str())
        .collect();
    assert!(open.is_empty(), "no case decides {}", open.join(", "));
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
    // the worker role comes later
    let acts = acts.iter().filter_map(Value::as_str).filter(|act| *act != "serve");
    wanted.extend(acts.map(|act| format!("do {act}")));
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
                "{}{}{}{}{}{}{}",
                case["steps"],
                case["examples"],
                case["open"],
                case["fn"],
                case["since"],
                case["until"],
                case["env"]
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

/// Commands that name the program, without those that name somebody's own shim or vectors, and the one that
/// writes into this project.
fn commands(text: &str) -> Vec<Vec<String>> {
    let pieces = text.lines().flat_map(|line| line.split('`')).map(str::trim);
    pieces
        .filter_map(|piece| {
            piece.strip_prefix("cargo run --release -- ").or_else(|| piece.strip_prefix("thrum-conform "))
        })
        .map(|line| line.split("   ").next().unwrap_or_default())
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| !["my-", "python3", "CMD", "vectors freeze"].iter().any(|word| line.contains(word)))
        .map(|line| line.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect())
        .collect()
}
