//! `ci/action.yml`, `ci/gitlab.yml` and the workflows: well-formed, every input declared, used and passed as a
//! variable; and their scripts do what they say, run by bash against the built program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

#[path = "readers/mod.rs"]
mod readers;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const PROGRAM: &str = env!("CARGO_BIN_EXE_thrum-conform");

/// A file of this project that is YAML; `None` where there is no reader.
fn yaml(path: &str) -> Option<Value> {
    let text = std::fs::read_to_string(Path::new(ROOT).join(path)).expect("the file is there");
    readers::read(&["yaml"], &text)
}

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

/// The variables of the shell that a script reads, in capitals.
fn variables(script: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect::<String>()
    };
    script.split('$').skip(1).map(name).filter(|name| name.len() > 1).collect()
}

/// A folder with a `bin` before everything else on the path, and files that GitHub would give.
struct Machine {
    dir: TempDir,
}

impl Machine {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory can be made");
        for name in ["bin", "work", "work/framing", "runner"] {
            std::fs::create_dir(dir.path().join(name)).expect("a directory can be made");
        }
        // a pattern of cases that is left to the shell becomes this
        std::fs::write(dir.path().join("work/framing/file"), "").expect("the file can be written");
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A program that is a script of bash.
    fn install(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path("bin").join(name);
        std::fs::write(&path, format!("#!/usr/bin/env bash\nset -eu\n{script}\n"))
            .expect("it can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
            .expect("it can be made to run");
    }

    fn install_the_suite(&self) {
        std::os::unix::fs::symlink(PROGRAM, self.path("bin/thrum-conform")).expect("a link can be made");
    }

    /// Runs a script as GitHub does, in `work`.
    fn bash(&self, script: &str, variables: &BTreeMap<String, String>) -> Output {
        let file = self.path("script.sh");
        std::fs::write(&file, script).expect("the script can be written");
        let path = std::env::var("PATH").expect("there is a PATH");
        Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(file)
            .current_dir(self.path("work"))
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_OUTPUT", self.path("output"))
            .env("GITHUB_PATH", self.path("added-to-path"))
            .env("GITHUB_STEP_SUMMARY", self.path("summary"))
            .env("RUNNER_TEMP", self.path("runner"))
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", if cfg!(target_arch = "aarch64") { "ARM64" } else { "X64" })
            .envs(variables)
            .output()
            .expect("bash runs")
    }

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

/// A `cargo install` whose argument in this place is the root, and whose program says this.
fn cargo(root: usize, says: &str) -> String {
    format!(
        "echo \"cargo $*\"\nmkdir -p \"${{{root}}}/bin\"\n\
         printf '#!/bin/sh\\necho \"{says}\"\\n' > \"${{{root}}}/bin/thrum-conform\"\n\
         chmod +x \"${{{root}}}/bin/thrum-conform\""
    )
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
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
fn every_script_is_one_that_bash_can_read_and_every_workflow_is_well_formed() {
    let machine = Machine::new();
    let mut scripts = Vec::new();
    for path in [".github/workflows/ci.yml", ".github/workflows/release.yml"] {
        let Some(workflow) = yaml(path) else { return };
        for (name, job) in workflow["jobs"].as_object().expect("there are jobs") {
            assert!(job["runs-on"].is_string() && job["timeout-minutes"].is_number(), "{path}: {name}");
            let steps = job["steps"].as_array().expect("there are steps");
            scripts.extend(steps.iter().filter_map(|step| step["run"].as_str().map(str::to_owned)));
        }
    }
    let Some(gitlab) = yaml("ci/gitlab.yml") else { return };
    for part in ["before_script", "script"] {
        let lines = gitlab[".thrum-conform"][part].as_array().expect("it is a list");
        scripts.extend(lines.iter().map(|line| line.as_str().expect("a line is text").to_owned()));
    }
    assert!(scripts.len() > 6, "{scripts:?}");
    for script in scripts {
        let file = machine.path("script.sh");
        std::fs::write(&file, &script).expect("the script can be written");
        let output = Command::new("bash").arg("-n").arg(&file).output().expect("bash runs");
        assert!(output.status.success(), "{script}\n{}", said(&output));
    }
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
