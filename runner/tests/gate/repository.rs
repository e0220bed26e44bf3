//! A client's repository with a `conformance.toml`, and the program run in it.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

pub const OWN: &str = env!("CARGO_BIN_EXE_thrum-conform");
pub const SPLIT: &str = "framing/split-inside-a-two-byte-character";
pub const KNOWN: &str = "decodes each read on its own until the reader is rewritten";

/// A folder with a configuration in it.
pub struct Repository(pub TempDir);

impl Repository {
    /// With `OWN` standing for this program, in any text.
    pub fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let repository = Self(folder);
        repository.put("conformance.toml", config);
        repository
    }

    /// A client that is a mutant of the built-in one; `""` for the whole one.
    pub fn of(mutant: &str, rest: &str) -> Self {
        let arguments =
            if mutant.is_empty() { String::new() } else { format!(", \"--mutant\", \"{mutant}\"") };
        Self::new(&format!(
            "# how it is tested\n[client]\ncommand = [\"OWN\", \"testee\"{arguments}]\n{rest}"
        ))
    }

    pub fn put(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text.replace("OWN", OWN)).expect("the file is written");
    }

    pub fn config(&self) -> String {
        fs::read_to_string(self.0.path().join("conformance.toml")).expect("the file is there")
    }

    /// Changes the configuration, as somebody with an editor would.
    pub fn edit(&self, old: &str, new: &str) {
        let text = self.config();
        assert!(text.contains(old), "`{old}` is not in\n{text}");
        self.put("conformance.toml", &text.replace(old, new));
    }

    /// Runs the program in the folder.
    #[track_caller]
    pub fn says(&self, arguments: &[&str], code: i32, wanted: &[&str]) -> String {
        says_in(self.0.path(), arguments, code, wanted)
    }
}

#[track_caller]
pub fn says_in(folder: &Path, arguments: &[&str], code: i32, wanted: &[&str]) -> String {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
    let output = command.args(arguments).current_dir(folder).output().expect("the binary runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
    // lines are broken where the terminal ends
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in wanted {
        assert!(flat(&said).contains(&flat(part)), "{arguments:?}: `{part}` is not said\n{said}");
    }
    said
}

pub fn expect(case: &str, rest: &str) -> String {
    format!("\n[[expect]]\ncase = \"{case}\"\nstatus = \"fail\"\n{rest}\n")
}
