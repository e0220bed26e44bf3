//! The workflows of this project and those that `init` writes: well-formed, in scripts that bash can read, and with
//! commands that there are.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::machine::*;
use crate::readers;

/// The steps of a workflow's jobs, each of which says where it runs and how long it may.
fn steps(workflow: &Value) -> impl Iterator<Item = &Value> {
    let jobs = workflow["jobs"].as_object().expect("there are jobs");
    jobs.iter().flat_map(|(name, job)| {
        assert!(job["runs-on"].is_string() && job["timeout-minutes"].is_number(), "{name}");
        job["steps"].as_array().expect("there are steps")
    })
}

#[test]
fn every_script_is_one_that_bash_can_read_and_every_workflow_is_well_formed() {
    let mut scripts = Vec::new();
    for path in [".github/workflows/ci.yml", ".github/workflows/release.yml"] {
        let Some(workflow) = yaml(path) else { return };
        scripts.extend(steps(&workflow).filter_map(|step| step["run"].as_str().map(str::to_owned)));
    }
    let Some(gitlab) = yaml("ci/gitlab.yml") else { return };
    for part in ["before_script", "script"] {
        let lines = gitlab[".thrum-conform"][part].as_array().expect("it is a list");
        scripts.extend(lines.iter().map(|line| line.as_str().expect("a line is text").to_owned()));
    }
    assert!(scripts.len() > 6, "{scripts:?}");
    for script in &scripts {
        is_bash(script);
    }
}

/// Only how the shim is built differs from language to language.
#[test]
fn the_workflows_of_init_are_well_formed_and_differ_in_how_they_build() {
    let mut after_the_build = Vec::new();
    for language in ["python", "typescript", "go", "rust"] {
        let machine = Machine::new();
        let Some((workflow, made)) = init(&machine, language) else { return };
        for trigger in ["push", "pull_request"] {
            assert!(workflow["on"].get(trigger).is_some(), "{language}: {trigger}");
        }
        let mut build = Vec::new();
        for step in steps(&workflow) {
            assert_ne!(step["run"].is_string(), step["uses"].is_string(), "{language}: {step}");
            if let Some(script) = step["run"].as_str() {
                is_bash(script);
                build.extend((step["working-directory"] == "conformance").then(|| script.to_owned()));
            }
        }
        // the command of `init` itself, which its own test runs
        let named = made.split("(cd conformance && ").nth(1).and_then(|rest| rest.split(')').next());
        assert_eq!(build, Vec::from_iter(named.map(str::to_owned)), "{language}");
        let steps: Vec<Value> = steps(&workflow).cloned().collect();
        let after =
            steps.iter().position(|step| step["name"] == "Install thrum-conform").expect("it is there");
        after_the_build.push(steps[after..].to_vec());
    }
    assert!(after_the_build.windows(2).all(|two| two[0] == two[1]), "{after_the_build:?}");
}

#[test]
fn the_steps_of_a_workflow_of_init_install_and_run_the_suite() {
    let machine = Machine::new();
    machine.install_the_suite();
    let Some((workflow, _)) = init(&machine, "python") else { return };
    let run = |name: &str, git: &str| {
        let step = steps(&workflow).find(|step| step["name"] == name).expect("the step is there");
        let variables = BTreeMap::from([("THRUM_CONFORM_GIT".to_owned(), git.to_owned())]);
        let output = machine.bash(step["run"].as_str().expect("it has a script"), &variables);
        (output.status.code(), said(&output))
    };
    assert_eq!(workflow["env"]["THRUM_CONFORM_GIT"], "");
    let (code, text) = run("Install thrum-conform", "");
    assert!(code == Some(1) && text.contains("::error::fill in THRUM_CONFORM_GIT"), "{text}");
    machine.install("cargo", "echo \"cargo $*\"");
    let (code, text) = run("Install thrum-conform", "g");
    assert_eq!(
        (code, text.trim()),
        (Some(0), concat!("cargo install --locked --git g ", env!("CARGO_PKG_NAME")))
    );
    let (code, text) = run("Is the shim a shim?", "g");
    assert_eq!(code, Some(0), "{text}");
    // nothing is filled in yet, so that nothing is decided
    let (code, text) = run("Which rules does the client hold?", "g");
    assert_eq!(code, Some(3), "{text}");
    let kept = steps(&workflow).last().expect("there are steps");
    assert_eq!(kept["if"], "always()");
    let folder = kept["with"]["path"].as_str().expect("it names a folder");
    for file in ["report.json", "junit.xml"] {
        assert!(machine.path("work").join(folder).join(file).is_file(), "{file}");
    }
}

/// The workflow that `init` writes into `work`, and what it says; `None` where there is no reader.
fn init(machine: &Machine, language: &str) -> Option<(Value, String)> {
    let made = Command::new(PROGRAM).args(["init", language]).current_dir(machine.path("work")).output();
    let made = made.expect("the program runs");
    assert!(made.status.success(), "{}", said(&made));
    let workflow = readers::read(&["yaml"], &machine.read("work/.github/workflows/thrum-conform.yml"))?;
    Some((workflow, said(&made)))
}
