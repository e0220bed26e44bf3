//! Releases of the vectors, as a user meets them: frozen, exported, verified, compared, laid out, and written
//! by the guide.

mod archive;
mod bump;
mod format;
mod frozen;
mod guide;

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;
use thrum_conform::release::Shelf;
use thrum_conform::rule::Version;

/// The newest wire.
const WIRE: Version = Version(0, 7, 0);

/// The top of this project.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sets() -> String {
    root().join("vectors/sets").display().to_string()
}

/// The frozen set of the newest wire.
fn newest() -> thrum_conform::release::Set {
    let shelf = Shelf::embedded().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    shelf.newest(WIRE).expect("a set of the newest wire is frozen").clone()
}

fn scratch() -> TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

fn run_in(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.current_dir(dir).args(arguments).output().expect("the binary runs")
}

/// Runs the binary in a folder; it must end with this code, and say these things.
#[track_caller]
fn says(dir: &TempDir, arguments: &[&str], code: i32, wanted: &[&str]) -> String {
    let output = run_in(dir.path(), arguments);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
    for part in wanted {
        assert!(said.contains(part), "{arguments:?}: `{part}` is not said\n{said}");
    }
    said
}

/// Writes the embedded vectors into `thrum`, with this change in the file of that name.
fn write_vectors(dir: &TempDir, name: &str, from: &str, to: &str) {
    for (path, text) in thrum_vectors::vectors() {
        let target = dir.path().join(&path);
        std::fs::create_dir_all(target.parent().expect("it stands in a folder")).expect("a folder is made");
        let text = if path.ends_with(name) {
            assert!(text.contains(from), "{path} does not hold {from}");
            text.replacen(from, to, 1)
        } else {
            text.to_owned()
        };
        std::fs::write(target, text).expect("a vector file is written");
    }
}
