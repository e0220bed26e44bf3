//! `report`: what is made of stored reports.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// Runs the binary in this folder; gives its exit code, stdout and stderr.
fn run(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    let output =
        command.current_dir(dir).env_remove("GITHUB_ACTIONS").args(arguments).output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

const FORMATS: [&str; 7] = ["tty", "json", "junit", "tap", "github", "md", "badge"];

#[test]
fn every_format_is_made_of_the_stored_report_as_of_the_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let rows = [(vec!["--run", "sigil/*"], 0), (vec!["--mutant", "decode-per-read", "--run", "f*/*"], 1)];
    for (about, exit) in rows {
        let mut arguments = vec!["client", "-v"];
        arguments.extend(about);
        let reports = FORMATS.map(|format| format!("--report={format}=run.{format}"));
        arguments.extend(reports.iter().map(String::as_str));
        let (code, _, said) = run(dir.path(), &arguments);
        assert_eq!(code, exit, "{said}");
        for format in FORMATS {
            let (code, text, said) = run(dir.path(), &["report", "render", "-v", "run.json", format]);
            assert_eq!((code, said.as_str()), (0, ""), "{format}");
            let wanted = fs::read_to_string(dir.path().join(format!("run.{format}"))).expect("it is written");
            assert_eq!(text, wanted, "{format}");
        }
    }
    let (code, out, _) = run(dir.path(), &["report", "render", "run.json", "tap=again.tap", "md=again.md"]);
    assert_eq!((code, out.as_str()), (0, ""));
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("it is written");
    assert_eq!((read("again.tap"), read("again.md")), (read("run.tap"), read("run.md")));
}

#[test]
fn what_cannot_be_rendered_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("none.json"), "{}").expect("a file");
    for (arguments, wanted) in [
        (vec!["none.json", "md"], "none.json: is no report: missing field `schema`"),
        (vec!["nowhere.json", "md"], "nowhere.json: No such file"),
        (vec!["none.json", "pdf"], "`pdf` is no format; there are `tty`, `json`"),
        (vec!["none.json"], "<FORMAT[=PATH]>"),
    ] {
        let mut all = vec!["report", "render"];
        all.extend(arguments);
        let (code, out, said) = run(dir.path(), &all);
        assert_eq!((code, out.as_str()), (2, ""), "{said}");
        assert!(said.contains(wanted), "{said}");
    }
}
