//! A walk that ended before its last step: whose fault it is.
//!
//! What ends a walk before the stimulus leaves the case inconclusive. What ends it after the stimulus is the
//! client's failure, of the rule that the next expectation is about.

use mock_humd::script::Op;

use super::failure::Failure;
use super::happened::{is_stimulus, last_stimulus};
use super::verdict::{Cause, Findings, Found, Root};
use crate::exchange::{Stop, Why};
use crate::testee::Gone;
use crate::vector::{Case, Cite, Step, Verb};

/// Adds what the early end says: a broken rule, or a cause.
pub(super) fn blame(case: &Case, steps: &[Step], stop: &Stop, findings: &mut Findings) {
    let total = steps.len();
    let place = (stop.step + 1, total);
    let section = case.section();
    let mut general = |rule: &str, code: String, wanted: &str, got: String| {
        let cite = Cite { rule: rule.to_owned(), code: Some(code), hint: None };
        findings.add(rule, Found::Broken(Failure::new(&cite, place, wanted.to_owned(), got)));
    };
    match &stop.why {
        // the step itself says what is wrong
        Why::Mismatch | Why::Missing | Why::Accepted => {}
        Why::Misrouted(rule) => general(
            rule,
            format!("{section}.misrouted"),
            "each tone handed to the handler of its sid, or to the catch-all where it has none",
            "a barrier tone came out on another route".to_owned(),
        ),
        Why::NotHello => general(
            "HELLO-01",
            "handshake.first-tone-not-hello".to_owned(),
            "hello as the first tone of the connection",
            "another line".to_owned(),
        ),
        Why::Impossible(why) => {
            let cite = steps.get(stop.step).and_then(|step| step.cite.as_ref());
            let said = said(&stop.why);
            findings.cause = Some(Cause::plain(said));
            if let Some(cite) = cite {
                findings.add(&cite.rule, Found::Impossible(why.clone()));
            }
        }
        why => {
            if let Some((cite, code)) = expectation(steps, stop, why) {
                let cite =
                    Cite { code: Some(code.unwrap_or_else(|| format!("{section}.{}", name(why)))), ..cite };
                let wanted = "the client alive and at work after the stimulus".to_owned();
                findings.add(&cite.rule, Found::Broken(Failure::new(&cite, place, wanted, said(why))));
            } else {
                let root = if matches!(why, Why::Unsupported) { Root::Unsupported } else { Root::Itself };
                findings.cause = Some(Cause { why: format!("{}, at step {}", said(why), place.0), root });
            }
        }
    }
}

/// A process that died after the last step, while everything was ended: the last expectation was not survived.
pub(super) fn blame_after(case: &Case, steps: &[Step], gone: &Gone, findings: &mut Findings) {
    let last = steps.iter().rev().filter_map(|step| step.cite.as_ref()).find(|cite| cite.code.is_some());
    if let (Some(cite), Gone::Died(_) | Gone::Hung) = (last, gone) {
        let name = if matches!(gone, Gone::Hung) { "hung" } else { "died" };
        let cite = Cite { code: Some(format!("{}.{name}", case.section())), ..cite.clone() };
        let wanted = "the client alive until it is ended".to_owned();
        let got = format!("{gone}, when the connection had been closed");
        findings.add(&cite.rule, Found::Broken(Failure::new(&cite, (steps.len(), steps.len()), wanted, got)));
    }
}

/// What only prepares the client.
fn is_setup(step: &Step) -> bool {
    match &step.verb {
        Verb::Drive { act, .. } => matches!(
            act.as_str(),
            "connect" | "subscribe" | "unsubscribe" | "tool" | "handler" | "permit" | "tendril"
        ),
        Verb::Play(Op::Hold) => true,
        _ => false,
    }
}

/// The expectation that the early end fails, if the stimulus was out by then: its citation, and its own code
/// where that is the one to give.
fn expectation(steps: &[Step], stop: &Stop, why: &Why) -> Option<(Cite, Option<String>)> {
    let own = steps.get(stop.step).and_then(|step| step.cite.as_ref()).filter(|cite| cite.code.is_some());
    match why {
        Why::Suite(_)
        | Why::Unsupported
        | Why::Impossible(_)
        | Why::NoMarker(_)
        | Why::NoConnection(_)
        | Why::Unasked(_)
        | Why::Gone(Gone::Broken(_) | Gone::Flooded) => return None,
        Why::Refused(_) => return own.map(|cite| (cite.clone(), cite.code.clone())),
        _ => {}
    }
    let next = (stop.step..steps.len()).find(|place| steps[*place].cite.is_some())?;
    let before = (0..stop.step).rev().find(|place| steps[*place].cite.is_some()).map_or(0, |place| place + 1);
    // anything but setting up that went out since the last citation is what this expectation is about
    let out = (before..=stop.step.min(next))
        .any(|place| is_stimulus(&steps[place]) && !is_setup(&steps[place]))
        || last_stimulus(steps, next).is_some_and(|place| place <= stop.step)
        || (next == stop.step && is_stimulus(&steps[next]));
    if !out {
        return None;
    }
    let cite = steps[next..].iter().filter_map(|step| step.cite.as_ref()).find(|cite| cite.code.is_some())?;
    let code = if matches!(why, Why::Silent) { cite.code.clone() } else { None };
    Some((cite.clone(), code))
}

/// The last part of the code.
fn name(why: &Why) -> &'static str {
    match why {
        Why::Closed => "closed",
        Why::StoppedReading => "stopped-reading",
        Why::Gone(Gone::Died(_)) => "died",
        _ => "hung",
    }
}

pub(super) fn said(why: &Why) -> String {
    match why {
        Why::Closed => "the client ended the connection".to_owned(),
        Why::StoppedReading => "the client does not read its socket".to_owned(),
        Why::Silent => "nothing came within the deadline, though the client is alive".to_owned(),
        Why::Deaf => {
            "a barrier was not handed over within the deadline, though the client is alive".to_owned()
        }
        Why::Refused(what) => format!("the client refused an act: {what}"),
        Why::Unsupported => "the shim does not support an op, act or function that the case needs".to_owned(),
        Why::Gone(gone) => gone.to_string(),
        Why::Impossible(why) => format!("the shim calls an act impossible: {why}"),
        Why::NoMarker(what) => format!("the client does not send the marker that a case needs: {what}"),
        Why::NoConnection(what) | Why::Unasked(what) => what.clone(),
        Why::Suite(what) => format!("the suite could not go on: {what}"),
        Why::Mismatch | Why::Missing | Why::Accepted | Why::Misrouted(_) | Why::NotHello => String::new(),
    }
}
