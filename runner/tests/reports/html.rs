//! The page for a browser, read by parse5; `tests/browser` opens it in one.

use std::collections::BTreeSet;

use serde_json::Value;
use thrum_conform::report::{
    CompareFormat, Comparison, Format, Matrix, MatrixFormat, Report, write_comparison, write_matrix,
};

use crate::{readers, red, sample, wild, written};

/// A page without a run's own rows: style, script and frame.
const BYTES_MAX: usize = 400_000;

#[track_caller]
fn read(what: &str, report: &Report) -> Option<Value> {
    let read = readers::read(&["html"], &written(report, Format::Html))?;
    assert_eq!(read["faults"], Value::Array(Vec::new()), "{what}");
    Some(read)
}

fn keys(read: &Value, of: &str) -> BTreeSet<String> {
    read[of].as_object().expect("they are counted").keys().cloned().collect()
}

fn texts<'a>(read: &'a Value, of: &str) -> Vec<&'a str> {
    read[of].as_array().expect("they are listed").iter().filter_map(Value::as_str).collect()
}

#[test]
fn says_at_once_how_the_run_ended() {
    let is_good = |what: &str, report: &Report| {
        let read = read(what, report)?;
        let text = read["text"].as_str().expect("there is text").trim_start().to_owned();
        assert_eq!(text.starts_with('✓'), text.contains("✓ Conformant"), "{what}: the title and the heading");
        Some(text.starts_with('✓'))
    };
    for (what, report) in red() {
        assert_ne!(is_good(what, &report), Some(true), "{what}");
    }
    assert_ne!(is_good("fine", &sample::fine()), Some(false));
}

#[test]
fn nothing_is_loaded_and_every_link_leads_to_something_on_the_page() {
    for (what, report) in red().iter().chain(&wild()) {
        let Some(read) = read(what, report) else { return };
        let ids = texts(&read, "ids");
        let unique: BTreeSet<&&str> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{what}: an id stands twice in {ids:?}");
        for link in texts(&read, "links") {
            let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{what}: {link} leads away"));
            assert!(ids.contains(&target), "{what}: {link} leads nowhere");
        }
        let page = written(report, Format::Html);
        let policy = "http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;sha256-";
        assert!(page.contains(policy), "{what}");
        for part in ["url(http", "@import", "<link"] {
            assert!(!page.contains(part), "{what}: {part}");
        }
    }
}

#[test]
fn shows_what_explains_a_failure() {
    let Some(read) = read("everything", &sample::everything()) else { return };
    let text = read["text"].as_str().expect("there is text");
    for part in [
        "A receiver collects bytes until LF.",
        "framing.split-corrupts",
        "step 5 of 5",
        "a tone that arrived in pieces was lost or altered",
        "buffer bytes until LF and decode the whole line",
        "thrum-conform client --run framing/split-inside-a-two-byte-character --trace -- python3 shim.py",
        "✗ chunk delivered",
        "4 bytes, not UTF-8",
        "0000  7b c3 7d 0a                                      {.}.",
        "{\"chi\":\"hello\",\"rid\":\"h-1\"}\\n",
        "a line of the client",
        "decodes each read on its own until the reader is rewritten, reader#12 (conformance.toml:12)",
        "its verdict was not the same each time: 7 times DLV-01 held, 1 time DLV-01 observed late",
        "the shim left other processes behind when it stopped",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

fn side_by_side(reports: &[Report]) -> String {
    let mut out = Vec::new();
    write_matrix(&Matrix::of(reports), MatrixFormat::Html, &mut out).expect("memory can be written to");
    String::from_utf8(out).expect("a page is text")
}

fn compared(old: &Report, new: &Report) -> String {
    let mut out = Vec::new();
    write_comparison(&Comparison::of(old, new), CompareFormat::Html, &mut out)
        .expect("memory can be written to");
    String::from_utf8(out).expect("a page is text")
}

#[test]
fn sets_clients_side_by_side_and_tells_what_changed() {
    let (old, new) = (sample::fine(), sample::everything());
    let matrix = side_by_side(&[sample::fine(), sample::everything()]);
    let Some(matrix) = readers::read(&["html"], &matrix) else { return };
    assert_eq!(matrix["faults"], Value::Array(Vec::new()));
    // a table for each side, with a head, the exit codes, and for each section its counts and its rules
    assert_eq!(
        (&matrix["elements"]["table"], &matrix["elements"]["thead"]),
        (&Value::from(2), &Value::from(2))
    );
    let text = matrix["text"].as_str().expect("there is text");
    for part in ["thrum-py 0.7.0", "✗ violated", "FRAME-10 MUST", "A receiver collects bytes until LF."] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let head = |old: &Report, new: &Report| {
        let read = readers::read(&["html"], &compared(old, new))?;
        assert_eq!(read["faults"], Value::Array(Vec::new()));
        let text = read["text"].as_str().expect("there is text");
        assert_eq!(text.contains("Rules that are newly violated"), text.contains("FRAME-10"), "{text}");
        text.trim_start().split_once(" · thrum-conform").map(|(title, _)| title.to_owned())
    };
    assert_eq!(head(&old, &new).as_deref(), Some("✗ Worse than before"));
    assert_eq!(head(&new, &new).as_deref(), Some("✓ The same as before"));
}

#[test]
fn nothing_that_a_client_writes_is_markup_or_steers_what_shows_it() {
    let Some(plain) = read("everything", &sample::everything()) else { return };
    for (what, report) in wild() {
        let page = written(&report, Format::Html);
        assert!(page.len() < BYTES_MAX, "{what}: {} bytes", page.len());
        let steers = |c: char| {
            c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!page.contains(steers), "{what}");
        let Some(wild) = read(what, &report) else { return };
        for of in ["elements", "attributes"] {
            let new: Vec<String> = keys(&wild, of).difference(&keys(&plain, of)).cloned().collect();
            // a diagnosis has a place that the other report does not need
            assert!(new.is_empty(), "{what}: {of} {new:?}");
        }
        for element in ["script", "style", "h1", "button", "a"] {
            assert_eq!(wild["elements"][element], plain["elements"][element], "{what}: {element}");
        }
        let plain = sample::everything();
        for page in [side_by_side(&[report.clone(), plain.clone()]), compared(&plain, &report)] {
            assert!(page.len() < BYTES_MAX, "{what}: {} bytes", page.len());
            assert!(!page.contains(steers), "{what}");
            let Some(read) = readers::read(&["html"], &page) else { return };
            assert_eq!(read["faults"], Value::Array(Vec::new()), "{what}");
            for element in ["script", "style", "h1"] {
                assert_eq!(read["elements"][element], 1, "{what}: {element}");
            }
            assert_eq!(read["elements"]["img"], Value::Null, "{what}");
        }
    }
}
