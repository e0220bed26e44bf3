//! The sets in `vectors/sets/` are those of the vectors, and a set that is out never changes.

use thrum_conform::release::Shelf;
use thrum_conform::rule::Version;

use crate::{root, run_in, says, scratch, sets, write_vectors};

#[test]
fn the_frozen_sets_are_those_of_the_vectors() {
    let output = run_in(&root(), &["vectors", "freeze", "--check", "--sets", &sets()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{lines}{said}");
    for wire in ["0.5.0+", "0.6.0+", "0.7.0+"] {
        assert!(lines.contains(wire), "{lines}");
    }
}

#[test]
fn each_set_has_the_registry_of_its_wire() {
    let shelf = Shelf::embedded().unwrap_or_else(|faults| panic!("{}", faults.join("\n")));
    for (wire, count, hello) in [((0, 5, 0), 29, false), ((0, 6, 0), 30, false), ((0, 7, 0), 33, true)] {
        let set = shelf.newest(Version(wire.0, wire.1, wire.2)).expect("a set is frozen");
        assert_eq!(set.chi.len(), count, "{}", set.version);
        // what hello held before 0.7.0 is not known
        assert_eq!(set.chi["hello"].is_some(), hello, "{}", set.version);
        assert_eq!(set.rules.contains_key("HELLO-04"), hello, "{}", set.version);
        let text = std::fs::read_to_string(root().join(format!("vectors/sets/{}.json", set.version)));
        assert_eq!(text.expect("the set is a file"), set.to_text());
    }
}

#[test]
fn a_changed_expectation_does_not_go_unnoticed() {
    let dir = scratch();
    write_vectors(&dir, "sigil.json", "\"returns\": \"7378d90ed270\"", "\"returns\": \"7378d90ed271\"");
    let check = ["vectors", "freeze", "--check", "--vectors", "thrum", "--sets", &sets()];
    let changed = "scored cases that expect something else: `sigil/known-answers`: examples #1";
    let said = says(&dir, &check, 1, &["not what was frozen", "(hint: ", changed]);
    assert_eq!(said.matches("is not frozen so").count(), 3, "{said}");
    says(
        &dir,
        &["vectors", "diff", "0.7.0", "thrum"],
        0,
        &["scored cases that expect something else", "`sigil/known-answers`: examples #1"],
    );
    says(
        &dir,
        &["vectors", "bump-check", "0.7.0", "thrum"],
        1,
        &["needs a major, 1.0.0+1", "sigil/known-answers"],
    );
    says(
        &dir,
        &["vectors", "export", "--vectors", "thrum", "-o", "out"],
        2,
        &["`vectors freeze` comes first"],
    );
}

#[test]
fn a_released_set_is_followed_and_never_changed() {
    let dir = scratch();
    std::fs::create_dir(dir.path().join("sets")).expect("a folder is made");
    let freeze = ["vectors", "freeze", "--vectors", "thrum", "--sets", "sets"];
    let out = |name: &str| std::fs::read_to_string(dir.path().join("sets").join(name));

    write_vectors(&dir, "sigil.json", "", "");
    says(&dir, &freeze, 0, &["0.7.0+1", "a draft, written"]);
    // a draft is frozen anew under the same number, whatever changes
    write_vectors(&dir, "sigil.json", "\"returns\": \"7378d90ed270\"", "\"returns\": \"7378d90ed271\"");
    says(&dir, &freeze, 0, &["0.7.0+1", "a draft, written"]);
    says(&dir, &[&freeze[..], &["--release"]].concat(), 0, &["0.7.0+1", "released now"]);
    let released = out("0.7.0+1.json").expect("the set is there");

    // other words: a new revision
    write_vectors(&dir, "sigil.json", "\"returns\": \"7378d90ed270\"", "\"returns\": \"7378d90ed271\"");
    let path = dir.path().join("thrum/helpers/sigil.json");
    let text = std::fs::read_to_string(&path).expect("the file is there");
    std::fs::write(&path, text.replace("the first byte is 00", "the first byte is zero")).expect("written");
    says(
        &dir,
        &freeze,
        0,
        &["0.7.0+2", "a draft, written; since 0.7.0+1 1 changes, which need a new revision"],
    );
    assert_eq!(out("0.7.0+1.json").expect("the set is there"), released);

    // another expectation: refused, and nothing is written
    std::fs::remove_file(dir.path().join("sets/0.7.0+2.json")).expect("it was written");
    write_vectors(&dir, "sigil.json", "", "");
    says(&dir, &freeze, 1, &["not enough, it must be 1.0.0+1", "nothing was frozen", "(hint: "]);
    assert!(out("0.7.0+2.json").is_err());
    assert_eq!(out("0.7.0+1.json").expect("the set is there"), released);
}

#[test]
fn a_case_that_changes_its_id_says_which_it_had() {
    let dir = scratch();
    std::fs::create_dir(dir.path().join("sets")).expect("a folder is made");
    let freeze = ["vectors", "freeze", "--vectors", "thrum", "--sets", "sets"];
    write_vectors(&dir, "sigil.json", "", "");
    says(&dir, &freeze, 0, &["0.7.0+1", "a draft, written"]);
    write_vectors(&dir, "sigil.json", "\"sigil/known-answers\"", "\"sigil/fixed-answers\"");
    let lost = "cases renamed without `was`: `sigil/known-answers`: `sigil/fixed-answers` is the same";
    says(&dir, &freeze, 1, &[lost, "nothing was frozen", "(hint: list the old id in the `was`"]);
    let named = "\"sigil/fixed-answers\",\n      \"was\": [\"sigil/known-answers\"]";
    write_vectors(&dir, "sigil.json", "\"sigil/known-answers\"", named);
    says(&dir, &freeze, 0, &["cases renamed: `sigil/fixed-answers`: was `sigil/known-answers`", "written"]);
}

#[test]
fn a_set_that_was_changed_by_hand_is_refused() {
    let dir = scratch();
    std::fs::create_dir(dir.path().join("sets")).expect("a folder is made");
    let text = crate::newest().to_text().replacen("\"scored\"", "\"withdrawn\"", 1);
    std::fs::write(dir.path().join("sets/0.7.0+1.json"), text).expect("written");
    says(&dir, &["vectors", "freeze", "--sets", "sets"], 2, &["0.7.0+1.json", "changed by hand"]);
}

#[test]
fn what_cannot_be_frozen_is_said() {
    let dir = scratch();
    says(&dir, &["vectors", "freeze"], 2, &["vectors/sets", "--sets"]);
    says(
        &dir,
        &["vectors", "freeze", "--wire", "0.4.0", "--sets", &sets()],
        2,
        &["0.4.0", "0.5.0, 0.6.0, 0.7.0"],
    );
    says(&dir, &["vectors", "freeze", "--wire", "seven", "--sets", "."], 2, &["no version such as"]);
    says(&dir, &["vectors", "freeze", "--vectors", "nowhere", "--sets", &sets()], 2, &["nowhere"]);
}
