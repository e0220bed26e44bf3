//! Steps to operations: the verbs of the vector format that happen on the mock's side of the wire.

use serde_json::{Map, Value};

use super::{How, ListenState, Op, raw};
use crate::pattern::{Pattern, PatternFault, Template};

type Read<T> = Result<T, Vec<PatternFault>>;

impl Op {
    /// Reads a step with this verb; `None` if the verb is not the mock's.
    ///
    /// `under_test` tells whether a party (`client`, `worker`, `daemon`) is tested: what comes from such a
    /// party is expected, anything else is sent. The places of faults are relative to the step.
    pub fn parse(
        verb: &str,
        step: &Map<String, Value>,
        under_test: &dyn Fn(&str) -> bool,
    ) -> Option<Read<Self>> {
        let value = step.get(verb).unwrap_or(&Value::Null);
        let from = step.get("from").and_then(Value::as_str);
        Some(match verb {
            "listen" => listen(value),
            "accept" => Ok(Self::Accept),
            "tone" => party(from, "/from").and_then(|from| {
                if under_test(from) {
                    expect(&[("/tone".to_owned(), value)], false, step)
                } else {
                    send(&[("/tone".to_owned(), value)])
                }
            }),
            "tones" => party(from, "/from").and_then(|from| tones(value, under_test(from), step)),
            "raw" => party(from, "/from").and_then(|from| {
                if under_test(from) {
                    return fault("/from", "exact bytes cannot be expected of a party under test");
                }
                let (parts, split) = raw::parse(value).map_err(|faults| below("/raw", faults))?;
                Ok(Self::Raw { parts, split })
            }),
            "hold" => Ok(Self::Hold),
            "resume" => Ok(Self::Resume),
            "close" => close(value, under_test),
            _ => return None,
        })
    }
}

fn fault<T>(pointer: &str, message: impl Into<String>) -> Read<T> {
    Err(vec![PatternFault { pointer: pointer.to_owned(), message: message.into() }])
}

/// Faults of a part, as faults of the step.
fn below(pointer: &str, faults: Vec<PatternFault>) -> Vec<PatternFault> {
    let moved =
        |fault: PatternFault| PatternFault { pointer: format!("{pointer}{}", fault.pointer), ..fault };
    faults.into_iter().map(moved).collect()
}

fn party<'a>(from: Option<&'a str>, pointer: &str) -> Read<&'a str> {
    match from {
        Some(from @ ("client" | "worker" | "daemon")) => Ok(from),
        _ => fault(pointer, "wants `client`, `worker` or `daemon`"),
    }
}

fn listen(value: &Value) -> Read<Op> {
    let state = match value.get("state").and_then(Value::as_str) {
        Some("open") => ListenState::Open,
        Some("missing") => ListenState::Missing,
        Some("refusing") => ListenState::Refusing,
        Some("paused") => ListenState::Paused,
        _ => return fault("/listen/state", "wants `open`, `missing`, `refusing` or `paused`"),
    };
    match value.get("at") {
        None => Ok(Op::Listen { state, at: None }),
        Some(Value::String(at)) => Ok(Op::Listen { state, at: Some(at.clone()) }),
        Some(_) => fault("/listen/at", "wants a path"),
    }
}

fn tones(value: &Value, expected: bool, step: &Map<String, Value>) -> Read<Op> {
    let Some(each) = value.get("each").and_then(Value::as_array).filter(|each| !each.is_empty()) else {
        return fault("/tones/each", "wants an array of tones");
    };
    let each: Vec<_> =
        each.iter().enumerate().map(|(index, tone)| (format!("/tones/each/{index}"), tone)).collect();
    match value.get("any_order") {
        Some(Value::Bool(_)) | None => {}
        Some(_) => return fault("/tones/any_order", "wants `true` or `false`"),
    }
    let any_order = value.get("any_order") == Some(&Value::Bool(true));
    if expected { expect(&each, any_order, step) } else { send(&each) }
}

/// Reads each part with its place, and gives all parts or all faults.
fn all<T>(parts: &[(String, &Value)], read: impl Fn(&Value) -> Read<T>) -> Read<Vec<T>> {
    let mut done = Vec::new();
    let mut faults = Vec::new();
    for (pointer, value) in parts {
        match read(value) {
            Ok(part) => done.push(part),
            Err(found) => faults.extend(below(pointer, found)),
        }
    }
    if faults.is_empty() { Ok(done) } else { Err(faults) }
}

fn send(tones: &[(String, &Value)]) -> Read<Op> {
    let read = |tone: &Value| {
        if !tone.is_object() {
            return fault("", "a tone is an object");
        }
        let template = Template::parse(tone)?;
        if template.carries_on_wire() {
            Ok(template)
        } else {
            fault("", "holds a `$num` or `$utf16`, which no line can carry (hint: `raw` sends exact bytes)")
        }
    };
    Ok(Op::Send { tones: all(tones, read)? })
}

fn expect(patterns: &[(String, &Value)], any_order: bool, step: &Map<String, Value>) -> Read<Op> {
    let exact = match step.get("match") {
        None => false,
        Some(Value::String(text)) if text == "exact" => true,
        Some(_) => return fault("/match", "wants `exact`"),
    };
    let patterns = all(patterns, Pattern::parse)?;
    let patterns =
        patterns.into_iter().map(|pattern| if exact { pattern.exact() } else { pattern }).collect();
    Ok(Op::Expect { patterns, any_order })
}

fn close(value: &Value, under_test: &dyn Fn(&str) -> bool) -> Read<Op> {
    let from = party(value.get("from").and_then(Value::as_str), "/close/from")?;
    let how = match value.get("how").and_then(Value::as_str) {
        Some("full") => How::Full,
        Some("write-half") => How::WriteHalf,
        Some("reset") => How::Reset,
        _ => return fault("/close/how", "wants `full`, `write-half` or `reset`"),
    };
    Ok(if under_test(from) { Op::AwaitEnd } else { Op::Close { how } })
}

#[cfg(test)]
mod tests {
    use super::super::{Part, Split, greets};
    use super::*;
    use serde_json::json;

    fn parse(step: &Value) -> Option<Read<Op>> {
        let step = step.as_object().unwrap();
        let verb = step.keys().find(|key| !["from", "match", "on"].contains(&&***key)).unwrap();
        Op::parse(verb, step, &|party| party != "daemon")
    }

    fn op(step: &Value) -> Op {
        parse(step).unwrap().unwrap()
    }

    #[test]
    fn what_comes_from_the_party_under_test_is_expected_and_the_rest_is_sent() {
        assert!(
            matches!(op(&json!({"tone": {"chi": "log"}, "from": "daemon"})), Op::Send { tones } if tones.len() == 1)
        );
        let expected = op(&json!({"tone": {"chi": "log"}, "from": "client"}));
        assert!(matches!(expected, Op::Expect { patterns, any_order: false } if patterns.len() == 1));
        let expected = op(&json!({"tones": {"each": [{}, {}], "any_order": true}, "from": "worker"}));
        assert!(matches!(expected, Op::Expect { patterns, any_order: true } if patterns.len() == 2));
        assert!(matches!(op(&json!({"close": {"from": "client", "how": "full"}})), Op::AwaitEnd));
        assert!(matches!(
            op(&json!({"close": {"from": "daemon", "how": "reset"}})),
            Op::Close { how: How::Reset }
        ));
    }

    #[test]
    fn the_other_verbs_of_the_mock_are_read() {
        let listen = op(&json!({"listen": {"state": "paused", "at": "${dir}/x"}}));
        assert!(
            matches!(listen, Op::Listen { state: ListenState::Paused, at: Some(at) } if at == "${dir}/x")
        );
        let raw = op(&json!({"raw": {"parts": [{"utf8": "ab"}], "split": [1]}, "from": "daemon"}));
        let Op::Raw { parts, split: Split::At(at) } = raw else { panic!("{raw:?}") };
        assert!(matches!(parts.as_slice(), [Part::Bytes(bytes)] if bytes == b"ab") && at == [1]);
        assert!(matches!(op(&json!({"accept": {"as": "a"}})), Op::Accept));
        assert!(matches!(op(&json!({"hold": {}})), Op::Hold));
        assert!(matches!(op(&json!({"resume": {}})), Op::Resume));
        assert!(parse(&json!({"drive": {"do": "connect"}})).is_none());
    }

    #[test]
    fn an_exact_match_allows_no_other_keys() {
        let Op::Expect { patterns, .. } = op(&json!({"tone": {"a": 1}, "from": "client", "match": "exact"}))
        else {
            panic!("no expectation");
        };
        assert_eq!(
            patterns[0].check(Some(&json!({"a": 1, "b": 2})), &mut crate::pattern::Scope::default()).len(),
            1
        );
    }

    #[test]
    fn every_fault_has_its_place_in_the_step() {
        for (step, wanted) in [
            (json!({"tone": {"a": {"$x": 1}}, "from": "client"}), "/tone/a/$x"),
            (json!({"tone": {"a": {"$any": true}}, "from": "daemon"}), "/tone/a/$any"),
            (json!({"tone": {"a": {"$num": "NaN"}}, "from": "daemon"}), "/tone"),
            (json!({"tone": {}, "from": "nobody"}), "/from"),
            (json!({"tone": {}, "from": "client", "match": "some"}), "/match"),
            (json!({"tones": {"each": [{}, {"a": {"$x": 1}}]}, "from": "client"}), "/tones/each/1/a/$x"),
            (json!({"tones": {"each": []}, "from": "client"}), "/tones/each"),
            (json!({"raw": {"parts": [{}]}, "from": "daemon"}), "/raw/parts/0"),
            (json!({"raw": {"parts": []}, "from": "client"}), "/from"),
            (json!({"listen": {"state": "ajar"}}), "/listen/state"),
            (json!({"close": {"from": "daemon", "how": "slam"}}), "/close/how"),
            (json!({"close": {"how": "full"}}), "/close/from"),
        ] {
            let faults = parse(&step).unwrap().unwrap_err();
            assert_eq!(faults.iter().map(|fault| &*fault.pointer).collect::<Vec<_>>(), [wanted], "{step}");
        }
    }

    #[test]
    fn a_connection_is_greeted_unless_a_step_on_it_names_hello_or_breath() {
        let steps = [
            (0, op(&json!({"tone": {"chi": "log"}, "from": "client"}))),
            (1, op(&json!({"tone": {"chi": "hello"}, "from": "client"}))),
            (2, op(&json!({"tone": {"chi": "breath"}, "from": "daemon"}))),
            (9, op(&json!({"hold": {}}))),
        ];
        assert_eq!(greets(steps.iter().map(|(conn, op)| (*conn, op)), 4), [true, false, false, true]);
    }
}
