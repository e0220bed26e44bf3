//! The report for people at a terminal: failures with what explains them, then the summary with rules first.

use std::io::{self, Write};

use anstyle::{AnsiColor, Effects, Style};

use super::headline::{held, ran, sides, who};
use super::model::{CaseRow, CaseVerdict, Diagnosis, FailureRow, Report, RuleRow, Standing, Twin, Waiver};
use super::text::{LINE_MAX, VALUE_MAX, apart, clean, cut, lines};
use super::{asides, diagram};
use crate::baseline::{Change, Finding};
use crate::exit::Exit;
use crate::judge::Failure;
use crate::rule::{Party, Profile, Side};
use crate::run::Times;

/// How much to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Only the headline.
    Quiet,
    /// Failures, each rule's standing, the headline.
    Normal,
    /// What did not apply as well, the speed and the slowest cases.
    Verbose,
}

/// Other examples of a case that are named, where more than one fails.
const OTHERS_MAX: usize = 12;

const BOLD: Style = Style::new().effects(Effects::BOLD);
pub(super) const DIM: Style = Style::new().effects(Effects::DIMMED);
const RED: Style = AnsiColor::Red.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const YELLOW: Style = AnsiColor::Yellow.on_default();

pub(super) fn write(report: &Report, verbosity: Verbosity, out: &mut dyn Write) -> io::Result<()> {
    if verbosity != Verbosity::Quiet {
        for row in &report.cases {
            // what one diagnosis explains is not told case by case
            if row.verdict != CaseVerdict::Inconclusive || report.diagnosis.is_none() {
                case(report, row, out)?;
            }
        }
        known(report, out)?;
        rules(report, verbosity, out)?;
        asides::opted_out(report, out)?;
    }
    if let Some(Diagnosis { what, hint }) = &report.diagnosis {
        for line in lines(what) {
            writeln!(out, "{RED}{line}{RED:#}")?;
        }
        if !hint.is_empty() {
            writeln!(out, "  (hint: {})", cut(&clean(hint), LINE_MAX))?;
        }
        writeln!(out)?;
    }
    if verbosity == Verbosity::Verbose {
        asides::details(report, out)?;
    }
    for unsteady in &report.unsteady {
        writeln!(out, "{RED}UNSTEADY{RED:#} {BOLD}{}{}{BOLD:#}", unsteady.case, suffix(unsteady.side))?;
        for Times { what, times } in &unsteady.outcomes {
            writeln!(out, "  {times:>4} times  {}", cut(&clean(what), LINE_MAX))?;
        }
    }
    for finding in &report.waivers {
        baseline(finding, out)?;
    }
    if report.unplayed > 0 {
        let all = report.unplayed + report.cases.iter().filter(|case| !case.is_ambient()).count();
        writeln!(out, "{YELLOW}note{YELLOW:#} {} of {all} cases were not played", report.unplayed)?;
    }
    for note in &report.notes {
        writeln!(out, "{YELLOW}note{YELLOW:#} {}", cut(&clean(note), LINE_MAX))?;
    }
    headline(report, out)
}

/// What explains that a case did not pass; nothing where it did.
pub(super) fn case(report: &Report, row: &CaseRow, out: &mut dyn Write) -> io::Result<()> {
    match row.verdict {
        CaseVerdict::Fail | CaseVerdict::Warn => failed(report, row, out),
        CaseVerdict::Inconclusive => inconclusive(row, out),
        _ => Ok(()),
    }
}

fn failed(report: &Report, case: &CaseRow, out: &mut dyn Write) -> io::Result<()> {
    for row in case.failures.iter().filter(|row| !row.waived) {
        let (word, style) = match case.verdict {
            CaseVerdict::Fail => ("FAIL", RED),
            _ => ("WARN", YELLOW),
        };
        let failure = &row.failure;
        let example = failure.example.map_or(String::new(), |tc| format!("#{tc}"));
        let name = format!("{}{example}{}", case.id, suffix(case.side));
        writeln!(
            out,
            "{style}{word}{style:#} {BOLD}{name}{BOLD:#}{:>9.1} ms",
            case.took.as_secs_f64() * 1000.0
        )?;
        writeln!(
            out,
            "  rule  {} {}  {}  {DIM}WIRE.md#{}{DIM:#}",
            failure.rule,
            row.level,
            sentence(&row.text),
            row.anchor
        )?;
        let step = if failure.steps > 0 {
            format!("   step {} of {}", failure.step, failure.steps)
        } else {
            String::new()
        };
        writeln!(out, "  code  {}{step}", failure.code)?;
        if !row.means.is_empty() {
            writeln!(out, "        {DIM}{}{DIM:#}", row.means)?;
        }
        if let Some(scene) = &case.scene {
            let wanted = failure
                .differences
                .first()
                .map(|first| apart(&first.wanted, first.got.as_deref().unwrap_or_default(), VALUE_MAX).0);
            for line in diagram::lines(scene, wanted.as_deref().unwrap_or_default()) {
                writeln!(out, "{line}")?;
            }
        }
        differences(row, out)?;
        for line in others(failure) {
            writeln!(out, "  and   {line}")?;
        }
        let hint =
            failure.hint.as_deref().into_iter().chain((!row.fix.is_empty()).then_some(row.fix.as_str()));
        for hint in hint {
            writeln!(out, "  hint  {}", cut(&clean(hint), LINE_MAX))?;
        }
        if let Some(Twin { id, passed }) = &case.twin {
            writeln!(out, "  twin  {id} {}", if *passed { "passed" } else { "did not pass" })?;
        }
        for line in case.stderr.lines().rev().take(5).collect::<Vec<_>>().into_iter().rev() {
            writeln!(out, "  {DIM}stderr{DIM:#} {}", cut(&clean(line), LINE_MAX))?;
        }
        if let Some(rerun) = report.rerun(case) {
            writeln!(out, "  rerun {rerun}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Only what differs; where nothing stands against a pattern, what was wanted and what came.
fn differences(row: &FailureRow, out: &mut dyn Write) -> io::Result<()> {
    let failure = &row.failure;
    if failure.differences.is_empty() {
        let (wanted, got) = apart(&failure.wanted, &failure.got, VALUE_MAX);
        return writeln!(out, "  want  {wanted}\n  got   {got}");
    }
    for difference in failure.differences.iter().take(6) {
        let at = if difference.at.is_empty() { "(whole)" } else { &difference.at };
        let at = cut(&clean(at), VALUE_MAX);
        let (wanted, got) =
            apart(&difference.wanted, difference.got.as_deref().unwrap_or("(absent)"), VALUE_MAX);
        writeln!(out, "  diff  {at}   {GREEN}- {wanted}{GREEN:#}   {RED}+ {got}{RED:#}")?;
    }
    let more = failure.differences.len().saturating_sub(6);
    if more > 0 {
        writeln!(out, "        … and {more} more")?;
    }
    Ok(())
}

/// The other examples that broke the rule: which, a line for each code.
pub(super) fn others(failure: &Failure) -> Vec<String> {
    let mut by_code: Vec<(&str, Vec<u64>)> = Vec::new();
    for other in &failure.also {
        let Some(tc) = other.example else { continue };
        match by_code.iter_mut().find(|(code, _)| *code == other.code) {
            Some((_, examples)) => examples.push(tc),
            None => by_code.push((&other.code, vec![tc])),
        }
    }
    let line = |(code, examples): (&str, Vec<u64>)| {
        let plural = if examples.len() == 1 { "" } else { "s" };
        let code = if code == failure.code { String::new() } else { format!(" with {code}") };
        let rest = if examples.len() > OTHERS_MAX { ", …" } else { "" };
        let names: Vec<String> = examples.iter().take(OTHERS_MAX).map(|tc| format!("#{tc}")).collect();
        format!("{} more example{plural}{code}: {}{rest}", examples.len(), names.join(", "))
    };
    by_code.into_iter().map(line).collect()
}

fn inconclusive(case: &CaseRow, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{YELLOW}????{YELLOW:#} {BOLD}{}{}{BOLD:#}  {}\n",
        case.id,
        suffix(case.side),
        cut(&clean(&case.why), LINE_MAX)
    )
}

/// A line for each case that the baseline speaks of.
fn known(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let known: Vec<(&CaseRow, &Waiver)> =
        report.cases.iter().filter_map(|case| case.waiver.as_ref().map(|waiver| (case, waiver))).collect();
    for (case, waiver) in &known {
        let style = if case.verdict == CaseVerdict::Xpass { RED } else { DIM };
        let (name, side) = (&case.id, suffix(case.side));
        let issue = waiver.issue.as_ref().map_or_else(String::new, |issue| format!("  {issue}"));
        let Waiver { file, line, .. } = waiver;
        writeln!(
            out,
            "{style}{:<5} {name}{side}{style:#}  {DIM}{}  {}{issue}  ({file}:{line}){DIM:#}",
            case.verdict.word(),
            cut(&clean(&case.why), VALUE_MAX),
            cut(&clean(&waiver.reason), LINE_MAX)
        )?;
    }
    if known.is_empty() { Ok(()) } else { writeln!(out) }
}

/// What is wrong with an entry of the baseline, and the lines that mend it.
pub(super) fn baseline(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Finding { file, line, entry, why, changes, .. } = finding;
    writeln!(out, "{RED}BASELINE{RED:#} {file}:{line}: {BOLD}{}{BOLD:#}: {}", clean(entry), clean(why))?;
    for Change { line, old, new } in changes {
        writeln!(out, "  {line:>4} {RED}- {}{RED:#}", clean(old))?;
        for new in new.iter().flat_map(|new| new.lines()) {
            writeln!(out, "       {GREEN}+ {}{GREEN:#}", clean(new))?;
        }
    }
    writeln!(out)
}

/// The role and the profile behind a name, where they are not the usual ones.
fn suffix(side: Side) -> String {
    let worker = if side.party == Party::Worker { " (worker)" } else { "" };
    let live = if side.profile == Profile::Live { " (live)" } else { "" };
    format!("{worker}{live}")
}

/// Side by side, under a title where there are several.
fn rules(report: &Report, verbosity: Verbosity, out: &mut dyn Write) -> io::Result<()> {
    let sides = sides(report);
    for side in &sides {
        let rows: Vec<&RuleRow> = report.rules.iter().filter(|row| row.side == *side).collect();
        if sides.len() > 1 {
            writeln!(out, "{BOLD}{side}{BOLD:#}")?;
        }
        rules_of(&rows, report.level == 0, verbosity, out)?;
    }
    Ok(())
}

/// Of a whole bee, a rule that no case could break is no news: it is told of in one line with the others.
fn is_hidden(row: &RuleRow, is_bee: bool) -> bool {
    is_bee && row.standing == Standing::Undecided
}

/// One line for each rule that did not simply hold, and a line for those that did.
fn rules_of(rows: &[&RuleRow], is_bee: bool, verbosity: Verbosity, out: &mut dyn Write) -> io::Result<()> {
    let loud = |row: &&RuleRow| match row.standing {
        _ if is_hidden(row, is_bee) => verbosity == Verbosity::Verbose,
        Standing::Held | Standing::NotApplicable => verbosity == Verbosity::Verbose,
        _ => true,
    };
    let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
    let mut sections: Vec<&str> = Vec::new();
    for row in rows {
        if !sections.contains(&row.anchor.as_str()) {
            sections.push(&row.anchor);
        }
    }
    for section in sections {
        let rows: Vec<&RuleRow> = rows.iter().copied().filter(|row| row.anchor == section).collect();
        let held = rows.iter().filter(|row| row.standing == Standing::Held).count();
        let count = |standing| rows.iter().filter(|row| row.standing == standing).count();
        let mut beside = vec![
            (Standing::Observed, "observed"),
            (Standing::NotExercised, "not exercised"),
            (Standing::NotApplicable, "not applicable"),
        ];
        if is_bee {
            beside.insert(0, (Standing::Undecided, "undecided"));
        }
        let judged = rows.len() - beside.iter().map(|(standing, _)| count(*standing)).sum::<usize>();
        let mut rest = String::new();
        for (standing, word) in beside.iter().filter(|(standing, _)| count(*standing) > 0) {
            rest += &format!(", {} {word}", count(*standing));
        }
        let bad = |row: &&RuleRow| match row.standing {
            Standing::Undecided => !is_hidden(row, is_bee),
            standing => standing == Standing::Violated,
        };
        let good = !rows.iter().any(bad);
        let mark = match () {
            () if !good => format!("{RED}✗{RED:#}"),
            () if held == 0 && rows.iter().any(|row| is_hidden(row, is_bee)) => "·".to_owned(),
            () => format!("{GREEN}✓{GREEN:#}"),
        };
        writeln!(out, "{mark} {section:<18} {held:>3} of {judged} rules held{DIM}{rest}{DIM:#}")?;
        for row in rows.into_iter().filter(loud) {
            let style = match row.standing {
                Standing::Violated => RED,
                Standing::Held | Standing::Observed => Style::new(),
                _ => YELLOW,
            };
            let word = row.standing.word().replace('_', " ");
            let why = if row.why.is_empty() {
                String::new()
            } else {
                format!("  {DIM}{}{DIM:#}", cut(&clean(&row.why), VALUE_MAX))
            };
            writeln!(out, "    {style}{:<width$} {:<6} {word}{style:#}{why}", row.id, row.level.to_string())?;
        }
    }
    writeln!(out)
}

/// A line for each side.
fn headline(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sides = sides(report);
    let times =
        if report.order.times > 1 { format!(" · each {} times", report.order.times) } else { String::new() };
    let seed = report.order.seed.map_or_else(String::new, |seed| format!(" · seed {seed}"));
    let seconds = format!("{:.2} s{times}{seed}", report.took.as_secs_f64());
    // of a whole bee nobody sees more
    let is_best = report.level == 0 && report.exit == Exit::Incomplete;
    let style = match report.exit {
        Exit::Fine => GREEN,
        _ if is_best => YELLOW,
        _ => RED,
    };
    let partial = if report.exit == Exit::Interrupted { "interrupted: " } else { "" };
    let (about, within) = match sides.as_slice() {
        [_, _, ..] => (seconds, String::new()),
        [side] => (side.to_string(), format!(" in {seconds}")),
        [] => (Side::PLAIN.to_string(), format!(" in {seconds}")),
    };
    let config = report.config.as_ref().map_or_else(String::new, |config| format!(" · {}", clean(config)));
    writeln!(out, "{DIM}{} · wire {}{config} · {about}{DIM:#}", who(report), report.wire)?;
    if sides.len() < 2 {
        let side = sides.first().copied().unwrap_or(Side::PLAIN);
        let (rules, cases) = (held(report, side), ran(report, side));
        writeln!(out, "{style}{partial}{rules}{style:#} · {cases}{within}")?;
        if is_best {
            writeln!(
                out,
                "nothing broke; a shim decides the rest, so 3 is the exit code of a good black box"
            )?;
        }
        return Ok(());
    }
    for side in sides {
        let (name, rules, cases) = (side.to_string(), held(report, side), ran(report, side));
        writeln!(out, "{style}{partial}{name:<17} {rules}{style:#} · {cases}")?;
    }
    Ok(())
}

/// The first sentence of a rule; the rest explains it.
pub(super) fn sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first)
}
