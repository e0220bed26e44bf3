//! Which lines an expectation takes (`vectors/README.md`, Steps of a wire case).

use super::Missed;
use crate::pattern::{Pattern, Scope};
use crate::transcript::Line;
use crate::wire::chi::is_either_direction;

/// What an expectation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The lines that it consumed, as indexes into the transcript, in the order of the patterns.
    pub taken: Vec<usize>,
    /// Whether there are as many as patterns, and all match.
    pub met: bool,
    /// Why no more will come, where there are too few.
    pub missed: Option<Missed>,
}

/// The messages of these log tones are barriers, which no expectation takes.
const BARRIER: &str = "~barrier-";

/// Which lines a pattern may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class<'a> {
    /// The very next line, whatever it is.
    Next,
    /// The next tone of this chi.
    Of(&'a str),
    /// The next tone that is none of those which only a pattern that names them takes.
    Ordinary,
}

impl<'a> Class<'a> {
    fn of(pattern: &'a Pattern, by_chi: bool) -> Self {
        match pattern.names_chi() {
            Some("hello") => Self::Next,
            Some(chi) if by_chi || is_special(chi) => Self::Of(chi),
            _ => Self::Ordinary,
        }
    }

    fn takes(self, line: &Line) -> bool {
        if log_message(line).is_some_and(|message| message.starts_with(BARRIER)) {
            return false;
        }
        match (self, &line.decoded.tone) {
            (Self::Next, _) => true,
            (_, None) => false,
            (Self::Of(chi), Some(tone)) => tone.chi() == Some(chi),
            (Self::Ordinary, Some(tone)) => !tone.chi().is_some_and(is_special),
        }
    }
}

fn is_special(chi: &str) -> bool {
    matches!(chi, "hello" | "breath") || is_either_direction(chi)
}

/// The message of a log tone.
pub(crate) fn log_message(line: &Line) -> Option<&str> {
    let tone = line.decoded.tone.as_ref().filter(|tone| tone.chi() == Some("log"))?;
    tone.get("message")?.as_str()
}

/// What a look at lines found; nothing is taken yet.
pub(crate) struct Found {
    /// What belongs to the expectation so far.
    pub expected: Expected,
    /// The scope, with what was bound.
    pub scope: Scope,
    /// Whether nothing more needs to come.
    pub decided: bool,
}

/// Looks for what an expectation takes among lines that nobody took.
pub(crate) fn look<'a>(
    untaken: impl Iterator<Item = (usize, &'a Line)> + Clone,
    patterns: &[Pattern],
    any_order: bool,
    by_chi: bool,
    scope: &Scope,
) -> Found {
    if any_order {
        in_any_order(untaken, patterns, by_chi, scope)
    } else {
        in_order(&untaken, patterns, by_chi, scope)
    }
}

fn in_order<'a>(
    untaken: &(impl Iterator<Item = (usize, &'a Line)> + Clone),
    patterns: &[Pattern],
    by_chi: bool,
    scope: &Scope,
) -> Found {
    let mut scope = scope.clone();
    let mut taken = Vec::new();
    for pattern in patterns {
        let class = Class::of(pattern, by_chi);
        let Some((index, line)) = untaken.clone().find(|(at, line)| !taken.contains(at) && class.takes(line))
        else {
            return Found { expected: Expected { taken, met: false, missed: None }, scope, decided: false };
        };
        taken.push(index);
        if !matches(pattern, line, &mut scope) {
            return Found { expected: Expected { taken, met: false, missed: None }, scope, decided: true };
        }
    }
    Found { expected: Expected { taken, met: true, missed: None }, scope, decided: true }
}

fn in_any_order<'a>(
    untaken: impl Iterator<Item = (usize, &'a Line)>,
    patterns: &[Pattern],
    by_chi: bool,
    scope: &Scope,
) -> Found {
    let mut scope = scope.clone();
    // First which lines belong to the expectation, by class alone: one for each pattern.
    let mut wanting: Vec<_> = patterns.iter().map(|pattern| Class::of(pattern, by_chi)).collect();
    let mut lines = Vec::new();
    for (index, line) in untaken {
        if let Some(place) = wanting.iter().position(|class| class.takes(line)) {
            wanting.remove(place);
            lines.push((index, line));
        }
    }
    let decided = wanting.is_empty();
    // Then which pattern each of them meets; those that meet none fill the gaps, in order.
    let mut taken = vec![None; patterns.len()];
    for (pattern, taken) in patterns.iter().zip(&mut taken) {
        let met = lines.iter().position(|(_, line)| {
            Class::of(pattern, by_chi).takes(line) && matches(pattern, line, &mut scope)
        });
        *taken = met.map(|place| lines.remove(place).0);
    }
    let met = decided && taken.iter().all(Option::is_some);
    let mut others = lines.into_iter().map(|(index, _)| index);
    let taken = taken.into_iter().filter_map(|taken| taken.or_else(|| others.next())).collect();
    Found { expected: Expected { taken, met, missed: None }, scope, decided }
}

fn matches(pattern: &Pattern, line: &Line, scope: &mut Scope) -> bool {
    let tone = line.decoded.tone.as_ref();
    tone.is_some_and(|tone| pattern.check(Some(tone.as_value()), scope).is_empty())
}
