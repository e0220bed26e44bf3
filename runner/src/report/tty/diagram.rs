//! The exchange as a sequence of lines with arrows, cut around the place that went wrong.

use std::io;

use super::page::{DIM, PLAIN, Page, RED, plain};
use crate::judge::{Arrow, Scene, Way};

/// Lines before and after the wrong place that are shown: examples of a helper do not build on each other.
const AROUND: (usize, usize) = (10, 3);
const AROUND_CALL: (usize, usize) = (1, 0);
/// Columns of the time before an arrow.
const TIME: usize = 12;
/// Columns of an arrow besides its label.
const HEAD: usize = 6;
/// Columns of the shortest and the longest arrow.
const ARROW: (usize, usize) = (22, 38);
/// Columns between an arrow and what stands beside it.
const GAP: usize = 3;
/// Columns of each field beside an arrow, and of what was wanted in its place.
const NOTE_MAX: usize = 80;
const WANTED_MAX: usize = 40;

/// The arrows around the wrong place, or the last ones. What was `wanted` there may be empty.
pub(super) fn part(scene: &Scene, wanted: &str, page: &mut Page<'_>) -> io::Result<()> {
    let arrows = &scene.arrows;
    let is_call = scene.is_call();
    let (peer, (before, after)) = if is_call { ("suite", AROUND_CALL) } else { ("daemon", AROUND) };
    let wrong = arrows.iter().position(|arrow| arrow.wrong);
    let (from, to) = match wrong {
        Some(place) => (place.saturating_sub(before), (place + after + 1).min(arrows.len())),
        None => (arrows.len().saturating_sub(before + after), arrows.len()),
    };
    let aside = |text: String| (DIM, format!("{:>TIME$}{text}", ""));
    let length = length(&arrows[from..to], page);
    let client = if page.prose() < TIME + length + 14 { "client" } else { "client under test" };
    let (at, gap) = (TIME - 3, length - peer.len());
    page.line(&[(DIM, format!("{:at$}{peer}{:gap$}{client}", "", ""))])?;
    if from > 0 {
        page.line(&[aside(format!("… {from} before"))])?;
    }
    for arrow in &arrows[from..to] {
        line(arrow, length, wanted, page)?;
    }
    if to < arrows.len() {
        page.line(&[aside(format!("… {} after", arrows.len() - to))])?;
    }
    Ok(())
}

/// Long enough for every label, as far as the page has room.
fn length(arrows: &[Arrow], page: &Page<'_>) -> usize {
    let longest = arrows.iter().map(|arrow| page.columns(&page.cut(&arrow.label, ARROW.1)) + HEAD).max();
    longest.unwrap_or(0).clamp(ARROW.0, ARROW.1.min(page.prose() / 2 - TIME / 2).max(ARROW.0))
}

fn line(arrow: &Arrow, length: usize, wanted: &str, page: &mut Page<'_>) -> io::Result<()> {
    let red = if arrow.wrong { RED } else { PLAIN };
    let time = format!("{:>8.1}ms  ", arrow.at.as_secs_f64() * 1000.0);
    let label = format!(" {} ", page.cut(&arrow.label, length - HEAD));
    let rest = length.saturating_sub(page.columns(&label) + HEAD - 2);
    let drawn = match arrow.way {
        Way::ToClient | Way::Asked => format!("──{label}─{}▶", "─".repeat(rest)),
        Way::ToDaemon => format!("◀──{label}{}─", "─".repeat(rest)),
        Way::Reported => format!("  {label} {}·", " ".repeat(rest)),
    };
    let gap = " ".repeat(GAP);
    let conn = if arrow.conn > 0 { format!("[{}] ", arrow.conn + 1) } else { String::new() };
    let mut spans =
        vec![plain(time), (red, format!("{drawn}{gap}{conn}{}", page.cut(&arrow.note, NOTE_MAX)))];
    if arrow.wrong {
        let wanted = page.cut(wanted, WANTED_MAX);
        spans.push((
            red,
            if wanted.is_empty() { format!("{gap}✗") } else { format!("{gap}✗ wanted {wanted}") },
        ));
    }
    page.hang_wide(TIME + length + GAP, &spans)
}
