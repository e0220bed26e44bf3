//! What each format looks like, made from one stored run. `UPDATE_GOLDEN=1` writes the files anew, the run too, to be
//! looked at and committed.

use std::path::{Path, PathBuf};

use thrum_conform::report::{Format, Look, Report};

use crate::tty::told;
use crate::{sample, written};

/// The run that all of them are made from.
const RUN: &str = "report.json";

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)
}

fn is_update() -> bool {
    let asked = std::env::var_os("UPDATE_GOLDEN").is_some();
    assert!(!asked || std::env::var_os("CI").is_none(), "golden files are not written in CI");
    asked
}

/// The stored run; while the files are written anew, what it will be.
fn stored() -> Report {
    if is_update() {
        return sample::everything();
    }
    Report::read(&path(RUN)).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn looks_like(format: Format, file: &str) {
    is_as_in(file, &written(&stored(), format));
}

#[track_caller]
fn is_as_in(file: &str, text: &str) {
    if is_update() {
        std::fs::write(path(file), text).expect("the file can be written");
        return;
    }
    let golden = std::fs::read_to_string(path(file)).expect("the golden file is there");
    for (number, (was, is)) in golden.lines().zip(text.lines()).enumerate() {
        assert_eq!(was, is, "{file}:{} (hint: `UPDATE_GOLDEN=1` writes it anew)", number + 1);
    }
    assert_eq!(golden, text, "{file}");
}

#[test]
fn json() {
    is_as_in(RUN, &written(&sample::everything(), Format::Json));
}

#[test]
fn junit() {
    looks_like(Format::Junit, "report.junit.xml");
}

#[test]
fn tap() {
    looks_like(Format::Tap, "report.tap");
}

#[test]
fn github() {
    looks_like(Format::Github, "report.github.txt");
}

#[test]
fn md() {
    looks_like(Format::Md, "report.md");
}

#[test]
fn badge() {
    looks_like(Format::Badge, "report.badge.json");
}

#[test]
fn tty() {
    for (width, ascii, file) in
        [(100, false, "report.tty.txt"), (60, false, "report.tty-60.txt"), (80, true, "report.tty-ascii.txt")]
    {
        is_as_in(file, &told(&stored(), Look { width, ascii, ..Look::PLAIN }));
    }
}

#[test]
fn ndjson() {
    looks_like(Format::Ndjson, "report.ndjson");
}

/// Without the style and the script, which are files of their own, and the policy with their digests.
#[test]
fn html() {
    let without = |text: &str, from: &str, to: &str| {
        let (before, rest) = text.split_once(from).expect("it begins");
        let (_, after) = rest.split_once(to).expect("it ends");
        format!("{before}{from}…{to}{after}")
    };
    let page = written(&stored(), Format::Html);
    let page = without(&page, "<style>", "</style>");
    let page = without(&page, "<script>", "</script>");
    is_as_in("report.html", &without(&page, "style-src ", " base-uri"));
}
