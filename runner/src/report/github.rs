//! The report for GitHub Actions: workflow commands that become annotations. The job summary is the Markdown report.
//!
//! A step shows ten annotations of each kind and drops the rest in silence, so the last one of many says how many
//! there are.

use std::io::{self, Write};

use super::entry::{Entry, Sort, groups};
use super::headline;
use super::model::Report;

/// Annotations of one kind in a step.
const ANNOTATIONS_MAX: usize = 10;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let groups = groups(report);
    let entries: Vec<(&str, &Entry<'_>)> = groups
        .iter()
        .flat_map(|group| group.entries.iter().map(|entry| (group.name.as_str(), entry)))
        .collect();
    let of = |wanted: fn(Sort) -> bool| {
        entries.iter().copied().filter(move |(_, entry)| wanted(entry.sort)).collect::<Vec<_>>()
    };
    several("error", &of(|sort| !sort.is_good()), out)?;
    several("warning", &of(|sort| sort == Sort::Warned), out)?;
    for side in headline::sides(report) {
        let text = format!("{} · {}", headline::held(report, side), headline::ran(report, side));
        command("notice", None, &format!("{} · {side}", headline::who(report)), &text, out)?;
    }
    Ok(())
}

fn several(kind: &str, entries: &[(&str, &Entry<'_>)], out: &mut dyn Write) -> io::Result<()> {
    let shown = if entries.len() > ANNOTATIONS_MAX { ANNOTATIONS_MAX - 1 } else { entries.len() };
    for (group, entry) in &entries[..shown] {
        let fix = entry.case.and_then(|case| case.failures.first()).map_or("", |row| row.fix.as_str());
        let hint = if fix.is_empty() { String::new() } else { format!("\nhint: {fix}") };
        command(
            kind,
            entry.place,
            &format!("{} ({group})", entry.name),
            &format!("{}{hint}", entry.message),
            out,
        )?;
    }
    if shown < entries.len() {
        let rest = format!("and {} more, in the job summary and the reports", entries.len() - shown);
        command(kind, None, "thrum-conform", &rest, out)?;
    }
    Ok(())
}

fn command(
    kind: &str,
    place: Option<(&str, usize)>,
    title: &str,
    message: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let place =
        place.map_or_else(String::new, |(file, line)| format!("file={},line={line},", property(file)));
    writeln!(out, "::{kind} {place}title={}::{}", property(title), data(message))
}

/// What would end the property as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// What would end the command or begin another one.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
