//! The exchange as a sequence of lines with arrows, cut around the place that went wrong.

use anstyle::{AnsiColor, Style};

use super::text::{VALUE_MAX, clean, cut};
use crate::judge::{Arrow, Scene, Way};

/// Lines before and after the wrong place that are shown: examples of a helper do not build on each other.
const AROUND: (usize, usize) = (10, 3);
const AROUND_CALL: (usize, usize) = (1, 0);
/// Columns of an arrow.
const WIDTH: usize = 30;

/// The arrows around the wrong place, or the last ones.
pub(super) fn lines(scene: &Scene, wanted: &str) -> Vec<String> {
    let dim = Style::new().dimmed();
    let arrows = &scene.arrows;
    let is_call = scene.is_call();
    let (peer, (before, after)) = if is_call { ("suite ", AROUND_CALL) } else { ("daemon", AROUND) };
    let mut lines = vec![format!("     {dim}{peer}{:>w$}client under test{dim:#}", "", w = WIDTH - 2)];
    let wrong = arrows.iter().position(|arrow| arrow.wrong);
    let (from, to) = match wrong {
        Some(place) => (place.saturating_sub(before), (place + after + 1).min(arrows.len())),
        None => (arrows.len().saturating_sub(before + after), arrows.len()),
    };
    if from > 0 {
        lines.push(format!("     {dim}… {from} before{dim:#}"));
    }
    lines.extend(arrows[from..to].iter().map(|arrow| line(arrow, wanted)));
    if to < arrows.len() {
        lines.push(format!("     {dim}… {} after{dim:#}", arrows.len() - to));
    }
    lines
}

fn line(arrow: &Arrow, wanted: &str) -> String {
    let red = if arrow.wrong { AnsiColor::Red.on_default() } else { Style::new() };
    let time = format!("{:>6.1}ms", arrow.at.as_secs_f64() * 1000.0);
    let label = format!(" {} ", cut(&clean(&arrow.label), VALUE_MAX));
    let dashes = WIDTH.saturating_sub(label.chars().count() + 3);
    let drawn = match arrow.way {
        Way::ToClient | Way::Asked => format!("──{label}{}▶", "─".repeat(dashes)),
        Way::ToDaemon => format!("◀──{label}{}", "─".repeat(dashes)),
        Way::Reported => format!("  {label}{} ·", " ".repeat(dashes)),
    };
    let conn = if arrow.conn > 0 { format!("[{}] ", arrow.conn + 1) } else { String::new() };
    let mark = if arrow.wrong && wanted.is_empty() {
        "   ✗".to_owned()
    } else if arrow.wrong {
        format!("   ✗ wanted {wanted}")
    } else {
        String::new()
    };
    let note = cut(&clean(&arrow.note), VALUE_MAX);
    format!("  {time}  {red}{drawn}   {conn}{note}{mark}{red:#}")
}
