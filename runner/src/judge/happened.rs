//! Whether something happened within a window: the question behind `never` and `record`.

use std::collections::BTreeSet;

use mock_humd::pattern::{Pattern, Scope};
use mock_humd::script::Op;
use mock_humd::transcript::Crossed;
use mock_humd::wire::chi;
use serde_json::Value;

use super::failure::Crossing;
use crate::exchange::{Evidence, MARKER, What};
use crate::testee::Event as Reported;
use crate::vector::{Event, Happening, Step, Verb, Window};

/// Where it happened and what it was, the first time.
pub(super) struct Happened {
    pub(super) at: Crossing,
    pub(super) what: String,
}

/// Looks for something in the window of a step that was reached.
pub(super) fn look(
    evidence: &Evidence,
    steps: &[Step],
    index: usize,
    what: &Happening,
    window: Window,
    scope: &Scope,
) -> Option<Happened> {
    let end = evidence.steps[index].after;
    let conn = steps[index].conn;
    let from = wire_start(evidence, steps, index, window);
    let mut wire = evidence.wire.entries.iter().enumerate().take(end.wire).skip(from);
    let here = |of: usize| window == Window::Case || of == conn;
    match what {
        Happening::Tone(pattern) => {
            let taken = taken(evidence, index);
            wire.find_map(|(place, entry)| {
                let Crossed::FromClient(line) = &entry.what else { return None };
                let tone = line.decoded.tone.as_ref()?.as_value();
                let open = here(entry.conn) && !taken.contains(&place) && !line.greeted && !is_marker(tone);
                (open && matches(pattern, tone, scope))
                    .then(|| Happened { at: Crossing::Wire(place), what: tone.to_string() })
            })
        }
        Happening::Eof => wire.find_map(|(place, entry)| {
            let ended = matches!(entry.what, Crossed::Eof | Crossed::Reset) && entry.conn == conn;
            ended.then(|| Happened {
                at: Crossing::Wire(place),
                what: "the client ended its writes".to_owned(),
            })
        }),
        Happening::Connected => {
            evidence.wire.entries.iter().take(end.wire).enumerate().find_map(|(place, entry)| {
                let opened = matches!(entry.what, Crossed::Opened) && entry.conn == conn;
                opened.then(|| Happened { at: Crossing::Wire(place), what: "a connection".to_owned() })
            })
        }
        Happening::Event(event) => {
            let from = if window == Window::Stimulus { event_start(evidence, steps, index) } else { 0 };
            let seen = taken_events(evidence, index);
            let handle = evidence.handles.get(steps[index].client).map_or("", String::as_str);
            evidence.events.iter().enumerate().take(end.events).skip(from).find_map(|(place, reported)| {
                (!seen.contains(&place) && is(&reported.what, event, handle, scope))
                    .then(|| Happened { at: Crossing::Event(place), what: shown(&reported.what) })
            })
        }
    }
}

/// Whether a step sends or drives something that the client reacts to.
pub(super) fn is_stimulus(step: &Step) -> bool {
    match &step.verb {
        Verb::Play(op) => {
            matches!(op, Op::Send { .. } | Op::Raw { .. } | Op::Close { .. } | Op::Resume | Op::Hold)
        }
        Verb::Drive { .. } | Verb::Call { .. } => true,
        _ => false,
    }
}

/// The last stimulus before a step.
pub(super) fn last_stimulus(steps: &[Step], before: usize) -> Option<usize> {
    (0..before).rev().find(|place| is_stimulus(&steps[*place]))
}

fn wire_start(evidence: &Evidence, steps: &[Step], index: usize, window: Window) -> usize {
    match (window, last_stimulus(steps, index)) {
        (Window::Stimulus, Some(stimulus)) => evidence.steps[stimulus].before.wire,
        _ => 0,
    }
}

/// Events count from the last barrier that had passed before the stimulus; a connect that waits ends in one.
fn event_start(evidence: &Evidence, steps: &[Step], index: usize) -> usize {
    let Some(stimulus) = last_stimulus(steps, index) else { return 0 };
    let of_client = |place: &usize| steps[*place].client == steps[index].client;
    let barrier = (0..stimulus).rev().filter(of_client).find(|place| match &steps[*place].verb {
        Verb::Barrier { sid: None } => true,
        Verb::Drive { act, wait, .. } => act == "connect" && *wait,
        _ => false,
    });
    barrier.map_or(0, |place| evidence.steps[place].after.events)
}

fn taken(evidence: &Evidence, before: usize) -> BTreeSet<usize> {
    let tones = evidence.steps[..before].iter().filter_map(|saw| match &saw.what {
        What::Tones(entries) => Some(entries),
        _ => None,
    });
    tones.flatten().copied().collect()
}

fn taken_events(evidence: &Evidence, before: usize) -> BTreeSet<usize> {
    evidence.steps[..before]
        .iter()
        .filter_map(|saw| match saw.what {
            What::Event(place) => Some(place),
            _ => None,
        })
        .collect()
}

fn is(reported: &Reported, event: &Event, handle: &str, scope: &Scope) -> bool {
    if reported.client().is_some_and(|client| client != handle) {
        return false;
    }
    match (event, reported) {
        (
            Event::Delivered { to, conn, tone: pattern },
            Reported::Delivered { to: route, conn: at, tone, .. },
        ) => {
            to.as_ref().is_none_or(|to| to == route)
                && conn.is_none_or(|conn| conn == *at)
                && tone.as_ref().is_none_or(|tone| {
                    !is_marker(tone) && !passed_over(tone, pattern) && matches(pattern, tone, scope)
                })
        }
        (Event::Disconnected { conn }, Reported::Disconnected { conn: at, .. }) => {
            conn.is_none_or(|conn| conn == *at)
        }
        (Event::Turn { sid, outcome }, Reported::Turn { sid: of, outcome: how, .. }) => {
            sid.as_ref().is_none_or(|sid| sid == of) && outcome.as_ref().is_none_or(|outcome| outcome == how)
        }
        (Event::ShimError, Reported::ShimError { .. }) | (Event::Done, Reported::Done { .. }) => true,
        _ => false,
    }
}

fn matches(pattern: &Pattern, value: &Value, scope: &Scope) -> bool {
    pattern.check(Some(value), &mut scope.clone()).is_empty()
}

/// Breath and the either-direction chis count only where the pattern names their chi.
fn passed_over(tone: &Value, pattern: &Pattern) -> bool {
    let chi = tone["chi"].as_str();
    let beside = chi.is_some_and(|chi| chi == "breath" || chi::is_either_direction(chi));
    beside && pattern.names_chi() != chi
}

pub(super) fn is_marker(tone: &Value) -> bool {
    let begins = |key: &str| tone[key].as_str().is_some_and(|text| text.starts_with(MARKER));
    begins("rid") || begins("message")
}

/// An event in words.
pub(super) fn shown(event: &Reported) -> String {
    match event {
        Reported::Delivered { to, tone, .. } => {
            let to = to.as_ref().map_or("the catch-all".to_owned(), |sid| format!("`{sid}`"));
            let tone = tone.as_ref().map_or("a tone that cannot be printed".to_owned(), Value::to_string);
            format!("delivered to {to}: {tone}")
        }
        Reported::Disconnected { conn, .. } => format!("connection {conn} reported as ended"),
        Reported::Turn { sid, outcome, .. } => format!("turn of `{sid}` {outcome}"),
        Reported::Done { refused: None, .. } => "the act ended".to_owned(),
        Reported::Done { refused: Some((code, message)), .. } => format!("the act failed: {code}: {message}"),
        Reported::ShimError { message } => format!("the shim failed: {message}"),
    }
}
