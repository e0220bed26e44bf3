//! The commands that only look: `list`, `explain`, and what a shell and a manual get.

use std::path::Path;
use std::process::{self, Output};

use assert_cmd::Command;
use serde_json::{Value, json};

fn run(arguments: &[&str]) -> Output {
    Command::cargo_bin("thrum-conform")
        .expect("the binary is built")
        .args(arguments)
        .output()
        .expect("it runs")
}

/// What stdout and stderr say.
#[track_caller]
fn says(arguments: &[&str], code: i32) -> (String, String) {
    let output = run(arguments);
    let [out, err] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("it is text"));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}{err}");
    (out, err)
}

/// Asks for these parts in this order.
#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let (_, after) =
            rest.split_once(part).unwrap_or_else(|| panic!("`{part}` is not said, or too early\n{text}"));
        rest = after;
    }
}

#[test]
fn a_rule_is_explained() {
    let (page, _) = says(&["explain", "frame-17"], 0);
    let parts = [
        "FRAME-17 MUST · binds client, worker, daemon · since 0.5.0 · WIRE.md#framing\n",
        "Line length has no limit",
        "\nWhy it matters\n",
        "\nThe usual mistake\n",
        "  Python  ",
        "  Go  ",
        "bufio.Scanner",
        "\nCases\n",
        "framing/line-of-65537-bytes",
        "\nReal bugs that break it",
        "line-cap-64k",
    ];
    holds(&page, &parts);
    let (page, _) = says(&["explain", "CHI-08"], 0);
    holds(
        &page,
        &[
            "only with `tools`",
            "\nFields of `tool-result`\n",
            "callId",
            "string",
            "\nEvery line\n",
            "`ambient.chi-08`",
        ],
    );
    let (page, _) = says(&["explain", "BREATH-05"], 0);
    holds(&page, &["NOTE", "Not tested: deciding it needs a clock."]);
}

#[test]
fn a_case_is_explained() {
    let (page, _) = says(&["explain", "framing/array-line-is-no-tone"], 0);
    let parts = [
        "framing/array-line-is-no-tone · tests client · since 0.5.0 · thrum/framing.json:",
        "\nRules\n  FRAME-12 MUST  ",
        "\nSteps\n  1  application → client: subscribe  sid \"hum-x\"\n",
        "  3  daemon → client: the bytes [1]\\n\n",
        "  5  never: client → application: anything  [FRAME-12 framing.non-object-delivered]\n",
        "\nTwin",
        "framing/object-line-is-delivered",
        "\nCodes of its failures, and what to change\n",
        "framing.non-object-delivered",
        "\nMutants that it must catch",
        "dispatch-non-object",
        "\nRun it alone\n  thrum-conform client --run framing/array-line-is-no-tone --trace -- CMD\n",
    ];
    holds(&page, &parts);
    let (page, _) = says(&["explain", "sigil/known-answers"], 0);
    let first =
        "  #1   sigil(sid \"hum-x\", nest \"claude-cli\") gives \"7378d90ed270\"  [SIGIL-01 sigil.value]\n";
    holds(&page, &["\nExamples\n", first]);
}

/// The line that a page gives runs just that case, whatever it tests.
#[test]
fn the_line_that_runs_a_case_alone_runs_it() {
    for case in [
        "framing/array-line-is-no-tone",
        "worker-framing/split-inside-a-character",
        "live-tools/call-names-the-tool-in-name",
    ] {
        let (page, _) = says(&["explain", case], 0);
        let line = page.lines().find(|line| line.contains(" client --run ") && line.contains(" --mutant "));
        let line = line.unwrap_or_else(|| panic!("{page}")).trim();
        let words: Vec<&str> = line.split(' ').skip(1).collect();
        let report = [&words[..], &["--report", "json"]].concat();
        let (report, _) = says(&report, 1);
        let report: Value = serde_json::from_str(&report).expect("the report is JSON");
        let failed: Vec<&Value> = report["cases"]
            .as_array()
            .expect("cases")
            .iter()
            .filter(|row| row["verdict"] == "fail")
            .collect();
        // a line that breaks a rule of every line is told apart
        let own = |row: &&Value| {
            row["id"] == case || row["id"].as_str().is_some_and(|id| id.starts_with("ambient/"))
        };
        assert!(failed.iter().all(own) && failed[0]["id"] == case, "{line}: {failed:?}");
    }
}

#[test]
fn a_code_is_explained() {
    let (page, _) = says(&["explain", "framing.split-corrupts"], 0);
    holds(
        &page,
        &["framing.split-corrupts\n", "\nWhat to change\n", "FRAME-10 MUST", "framing/split-at-every-byte"],
    );
    let (page, _) = says(&["explain", "framing.died"], 0);
    holds(&page, &["the process ended", "What to change", "Any case of `framing`"]);
    let (page, _) = says(&["explain", "ambient.frame-02"], 0);
    holds(&page, &["breaks FRAME-02", "What to change", "FRAME-02 MUST", "Any case"]);
}

#[test]
fn several_names_and_patterns_are_explained_each_once() {
    let (pages, _) = says(&["explain", "WANE-0[12]", "wane-01", "framing.died"], 0);
    holds(&pages, &["WANE-01 MUST", "\n\nWANE-02 MUST", "\n\nframing.died\n"]);
    assert_eq!(pages.matches("\nWANE-01 MUST · ").count() + usize::from(pages.starts_with("WANE-01")), 1);
}

#[test]
fn a_name_that_is_nothing_gets_the_nearest_of_its_kind() {
    for (names, wanted) in [
        (vec!["FRAME-1"], "`FRAME-1` is no rule, case or code\n(hint: the nearest are `FRAME-01`"),
        (vec!["frame-100"], "(hint: the nearest are `FRAME-10`"),
        (vec!["framing/array-line"], "(hint: the nearest are `framing/array-line-is-no-tone`"),
        (vec!["framing.split-corupts"], "(hint: the nearest are `framing.split-corrupts`"),
        (vec!["HOLLO-*"], "(hint: the nearest are `HELLO-"),
        (vec!["FRAME-["], "`FRAME-[` is no glob"),
        (vec!["FRAME-10", "ambient.cli-01"], "`ambient.cli-01` is no rule, case or code"),
        (vec!["nosuch.died"], "`nosuch.died` is no rule, case or code"),
    ] {
        let (out, err) = says(&[vec!["explain"], names.clone()].concat(), 2);
        assert!(err.contains(wanted), "{names:?}: {err}");
        assert_eq!(out, "", "{names:?}");
    }
    let (_, err) = says(&["explain", "FRAME-99", "nosuch/case"], 2);
    holds(&err, &["`FRAME-99` is no rule", "`nosuch/case` is no rule"]);
}

#[test]
fn a_list_holds_what_is_asked_for_and_says_how_much_that_is() {
    for (arguments, first, count) in [
        (vec!["list", "--run", "tools/*", "--rule", "tool-08"], "tools/timeout-ends-one-call  ", "5 of "),
        (vec!["list", "rules", "--section", "permits"], "PERM-01  MUST  ", "2 of "),
        (vec!["list", "mutants", "--rule", "FRAME-10"], "decode-per-read  ", "3 of "),
        (
            vec!["list", "codes", "--run", "ambient.*", "--section", "socket"],
            "ambient.sock-08  SOCK-08  ",
            "1 of ",
        ),
        (vec!["list", "testees", "--skip", "*"], "", ""),
        (vec!["list", "testees", "--run", "one-byte*"], "one-byte-per-write  odd  ", "1 of "),
    ] {
        let code = if first.is_empty() { 2 } else { 0 };
        let (out, err) = says(&arguments, code);
        assert!(out.starts_with(first) && err.starts_with(count) || code == 2, "{arguments:?}\n{out}{err}");
        let lines = out.lines().count().to_string();
        assert!(code == 2 || err.starts_with(&format!("{lines} ")), "{lines}: {err}");
    }
    let (out, err) = says(&["list", "rules"], 0);
    assert_eq!(err, format!("{} rules\n", out.lines().count()));
}

#[test]
fn a_filter_that_leaves_nothing_is_an_error() {
    for (arguments, wanted) in [
        (["--run", "framng/*"], "no case matches `framng/*`\n(hint: the nearest are `framing/"),
        (["--rule", "FRAME-1O"], "`FRAME-1O` is no rule\n(hint: the nearest are `FRAME-01`"),
        (
            ["--section", "frame"],
            "WIRE.md has no rules in a section `frame`\n(hint: the nearest are `framing`",
        ),
        (["--skip", "*"], "no case is left\n(hint: `--run`, `--skip`, `--rule` and `--section` leave none"),
        (["--run", "["], "`[` is no glob"),
    ] {
        let (_, err) = says(&["list", "cases", arguments[0], arguments[1]], 2);
        assert!(err.contains(wanted), "{arguments:?}: {err}");
    }
    let (_, err) = says(&["list", "testees", "--rule", "FRAME-10"], 2);
    assert!(err.contains("(hint: `list mutants` takes `--rule` and `--section`)"), "{err}");
}

#[test]
fn the_json_of_each_list_is_as_its_schema_says() {
    let schemas = thrum_vectors::schemas();
    let (_, text) = schemas.iter().find(|(path, _)| path == "schema/list.json").expect("the schema is there");
    let mut schema: Value = serde_json::from_str(text).expect("the schema is JSON");
    for (what, item) in [
        ("cases", "case"),
        ("rules", "rule"),
        ("mutants", "mutant"),
        ("testees", "testee"),
        ("codes", "code"),
    ] {
        // the whole schema takes any of them, which hides which of them is wrong
        schema["anyOf"] = json!([{"items": {"$ref": format!("#/$defs/{item}")}}]);
        let validator = jsonschema::options()
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(&schema)
            .expect("the schema is one");
        let (out, err) = says(&["list", what, "--json"], 0);
        let rows: Value = serde_json::from_str(&out).expect("it is JSON");
        let faults: Vec<String> =
            validator.iter_errors(&rows).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{what}: {faults:?}");
        assert_eq!(err, "", "{what}");
        let (table, _) = says(&["list", what], 0);
        assert_eq!(rows.as_array().map(Vec::len), Some(table.lines().count()), "{what}");
    }
}

#[test]
fn bash_completes_commands_and_values() {
    let (script, _) = says(&["completions", "bash"], 0);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &script).expect("it is written");
    bash(file.path(), "exit 0", "the script has a fault");
    for (words, wanted) in [
        ("thrum-conform exp", "explain"),
        ("thrum-conform list mut", "mutants"),
        ("thrum-conform client --lev", "--level"),
        ("thrum-conform vectors bump", "bump-check"),
    ] {
        // as bash calls it: the command, the word to complete, and the one before it
        let ask = format!(
            "COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             handler=$(complete -p thrum-conform | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \
             $handler thrum-conform \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        assert_eq!(bash(file.path(), &ask, words).trim(), wanted, "{words}");
    }
}

/// Runs a line in a bash that has read a script.
fn bash(script: &Path, line: &str, what: &str) -> String {
    let line = format!("source {} && {line}", script.display());
    let output = process::Command::new("bash").args(["--norc", "-c", &line]).output().expect("bash runs");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && err.is_empty(), "{what}: {err}");
    String::from_utf8(output.stdout).expect("it is text")
}

/// The commands that the help of the program names.
fn commands() -> Vec<String> {
    let (help, _) = says(&["--help"], 0);
    let (_, list) = help.split_once("Commands:\n").expect("the commands are listed");
    let (list, _) = list.split_once("\n\n").expect("the list ends");
    // what a command does may go on in the next line
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !["", "help"].contains(name)).map(str::to_owned).collect()
}

#[test]
fn each_shell_is_offered_what_the_help_names_and_nothing_hidden() {
    for shell in ["bash", "zsh", "fish"] {
        let (script, _) = says(&["completions", shell], 0);
        for command in commands() {
            assert!(script.contains(&command), "{shell} is not offered {command}");
        }
        for hidden in ["--scout", "--habit"] {
            assert!(!script.contains(hidden), "{shell} is offered `testee`");
        }
    }
    let (_, err) = says(&["completions", "csh"], 2);
    assert!(err.contains("possible values: bash"), "{err}");
}

#[test]
fn each_command_has_a_manual_page_of_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let inner = dir.path().join("share/man1");
    let path = inner.display().to_string();
    says(&["man", &path], 0);
    let (page, _) = says(&["man"], 0);
    for section in [".TH thrum-conform 1", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH SUBCOMMANDS"] {
        assert!(page.contains(section), "{section}\n{page}");
    }
    for command in commands() {
        let name = format!("thrum-conform-{command}.1");
        let page =
            std::fs::read_to_string(inner.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let head = format!(".TH thrum-conform-{command} 1");
        assert!(page.contains(&head) && page.contains(".SH SYNOPSIS"), "{name}\n{page}");
    }
    assert!(inner.join("thrum-conform-vectors-bump-check.1").is_file());
    let hidden = inner.join("thrum-conform-testee.1");
    assert!(!hidden.exists(), "{}", hidden.display());
    // where nothing can be written
    std::fs::write(dir.path().join("file"), "").expect("it is written");
    let (_, err) = says(&["man", &dir.path().join("file/man").display().to_string()], 2);
    assert!(err.contains("/file/man: cannot be written: "), "{err}");
}
