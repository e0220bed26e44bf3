//! The helper functions, called by name.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use serde_json::{Map, Value, json};

use super::{Refusal, value};
use crate::reference::client::encode;
use crate::reference::fault::faulty;
use crate::reference::helper::{self, Wane};

type Args = Map<String, Value>;

/// Calls a function and gives its value as the protocol carries it.
pub(super) fn call(function: &str, args: &Args) -> Result<Value, Refusal> {
    let value = match function {
        "version" => helper::version().into(),
        "registry" => helper::registry(text(args, "of")).ok_or(Refusal::Unsupported)?.into(),
        "is_valid_chi" => taken(helper::is_valid_chi(&decoded(args, "value")?))?,
        "sigil" => sigil(args)?,
        "rid" => rids(args)?,
        "dusk_in" => helper::dusk_in(milliseconds(&decoded(args, "ms")?)?),
        "is_dusk" => taken(helper::is_dusk(&value::decode_object(args.get("tone"))?))?,
        "wane" => return wane(args),
        "socket_path" => socket_path(args),
        "encode" => {
            let part = |key| value::decode_object(args.get(key));
            encode(part("envelope")?, part("body")?).into()
        }
        _ => return Err(Refusal::Unsupported),
    };
    Ok(value::encode(&value))
}

fn sigil(args: &Args) -> Result<Value, Refusal> {
    let nest = match decoded(args, "nest")? {
        Value::Null if faulty!("sigil-default-nest") => "claude-cli".into(),
        Value::Null if faulty!("sigil-missing-nest-is-empty") => "".into(),
        other => other,
    };
    match (decoded(args, "sid")?, nest) {
        (Value::String(sid), Value::String(nest)) => taken(helper::sigil(&sid, &nest)),
        (_, Value::Null) => Err(Refusal::Impossible("nest is a required parameter")),
        _ => Err(Refusal::Impossible("sid and nest are strings")),
    }
}

/// The answer of a helper, unless it refused.
fn taken(answer: Option<impl Into<Value>>) -> Result<Value, Refusal> {
    answer.map(Into::into).ok_or_else(|| Refusal::error("refused", "the helper refuses its arguments"))
}

/// Many rids, from several threads at once where asked.
fn rids(args: &Args) -> Result<Value, Refusal> {
    let number = |key| args.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let count = number("count").unwrap_or(1);
    let threads = number("threads").unwrap_or(1).max(1);
    if threads == 1 {
        return Ok((0..count).map(|_| helper::rid()).collect());
    }
    let together = Arc::new(Barrier::new(threads));
    let making: Vec<_> = (0..threads)
        .map(|thread| {
            let share = count / threads + usize::from(thread < count % threads);
            let together = together.clone();
            std::thread::spawn(move || {
                together.wait();
                (0..share).map(|_| helper::rid()).collect::<Vec<_>>()
            })
        })
        .collect();
    let mut rids = Vec::with_capacity(count);
    for share in making {
        rids.extend(share.join().map_err(|_| Refusal::error("panic", "a thread panicked"))?);
    }
    Ok(rids.into())
}

/// Operations on a fresh tracker, one result each; an error ends the list.
fn wane(args: &Args) -> Result<Value, Refusal> {
    let mut tracker = Wane::new();
    let mut results = Vec::new();
    for operation in args.get("ops").and_then(Value::as_array).into_iter().flatten() {
        match step(&mut tracker, operation) {
            Ok(value) => results.push(value::encode(&value)),
            Err(Refusal::Error { code, .. }) => {
                results.push(json!({"$raises": code}));
                break;
            }
            Err(other) => return Err(other),
        }
    }
    Ok(results.into())
}

fn step(tracker: &mut Wane, operation: &Value) -> Result<Value, Refusal> {
    let operand = |index: usize| value::decode(operation.get(index).unwrap_or(&Value::Null));
    let first = operand(1)?;
    let sigil = first.as_str().unwrap_or_default();
    Ok(match operation.get(0).and_then(Value::as_str).unwrap_or_default() {
        "get" => tracker.value(sigil).into(),
        "set" => {
            tracker.set(sigil, clock(&operand(2)?)?);
            Value::Null
        }
        "tick" => {
            let top = || Refusal::error("wane-at-the-top", "the clock stands at its highest value");
            tracker.tick(sigil).ok_or_else(top)?.into()
        }
        "behind" => tracker.behind(sigil, clock(&operand(2)?)?).into(),
        "merge" => {
            let snapshot = first.as_object().into_iter().flatten();
            let snapshot = snapshot.map(|(sigil, value)| Ok((sigil.clone(), clock(value)?)));
            tracker.merge(&snapshot.collect::<Result<BTreeMap<_, _>, Refusal>>()?);
            Value::Null
        }
        "snapshot" => {
            tracker.snapshot().into_iter().map(|(sigil, value)| (sigil, Value::from(value))).collect()
        }
        _ => return Err(Refusal::Unsupported),
    })
}

fn clock(value: &Value) -> Result<u64, Refusal> {
    value.as_u64().ok_or_else(|| Refusal::error("wane-type", format!("{value} is no wane")))
}

fn milliseconds(ms: &Value) -> Result<i64, Refusal> {
    // A fraction of a millisecond is cut off: dusk is an integer.
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
    let whole = ms.as_i64().or_else(|| ms.as_f64().map(|ms| ms as i64));
    whole.ok_or_else(|| Refusal::error("ms-type", "ms is a number"))
}

/// The path in an environment made of these variables, and of the process's own for the others.
fn socket_path(args: &Args) -> Value {
    let given = args.get("env").and_then(Value::as_object);
    let path = helper::socket_path(&|name| match given.and_then(|variables| variables.get(name)) {
        Some(value) => value.as_str().map(str::to_owned),
        None => std::env::var(name).ok(),
    });
    path.into()
}

fn decoded(args: &Args, key: &str) -> Result<Value, Refusal> {
    value::decode(args.get(key).unwrap_or(&Value::Null))
}

fn text<'a>(args: &'a Args, key: &str) -> &'a str {
    args.get(key).and_then(Value::as_str).unwrap_or_default()
}
