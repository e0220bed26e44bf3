//! One case that did not pass, with all that explains it: the rule, the code, the picture, what differs, what to
//! change, and how to run it again.

use std::io;
use std::time::Duration;

use super::diagram;
use super::page::{BOLD, DIM, GREEN, Page, RED, Span, YELLOW, plain};
use crate::judge::Failure;
use crate::report::model::{CaseRow, CaseVerdict, FailureRow, Report, Twin};
use crate::report::text::{LINE_MAX, plural};
use crate::rule::{Party, Profile, Side};

/// Columns before what a label is about.
const INDENT: usize = 8;
/// Places of one failure at which something differs.
const DIFFERENCES_MAX: usize = 6;
/// Other examples of a case that are named, where more than one fails.
const OTHERS_MAX: usize = 12;
/// Lines of what the process wrote that are shown.
const OUTPUT_MAX: usize = 10;

/// Everything about it. A case that breaks several rules has one picture.
pub(super) fn write(report: &Report, case: &CaseRow, page: &mut Page<'_>) -> io::Result<()> {
    let mut rows = case.failures.iter().filter(|row| !row.waived);
    let Some(first) = rows.next() else { return Ok(()) };
    head(case, first, page)?;
    rule(first, page)?;
    if let Some(scene) = case.scene.as_ref().filter(|scene| !scene.arrows.is_empty()) {
        diagram::part(scene, &wanted(&first.failure, page), page)?;
    }
    differences(&first.failure, page)?;
    advice(first, page)?;
    for row in rows {
        rule(row, page)?;
        differences(&row.failure, page)?;
        advice(row, page)?;
    }
    if let Some(Twin { id, passed }) = &case.twin {
        let passed = if *passed { "passed" } else { "did not pass" };
        labelled("twin", &format!("{id} {passed}"), page)?;
    }
    output(report, case, page)?;
    if let Some(rerun) = report.rerun(case) {
        // one line, however long: it is there to be copied
        page.line(&[plain(format!("  rerun {rerun}"))])?;
    }
    Ok(())
}

/// One line for a case of which the rest is left out.
pub(super) fn brief(case: &CaseRow, page: &mut Page<'_>) -> io::Result<()> {
    let Some(row) = case.failures.iter().find(|row| !row.waived) else { return Ok(()) };
    let (word, name) = named(case, row);
    page.hang(5, &[word, name, plain(format!("  {} {}", row.failure.rule, row.failure.code))])
}

/// A case that could not be seen, and why.
pub(super) fn unseen(case: &CaseRow, page: &mut Page<'_>) -> io::Result<()> {
    let name = format!("{}{}", case.id, suffix(case.side));
    let why = page.cut(&case.why, LINE_MAX);
    page.hang(5, &[(YELLOW, "???? ".to_owned()), (BOLD, name), plain(format!("  {why}"))])
}

/// The role and the profile behind a name, where they are not the usual ones.
pub(super) fn suffix(side: Side) -> &'static str {
    match (side.profile, side.party == Party::Worker) {
        (Profile::Document, false) => "",
        (Profile::Document, true) => " (worker)",
        (Profile::Live, false) => " (live)",
        (Profile::Live, true) => " (live, worker)",
    }
}

/// A time as people say it.
pub(super) fn time(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

fn named(case: &CaseRow, row: &FailureRow) -> (Span, Span) {
    let (word, style) = match case.verdict {
        CaseVerdict::Fail => ("FAIL ", RED),
        _ => ("WARN ", YELLOW),
    };
    let example = row.failure.example.map_or(String::new(), |tc| format!("#{tc}"));
    ((style, word.to_owned()), (BOLD, format!("{}{example}{}", case.id, suffix(case.side))))
}

/// The verdict and the name, with the time at the end of the line.
fn head(case: &CaseRow, row: &FailureRow, page: &mut Page<'_>) -> io::Result<()> {
    let (word, name) = named(case, row);
    let note = if case.scored { "" } else { "  provisional, so it does not count" };
    let mut spans = vec![word, name, plain(note)];
    let took = time(case.took);
    let taken: usize = spans.iter().map(|(_, text)| page.columns(text)).sum();
    let gap = page.prose().saturating_sub(taken + took.len());
    // what is judged on every line has no time of its own
    if gap > 1 && !case.is_ambient() {
        spans.push((DIM, format!("{}{took}", " ".repeat(gap))));
    }
    page.hang(5, &spans)
}

/// The rule with its sentence, and the code with what it means.
fn rule(row: &FailureRow, page: &mut Page<'_>) -> io::Result<()> {
    let FailureRow { failure, level, text, anchor, .. } = row;
    let sentence = sentence(text);
    let rule = format!("  rule  {} {level}  {sentence}  ", failure.rule);
    page.hang(INDENT, &[plain(rule), (DIM, format!("WIRE.md#{anchor}"))])?;
    let what = if failure.example.is_some() { "example" } else { "step" };
    let step = if failure.steps > 0 {
        format!("   {what} {} of {}", failure.step, failure.steps)
    } else {
        String::new()
    };
    page.hang(INDENT, &[plain(format!("  code  {}", failure.code)), (DIM, step)])?;
    if row.means.is_empty() {
        return Ok(());
    }
    page.hang(INDENT, &[(DIM, format!("{:INDENT$}{}", "", row.means))])
}

/// What was wanted where the picture has its mark.
fn wanted(failure: &Failure, page: &Page<'_>) -> String {
    let first = failure.differences.first();
    first.map_or(String::new(), |first| {
        page.apart(&first.wanted, first.got.as_deref().unwrap_or_default(), page.room(INDENT)).0
    })
}

/// Only what differs; where nothing stands against a pattern, what was wanted and what came.
fn differences(failure: &Failure, page: &mut Page<'_>) -> io::Result<()> {
    let room = page.room(INDENT + 2);
    if failure.differences.is_empty() {
        let (wanted, got) = page.apart(&failure.wanted, &failure.got, LINE_MAX);
        labelled("want", &wanted, page)?;
        return labelled("got", &got, page);
    }
    for difference in failure.differences.iter().take(DIFFERENCES_MAX) {
        let at = if difference.at.is_empty() { "(whole)" } else { &difference.at };
        let at = page.cut(at, room);
        let got = difference.got.as_deref().unwrap_or("(absent)");
        let (wanted, got) = page.apart(&difference.wanted, got, room);
        let label = plain(format!("  diff  {at}"));
        let [wanted, got] = [(GREEN, format!("- {wanted}")), (RED, format!("+ {got}"))];
        let beside = [&label, &wanted, &got].map(|(_, text)| page.columns(text)).iter().sum::<usize>() + 6;
        if beside <= page.prose() {
            page.line(&[label, plain("   "), wanted, plain("   "), got])?;
        } else {
            // one above the other, so that they can be compared
            page.line(&[label])?;
            for value in [wanted, got] {
                page.line(&[plain(" ".repeat(INDENT)), value])?;
            }
        }
    }
    let more = failure.differences.len().saturating_sub(DIFFERENCES_MAX);
    if more > 0 {
        page.line(&[plain(format!("{:INDENT$}… and {more} more", ""))])?;
    }
    Ok(())
}

/// What to change, after the other examples that broke the rule.
fn advice(row: &FailureRow, page: &mut Page<'_>) -> io::Result<()> {
    for line in others(&row.failure) {
        labelled("and", &line, page)?;
    }
    let fix = (!row.fix.is_empty()).then_some(&row.fix);
    row.failure.hint.iter().chain(fix).try_for_each(|hint| labelled("hint", &page.cut(hint, LINE_MAX), page))
}

/// The other examples that broke the rule: which, a line for each code.
pub(in crate::report) fn others(failure: &Failure) -> Vec<String> {
    let mut by_code: Vec<(&str, Vec<u64>)> = Vec::new();
    for other in &failure.also {
        let Some(tc) = other.example else { continue };
        match by_code.iter_mut().find(|(code, _)| *code == other.code) {
            Some((_, examples)) => examples.push(tc),
            None => by_code.push((&other.code, vec![tc])),
        }
    }
    let line = |(code, examples): (&str, Vec<u64>)| {
        let code = if code == failure.code { String::new() } else { format!(" with {code}") };
        let rest = if examples.len() > OTHERS_MAX { ", …" } else { "" };
        let names: Vec<String> = examples.iter().take(OTHERS_MAX).map(|tc| format!("#{tc}")).collect();
        format!("{}{code}: {}{rest}", plural(examples.len(), "more example"), names.join(", "))
    };
    by_code.into_iter().map(line).collect()
}

/// The end of what the process wrote: of a whole bee both streams, of a shim stderr, since stdout is the protocol's.
fn output(report: &Report, case: &CaseRow, page: &mut Page<'_>) -> io::Result<()> {
    let label = if report.level == 0 { "output" } else { "stderr" };
    let all: Vec<&str> = case.stderr.lines().collect();
    let shown = &all[all.len().saturating_sub(OUTPUT_MAX)..];
    if shown.is_empty() {
        return Ok(());
    }
    let before = all.len() - shown.len();
    let before = (before > 0).then(|| format!("… {} before", plural(before, "line")));
    let shown = before.into_iter().chain(shown.iter().map(|line| page.cut(line, LINE_MAX)));
    for (number, line) in shown.collect::<Vec<_>>().into_iter().enumerate() {
        let label = if number == 0 { label } else { "" };
        page.hang_wide(INDENT + 1, &[(DIM, format!("  {label:<6} ")), plain(line)])?;
    }
    Ok(())
}

fn labelled(label: &str, text: &str, page: &mut Page<'_>) -> io::Result<()> {
    page.hang(INDENT, &[plain(format!("  {label:<6}{text}"))])
}

/// The first sentence of a rule; the rest explains it.
pub(in crate::report) fn sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text.strip_suffix('.').unwrap_or(text), |(first, _)| first)
}
