//! The rules, section by section: a line for those that held, and a line for each that did not simply hold.

use std::io;

use anstyle::Style;

use super::cases::{Root, cause};
use super::page::{BOLD, DIM, GREEN, PLAIN, Page, RED, Span, YELLOW, plain};
use crate::report::headline::sides;
use crate::report::model::{Report, RuleRow, Standing};
use crate::report::text::{LINE_MAX, plural};

/// Rules of a section that come to the same for the same reason and have a line each; more share one.
const ALIKE_MAX: usize = 2;

/// Side by side, under a title where there are several. What the root of it all explains is only counted.
pub(super) fn write(report: &Report, root: Option<&Root>, page: &mut Page<'_>) -> io::Result<()> {
    let hidden = |row: &RuleRow| match row.standing {
        // of a whole bee, a rule that no case could break is no news: it is told of with the others
        Standing::Undecided if report.leaves_open() || report.diagnosis.is_some() => true,
        Standing::Undecided => root.is_some_and(|root| root.cause == cause(&row.why)),
        Standing::NotExercised => report.diagnosis.is_some() || root.is_some(),
        _ => false,
    };
    let sides = sides(report);
    for side in &sides {
        let rows: Vec<&RuleRow> = report.rules.iter().filter(|row| row.side == *side).collect();
        if rows.is_empty() {
            continue;
        }
        if sides.len() > 1 {
            page.line(&[(BOLD, side.to_string())])?;
        }
        let width = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
        let mut sections: Vec<&str> = Vec::new();
        for row in &rows {
            if !sections.contains(&row.anchor.as_str()) {
                sections.push(&row.anchor);
            }
        }
        for name in sections {
            let rows: Vec<&RuleRow> = rows.iter().copied().filter(|row| row.anchor == name).collect();
            let binds = rows.iter().any(|row| row.standing != Standing::NotApplicable);
            if !binds && !page.tells_all() {
                continue;
            }
            let is_told = |row: &&RuleRow| page.tells_all() || (is_loud(row) && !hidden(row));
            let loud: Vec<&RuleRow> = rows.iter().copied().filter(is_told).collect();
            page.hang(24, &summary(name, &rows, report.leaves_open()))?;
            told(&loud, width, page)?;
        }
        page.gap()?;
    }
    Ok(())
}

/// Ids with what follows each other taken together: `FRAME-01 to FRAME-08, FRAME-19`.
pub(super) fn ranges(ids: &[&str]) -> String {
    let number = |id: &str| {
        let (family, number) = id.rsplit_once('-')?;
        Some((family.to_owned(), number.parse::<usize>().ok()?))
    };
    let mut runs: Vec<Vec<&str>> = Vec::new();
    for id in ids {
        let follows = |run: &Vec<&str>| {
            let (Some((family, last)), Some((own, next))) = (number(run[run.len() - 1]), number(id)) else {
                return false;
            };
            family == own && last + 1 == next
        };
        match runs.last_mut() {
            Some(run) if follows(run) => run.push(id),
            _ => runs.push(vec![id]),
        }
    }
    let shown = |run: &Vec<&str>| match run[..] {
        [first, _, .., last] => format!("{first} to {last}"),
        _ => run.join(", "),
    };
    runs.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Whether it has more to say than that it held.
fn is_loud(row: &RuleRow) -> bool {
    !matches!(row.standing, Standing::Held | Standing::NotApplicable)
}

/// A line for each, but one for many that came to the same for the same reason.
fn told(rows: &[&RuleRow], width: usize, page: &mut Page<'_>) -> io::Result<()> {
    let mut told: Vec<(Standing, &str)> = Vec::new();
    for row in rows {
        let same = (row.standing, cause(&row.why));
        let alike: Vec<&str> = rows
            .iter()
            .filter(|row| (row.standing, cause(&row.why)) == same)
            .map(|row| row.id.as_str())
            .collect();
        if page.tells_all() || alike.len() <= ALIKE_MAX || row.standing == Standing::Violated {
            let (id, level) = (&row.id, row.level.to_string());
            line(row, &format!("{id:<width$} {level:<6}"), &row.why, page)?;
        } else if !told.contains(&same) {
            told.push(same);
            line(row, &plural(alike.len(), "rule"), same.1, page)?;
            page.hang(6, &[(DIM, format!("      {}", ranges(&alike)))])?;
        }
    }
    Ok(())
}

/// The mark, and how many held of those that were judged.
fn summary(name: &str, rows: &[&RuleRow], is_bee: bool) -> [Span; 3] {
    let count = |standing| rows.iter().filter(|row| row.standing == standing).count();
    let idle = [Standing::Observed, Standing::NotExercised, Standing::NotApplicable];
    let open = if is_bee { count(Standing::Undecided) } else { 0 };
    let judged = rows.len() - open - idle.iter().map(|standing| count(*standing)).sum::<usize>();
    let rest: Vec<String> = std::iter::once(Standing::Undecided)
        .chain(idle)
        .filter(|standing| count(*standing) > 0)
        .map(|standing| format!(", {} {}", count(standing), words(standing)))
        .collect();
    let is_bad = |row: &&RuleRow| match row.standing {
        Standing::Undecided => !is_bee,
        standing => standing == Standing::Violated,
    };
    let mark = match () {
        () if rows.iter().any(is_bad) => (RED, "✗"),
        () if judged == 0 => (PLAIN, "·"),
        () => (GREEN, "✓"),
    };
    let held = if judged == 0 {
        " nothing to hold".to_owned()
    } else {
        format!("{:>3} of {} held", count(Standing::Held), plural(judged, "rule"))
    };
    [(mark.0, mark.1.to_owned()), plain(format!(" {name:<18} {held}")), (DIM, rest.concat())]
}

/// What came of a rule, or of several, and why.
fn line(row: &RuleRow, name: &str, why: &str, page: &mut Page<'_>) -> io::Result<()> {
    let style = match row.standing {
        Standing::Violated => RED,
        Standing::Held | Standing::Observed => Style::new(),
        _ => YELLOW,
    };
    let mut spans = vec![plain("    "), (style, format!("{name} {}", words(row.standing)))];
    if !why.is_empty() {
        spans.push((DIM, format!("  {}", page.cut(why, LINE_MAX))));
    }
    page.hang(6, &spans)
}

fn words(standing: Standing) -> String {
    standing.word().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn ids_in_a_row_are_taken_together() {
        let check = |ids: &[&str], wanted: &str| assert_eq!(ranges(ids), wanted);
        check(&["FRAME-01", "FRAME-02", "FRAME-03", "FRAME-05"], "FRAME-01 to FRAME-03, FRAME-05");
        check(&["FRAME-01", "FRAME-02", "CHI-03"], "FRAME-01, FRAME-02, CHI-03");
        check(&["A-1", "x", ""], "A-1, x, ");
        check(&[], "");
    }
}
