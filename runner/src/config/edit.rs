//! Changing a configuration: entries are added at its end or taken out, and every other byte stays as it is.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use crate::baseline::{Expected, Place};

/// What stands for a reason until somebody writes one; the gate fails as long as it is there.
pub const PLACEHOLDER: &str = "FIXME: why?";

/// A known failure that is to be added.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Addition {
    /// As `case` is to say.
    pub target: String,
    /// Under which code it fails.
    pub code: String,
    /// Whether it passes at times.
    pub flaky: bool,
}

/// The text with these entries at its end.
pub fn with(text: &str, additions: &[Addition]) -> String {
    let mut text = text.to_owned();
    // what was written on another system stays in its own way
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    for Addition { target, code, flaky } in additions {
        if !text.is_empty() && !text.ends_with('\n') {
            text += end;
        }
        if !text.is_empty() {
            text += end;
        }
        let status = if *flaky { Expected::Flaky } else { Expected::Fail }.word();
        for line in [
            "[[expect]]".to_owned(),
            format!("case = \"{target}\""),
            format!("status = \"{status}\""),
            format!("code = \"{code}\""),
            format!("reason = \"{PLACEHOLDER}\""),
        ] {
            text += &line;
            text += end;
        }
    }
    text
}

/// The text without these entries, and without the comment that stands right above each and the empty line that
/// parted it from what is before.
pub fn without(text: &str, gone: &[&Place]) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out: BTreeSet<usize> = BTreeSet::new();
    for place in gone {
        let (mut first, last) = (place.first - 1, place.first - 1 + place.lines.len());
        while first > 0 && lines[first - 1].trim_start().starts_with('#') {
            first -= 1;
        }
        let is_empty = |line: usize| lines.get(line).is_some_and(|line| line.trim().is_empty());
        if first > 0 && is_empty(first - 1) {
            first -= 1;
        }
        out.extend(first..last);
    }
    lines.iter().enumerate().filter(|(line, _)| !out.contains(line)).map(|(_, text)| *text).collect()
}

/// Writes a text in place of a file: all of it or nothing, with the file's own permissions, through a link.
pub fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = std::fs::metadata(&path)?.permissions();
    let mut draft = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new("/")))?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().set_permissions(permissions)?;
    draft.persist(&path)?;
    Ok(())
}
