//! `vectors fmt`: what it writes, and what it leaves alone.

use std::fs;

use crate::{root, run_in, says, scratch, write_vectors};

#[test]
fn the_vectors_are_laid_out() {
    let output = run_in(&root(), &["vectors", "fmt", "--check"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_file_is_laid_out_once_and_then_left_alone() {
    let dir = scratch();
    write_vectors(
        &dir,
        "sigil.json",
        "      \"id\": \"sigil/known-answers\",\n",
        " \"id\":\"sigil/known-answers\",",
    );
    let path = dir.path().join("thrum/helpers/sigil.json");
    let messy = fs::read_to_string(&path).expect("it is there");
    says(&dir, &["vectors", "fmt", "thrum", "--check"], 1, &["sigil.json: is not laid out", "(hint: "]);
    assert_eq!(fs::read_to_string(&path).expect("it is there"), messy);
    says(&dir, &["vectors", "fmt", "thrum"], 0, &["sigil.json: laid out"]);
    let tidy = fs::read_to_string(&path).expect("it is there");
    let (_, embedded) = thrum_vectors::vectors()
        .into_iter()
        .find(|(name, _)| name.ends_with("sigil.json"))
        .expect("the file is embedded");
    assert_eq!(tidy, embedded);
    says(&dir, &["vectors", "fmt", "thrum"], 0, &["all laid out"]);
}

#[test]
fn nothing_is_written_where_a_file_cannot_be_laid_out() {
    let dir = scratch();
    fs::write(dir.path().join("a.json"), "{\"cases\":[{ \"id\":\"a/b\"}]}").expect("written");
    fs::write(dir.path().join("b.json"), "{\"cases\":[],\n\"cases\":[]}").expect("written");
    says(&dir, &["vectors", "fmt", "."], 2, &["nothing was laid out", "b.json:2:", "duplicate key `cases`"]);
    assert!(fs::read_to_string(dir.path().join("a.json")).expect("it is there").contains("{ \"id\""));
    says(&dir, &["vectors", "fmt", "nowhere"], 2, &["nowhere", "(hint: "]);
    says(&dir, &["vectors", "fmt"], 2, &["vectors/thrum", "(hint: "]);
}
