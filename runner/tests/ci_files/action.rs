//! `ci/action.yml`: every input is declared, used and passed as a variable, and each step does what it says.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::machine::*;

/// A step of the action, by its name.
fn step<'a>(action: &'a Value, name: &str) -> &'a Value {
    let steps = action["runs"]["steps"].as_array().expect("there are steps");
    steps.iter().find(|step| step["name"] == name).expect("the step is there")
}

/// What stands in `${{ … }}` anywhere in this value.
fn expressions(value: &Value) -> BTreeSet<String> {
    let text = value.to_string();
    let ends = text.split("${{").skip(1).map(|rest| rest.split_once("}}").expect("it is closed").0);
    ends.map(|inner| inner.trim().to_owned()).collect()
}

impl Machine {
    /// Runs a step of the action with these inputs, the others as declared.
    fn step(&self, action: &Value, name: &str, inputs: &[(&str, &str)], github: &[(&str, &str)]) -> Output {
        let step = step(action, name);
        let value = |expression: &str| {
            let (context, key) = expression.split_once('.').expect("it has a context");
            let given = if context == "inputs" { inputs } else { github };
            let given = given.iter().find(|(known, _)| *known == key).map(|(_, value)| (*value).to_owned());
            given.or_else(|| action["inputs"][key]["default"].as_str().map(str::to_owned)).unwrap_or_default()
        };
        let variables = step["env"].as_object().expect("it has variables").iter().map(|(name, text)| {
            let text = text.as_str().expect("a variable is text");
            let inner = text.strip_prefix("${{").and_then(|text| text.strip_suffix("}}"));
            (name.clone(), value(inner.expect("it is an expression").trim()))
        });
        self.bash(step["run"].as_str().expect("it has a script"), &variables.collect())
    }
}

#[test]
fn each_input_is_declared_used_and_never_a_part_of_a_script() {
    let Some(action) = yaml("ci/action.yml") else { return };
    let used: BTreeSet<String> = expressions(&action["runs"])
        .into_iter()
        .filter_map(|inner| inner.strip_prefix("inputs.").map(str::to_owned))
        .collect();
    let declared: BTreeSet<String> =
        action["inputs"].as_object().expect("it has inputs").keys().cloned().collect();
    assert_eq!(used, declared);
    for (name, input) in action["inputs"].as_object().expect("it has inputs") {
        assert!(input["description"].is_string() && input["default"].is_string(), "{name}");
    }
    for step in action["runs"]["steps"].as_array().expect("it has steps") {
        let name = &step["name"];
        assert_eq!(expressions(&step["run"]), BTreeSet::new(), "{name}");
        let Some(script) = step["run"].as_str() else { continue };
        assert_eq!(step["shell"], "bash", "{name}");
        let given: BTreeSet<&str> =
            step["env"].as_object().expect("it has variables").keys().map(|k| &**k).collect();
        let own = |name: &str| name.starts_with("GITHUB_") || name.starts_with("RUNNER_");
        let read: BTreeSet<String> = variables(script).into_iter().filter(|name| !own(name)).collect();
        // the token is read by `gh`
        let given: BTreeSet<String> =
            given.into_iter().filter(|name| *name != "GH_TOKEN").map(str::to_owned).collect();
        assert_eq!(read, given, "{name}");
    }
    let outputs = action["outputs"].to_string();
    assert!(outputs.contains("steps.run.outputs.code") && step(&action, "Test the client")["id"] == "run");
    assert_eq!(step(&action, "Keep the reports")["if"], "always()");
}

#[test]
fn the_action_reports_and_passes_the_exit_code_on() {
    let Some(action) = yaml("ci/action.yml") else { return };
    let shim = |more: &str| format!("'{PROGRAM}' testee {more}");
    for (command, code) in [(shim(""), 0), (shim("--mutant decode-per-read"), 1), ("exit 7".to_owned(), 4)] {
        let machine = Machine::new();
        machine.install_the_suite();
        let inputs = [("command", command.as_str()), ("args", "--run framing/* --role client\n--jobs 2")];
        let output = machine.step(&action, "Test the client", &inputs, &[]);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert_eq!(machine.read("output"), format!("code={code}\n"));
        for (file, wanted) in [
            ("junit.xml", "<testsuites name=\"thrum-conform\""),
            ("report.json", "\"schema\": 1"),
            ("report.md", "thrum-conform: "),
            ("badge.json", "\"schemaVersion\":1"),
        ] {
            let text = machine.read(&format!("work/conformance-reports/{file}"));
            assert!(text.contains(wanted), "{file}: {text}");
        }
        assert!(machine.read("summary").contains("thrum-conform: "), "{}", machine.read("summary"));
        let annotated = said(&output).lines().any(|line| line.starts_with("::error title="));
        assert_eq!(annotated, code != 0, "{}", said(&output));
    }
}

#[test]
fn the_action_without_a_client_tests_nothing() {
    let Some(action) = yaml("ci/action.yml") else { return };
    let machine = Machine::new();
    machine.install_the_suite();
    let output = machine.step(&action, "Test the client", &[], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("::error title=thrum-conform::no client"), "{}", said(&output));
}

#[test]
fn no_input_is_taken_for_a_part_of_a_script() {
    let Some(action) = yaml("ci/action.yml") else { return };
    let machine = Machine::new();
    machine.install("thrum-conform", "printf '[%s]\\n' \"$@\"");
    let evil = "$(touch pwned) `touch pwned`; touch pwned\"'";
    let inputs =
        [("config", evil), ("args", "--run $(touch${IFS}pwned) ;touch *"), ("reports", "-r $(touch pwned)")];
    let inputs = [&inputs[..], &[("command", "echo \"it's\"")]].concat();
    let output = machine.step(&action, "Test the client", &inputs, &[]);
    assert!(output.status.success(), "{}", said(&output));
    let lines = format!(
        "[--config]\n[{evil}]\n[--run]\n[$(touch${{IFS}}pwned)]\n[;touch]\n[*]\n[--]\n[bash]\n[-c]\n[echo \"it's\"]\n"
    );
    assert!(said(&output).ends_with(&lines), "{}", said(&output));
    assert!(!machine.path("work/pwned").exists());
}

#[test]
fn the_action_installs_a_release_whose_checksum_is_right_and_builds_only_where_there_is_none() {
    let Some(action) = yaml("ci/action.yml") else { return };
    let github = [
        ("action_path", "/checkout/ci"),
        ("action_repository", "someone/thrum-conform"),
        ("action_ref", "v0.7.0"),
    ];
    let prepare = |release: &str| {
        let machine = Machine::new();
        let packed = machine.path("packed").display().to_string();
        let pack = Command::new(Path::new(ROOT).join("ci/pack.sh"))
            .arg(&packed)
            .env("THRUM_CONFORM", PROGRAM)
            .output()
            .expect("it runs");
        assert!(pack.status.success(), "{}", said(&pack));
        machine.install(
            "gh",
            &format!("echo \"gh $*\" >&2\nwhile [ \"$1\" != --dir ]; do shift; done\n{release}\ncp '{packed}'/* \"$2\""),
        );
        machine.install("cargo", &cargo(6, "built"));
        machine
    };
    let install = |machine: &Machine, inputs: &[(&str, &str)]| {
        let output = machine.step(&action, "Install thrum-conform", inputs, &github);
        (output.status.code(), said(&output), machine.read("added-to-path").trim().to_owned())
    };

    let machine = prepare("");
    let (code, text, bin) = install(&machine, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("gh release download v0.7.0 --repo someone/thrum-conform"), "{text}");
    assert!(text.contains(concat!("thrum-conform ", env!("CARGO_PKG_VERSION"))), "{text}");
    assert!(Path::new(&bin).join("thrum-conform").is_file(), "{bin}");

    // another program than the one that was released is not run, and nothing else is tried
    let machine = prepare("for file in \"$2\"/../../packed/*.tar.gz; do echo more >> \"$file\"; done");
    let (code, text, bin) = install(&machine, &[]);
    assert!(code != Some(0) && bin.is_empty() && !text.contains("cargo install"), "{text}");
    assert!(text.contains("FAILED"), "{text}");

    let machine = prepare("echo 'release not found' >&2; exit 1");
    let (code, text, bin) = install(&machine, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("cargo install --locked --path /checkout/ci/../runner --root"), "{text}");
    let built = Command::new(Path::new(&bin).join("thrum-conform")).output().expect("it runs");
    assert_eq!(said(&built), "built\n");

    // a release that was asked for by name is not replaced by something else
    let machine = prepare("echo 'release not found' >&2; exit 1");
    let (code, text, bin) = install(&machine, &[("version", "v9.9.9")]);
    assert!(code == Some(2) && bin.is_empty() && !text.contains("cargo"), "{text}");
    assert!(text.contains("gh release download v9.9.9") && text.contains("::error title="), "{text}");
}
