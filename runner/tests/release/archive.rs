//! Archives: the same bytes every time, whole or refused, and run as they are.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use thrum_conform::release::{Archive, Shelf, verify};

use crate::{newest, says, scratch};

/// Exports the newest wire; gives the folder and the archive's path.
fn exported(dir: &TempDir, into: &str) -> PathBuf {
    says(dir, &["vectors", "export", "-o", into], 0, &[&newest().version.to_string(), "cases in"]);
    dir.path().join(into).join(format!("{}.tar", Archive::name(newest().version)))
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

#[test]
fn two_exports_are_the_same_to_the_byte() {
    let dir = scratch();
    let (one, two) = (exported(&dir, "one"), exported(&dir, "two/deeper"));
    assert!(fs::read(&one).expect("it is there") == fs::read(&two).expect("it is there"));
    let beside = one.with_file_name(format!("{}.manifest.json", Archive::name(newest().version)));
    let archive = Archive::unpack(&fs::read(&one).expect("it is there")).expect("it is an archive");
    assert_eq!(fs::read_to_string(beside).expect("the manifest lies beside"), archive.files["manifest.json"]);
    for file in ["set.json", "rules.json", "kills.json", "CHANGELOG.md", "WIRE.md", "schema/vector.json"] {
        assert!(archive.files.contains_key(file), "{file} is missing");
    }
    says(&dir, &["vectors", "verify", shown(&one)], 0, &["all whole"]);
}

#[test]
fn each_wire_version_has_an_archive_that_stands_on_its_own() {
    let dir = scratch();
    for wire in ["0.5.0", "0.6.0", "0.7.0"] {
        let said = says(&dir, &["vectors", "export", "--wire", wire, "-o", "out"], 0, &[wire]);
        let path = said.split(": ").next().expect("the path comes first").to_owned();
        says(&dir, &["vectors", "lint", &path], 0, &["no fault"]);
        says(
            &dir,
            &["list", "--vectors", &path],
            0,
            &[&format!("registry/chi-of-{}", wire.replace('.', "-"))],
        );
    }
}

#[test]
fn no_byte_can_change_unnoticed() {
    let dir = scratch();
    let bytes = fs::read(exported(&dir, "out")).expect("it is there");
    let known = Shelf::default();
    assert!(verify(&bytes, &known).is_ok());
    // headers, texts, padding, and the end
    for at in (0..bytes.len()).step_by(9_973).chain(bytes.len() - 1_030..bytes.len() - 1_020) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(verify(&flipped, &known).is_err(), "byte {at} of {}", bytes.len());
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(verify(&longer, &known).is_err());
    assert!(verify(&bytes[..bytes.len() - 512], &known).is_err());
}

#[test]
fn verify_names_what_is_missing_changed_or_extra() {
    let dir = scratch();
    let path = exported(&dir, "out");
    let mut archive = Archive::unpack(&fs::read(&path).expect("it is there")).expect("it is an archive");
    archive.files.remove("schema/act.json");
    archive.files.insert("cases/more.json".to_owned(), "{}".to_owned());
    if let Some(text) = archive.files.get_mut("cases/framing.json") {
        *text = text.replacen("hum-x", "hum-y", 1);
    }
    fs::write(&path, archive.pack().expect("it packs")).expect("written");
    let faults = [
        "schema/act.json: is missing",
        "cases/more.json: is not in the manifest",
        "cases/framing.json: was changed",
    ];
    says(&dir, &["vectors", "verify", shown(&path)], 1, &faults);
    let refused = [&faults[..], &["the archive is damaged", "(hint: fetch it again)"]].concat();
    says(&dir, &["client", "--vectors", shown(&path)], 2, &refused);
}

#[test]
fn a_released_archive_is_run() {
    let dir = scratch();
    let path = exported(&dir, "out");
    let run = ["client", "--vectors", shown(&path), "--run", "sigil/*"];
    says(&dir, &run, 0, &["MUST held"]);
    let json = [&run[..], &["--report", "json"]].concat();
    says(&dir, &json, 0, &[&format!("\"vectors\": \"{}\"", newest().version)]);
    let other = [&run[..], &["--wire", "0.6.0"]].concat();
    says(&dir, &other, 2, &["was cut for wire 0.7.0", "(hint: "]);
}

#[test]
fn what_is_no_archive_is_said() {
    let dir = scratch();
    fs::write(dir.path().join("text.tar"), "no archive").expect("written");
    says(&dir, &["vectors", "verify", "text.tar"], 2, &["is no archive"]);
    says(&dir, &["vectors", "verify", "nowhere.tar"], 2, &["nowhere.tar"]);
    says(&dir, &["vectors", "export", "-o", "text.tar"], 2, &["text.tar"]);
    says(&dir, &["vectors", "export", "--wire", "0.4.0", "-o", "out"], 2, &["no set is cut for wire 0.4.0"]);
    let path = exported(&dir, "out");
    says(&dir, &["vectors", "freeze", "--vectors", shown(&path), "--sets", "."], 2, &["was cut already"]);
}
