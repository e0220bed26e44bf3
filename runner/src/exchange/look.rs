//! Looking for what the shim reported: which event a step takes.

use mock_humd::pattern::Pattern;
use mock_humd::wire::chi;
use serde_json::Value;

use super::barrier::MARKER;
use super::evidence::{What, Why};
use super::walk::Walk;
use crate::testee::{Asked, Event as Reported, Heard};
use crate::vector::{Check, Event};

impl Walk<'_> {
    /// Takes the event that a step looks for. After a barrier a delivery or a disconnect is there or it is not;
    /// everything else is waited for.
    pub(super) async fn observe(
        &mut self,
        client: usize,
        event: &Event,
        checks: &[Check],
    ) -> (What, Option<Why>) {
        let handle = self.handles[client].clone();
        let wanted = match event {
            Event::Done => self.background.pop_front(),
            _ => None,
        };
        let taken = self.taken.clone();
        let find = move |heard: &Heard| {
            heard.events.iter().enumerate().position(|(place, reported)| {
                !taken.contains(&place) && is_next(&reported.what, &handle, event, wanted)
            })
        };
        let settled = self.settled == Some(client)
            && matches!(event, Event::Delivered { .. } | Event::Disconnected { .. });
        let found = if settled {
            self.testee.look(find).ok_or(Why::Missing)
        } else {
            match self.testee.until(|heard| find(heard)).await {
                Ok(Asked::Answer(place)) => Ok(place),
                Ok(Asked::Late) => Err(Why::Silent),
                Err(gone) => Err(Why::Gone(gone)),
            }
        };
        match found {
            Ok(place) => {
                self.taken.insert(place);
                let met = self.event_matches(event, checks, place);
                (What::Event(place), (!met).then_some(Why::Mismatch))
            }
            Err(why) => (What::Done, Some(why)),
        }
    }

    /// Takes the event that a step records, if it is there; nothing is waited for.
    pub(super) fn noted(&mut self, client: usize, event: &Event) -> What {
        let handle = self.handles[client].clone();
        let found = self.testee.look(|heard| {
            heard.events.iter().enumerate().position(|(place, reported)| {
                !self.taken.contains(&place)
                    && is_next(&reported.what, &handle, event, None)
                    && match (event, &reported.what) {
                        (
                            Event::Delivered { tone: pattern, .. },
                            Reported::Delivered { tone: Some(tone), .. },
                        ) => pattern.check(Some(tone), &mut self.scope.clone()).is_empty(),
                        _ => true,
                    }
            })
        });
        match found {
            Some(place) => {
                self.taken.insert(place);
                What::Event(place)
            }
            None => What::Done,
        }
    }

    /// Whether the event is what the step wants; binds what its patterns bind.
    fn event_matches(&mut self, event: &Event, checks: &[Check], place: usize) -> bool {
        let reported = self.testee.look(|heard| heard.events[place].what.clone());
        match (event, &reported) {
            (Event::Delivered { tone: pattern, .. }, Reported::Delivered { tone: Some(tone), .. }) => {
                let met = self.check(pattern, tone);
                for check in checks {
                    check.is.check(tone.pointer(&check.at), &mut self.scope);
                }
                met
            }
            (Event::Turn { outcome: Some(wanted), .. }, Reported::Turn { outcome, .. }) => wanted == outcome,
            (Event::Done, Reported::Done { refused, .. }) => refused.is_none(),
            _ => true,
        }
    }

    /// Whether a value matches, at the time it was seen.
    pub(super) fn check(&mut self, pattern: &Pattern, value: &Value) -> bool {
        self.touch_scope();
        pattern.check(Some(value), &mut self.scope).is_empty()
    }
}

/// Whether this is the kind of event that a step takes next, whatever stands in it.
fn is_next(reported: &Reported, handle: &str, event: &Event, wanted: Option<u64>) -> bool {
    if reported.client().is_some_and(|client| client != handle) {
        return false;
    }
    match (event, reported) {
        (
            Event::Delivered { to, conn, tone: pattern },
            Reported::Delivered { conn: at, to: route, tone, .. },
        ) => {
            to.as_ref().is_none_or(|to| to == route)
                && conn.is_none_or(|conn| conn == *at)
                && tone.as_ref().is_none_or(|tone| counts(tone, pattern))
        }
        (Event::Disconnected { conn }, Reported::Disconnected { conn: at, .. }) => {
            conn.is_none_or(|conn| conn == *at)
        }
        (Event::Turn { sid, .. }, Reported::Turn { sid: of, .. }) => sid.as_ref().is_none_or(|sid| sid == of),
        (Event::Done, Reported::Done { id, .. }) => wanted == Some(*id),
        (Event::ShimError, Reported::ShimError { .. }) => true,
        _ => false,
    }
}

/// Whether a delivered tone is one that expectations take: not a barrier, and no breath or either-direction
/// chi unless the pattern names that chi.
fn counts(tone: &Value, pattern: &Pattern) -> bool {
    if tone["rid"].as_str().is_some_and(|rid| rid.starts_with(MARKER)) {
        return false;
    }
    let chi = tone["chi"].as_str();
    match pattern.names_chi() {
        Some(named) if named == "breath" || chi::is_either_direction(named) => chi == Some(named),
        _ => !chi.is_some_and(|chi| chi == "breath" || chi::is_either_direction(chi)),
    }
}
