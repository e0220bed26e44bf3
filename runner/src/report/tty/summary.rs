//! The end of the report, which is what people see first: what went wrong with the run as a whole, then for each side
//! what its rules came to.

use std::io;

use super::cases::Root;
use super::failure::suffix;
use super::page::{BOLD, DIM, GREEN, Page, RED, YELLOW, plain};
use super::{asides, known};
use crate::exit::Exit;
use crate::report::headline::{held, ran, sides, who};
use crate::report::model::{Diagnosis, Report};
use crate::report::text::{LINE_MAX, lines, plural};
use crate::rule::Side;
use crate::run::Times;

/// Cases whose verdict was not steady, and what each came to, that are told.
const UNSTEADY_MAX: usize = 20;
const OUTCOMES_MAX: usize = 6;

/// What speaks against the run, apart from its cases.
pub(super) fn findings(report: &Report, root: Option<&Root>, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(Diagnosis { what, hint }) = &report.diagnosis {
        for line in lines(what) {
            page.hang(2, &[(RED, line)])?;
        }
        if !hint.is_empty() {
            let hint = page.cut(hint, LINE_MAX);
            page.hang(4, &[plain(format!("  (hint: {hint})"))])?;
        }
        page.gap()?;
    }
    if let Some(root) = root {
        page.hang(2, &[(RED, page.cut(&root.told, LINE_MAX))])?;
        page.gap()?;
    }
    if page.tells_all() {
        asides::details(report, page)?;
    }
    unsteady(report, page)?;
    for finding in &report.waivers {
        known::finding(finding, page)?;
    }
    let note = |text: String| [(YELLOW, "note".to_owned()), plain(format!(" {text}"))];
    if report.unplayed > 0 {
        let all = report.unplayed + report.cases.iter().filter(|case| !case.is_ambient()).count();
        let were = if report.unplayed == 1 { "was" } else { "were" };
        page.hang(5, &note(format!("{} of {} {were} not played", report.unplayed, plural(all, "case"))))?;
    }
    for text in &report.notes {
        page.hang(5, &note(page.cut(text, LINE_MAX)))?;
    }
    Ok(())
}

fn unsteady(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let most = if page.tells_all() { usize::MAX } else { UNSTEADY_MAX };
    let head = || (RED, "UNSTEADY ".to_owned());
    for unsteady in report.unsteady.iter().take(most) {
        page.hang(2, &[head(), (BOLD, format!("{}{}", unsteady.case, suffix(unsteady.side)))])?;
        for Times { what, times } in unsteady.outcomes.iter().take(OUTCOMES_MAX) {
            let outcome = page.cut(what, LINE_MAX);
            let times = plural(*times, "time");
            page.hang(14, &[plain(format!("  {times:>10}  {outcome}"))])?;
        }
        let more = unsteady.outcomes.len().saturating_sub(OUTCOMES_MAX);
        if more > 0 {
            page.line(&[plain(format!("{:14}… and {more} more", ""))])?;
        }
    }
    let more = report.unsteady.len().saturating_sub(most);
    if more > 0 {
        page.line(&[head(), plain(format!("… and {} more (-v shows them)", plural(more, "case")))])?;
    }
    Ok(())
}

/// Who was tested, and a line for each side.
pub(super) fn headline(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
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
    let config = report.config.as_ref().map_or_else(String::new, |config| format!(" · {config}"));
    let head = format!("{} · wire {}{config} · {about}", who(report), report.wire);
    page.hang(2, &[(DIM, page.cut(&head, LINE_MAX))])?;
    if sides.len() < 2 {
        let side = sides.first().copied().unwrap_or(Side::PLAIN);
        let (rules, cases) = (held(report, side), ran(report, side));
        page.hang(2, &[(style, format!("{partial}{rules}")), plain(format!(" · {cases}{within}"))])?;
        if is_best {
            let says = "nothing broke; a shim decides the rest, so 3 is the exit code of a good black box";
            page.hang(2, &[plain(says)])?;
        }
        return Ok(());
    }
    for side in sides {
        let (name, rules, cases) = (side.to_string(), held(report, side), ran(report, side));
        let verdict = (style, format!("{partial}{name:<17} {rules}"));
        page.hang(18, &[verdict, plain(format!(" · {cases}"))])?;
    }
    Ok(())
}
