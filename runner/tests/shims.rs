//! A shim of a language that the suite has never seen, written after `ci/README.md` alone: `tests/shims/c` answers
//! helpers and opens no client. What it leaves out is undecided, and what it gets wrong is found.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Decided by calls alone, and not by this shim, which answers `encode` with `unsupported`.
const UNSUPPORTED: &str = "ENV-16";
/// Decided by calls alone, and not binding this client, which does not claim `wane.merge`.
const UNCLAIMED: &str = "WANE-07";

/// The shim, compiled with these further arguments; it lives as long as the folder.
fn compiled(arguments: &[&str]) -> (TempDir, PathBuf) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shims/c");
    let dir = tempfile::tempdir().expect("a temporary folder can be made");
    let shim = dir.path().join("shim");
    let output = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1", "-g"])
        .args(["-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
        .args(arguments)
        .arg("-o")
        .arg(&shim)
        .args(["json.c", "sha256.c", "thrum.c", "shim.c"])
        .current_dir(sources)
        .output()
        .unwrap_or_else(|error| {
            panic!("cannot run `cc`: {error}\n(hint: install a C compiler, such as gcc)")
        });
    assert!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
    (dir, shim)
}

fn conform(arguments: &[&str], shim: &Path) -> Output {
    let mut command = assert_cmd::Command::cargo_bin("thrum-conform").expect("the binary is built");
    command
        .env_remove("GITHUB_ACTIONS")
        .args(arguments)
        .arg("--")
        .arg(shim)
        .output()
        .expect("the binary runs")
}

/// The report as JSON, once the exit code is the one expected.
fn report(arguments: &[&str], shim: &Path, code: i32) -> Value {
    let output = conform(&[&["client", "--report", "json"], arguments].concat(), shim);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("the report is no JSON: {error}\n{said}"))
}

/// The rules with this verdict.
fn with_verdict<'a>(report: &'a Value, verdict: &str) -> Vec<&'a str> {
    let rules = report["rules"].as_array().expect("a report has rules").iter();
    rules.filter(|rule| rule["verdict"] == verdict).filter_map(|rule| rule["id"].as_str()).collect()
}

/// A section of `ci/README.md`.
fn section(title: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ci/README.md");
    let page = std::fs::read_to_string(page).expect("the page can be read");
    let (_, rest) = page.split_once(&format!("### {title}\n")).expect("the page has the section");
    rest.split("\n### ").next().unwrap_or_default().to_owned()
}

fn list(what: &str) -> Vec<Value> {
    let mut command = assert_cmd::Command::cargo_bin("thrum-conform").expect("the binary is built");
    let output = command.args(["list", what, "--json"]).output().expect("the binary runs");
    serde_json::from_slice(&output.stdout).expect("a list is JSON")
}

/// The rules that bind a client of the document and that nothing but calls decides.
fn helper_rules() -> Vec<String> {
    let cases = list("cases");
    let kinds = |rule: &Value| -> Vec<&str> {
        let deciding = cases.iter().filter(|case| {
            let is = |key: &str, word: &str| {
                case[key].as_array().is_some_and(|list| list.iter().any(|it| it == word))
            };
            is("decides", rule["id"].as_str().unwrap_or_default())
                && is("under_test", "client")
                && case["profile"] == "document"
                && case["kind"] != "bee"
        });
        deciding.filter_map(|case| case["kind"].as_str()).collect()
    };
    let only_calls = |rule: &&Value| {
        let kinds = kinds(rule);
        !kinds.is_empty() && kinds.iter().all(|kind| *kind == "call")
    };
    list("rules")
        .iter()
        .filter(only_calls)
        .filter_map(|rule| rule["id"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn smoke_is_green_at_the_level_of_helpers() {
    let (_dir, shim) = compiled(&[]);
    let output = conform(&["smoke"], &shim);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for part in [
        "ok   answers `call`: version sigil registry is_valid_chi rid dusk_in is_dusk wane socket_path\n",
        "-    opens a client with `open`: not yet",
        "level 1 of 2",
        "next: the function `encode`, or `open` for level 2",
    ] {
        assert!(said.contains(part), "`{part}` is not said\n{said}");
    }
}

#[test]
fn every_rule_that_calls_alone_decide_is_held() {
    let (_dir, shim) = compiled(&[]);
    let report = report(&[], &shim, 3);
    let rules = helper_rules();
    assert!(rules.len() > 20, "{rules:?}");
    let held = with_verdict(&report, "held");
    let open: Vec<_> = rules.iter().filter(|rule| !held.contains(&rule.as_str())).collect();
    assert_eq!(open, [UNSUPPORTED, UNCLAIMED], "held: {held:?}");
    assert!(with_verdict(&report, "undecided").contains(&UNSUPPORTED));
    assert!(with_verdict(&report, "not_applicable").contains(&UNCLAIMED));
    for verdict in ["violated", "warned"] {
        assert!(with_verdict(&report, verdict).is_empty(), "{verdict}: {:?}", with_verdict(&report, verdict));
    }
}

#[test]
fn a_hash_that_takes_the_sid_first_breaks_the_rules_about_sigils() {
    let (_dir, shim) = compiled(&["-DSIGIL_HASHES_SID_FIRST"]);
    let report = report(&["--run", "sigil/*"], &shim, 1);
    assert_eq!(with_verdict(&report, "violated"), ["SIGIL-01", "SIGIL-02", "SIGIL-04", "SIGIL-05"]);
    assert_eq!(with_verdict(&report, "held"), ["SIGIL-03"]);
    let known = report["cases"]
        .as_array()
        .and_then(|cases| cases.iter().find(|case| case["id"] == "sigil/known-answers"));
    let exchange = &known.expect("the case was played")["exchange"];
    assert_eq!(exchange[0]["way"], "asked", "{exchange}");
    assert_eq!(exchange[0]["note"], r#"{"sid":"hum-x","nest":"claude-cli"}"#, "{exchange}");
    assert_eq!(
        (&exchange[1]["way"], &exchange[1]["wrong"]),
        (&"reported".into(), &true.into()),
        "{exchange}"
    );
}

#[test]
fn the_conversation_of_the_page_is_had_with_this_shim_too() {
    let (_dir, shim) = compiled(&[]);
    let said = |mark: &str| -> Vec<Value> {
        let section = section("A conversation");
        let lines = section.lines().filter_map(|line| line.strip_prefix(mark));
        lines.map(|line| serde_json::from_str(line).expect("a line of the conversation is JSON")).collect()
    };
    // what the shim has, and what nobody has; its `start` is its own
    let asked: Vec<_> = said("> ")
        .into_iter()
        .filter(|asked| !["start", "open", "do", "end"].iter().any(|op| asked["op"] == *op))
        .collect();
    let wanted: Vec<_> =
        said("< ").into_iter().filter(|told| asked.iter().any(|asked| asked["id"] == told["id"])).collect();
    let lines = asked.iter().map(|asked| format!("{asked}\n")).collect::<Vec<_>>().concat();
    let output = assert_cmd::Command::new(shim).write_stdin(lines).output().expect("the shim runs");
    let told: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("the shim says JSON"))
        .collect();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert_eq!(told, wanted);
}

#[test]
fn the_page_says_of_each_function_what_it_gives() {
    let schemas = thrum_vectors::schemas();
    let (_, act) = schemas.iter().find(|(name, _)| *name == "schema/act.json").expect("the schema exists");
    let act: Value = serde_json::from_str(act).expect("the schema is JSON");
    let mut functions: Vec<&str> = act["$defs"]
        .as_object()
        .expect("it has definitions")
        .keys()
        .filter_map(|key| key.strip_prefix("fn-"))
        .collect();
    let section = section("Functions");
    let mut rows: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once(" {"))
        .map(|(name, _)| name)
        .collect();
    functions.sort_unstable();
    rows.sort_unstable();
    assert_eq!(rows, functions);
}
