//! The bump check, on the history of the wire: each change that went without a step is caught.

use std::fs;

use tempfile::TempDir;
use thrum_conform::release::{Field, Release, Set};

use crate::{newest, says, scratch};

/// Writes two sets, and has the step between them checked.
#[track_caller]
fn check(dir: &TempDir, old: &Set, new: &Set, code: i32, wanted: &[&str]) {
    for (name, set) in [("old.json", old), ("new.json", new)] {
        fs::write(dir.path().join(name), set.to_text()).expect("written");
    }
    says(dir, &["vectors", "bump-check", "old.json", "new.json"], code, wanted);
}

fn release(text: &str) -> Release {
    text.parse().expect("it is a release")
}

/// Puts a field of hello under another name.
fn rename(set: &mut Set, from: &str, to: &str) {
    let hello = set.chi.get_mut("hello").and_then(Option::as_mut).expect("hello has a body");
    let field = hello.remove(from).expect("the field is there");
    hello.insert(to.to_owned(), field);
}

/// The kinds of a pulse.
fn kinds(set: &mut Set) -> &mut Field {
    let pulse = set.chi.get_mut("pulse").and_then(Option::as_mut).expect("pulse has a body");
    pulse.get_mut("kind").expect("a pulse has a kind")
}

fn with_roosts(set: &mut Set) {
    for kind in &mut kinds(set).values {
        *kind = kind.replace("cell-", "roost-");
    }
}

/// A change of the history: what was before it, and what it is caught for.
type Row = (fn(&mut Set), &'static str);

#[test]
fn each_rename_of_the_history_is_caught() {
    let rows: [Row; 3] = [
        (|set| rename(set, "chis", "chi"), "`hello.chi`: now `chis`, it seems"),
        (|set| rename(set, "bee", "nestling"), "`hello.nestling`: now `bee`, it seems"),
        (with_roosts, "`pulse.kind`: values roost-spawned"),
    ];
    let dir = scratch();
    for (before, caught) in rows {
        let (mut old, mut new) = (newest(), newest());
        before(&mut old);
        (old.version, new.version) = (release("0.7.0+1"), release("0.7.0+2"));
        check(&dir, &old, &new, 1, &["not enough; it needs a major, 1.0.0+1 or above", caught]);
        for (version, code) in [("0.7.1+1", 1), ("0.8.0+1", 1), ("1.0.0+1", 0)] {
            new.version = release(version);
            check(&dir, &old, &new, code, &["a major"]);
        }
    }
}

#[test]
fn all_three_at_once_are_caught() {
    let (mut old, mut new) = (newest(), newest());
    rename(&mut old, "chis", "chi");
    rename(&mut old, "bee", "nestling");
    with_roosts(&mut old);
    new.version = release("0.7.0+2");
    check(&scratch(), &old, &new, 1, &["1.0.0+1", "`hello.chi`", "`hello.nestling`", "`pulse.kind`"]);
}

#[test]
fn chi_that_came_without_a_bump_are_caught() {
    let dir = scratch();
    for (chi, wire, next) in [("tool-info", "0.7.0", "0.8.0"), ("hello", "0.1.0", "0.2.0")] {
        let (mut old, mut new) = (newest(), newest());
        old.chi.remove(chi);
        (old.version, new.version) = (release(&format!("{wire}+1")), release(&format!("{wire}+2")));
        let caught = format!("new chi: `{chi}`");
        check(&dir, &old, &new, 1, &[&format!("needs a minor, {next}+1 or above"), &caught]);
        new.version = release(&format!("{next}+1"));
        check(&dir, &old, &new, 0, &["enough; it needs a minor"]);
    }
}

#[test]
fn a_chi_that_is_gone_or_renamed_is_a_major() {
    let (old, mut new) = (newest(), newest());
    let body = new.chi.remove("curate").expect("the chi is there");
    new.chi.insert("condense".to_owned(), body);
    new.version = release("0.8.0+1");
    check(&scratch(), &old, &new, 1, &["a major, 1.0.0+1", "`curate`: now `condense`, it seems"]);
}

#[test]
fn cases_and_words_need_a_revision_and_scored_expectations_a_major() {
    type Change = fn(&mut Set);
    let id = "framing/split-at-every-byte";
    let rows: [(Change, &str, i32); 7] = [
        (|_| (), "no step", 0),
        (|set| set.cases.values_mut().for_each(|case| case.words.push('x')), "a new revision", 0),
        (
            |set| {
                let mut case = set.cases.remove("framing/split-at-every-byte").expect("it is there");
                case.expects.push('x');
                set.cases.insert("framing/new".to_owned(), case);
            },
            "a new revision",
            0,
        ),
        (
            |set| {
                let case = set.cases.remove("framing/split-at-every-byte").expect("it is there");
                set.cases.insert("framing/nameless".to_owned(), case);
            },
            "a major",
            1,
        ),
        (|set| edit(set, |case| case.status = "withdrawn".to_owned()), "a new revision", 0),
        (|set| edit(set, |case| case.expects.push('x')), "a major", 1),
        (|set| set.rules.values_mut().take(1).for_each(|rule| rule.words.push('x')), "a patch", 1),
    ];
    let dir = scratch();
    for (change, needed, code) in rows {
        let (old, mut new) = (newest(), newest());
        assert!(old.cases.contains_key(id));
        change(&mut new);
        new.version = Release { revision: old.version.revision + 1, ..old.version };
        check(&dir, &old, &new, code, &[needed]);
    }
}

fn edit(set: &mut Set, change: impl Fn(&mut thrum_conform::release::CaseEntry)) {
    change(set.cases.get_mut("framing/split-at-every-byte").expect("it is there"));
}

#[test]
fn a_renamed_case_is_followed_by_its_was() {
    let dir = scratch();
    let (old, mut new) = (newest(), newest());
    let mut case = new.cases.remove("framing/split-at-every-byte").expect("it is there");
    new.cases.insert("framing/nameless".to_owned(), case.clone());
    case.was.push("framing/split-at-every-byte".to_owned());
    fs::write(dir.path().join("old.json"), old.to_text()).expect("written");
    fs::write(dir.path().join("new.json"), new.to_text()).expect("written");
    let lost = [
        "cases renamed without `was`",
        "`framing/nameless` is the same (hint: list the old id in its `was`)",
    ];
    says(&dir, &["vectors", "diff", "old.json", "new.json"], 0, &lost);
    new.cases.insert("framing/nameless".to_owned(), case);
    fs::write(dir.path().join("new.json"), new.to_text()).expect("written");
    let said =
        says(&dir, &["vectors", "diff", "old.json", "new.json"], 0, &["cases renamed", "was `framing/split"]);
    assert!(!said.contains("without `was`"), "{said}");
}

#[test]
fn the_steps_between_the_frozen_wires_are_large_enough() {
    let dir = scratch();
    for (old, new) in [("0.5.0", "0.6.0"), ("0.6.0", "0.7.0"), ("0.7.0", "0.7.0")] {
        says(&dir, &["vectors", "bump-check", old, new], 0, &["enough"]);
    }
    says(&dir, &["vectors", "bump-check", "0.7.0", "0.6.0"], 1, &["chi removed or renamed: `tool-info`"]);
    says(&dir, &["vectors", "diff", "0.6.0", "0.7.0"], 0, &["new chi (3,", "`kad-find-node`", "new rules"]);
    says(&dir, &["vectors", "diff", "0.7.0", "0.7.0"], 0, &["nothing changes for a client"]);
}

#[test]
fn what_names_no_set_is_said() {
    let dir = scratch();
    fs::write(dir.path().join("vector.json"), "{\"format\":1}").expect("written");
    for (operand, wanted) in [
        ("0.8.0", "no set of wire 0.8.0 is frozen"),
        ("0.7.0+99", "0.7.0+99 is not frozen"),
        ("nowhere", "is no file, folder, wire version or release"),
        ("vector.json", "(hint: name an archive, a set, or a folder of vector files)"),
    ] {
        says(&dir, &["vectors", "bump-check", "0.7.0", operand], 2, &[wanted]);
        says(&dir, &["vectors", "diff", operand, "0.7.0"], 2, &[wanted]);
    }
}
