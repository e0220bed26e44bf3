//! The guide of this program: what it shows can be done.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use mock_humd::script::Script;

fn guide() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The fenced blocks of a kind.
fn blocks(text: &str, kind: &str) -> Vec<String> {
    let opening = format!("```{kind}\n");
    let block = |rest: &str| rest.split_once("```").map(|(block, _)| block.to_owned());
    text.split(&opening).skip(1).filter_map(block).collect()
}

#[test]
fn every_script_of_the_guide_is_one() {
    let scripts = blocks(&guide(), "yaml");
    assert!(scripts.len() >= 2);
    for script in scripts {
        if let Err(faults) = Script::parse(&script) {
            panic!("{faults:?} in\n{script}");
        }
    }
}

/// A line either does its work and ends, or listens and is asked to end. Those that need a daemon in the background
/// are not among the first, and `tests/running` holds them.
#[test]
fn the_first_commands_of_the_guide_work() {
    let text = guide();
    let lines: Vec<_> = blocks(&text, "sh")[0].lines().map(str::to_owned).collect();
    let commands: Vec<_> =
        lines.iter().filter(|line| line.starts_with("mock-humd ") || *line == "mock-humd").collect();
    assert!(commands.len() >= 5, "{lines:?}");
    for command in commands {
        let dir = tempfile::tempdir().unwrap();
        let command = command.split('#').next().unwrap().trim().trim_end_matches('&');
        let args: Vec<_> = command.split_whitespace().skip(1).collect();
        let mut child = Command::new(cargo_bin("mock-humd"))
            .args(&args)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
            .env("XDG_RUNTIME_DIR", dir.path())
            .env("TMPDIR", dir.path())
            .env_remove("HUM_THRUM_SOCK")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        stderr.read_line(&mut said).unwrap();
        if said.starts_with("mock-humd: listening on ") {
            let pid = rustix::process::Pid::from_child(&child);
            rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
            let code = child.wait().unwrap().code();
            assert!(
                code == Some(0) || (command.contains("--script") && code == Some(1)),
                "{command}: {code:?}"
            );
        } else {
            assert_eq!((child.wait().unwrap().code(), &*said), (Some(0), ""), "{command}");
        }
    }
}
