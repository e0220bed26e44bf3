//! Judging a call case: each example's answer on its own.

use std::collections::BTreeMap;

use mock_humd::pattern::{Pattern, Scope};
use serde_json::Value;

use super::failure::Failure;
use super::interrupted::said;
use super::verdict::{Cause, Findings, Found};
use crate::exchange::{Evidence, What, Why};
use crate::testee::{Gone, Reply};
use crate::vector::{Answer, Case, Cite, Example};

pub(super) fn findings(case: &Case, examples: &[Example], evidence: &Evidence) -> Findings {
    let mut findings = Findings::default();
    let total = examples.len();
    for (index, example) in examples.iter().enumerate() {
        let found = match &evidence.steps[index].what {
            What::Reply(reply) => {
                let saw = &evidence.steps[index];
                let scope = evidence.scope(saw, BTreeMap::new());
                judge_answer(example, (index + 1, total), reply, scope, |tc| value_of(examples, evidence, tc))
            }
            What::Done => Found::Unreached,
            _ => Found::Unseen(needs(example)),
        };
        findings.add(&example.cite.rule, found);
    }
    if let Some(stop) = &evidence.stop {
        let example = &examples[stop.step];
        let place = (stop.step + 1, total);
        let code = match &stop.why {
            Why::Gone(Gone::Died(_)) => Some("died"),
            Why::Gone(Gone::Hung) | Why::Silent => Some("hung"),
            _ => None,
        };
        match code {
            Some(code) => {
                let cite = Cite { code: Some(format!("{}.{code}", case.section())), ..example.cite.clone() };
                let mut failure = Failure::new(&cite, place, "an answer".to_owned(), said(&stop.why));
                failure.example = Some(example.tc);
                findings.add(&cite.rule, Found::Broken(failure));
            }
            None => findings.cause = Some(Cause::plain(said(&stop.why))),
        }
    }
    findings
}

fn needs(example: &Example) -> String {
    let needs: Vec<String> = example.requires.iter().map(|need| format!("`{need}`")).collect();
    format!("needs {}", needs.join(" and "))
}

fn value_of<'a>(examples: &[Example], evidence: &'a Evidence, tc: u64) -> Option<&'a Value> {
    let place = examples.iter().position(|example| example.tc == tc)?;
    match &evidence.steps[place].what {
        What::Reply(Reply::Ok(fields)) => fields.get("value"),
        _ => None,
    }
}

fn judge_answer<'a>(
    example: &Example,
    place: (usize, usize),
    reply: &Reply,
    mut scope: Scope,
    other: impl Fn(u64) -> Option<&'a Value>,
) -> Found {
    let found = match &example.answer {
        Answer::Returns(pattern) => answer(&example.cite, place, reply, Some(pattern), &mut scope),
        Answer::Raises => answer(&example.cite, place, reply, None, &mut scope),
        Answer::SameAs(tc) => match (reply, other(*tc)) {
            (Reply::Ok(fields), Some(first)) if fields.get("value") == Some(first) => Found::Met,
            (reply, first) => {
                let wanted = first.map_or(format!("the answer of example {tc}"), Value::to_string);
                refused_or(&example.cite, place, reply, wanted)
            }
        },
        Answer::Record => match reply {
            Reply::Ok(fields) => Found::Seen(fields.get("value").unwrap_or(&Value::Null).to_string()),
            Reply::Refused { .. } => Found::Seen("refuses".to_owned()),
            reply => refused_or(&example.cite, place, reply, String::new()),
        },
    };
    match found {
        Found::Broken(mut failure) => {
            failure.example = Some(example.tc);
            Found::Broken(failure)
        }
        found => found,
    }
}

/// What a reply says, where a value (or with `None` a refusal) is wanted.
pub(super) fn answer(
    cite: &Cite,
    place: (usize, usize),
    reply: &Reply,
    returns: Option<&Pattern>,
    scope: &mut Scope,
) -> Found {
    match (reply, returns) {
        (Reply::Ok(fields), Some(pattern)) => {
            let value = fields.get("value");
            let mismatches = pattern.check(value, scope);
            if mismatches.is_empty() {
                return Found::Met;
            }
            let wanted = mismatches.first().map(|mismatch| mismatch.wanted.clone()).unwrap_or_default();
            let got = value.map_or("no value".to_owned(), Value::to_string);
            Found::Broken(Failure::new(cite, place, wanted, got).with_differences(mismatches))
        }
        (Reply::Refused { .. }, None) => Found::Met,
        (reply, None) => refused_or(cite, place, reply, "a clean error".to_owned()),
        (reply, Some(pattern)) => {
            let wanted = pattern.check(None, scope).into_iter().next();
            refused_or(
                cite,
                place,
                reply,
                wanted.map_or_else(|| "an answer".to_owned(), |first| first.wanted),
            )
        }
    }
}

/// A reply that is not the wanted one.
fn refused_or(cite: &Cite, place: (usize, usize), reply: &Reply, wanted: String) -> Found {
    let got = match reply {
        Reply::Impossible { why } => return Found::Impossible(why.clone()),
        Reply::Unsupported => return Found::Unsupported("the shim does not support the function".to_owned()),
        Reply::Ok(fields) => fields.get("value").unwrap_or(&Value::Null).to_string(),
        Reply::Refused { code, message } if message.is_empty() => format!("the error `{code}`"),
        Reply::Refused { code, message } => format!("the error `{code}`: {message}"),
    };
    Found::Broken(Failure::new(cite, place, wanted, got))
}
