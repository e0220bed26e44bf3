//! A machine of a CI system, as far as a script sees it; and what is read of a script before it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::readers;

pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_thrum-conform");

/// A file of this project that is YAML; `None` where there is no reader.
pub fn yaml(path: &str) -> Option<Value> {
    let text = std::fs::read_to_string(Path::new(ROOT).join(path)).expect("the file is there");
    readers::read(&["yaml"], &text)
}

/// The variables of the shell that a script reads, in capitals.
pub fn variables(script: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect::<String>()
    };
    script.split('$').skip(1).map(name).filter(|name| name.len() > 1).collect()
}

/// A folder with a `bin` before everything else on the path, and files that GitHub would give.
pub struct Machine {
    dir: TempDir,
}

impl Machine {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory can be made");
        for name in ["bin", "work", "work/framing", "runner"] {
            std::fs::create_dir(dir.path().join(name)).expect("a directory can be made");
        }
        // a pattern of cases that is left to the shell becomes this
        std::fs::write(dir.path().join("work/framing/file"), "").expect("the file can be written");
        Self { dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A program that is a script of bash.
    pub fn install(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path("bin").join(name);
        std::fs::write(&path, format!("#!/usr/bin/env bash\nset -eu\n{script}\n"))
            .expect("it can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
            .expect("it can be made to run");
    }

    pub fn install_the_suite(&self) {
        std::os::unix::fs::symlink(PROGRAM, self.path("bin/thrum-conform")).expect("a link can be made");
    }

    /// Runs a script as GitHub does, in `work`.
    pub fn bash(&self, script: &str, variables: &BTreeMap<String, String>) -> Output {
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
}

/// A `cargo install` whose argument in this place is the root, and whose program says this.
pub fn cargo(root: usize, says: &str) -> String {
    format!(
        "echo \"cargo $*\"\nmkdir -p \"${{{root}}}/bin\"\n\
         printf '#!/bin/sh\\necho \"{says}\"\\n' > \"${{{root}}}/bin/thrum-conform\"\n\
         chmod +x \"${{{root}}}/bin/thrum-conform\""
    )
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Whether bash can read a script, without running it.
#[track_caller]
pub fn is_bash(script: &str) {
    let output = Command::new("bash").args(["-n", "-c", script]).output().expect("bash runs");
    assert!(output.status.success(), "{script}\n{}", said(&output));
}
