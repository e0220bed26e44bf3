//! Judging a wire case: its steps once more, in order, on what they saw.

use std::collections::BTreeMap;

use mock_humd::pattern::{Pattern, Scope};
use mock_humd::script::Op;
use mock_humd::transcript::Crossed;
use mock_humd::wire::tone::Tone;
use serde_json::Value;

use super::failure::{Crossing, Failure};
use super::happened::{look, shown};
use super::interrupted;
use super::verdict::{Findings, Found};
use crate::exchange::{Evidence, Saw, What, Why};
use crate::testee::{Event as Reported, Reply};
use crate::vector::{Case, Check, Cite, Event, Raises, Step, Verb};

pub(super) fn findings(case: &Case, steps: &[Step], evidence: &Evidence) -> Findings {
    let bound = evidence.bound.clone();
    let mut replay = Replay { evidence, steps, bound, findings: Findings::default() };
    for index in 0..steps.len() {
        match evidence.steps.get(index) {
            Some(saw) => replay.step(index, saw),
            None => replay.unreached(index),
        }
    }
    let mut findings = replay.findings;
    for rule in &case.partly {
        findings.add(rule, Found::Hidden);
    }
    if let Some(stop) = &evidence.stop {
        interrupted::blame(case, steps, stop, &mut findings);
    } else if let Some(gone) = &evidence.after {
        interrupted::blame_after(case, steps, gone, &mut findings);
    }
    findings
}

struct Replay<'a> {
    evidence: &'a Evidence,
    steps: &'a [Step],
    bound: BTreeMap<String, Value>,
    findings: Findings,
}

impl Replay<'_> {
    fn unreached(&mut self, index: usize) {
        let step = &self.steps[index];
        for cite in step.cite.iter().chain(step.checks.iter().map(|check| &check.cite)) {
            self.findings.add(&cite.rule, Found::Unreached);
        }
    }

    fn step(&mut self, index: usize, saw: &Saw) {
        if saw.what == What::Skipped {
            return;
        }
        let stopped = self.evidence.stop.as_ref().filter(|stop| stop.step == index).map(|stop| &stop.why);
        if stopped.is_some_and(|why| !matches!(why, Why::Mismatch | Why::Missing | Why::Accepted)) {
            return self.unreached(index);
        }
        let step = &self.steps[index];
        if saw.what == What::Hidden {
            for cite in step.cite.iter().chain(step.checks.iter().map(|check| &check.cite)) {
                self.findings.add(&cite.rule, Found::Hidden);
            }
            return;
        }
        let place = (index + 1, self.steps.len());
        let mut scope = self.evidence.scope(saw, std::mem::take(&mut self.bound));
        match &step.verb {
            Verb::Play(Op::Expect { patterns, any_order }) => {
                self.tones(step, place, saw, patterns, *any_order, &mut scope);
            }
            Verb::Observe(event) => self.event(step, place, saw, event, &mut scope),
            Verb::Never { what, window } => {
                let happened = look(self.evidence, self.steps, index, what, *window, &scope);
                let broken = happened.map(|happened| (happened.at, happened.what));
                self.met_unless(step.cite.as_ref(), place, "nothing of the kind", broken);
            }
            Verb::Record { what, window, seen, unseen } => {
                let happened = look(self.evidence, self.steps, index, what, *window, &scope).is_some();
                if let Some(cite) = &step.cite {
                    let what = if happened { seen } else { unseen };
                    self.findings.add(&cite.rule, Found::Seen(what.clone()));
                }
            }
            Verb::Drive { raises, .. } => self.drive(step, place, saw, raises),
            Verb::Call { returns, .. } => self.call(step, place, saw, returns.as_ref(), &mut scope),
            Verb::Play(_) | Verb::Barrier { .. } | Verb::Probe | Verb::Stalled | Verb::Clock { .. } => {
                match (&step.cite, &step.seen) {
                    (Some(cite), Some(seen)) => self.findings.add(&cite.rule, Found::Seen(seen.clone())),
                    _ => self.met_unless(step.cite.as_ref(), place, "", None),
                }
            }
        }
        self.bound = scope.bound;
    }

    fn met_unless(
        &mut self,
        cite: Option<&Cite>,
        place: (usize, usize),
        wanted: &str,
        broken: Option<(Crossing, String)>,
    ) {
        let Some(cite) = cite else { return };
        let found = match broken {
            None => Found::Met,
            Some((at, got)) => Found::Broken(Failure::new(cite, place, wanted.to_owned(), got).at(at)),
        };
        self.findings.add(&cite.rule, found);
    }

    fn tones(
        &mut self,
        step: &Step,
        place: (usize, usize),
        saw: &Saw,
        patterns: &[Pattern],
        any_order: bool,
        scope: &mut Scope,
    ) {
        let taken: &[usize] = if let What::Tones(entries) = &saw.what { entries } else { &[] };
        let mut broken = None;
        for (number, pattern) in patterns.iter().enumerate() {
            let Some(&entry) = taken.get(number) else {
                broken.get_or_insert((None, format!("{number} of {} tones", patterns.len()), Vec::new()));
                break;
            };
            let (tone, shown) = self.tone(entry);
            let mismatches = pattern.check(tone.as_ref(), scope);
            if !mismatches.is_empty() {
                broken.get_or_insert((Some(Crossing::Wire(entry)), shown, mismatches));
            }
        }
        let Some(cite) = &step.cite else { return };
        match broken {
            None => {
                self.findings.add(&cite.rule, Found::Met);
                let first = taken.first().copied();
                let tone = first.and_then(|entry| self.tone(entry).0);
                self.checks(&step.checks, place, tone.as_ref(), first.map(Crossing::Wire), scope);
            }
            Some((at, got, mismatches)) => {
                let wanted = if any_order { "these tones in any order" } else { "a tone that matches" };
                let mut failure =
                    Failure::new(cite, place, wanted.to_owned(), got).with_differences(mismatches);
                failure.at = at;
                self.findings.add(&cite.rule, Found::Broken(failure));
                for check in &step.checks {
                    self.findings.add(&check.cite.rule, Found::Unreached);
                }
            }
        }
    }

    /// The tone of a transcript entry, and how to show the line.
    fn tone(&self, entry: usize) -> (Option<Value>, String) {
        match self.evidence.wire.entries.get(entry).map(|entry| &entry.what) {
            Some(Crossed::FromClient(line)) => {
                let tone = line.decoded.tone.as_ref().map(Tone::as_value).cloned();
                (tone, String::from_utf8_lossy(&line.bytes).into_owned())
            }
            _ => (None, "nothing".to_owned()),
        }
    }

    fn checks(
        &mut self,
        checks: &[Check],
        place: (usize, usize),
        tone: Option<&Value>,
        at: Option<Crossing>,
        scope: &mut Scope,
    ) {
        for check in checks {
            let value = tone.and_then(|tone| tone.pointer(&check.at));
            let mut mismatches = check.is.check(value, scope);
            for mismatch in &mut mismatches {
                mismatch.at = format!("{}{}", check.at, mismatch.at);
            }
            let found = if mismatches.is_empty() {
                Found::Met
            } else {
                let got = value.map_or("nothing there".to_owned(), Value::to_string);
                let wanted = format!("another value at {}", check.at);
                let mut failure = Failure::new(&check.cite, place, wanted, got).with_differences(mismatches);
                failure.at = at;
                Found::Broken(failure)
            };
            self.findings.add(&check.cite.rule, found);
        }
    }

    fn event(&mut self, step: &Step, place: (usize, usize), saw: &Saw, event: &Event, scope: &mut Scope) {
        let Some(cite) = &step.cite else { return };
        let What::Event(index) = saw.what else {
            let failure =
                Failure::new(cite, place, wanted_event(event), "nothing of the kind was reported".to_owned());
            self.findings.add(&cite.rule, Found::Broken(failure));
            return;
        };
        let reported = &self.evidence.events[index].what;
        let mismatches = match (event, reported) {
            (Event::Delivered { tone: pattern, .. }, Reported::Delivered { tone: Some(tone), .. }) => {
                pattern.check(Some(tone), scope)
            }
            (Event::Turn { outcome: Some(wanted), .. }, Reported::Turn { outcome, .. })
                if wanted != outcome =>
            {
                vec![mock_humd::pattern::Mismatch {
                    at: "/outcome".to_owned(),
                    wanted: wanted.clone(),
                    got: Some(outcome.clone()),
                }]
            }
            (Event::Done, Reported::Done { refused: Some((code, message)), .. }) => {
                vec![mock_humd::pattern::Mismatch {
                    at: String::new(),
                    wanted: "success".to_owned(),
                    got: Some(format!("{code}: {message}")),
                }]
            }
            _ => Vec::new(),
        };
        if mismatches.is_empty() {
            self.findings.add(&cite.rule, Found::Met);
            if let Reported::Delivered { tone, .. } = reported {
                self.checks(&step.checks, place, tone.as_ref(), Some(Crossing::Event(index)), scope);
            }
        } else {
            let failure = Failure::new(cite, place, wanted_event(event), shown(reported))
                .with_differences(mismatches)
                .at(Crossing::Event(index));
            self.findings.add(&cite.rule, Found::Broken(failure));
        }
    }

    fn drive(&mut self, step: &Step, place: (usize, usize), saw: &Saw, raises: &Raises) {
        let Some(cite) = &step.cite else { return };
        let refused = matches!(&saw.what, What::Reply(Reply::Refused { .. }));
        let found = match raises {
            Raises::May { seen, .. } if refused => Found::Declined(seen.clone()),
            Raises::May { unseen, .. } if !unseen.is_empty() => Found::Seen(unseen.clone()),
            Raises::Must if !refused => {
                let got = "it was accepted".to_owned();
                Found::Broken(Failure::new(cite, place, "a clean error".to_owned(), got))
            }
            _ => Found::Met,
        };
        self.findings.add(&cite.rule, found);
    }

    fn call(
        &mut self,
        step: &Step,
        place: (usize, usize),
        saw: &Saw,
        returns: Option<&Pattern>,
        scope: &mut Scope,
    ) {
        let (Some(cite), What::Reply(reply)) = (&step.cite, &saw.what) else { return };
        let found = super::call::answer(cite, place, reply, returns, scope);
        self.findings.add(&cite.rule, found);
    }
}

fn wanted_event(event: &Event) -> String {
    match event {
        Event::Delivered { to: Some(Some(sid)), .. } => format!("a tone delivered to `{sid}`"),
        Event::Delivered { to: Some(None), .. } => "a tone delivered to the catch-all".to_owned(),
        Event::Delivered { to: None, .. } => "a tone delivered".to_owned(),
        Event::Disconnected { .. } => "the disconnect reported".to_owned(),
        Event::Turn { outcome, .. } => {
            format!("the turn reported as {}", outcome.as_deref().unwrap_or("ended"))
        }
        Event::Done => "the act ended".to_owned(),
        Event::ShimError => "an error of the shim".to_owned(),
    }
}
