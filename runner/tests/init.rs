//! `init`: what it writes is green at once with the language's own tools, and nothing is ever overwritten.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

fn thrum_conform(arguments: &[&str], dir: &Path) -> Output {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.args(arguments).current_dir(dir).output().expect("the binary runs")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn check(output: &Output, code: i32, wanted: &[&str]) -> String {
    let text = said(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    for part in wanted {
        assert!(text.contains(part), "`{part}` is not said\n{text}");
    }
    text
}

/// Whether a tool is here. Where it is not, that is said, and fails in CI.
fn have(tool: &str, arguments: &[&str]) -> bool {
    let found = std::process::Command::new(tool).args(arguments).output().is_ok();
    assert!(found || std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "{tool} is missing");
    if !found {
        eprintln!("left out: {tool} is missing");
    }
    found
}

/// A tool of the language, in the folder of the shim: it must succeed, and have nothing to say.
#[track_caller]
fn quiet(command: &[&str], dir: &Path) {
    let mut builder = std::process::Command::new(command[0]);
    let output = builder.args(&command[1..]).current_dir(dir).env_remove("CARGO_TARGET_DIR").output();
    let output = output.expect("the tool runs");
    assert!(output.status.success() && !said(&output).contains("warning"), "{command:?}\n{}", said(&output));
    assert!(output.stdout.is_empty(), "{command:?}\n{}", said(&output));
}

/// A repository with a shim of this language, and the folder of the shim.
fn generated(language: &str, root: Option<(&str, &str)>) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory can be made");
    if let Some((name, text)) = root {
        std::fs::write(dir.path().join(name), text).expect("a file can be written");
    }
    let wanted = [
        "wrote conformance/conformance.toml",
        "wrote .github/workflows/thrum-conform.yml",
        "thrum-conform smoke --config conformance/conformance.toml",
    ];
    let text = check(&thrum_conform(&["init", language], dir.path()), 0, &wanted);
    assert!(!text.contains("(hint: "), "{text}");
    let folder = dir.path().join("conformance");
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).unwrap_or_default();
        for placeholder in ["{{wire}}", "{{release}}", "{{command}}"] {
            assert!(!text.contains(placeholder), "a placeholder is left\n{text}");
        }
    }
    (dir, folder)
}

/// The shim is green as it stands, by the command that `init` named, and `client` says what is undecided and what
/// to do.
#[track_caller]
fn is_green(dir: &Path) {
    let with = |command: &'static str| [command, "--config", "conformance/conformance.toml"];
    let text = check(
        &thrum_conform(&with("smoke"), dir),
        0,
        &["level 0 of 2", "next: the function `version`", "claims nothing yet"],
    );
    assert!(!text.contains("(hint: ") && !text.contains("no   "), "{text}");
    check(
        &thrum_conform(&with("client"), dir),
        3,
        &["0 of 14 rules held, 14 undecided", "the shim does not support `open`", "smoke` says which"],
    );
}

#[test]
fn a_python_shim_is_green_as_it_is_written() {
    if have("python3", &["--version"]) {
        let (dir, _) = generated("python", None);
        is_green(dir.path());
    }
}

#[test]
fn a_typescript_shim_is_green_as_it_is_written() {
    if have("node", &["--version"]) {
        let (dir, folder) = generated("typescript", Some(("package.json", "{}")));
        quiet(&["node", "--check", "shim.mjs"], &folder);
        is_green(dir.path());
    }
}

#[test]
fn a_go_shim_is_green_as_it_is_written() {
    if have("go", &["version"]) && have("gofmt", &["-h"]) {
        let (dir, folder) = generated("go", Some(("go.mod", "module example\n\ngo 1.19\n")));
        quiet(&["gofmt", "-l", "."], &folder);
        quiet(&["go", "vet", "."], &folder);
        quiet(&["go", "build", "-o", "shim", "."], &folder);
        is_green(dir.path());
    }
}

#[test]
fn a_rust_shim_is_green_as_it_is_written() {
    let manifest = "[package]\nname = \"mine\"\nversion = \"0.0.0\"\nedition = \"2021\"\n";
    let (dir, folder) = generated("rust", Some(("Cargo.toml", manifest)));
    // what it depends on is built once, not for each test run
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("init-rust");
    std::fs::create_dir_all(&target).expect("a directory can be made");
    std::os::unix::fs::symlink(&target, folder.join("target")).expect("a link can be made");
    quiet(&["cargo", "fmt", "--check"], &folder);
    quiet(&["cargo", "build", "--offline"], &folder);
    is_green(dir.path());
}

#[test]
fn what_exists_is_named_and_nothing_is_written() {
    let dir = tempfile::tempdir().expect("a directory can be made");
    let path = |name: &str| dir.path().join(name);
    let refused = |wanted: &[&str]| {
        check(
            &thrum_conform(&["init", "python"], dir.path()),
            2,
            &[wanted, &["(hint: nothing was written"]].concat(),
        );
    };
    std::fs::create_dir(path("conformance")).expect("a directory can be made");
    std::fs::write(path("conformance/shim.py"), "mine").expect("a file can be written");
    std::fs::write(path(".github"), "a file in the way").expect("a file can be written");
    refused(&["error: .github: exists already", "conformance/shim.py: exists already"]);
    let left = std::fs::read_dir(path("conformance")).expect("the folder is there").count();
    assert_eq!(left, 1, "nothing was written beside it");
    std::fs::remove_file(path(".github")).expect("a file can be removed");
    refused(&["error: conformance/shim.py: exists already"]);
    assert_eq!(std::fs::read_to_string(path("conformance/shim.py")).expect("it is there"), "mine");
    assert!(!path(".github").exists());
    check(&thrum_conform(&["init", "python", "--force"], dir.path()), 0, &["wrote conformance/shim.py"]);
    assert!(std::fs::read_to_string(path("conformance/shim.py")).expect("it is there").contains("next:"));
}

#[test]
fn languages_are_known_by_their_usual_names() {
    let dir = tempfile::tempdir().expect("a directory can be made");
    check(&thrum_conform(&["init", "--list"], dir.path()), 0, &["python\ntypescript\ngo\nrust\n"]);
    let wanted = ["no template for `cobol`", "`python`, `typescript`, `go`, `rust`", "ci/README.md"];
    check(&thrum_conform(&["init", "cobol"], dir.path()), 2, &wanted);
    check(&thrum_conform(&["init"], dir.path()), 2, &["LANG"]);
    check(
        &thrum_conform(&["init", "python", "no/such"], dir.path()),
        2,
        &["no/such: there is no such folder"],
    );
    check(
        &thrum_conform(&["init", "JavaScript"], dir.path()),
        0,
        &["wrote conformance/shim.mjs", "`npm init` makes one"],
    );
}

#[test]
fn every_helper_and_act_has_its_place_in_each_shim() {
    let schema = thrum_vectors::schemas();
    let (_, text) = schema.iter().find(|(path, _)| path == "schema/act.json").expect("the schema is there");
    let schema: serde_json::Value = serde_json::from_str(text).expect("the schema is JSON");
    let names: Vec<&String> = schema["$defs"].as_object().expect("definitions").keys().collect();
    for (language, files) in [
        ("python", &["shim.py"][..]),
        ("typescript", &["shim.mjs"][..]),
        ("go", &["main.go"][..]),
        ("rust", &["src/main.rs"][..]),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(language);
        let read = |name: &&str| std::fs::read_to_string(folder.join(name)).expect("the template is there");
        let text: String = files.iter().map(read).collect();
        // a worker's act; the shims that are written are askers
        for name in names.iter().filter(|name| **name != "serve") {
            let bare = name.strip_prefix("fn-").unwrap_or(name);
            let spellings =
                [format!("\"{bare}\""), format!("def {}(", bare.replace('-', "_")), format!("  {bare}(")];
            assert!(spellings.iter().any(|spelling| text.contains(spelling)), "{language} lacks {name}");
        }
        // each but `release`, which is complete, and `open` and `end` besides, which are no acts
        assert!(text.matches("next: ").count() >= names.len() - 2, "{language} has steps without a word");
    }
}
