//! `ci/gitlab.yml`: its variables, and what its script does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::machine::*;

#[test]
fn the_gitlab_job_reports_and_passes_the_exit_code_on() {
    let Some(gitlab) = yaml("ci/gitlab.yml") else { return };
    let job = &gitlab[".thrum-conform"];
    let part = |name: &str| -> Vec<&str> {
        job[name].as_array().expect("it is a list").iter().filter_map(Value::as_str).collect()
    };
    let script = [part("before_script"), part("script")].concat().join("\n");
    let declared: BTreeMap<String, String> = job["variables"]
        .as_object()
        .expect("it has variables")
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().expect("it is text").to_owned()))
        .collect();
    let given: BTreeSet<String> = declared.keys().cloned().collect();
    let read: BTreeSet<String> =
        variables(&script).into_iter().filter(|name| !["PWD", "PATH"].contains(&name.as_str())).collect();
    assert_eq!(read, given);
    assert_eq!(job["artifacts"]["when"], "always");
    assert_eq!(job["artifacts"]["reports"]["junit"], "$THRUM_REPORTS/junit.xml");

    let run = |machine: &Machine, variables: &[(&str, &str)]| {
        let mut all = declared.clone();
        all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        machine.bash(&script, &all)
    };
    for (more, code) in [("", 0), ("--mutant decode-per-read", 1)] {
        let machine = Machine::new();
        machine.install_the_suite();
        let command = format!("'{PROGRAM}' testee {more}");
        let output =
            run(&machine, &[("THRUM_COMMAND", &command), ("THRUM_ARGS", "--run framing/* --role client")]);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        for file in ["junit.xml", "report.json", "report.md", "badge.json"] {
            assert!(machine.path("work/conformance-reports").join(file).is_file(), "{file}");
        }
    }
    let machine = Machine::new();
    machine.install_the_suite();
    assert_eq!(run(&machine, &[]).status.code(), Some(2));
    // where the image has none, it is built from what the job names
    let machine = Machine::new();
    machine.install("cargo", &cargo(8, "built $*"));
    let named = [("THRUM_CONFORM_GIT", "g"), ("THRUM_CONFORM_REF", "v1"), ("THRUM_CONFIG", "a b.toml")];
    let output = run(&machine, &named);
    assert!(said(&output).contains("cargo install --locked --git g --tag v1"), "{}", said(&output));
    assert!(
        said(&output).contains("built client --report tty") && said(&output).contains("--config a b.toml")
    );
    let output = run(&Machine::new(), &[("THRUM_COMMAND", "true")]);
    assert!(!output.status.success() && said(&output).contains("names the repository"), "{}", said(&output));
}
