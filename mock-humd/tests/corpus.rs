//! What the fuzzer kept is tried again by every run of the tests: `fuzz/properties` says what has to hold, and
//! `fuzz/corpus` has the inputs, the fewest that reach all of the code that was ever reached.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "../fuzz/properties/line.rs"]
mod line;
#[path = "../fuzz/properties/pattern.rs"]
mod pattern;
#[path = "../fuzz/properties/script.rs"]
mod script;

use std::path::Path;

/// Tries each file of a corpus; what panics says which one it was.
fn try_all(corpus: &str, holds: fn(&[u8])) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(corpus);
    let files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() > 5, "{}: {} files", dir.display(), files.len());
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let tried = std::panic::catch_unwind(|| holds(&bytes));
        assert!(tried.is_ok(), "{}: see the panic above", file.display());
    }
}

#[test]
fn lines_are_read_alike_by_all_who_read_them() {
    try_all("line", line::holds);
}

#[test]
fn patterns_are_read_checked_and_filled() {
    try_all("pattern", pattern::holds);
}

#[test]
fn scripts_are_read_or_their_faults_said() {
    try_all("script", script::holds);
}
