//! Which lines an expectation takes, and waiting for them (`vectors/README.md`, Steps of a wire case).

use serde_json::Value;

use super::log::Log;
use super::{Daemon, Missed};
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

impl Daemon {
    /// Waits until as many tones as patterns have been taken, or one does not match.
    ///
    /// A tone that does not match is taken as well. Bindings of those that match stay in the scope.
    pub async fn expect(
        &self,
        k: usize,
        patterns: &[Pattern],
        any_order: bool,
        scope: &mut Scope,
    ) -> Expected {
        let look = |log: &mut Log| {
            let mut found = if any_order {
                in_any_order(log, k, patterns, scope)
            } else {
                in_order(log, k, patterns, scope)
            };
            if !found.decided {
                let missed = if log.connections[k].is_over() { Missed::Ended } else { Missed::TooMany };
                if missed == Missed::TooMany && !log.full {
                    return None;
                }
                found.expected.missed = Some(missed);
            }
            found.expected.taken.iter().for_each(|&index| log.take(k, index));
            *scope = found.scope;
            Some(Ok(found.expected))
        };
        let nothing = |missed| Expected { taken: Vec::new(), met: false, missed: Some(missed) };
        self.shared.until_connection(k, look).await.unwrap_or_else(nothing)
    }

    /// Waits for a log tone with this message, and takes it: the client has written all that came before.
    pub async fn log_with_message(&self, k: usize, message: &str) -> Result<(), Missed> {
        let look = |log: &mut Log| {
            let has_message = |index: &&usize| log.line(**index).and_then(log_message) == Some(message);
            let connection = &log.connections[k];
            match connection.untaken.iter().find(has_message).copied() {
                Some(index) => {
                    log.take(k, index);
                    Some(Ok(()))
                }
                None => connection.is_over().then_some(Err(Missed::Ended)),
            }
        };
        self.shared.until_connection(k, look).await
    }

    /// Waits for a tone like this among all that the client has sent on the k-th connection, taken or not, from
    /// the `from`-th entry of the transcript on; gives its entry. Nothing is taken.
    pub async fn tone_like(
        &self,
        k: usize,
        from: usize,
        like: impl Fn(&Value) -> bool,
    ) -> Result<usize, Missed> {
        let mut next = from;
        let look = |log: &mut Log| {
            let is_like = |index: usize| {
                let tone = log.line(index).and_then(|line| line.decoded.tone.as_ref());
                log.entries[index].conn == k && tone.is_some_and(|tone| like(tone.as_value()))
            };
            let found = (next..log.entries.len()).find(|index| is_like(*index));
            next = log.entries.len();
            found.map(Ok).or_else(|| log.connections[k].is_over().then_some(Err(Missed::Ended)))
        };
        self.shared.until_connection(k, look).await
    }

    /// Takes a line, so that no expectation does.
    pub fn take(&self, k: usize, entry: usize) {
        self.shared.change(|log| log.take(k, entry));
    }
}

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

fn log_message(line: &Line) -> Option<&str> {
    let tone = line.decoded.tone.as_ref().filter(|tone| tone.chi() == Some("log"))?;
    tone.get("message")?.as_str()
}

/// What a look at the log found; nothing is taken yet.
struct Found {
    expected: Expected,
    scope: Scope,
    /// Whether nothing more needs to come.
    decided: bool,
}

fn in_order(log: &Log, k: usize, patterns: &[Pattern], scope: &Scope) -> Found {
    let mut scope = scope.clone();
    let mut taken = Vec::new();
    for pattern in patterns {
        let class = Class::of(pattern, log.by_chi);
        let Some((index, line)) = untaken(log, k).find(|(at, line)| !taken.contains(at) && class.takes(line))
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

fn in_any_order(log: &Log, k: usize, patterns: &[Pattern], scope: &Scope) -> Found {
    let mut scope = scope.clone();
    // First which lines belong to the expectation, by class alone: one for each pattern.
    let mut wanting: Vec<_> = patterns.iter().map(|pattern| Class::of(pattern, log.by_chi)).collect();
    let mut lines = Vec::new();
    for (index, line) in untaken(log, k) {
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
            Class::of(pattern, log.by_chi).takes(line) && matches(pattern, line, &mut scope)
        });
        *taken = met.map(|place| lines.remove(place).0);
    }
    let met = decided && taken.iter().all(Option::is_some);
    let mut others = lines.into_iter().map(|(index, _)| index);
    let taken = taken.into_iter().filter_map(|taken| taken.or_else(|| others.next())).collect();
    Found { expected: Expected { taken, met, missed: None }, scope, decided }
}

fn untaken(log: &Log, k: usize) -> impl Iterator<Item = (usize, &Line)> {
    log.connections[k].untaken.iter().filter_map(|&index| Some((index, log.line(index)?)))
}

fn matches(pattern: &Pattern, line: &Line, scope: &mut Scope) -> bool {
    let tone = line.decoded.tone.as_ref();
    tone.is_some_and(|tone| pattern.check(Some(tone.as_value()), scope).is_empty())
}
