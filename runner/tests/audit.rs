//! What the suite owes: every rule decided, every word of the format in use, and every document true.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use assert_cmd::Command;
use serde_json::{Value, json};
use thrum_conform::rule::{Level, Party, Profile, Rule, RuleBook};
use thrum_conform::testee::unknown_capability;
use thrum_conform::vector::{Body, Case, Source, Status, Suite, load};

static BOOK: LazyLock<RuleBook> =
    LazyLock::new(|| RuleBook::parse(thrum_vectors::WIRE_DOC).expect("WIRE.md is well-formed"));
static SUITE: LazyLock<Suite> =
    LazyLock::new(|| load(&Source::Embedded, &BOOK).expect("the vectors are well-formed"));

#[test]
fn each_rule_that_binds_a_bee_has_a_case_for_its_role_or_is_judged_on_every_line() {
    assert_eq!(undecided(&BOOK, Party::Client), [""; 0]);
    assert_eq!(undecided(&BOOK, Party::Worker), [""; 0]);
}

#[test]
fn a_rule_without_a_case_is_found_and_one_with_a_reason_is_not() {
    let rule = "\n\n**FRAME-99** `MUST` `client` `event` `since 0.5.0` — Nobody decides this.\n\n\
                **FRAME-98** `NOTE` `client` `since 0.5.0` `untested: it needs a clock` — Nobody can decide this.\n";
    let doctored =
        thrum_vectors::WIRE_DOC.replacen("\n### Receiving\n", &format!("{rule}\n### Receiving\n"), 1);
    let book = RuleBook::parse(&doctored).expect("the document is still well-formed");
    assert_eq!(undecided(&book, Party::Client), ["FRAME-99"]);
}

/// The rules that bind a party and that no scored case decides for it; those that no black box can decide say why.
fn undecided(book: &RuleBook, party: Party) -> Vec<&str> {
    let decides = |case: &Case, rule: &Rule| {
        let runs = case.status == Status::Scored && case.profile == Profile::Document;
        runs && case.under_test.contains(&party) && case.decides.contains(&rule.id)
    };
    book.rules()
        .filter(|rule| rule.roles.contains(&party) && rule.level != Level::Note && !rule.ambient)
        .filter(|rule| !SUITE.cases.iter().any(|case| decides(case, rule)))
        .map(|rule| rule.id.as_str())
        .collect()
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
                let live = case.profile == Profile::Live && case.status == Status::Scored;
                live && case.under_test.contains(&party) && case.decides.iter().any(|decided| decided == rule)
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
fn a_malformed_marker_is_refused() {
    for (good, bad) in [
        ("**FRAME-02** `MUST`", "**FRAME-02** `MOST`"),
        ("**FRAME-02** `MUST`", "**FRAME-2** `MUST`"),
        ("**FRAME-02** `MUST`", "**FRAME-01** `MUST`"),
        ("**FRAME-02** `MUST` `client`", "**FRAME-02** `client` `MUST`"),
        (
            "**FRAME-03** `MUST` `client` `worker` `daemon` `wire` `since 0.5.0`",
            "**FRAME-03** `MUST` `client` `worker` `daemon` `wire`",
        ),
        ("`untested: deciding it needs a clock`", "`untested`"),
    ] {
        assert!(thrum_vectors::WIRE_DOC.contains(good), "{good} is not in the document");
        let doctored = thrum_vectors::WIRE_DOC.replacen(good, bad, 1);
        assert!(RuleBook::parse(&doctored).is_err(), "{bad} is taken for a marker");
    }
}

#[test]
fn each_need_of_a_rule_is_a_capability() {
    let needs = BOOK.rules().flat_map(|rule| rule.needs.iter().map(move |need| (&rule.id, need)));
    let unknown: Vec<String> = needs
        .filter_map(|(id, need)| {
            need.0.iter().find_map(|cap| unknown_capability(cap)).map(|why| format!("{id}: {why}"))
        })
        .collect();
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[test]
fn each_case_decides_a_rule() {
    let silent: Vec<&str> =
        SUITE.cases.iter().filter(|case| case.decides.is_empty()).map(|case| case.id.as_str()).collect();
    assert!(silent.is_empty(), "no rule is decided by {}", silent.join(", "));
}

#[test]
fn a_code_means_the_same_everywhere() {
    assert_eq!(ambiguous(&files()), [""; 0]);
}

#[test]
fn a_code_with_two_meanings_is_found() {
    let file =
        |name: &str, means: &str| (name.to_owned(), json!({"codes": {"a.b": {"means": means, "fix": "f"}}}));
    assert_eq!(ambiguous(&[file("one", "this"), file("two", "that")]), ["a.b in one and two"]);
    assert_eq!(ambiguous(&[file("one", "this"), file("two", "this")]), [""; 0]);
}

/// Codes that two files explain differently.
fn ambiguous(files: &[(String, Value)]) -> Vec<String> {
    let mut known: BTreeMap<&str, (&str, &Value)> = BTreeMap::new();
    let mut found = Vec::new();
    for (file, content) in files {
        for (code, meaning) in content["codes"].as_object().into_iter().flatten() {
            match known.get(code.as_str()) {
                Some((first, other)) if *other != meaning => {
                    found.push(format!("{code} in {first} and {file}"));
                }
                _ => drop(known.insert(code, (file, meaning))),
            }
        }
    }
    found
}

/// The vector files, as JSON.
fn files() -> Vec<(String, Value)> {
    let parse = |text: &str| serde_json::from_str(text).expect("the file is JSON");
    thrum_vectors::vectors().into_iter().map(|(file, text)| (file, parse(text))).collect()
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
    assert_eq!(doubles(&files()), [""; 0]);
}

#[test]
fn a_case_that_is_there_twice_is_found() {
    let mut files = files();
    let mut again = files[0].1["cases"][0].clone();
    again["id"] = "another/name".into();
    again["title"] = "another title".into();
    files.push(("another.json".to_owned(), json!({"cases": [again]})));
    assert_eq!(doubles(&files).len(), 1);
}

/// Cases that do the same, whatever they are called.
fn doubles(files: &[(String, Value)]) -> Vec<String> {
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for (file, content) in files {
        for case in content["cases"].as_array().into_iter().flatten() {
            let keys = ["steps", "examples", "open", "fn", "since", "until", "env", "requires", "profile"];
            let body: Vec<String> = keys.iter().map(|key| case[key].to_string()).collect();
            let id = format!("{file}: {}", case["id"]);
            if let Some(first) = seen.insert(body, id.clone()) {
                found.push(format!("{first} and {id}"));
            }
        }
    }
    found
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
    assert!(cases.len() >= 470 && examples >= 500, "{} cases, {examples} examples", cases.len());
}

/// The commands of the READMEs that need nothing but this binary, each guide's in a folder of its own: they may write.
#[test]
fn the_commands_of_the_readmes_work() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut ran = 0;
    for guide in ["README.md", "vectors/README.md", "CONTRIBUTING.md", "ci/README.md"] {
        let text = std::fs::read_to_string(root.join(guide)).expect("the guide can be read");
        let folder = tempfile::tempdir().expect("a folder");
        for command in commands(&text) {
            let mut program = Command::cargo_bin("thrum-conform").expect("the binary is built");
            program.env("XDG_STATE_HOME", folder.path()).current_dir(&folder);
            let output = program.args(&command).output().expect("the binary runs");
            let expected = match command.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                words if words.contains(&"--mutant") => 1,
                // the shim of `init` is still to be filled in
                ["client", "--config", ..] => 3,
                _ => 0,
            };
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(expected), "{guide}: {command:?}\n{said}");
            ran += 1;
        }
    }
    assert!(ran >= 5, "only {ran} commands were found");
}

/// Commands that name the program, without those that name somebody's own shim, reports, waivers or vectors, and the
/// one that writes into this project.
fn commands(text: &str) -> Vec<Vec<String>> {
    let pieces = text.lines().flat_map(|line| line.split('`')).map(str::trim);
    pieces
        .filter_map(|piece| {
            piece.strip_prefix("cargo run --release -- ").or_else(|| piece.strip_prefix("thrum-conform "))
        })
        .map(|line| line.split("   ").next().unwrap_or_default())
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|line| {
            !["my-", "python3", "CMD", "vectors freeze", "dist/", "A.json", "baseline"]
                .iter()
                .any(|word| line.contains(word))
        })
        // the whole of it is a step of `ci/check.sh`
        .filter(|line| !line.starts_with("selftest") || line.contains("selftest '"))
        .map(|line| line.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect())
        .collect()
}
