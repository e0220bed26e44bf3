//! "How to write a case" in `vectors/README.md`, followed to the letter.

use std::fs;

use crate::{root, run_in, scratch};

#[test]
fn the_guide_works_word_for_word() {
    let text = fs::read_to_string(root().join("vectors/README.md")).expect("the guide is there");
    let (_, section) = text.split_once("## How to write a case\n").expect("the section is there");
    let section = section.split("\n## ").next().unwrap_or(section);
    let blocks: Vec<(&str, &str)> =
        section.split("```").skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect();
    let dir = scratch();
    let files: Vec<&str> = blocks.iter().filter(|(kind, _)| *kind == "json").map(|(_, text)| *text).collect();
    assert_eq!(files.len(), 1, "the guide shows one file");
    fs::create_dir(dir.path().join("my-vectors")).expect("a folder is made");
    fs::write(dir.path().join("my-vectors/blank.json"), files[0]).expect("written");
    let mut ran = 0;
    let lines = blocks.iter().filter(|(kind, _)| kind.is_empty()).flat_map(|(_, text)| text.lines());
    // a command, and behind a `#` what it ends with
    for line in lines.filter_map(|line| line.strip_prefix("thrum-conform ")) {
        let (command, ends) = line.split_once('#').expect("each command says what it ends with");
        let wanted: i32 = ends.trim().trim_start_matches("exit ").parse().expect("it ends with a number");
        let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches('\'')).collect();
        let output = run_in(dir.path(), &words);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(wanted), "{line}\n{said}{error}");
        ran += 1;
    }
    assert!(ran >= 5, "only {ran} commands were found");
}
