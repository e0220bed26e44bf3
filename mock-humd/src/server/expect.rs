//! Waiting for what a client sends, and taking it.

use serde_json::Value;

use super::log::Log;
use super::{Daemon, Missed};
use crate::pattern::{Pattern, Scope};
use crate::script::take::{self, Expected, log_message};
use crate::transcript::Line;

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
            let mut found = take::look(untaken(log, k), patterns, any_order, log.by_chi, scope);
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

fn untaken(log: &Log, k: usize) -> impl Iterator<Item = (usize, &Line)> + Clone {
    log.connections[k].untaken.iter().filter_map(|&index| Some((index, log.line(index)?)))
}
