//! From the text to a [`Config`], or to all that is wrong with it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::fields::{At, Faults, Fields};
use super::{Client, Config, Pin};
use crate::baseline::{Entry, Expected, Place, Target};
use crate::plan::Narrow;
use crate::rule::{Level, Profile};
use crate::testee::{OWN_VARIABLES, nearest_capability};

const FILE: &[&str] = &["client", "vectors", "expect"];
const CLIENT: &[&str] = &["command", "bee", "env", "capabilities", "profiles", "level", "wire"];
const VECTORS: &[&str] = &["release", "archive", "sha256"];
const EXPECT: &[&str] = &["case", "status", "code", "reason", "issue", "until"];

pub(super) fn read(name: &str, text: String, folder: PathBuf) -> Result<Config, Vec<Fault>> {
    let mut faults = Faults::new(&text);
    let (document, errors) = DeTable::parse_recoverable(&text);
    for error in &errors {
        faults.unreadable(error);
    }
    Fields::new("the file", 0, document.get_ref(), FILE, &mut faults);
    let client = section(document.get_ref(), "client", "[client]", CLIENT, &mut faults)
        .map(|fields| client(name, &fields, &mut faults))
        .unwrap_or_default();
    let pin = section(document.get_ref(), "vectors", "[vectors]", VECTORS, &mut faults)
        .map(|fields| pin(&folder, &fields, &mut faults))
        .unwrap_or_default();
    let entries = entries(name, &text, document.get_ref(), &mut faults);
    let faults = faults.into_sorted();
    if faults.is_empty() {
        Ok(Config { name: name.to_owned(), folder, client, pin, entries, text })
    } else {
        Err(faults)
    }
}

fn section<'f, 't>(
    document: &'f DeTable<'t>,
    key: &'static str,
    shown: &'static str,
    known: &'static [&'static str],
    faults: &mut Faults<'_>,
) -> Option<Fields<'f, 't>> {
    let value = document.get(key)?;
    let Some(table) = value.get_ref().as_table() else {
        faults.add(value.span().start, format!("`{key}` is a table"), format!("begin it with `{shown}`"));
        return None;
    };
    Some(Fields::new(shown, value.span().start, table, known, faults))
}

fn client(file: &str, fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Client {
    let shim = command(fields, "command", "`command = [\"python3\", \"shim.py\"]`", faults);
    let bee = command(fields, "bee", "`bee = [\"python3\", \"bee.py\"]`", faults);
    let mut env = BTreeMap::new();
    for (name, value) in fields.pairs("env", faults) {
        if OWN_VARIABLES.contains(&name.value.as_str()) {
            let hint = "each process gets a value of its own";
            faults.add(name.span.start, format!("`{}` is set by the suite", name.value), hint);
        }
        if name.value.is_empty() || name.value.contains(['=', '\0']) || value.contains('\0') {
            faults.add(name.span.start, format!("`{}` is no variable", name.value.escape_debug()), "");
        }
        env.insert(name.value, value);
    }
    let line = |at: &At<String>, faults: &Faults<'_>| faults.line(at.span.start);
    let capabilities = fields.texts("capabilities", faults).map(|list| {
        for cap in &list.value {
            if let Some(near) = nearest_capability(&cap.value) {
                let hint = format!("did you mean `{near}`?");
                faults.add(cap.span.start, format!("there is no capability `{}`", cap.value), hint);
            }
        }
        list.value.iter().map(|cap| (cap.value.clone(), line(cap, faults))).collect()
    });
    let profiles = fields.texts("profiles", faults).map(|list| {
        if list.value.is_empty() {
            faults.add(
                list.span.start,
                "`profiles` is empty",
                "leave it out for every profile that the shim declares",
            );
        }
        for profile in list.value.iter().filter(|profile| Profile::of(&profile.value).is_none()) {
            let message = format!("there is no profile `{}`", profile.value);
            faults.add(profile.span.start, message, "there are `document` and `live`");
        }
        list.value.iter().map(|profile| (profile.value.clone(), line(profile, faults))).collect()
    });
    let level = fields.text("level", faults).and_then(|level| match level.value.as_str() {
        "must" => Some(Level::Must),
        "should" => Some(Level::Should),
        other => {
            faults.add(
                level.span.start,
                format!("there is no level `{other}`"),
                "there are `must` and `should`",
            );
            None
        }
    });
    let wire = fields.text("wire", faults).and_then(|wire| {
        let version = wire.value.parse().ok();
        if version.is_none() {
            faults.add(wire.span.start, format!("`{}` is no version", wire.value), "write it as `0.7.0`");
        }
        version
    });
    Client {
        command: shim,
        bee,
        env,
        narrow: Narrow { source: file.to_owned(), capabilities, profiles },
        level,
        wire,
    }
}

/// A program and its arguments; empty where there is no such key.
fn command(
    fields: &Fields<'_, '_>,
    key: &'static str,
    example: &str,
    faults: &mut Faults<'_>,
) -> Vec<String> {
    let Some(list) = fields.texts(key, faults) else { return Vec::new() };
    if list.value.first().is_none_or(|program| program.value.is_empty()) {
        faults.add(list.span.start, format!("`{key}` names no program"), example);
    }
    list.value.into_iter().map(|argument| argument.value).collect()
}

fn pin(folder: &Path, fields: &Fields<'_, '_>, faults: &mut Faults<'_>) -> Pin {
    let release = fields.text("release", faults);
    let archive = fields.text("archive", faults);
    let sha256 = fields.text("sha256", faults);
    if let Some(sha256) = &sha256 {
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if sha256.value.len() != 64 || !sha256.value.chars().all(is_digit) {
            let hint = "64 lower-case hexadecimal digits, as `sha256sum` prints them";
            faults.add(sha256.span.start, "`sha256` is no digest", hint);
        }
        if archive.is_none() {
            let hint = "the program's own vectors are pinned by `release`";
            faults.add(sha256.span.start, "`sha256` without an `archive`", hint);
        }
    }
    let lined = |at: At<String>| (at.value, faults.line(at.span.start));
    Pin {
        release: release.map(lined),
        sha256: sha256.map(lined),
        archive: archive.map(lined).map(|(name, line)| (folder.join(&name), name, line)),
    }
}

fn entries(file: &str, text: &str, document: &DeTable<'_>, faults: &mut Faults<'_>) -> Vec<Entry> {
    let Some(value) = document.get("expect") else { return Vec::new() };
    let hint = "begin each known failure with `[[expect]]`";
    let Some(items) = value.get_ref().as_array() else {
        faults.add(value.span().start, "`expect` is a list of tables", hint);
        return Vec::new();
    };
    let mut entries = Vec::new();
    for item in items {
        let span = item.span();
        match item.get_ref() {
            DeValue::Table(table) if text[span.clone()].starts_with("[[") => {
                let fields = Fields::new("[[expect]]", span.start, table, EXPECT, faults);
                let place = place(file, text, &span, table, faults);
                entries.extend(entry(&fields, place, faults));
            }
            _ => faults.add(span.start, "`expect` is a list of tables", hint),
        }
    }
    entries
}

fn entry(fields: &Fields<'_, '_>, place: Place, faults: &mut Faults<'_>) -> Option<Entry> {
    let target = fields.required("case", faults, Fields::text).and_then(|case| {
        Target::parse(&case.value)
            .map_err(|why| {
                let hint = "a case, `case#7` for an example, `rule:FRAME-10`, or `framing/*`";
                faults.add(case.span.start, why, hint);
            })
            .ok()
    });
    let expected = fields.required("status", faults, Fields::text).and_then(|status| {
        let expected = Expected::of(&status.value);
        if expected.is_none() {
            let hint = "there are `fail`, `flaky` and `unsupported`";
            faults.add(status.span.start, format!("there is no status `{}`", status.value), hint);
        }
        expected
    });
    let code = match expected {
        Some(Expected::Unsupported) => {
            if let Some(code) = fields.text("code", faults) {
                let hint = "a shim that answers `unsupported` gives no code";
                faults.add(code.span.start, "`code` does not go with `status = \"unsupported\"`", hint);
            }
            Some(String::new())
        }
        Some(_) => fields.required("code", faults, Fields::text).map(|code| code.value),
        None => fields.text("code", faults).map(|code| code.value),
    };
    // without a reason it is a fault of the file; what the reason is worth is looked at later
    let reason = fields.required("reason", faults, Fields::text);
    let issue = fields.text("issue", faults);
    let until = fields.date("until", faults);
    Some(Entry {
        target: target?,
        expected: expected?,
        code: code?,
        reason: reason?.value,
        issue: issue.map(|issue| issue.value),
        until: until.map(|until| until.value),
        place,
    })
}

/// The lines of an entry: from its header to its last value.
fn place(file: &str, text: &str, header: &Range<usize>, table: &DeTable<'_>, faults: &Faults<'_>) -> Place {
    let keys: BTreeMap<String, (usize, usize)> = table
        .iter()
        .map(|(key, value)| {
            let last = value.span().end.saturating_sub(1).max(key.span().start);
            (key.get_ref().to_string(), (faults.line(key.span().start), faults.line(last)))
        })
        .collect();
    let first = faults.line(header.start);
    let last = keys.values().map(|(_, last)| *last).max().unwrap_or(first);
    let lines = text.lines().skip(first - 1).take(last + 1 - first).map(str::to_owned).collect();
    Place { file: file.to_owned(), first, lines, keys }
}
