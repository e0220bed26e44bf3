//! The registries of the reference clients are WIRE.md's: the file `chi.*` of each `ci/LANG` is held against it.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Where a build puts what it made or fetched.
const BUILT: [&str; 6] = ["node_modules", "dist", "target", "bin", "__pycache__", ".venv"];

/// The words that a client's registry must hold, in this order: version, chi, pulse kinds.
fn wanted(document: &str) -> Vec<String> {
    let version = Regex::new(r"(?m)^Version: \*\*([0-9.]+)\*\*").expect("a regex");
    let row = Regex::new(r"(?m)^\| CHI-\d\d \| \[([a-z-]+)\]").expect("a regex");
    let kind = Regex::new(r"`(cell-[a-z]+)`").expect("a regex");
    let pulse = document.lines().find(|line| line.starts_with("**REG-03**")).expect("REG-03 lists the kinds");
    let all = |regex: &Regex, text: &str| -> Vec<String> {
        regex.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    [all(&version, document), all(&row, document), all(&kind, pulse)].concat()
}

/// The quoted words of a registry file, each once; Rust keeps its tests in the same file, behind all else.
fn quoted(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let word = Regex::new(r#"["']([a-z]+(?:-[a-z]+)*|\d+\.\d+\.\d+)["']"#).expect("a regex");
    let mut words: Vec<String> = Vec::new();
    for found in word.captures_iter(source) {
        if !words.iter().any(|known| *known == found[1]) {
            words.push(found[1].to_owned());
        }
    }
    words
}

/// The one file of a client that is called `chi`.
fn registry(client: &Path) -> PathBuf {
    let mut found = Vec::new();
    let mut folders = vec![client.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() && !BUILT.iter().any(|built| path.ends_with(built)) {
                folders.push(path);
            } else if path.is_file() && path.file_stem().is_some_and(|stem| stem == "chi") {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "{} has one registry file: {found:?}", client.display());
    found.remove(0)
}

#[test]
fn the_registry_of_each_client_is_that_of_the_document() {
    let wanted = wanted(thrum_vectors::WIRE_DOC);
    assert_eq!(wanted.len(), 1 + 33 + 5, "WIRE.md has a version, 33 chi and five kinds of pulse: {wanted:?}");
    let ci = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ci");
    let folders = fs::read_dir(&ci).expect("ci is a folder").map(|entry| entry.expect("an entry").path());
    let clients: Vec<PathBuf> = folders.filter(|path| path.join("conformance.toml").is_file()).collect();
    assert!(clients.len() >= 4, "there are four clients: {clients:?}");
    for client in clients {
        let path = registry(&client);
        let source = fs::read_to_string(&path).expect("the registry can be read");
        assert_eq!(quoted(&source), wanted, "{} has drifted from WIRE.md", path.display());
    }
}

#[test]
fn a_word_more_or_less_or_misplaced_is_a_drift() {
    assert_eq!(
        quoted(r#"A = "0.7.0"; ["hello", 'tool-call', "hello"] "Not" "a word""#),
        ["0.7.0", "hello", "tool-call"]
    );
    assert_ne!(quoted(r#""0.7.0" "prompt" "hello""#), quoted(r#""0.7.0" "hello" "prompt""#));
}
