//! The helpers that the shim offers to `call`: the library's own, under the protocol's names.

use std::ffi::OsString;
use std::time::Duration;
use std::{env, thread};

use thrum::serde_json::{Map, Value, json};
use thrum::{Chi, PulseKind, Tone, WaneTracker};

use crate::Refusal;

/// Calls a function, and gives what it returns.
pub fn call(function: &Value, args: &Value) -> Result<Value, Refusal> {
    Ok(match function.as_str() {
        Some("version") => json!(thrum::THRUM_VERSION),
        Some("registry") if args["of"] == "chi" => Chi::ALL.iter().map(|chi| chi.as_str()).collect(),
        Some("registry") if args["of"] == "pulse" => {
            PulseKind::ALL.iter().map(|kind| kind.as_str()).collect()
        }
        Some("is_valid_chi") => json!(thrum::is_valid_chi(text(&args["value"])?)),
        Some("sigil") => json!(thrum::sigil(text(&args["sid"])?, text(&args["nest"])?)),
        Some("rid") => rids(args),
        Some("dusk_in") => json!(thrum::dusk_in(Duration::from_millis(unsigned(&args["ms"])?))),
        Some("is_dusk") => json!(thrum::is_dusk(&Tone::from(fields(&args["tone"])))),
        Some("wane") => wane(&args["ops"])?,
        Some("socket_path") => json!(thrum::socket_path_from(|name| variable(&args["env"], name))),
        Some("encode") => json!(thrum::encode(fields(&args["envelope"]), fields(&args["body"]))),
        _ => return Err(Refusal::Unsupported),
    })
}

/// The fields of an object that the protocol says is there.
pub fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn text(value: &Value) -> Result<&str, Refusal> {
    value.as_str().ok_or(Refusal::Impossible("the parameter is a `&str`, and required"))
}

fn unsigned(value: &Value) -> Result<u64, Refusal> {
    value
        .as_u64()
        .ok_or_else(|| Refusal::Failed("unsigned".to_owned(), format!("`{value}` is no unsigned integer")))
}

/// This environment, with the changes asked for. (To change a process's own is not safe while it has threads.)
fn variable(changes: &Value, name: &str) -> Option<OsString> {
    changes.get(name).map_or_else(|| env::var_os(name), |value| value.as_str().map(OsString::from))
}

fn rids(args: &Value) -> Value {
    let (count, threads) = (args["count"].as_u64().unwrap_or(0), args["threads"].as_u64().unwrap_or(1));
    thread::scope(|scope| {
        let make =
            |nth| move || (nth..count).step_by(threads as usize).map(|_| thrum::rid()).collect::<Vec<_>>();
        let made: Vec<_> = (0..threads).map(|nth| scope.spawn(make(nth))).collect();
        made.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// Does these on a fresh tracker, up to the first error.
fn wane(ops: &Value) -> Result<Value, Refusal> {
    let mut tracker = WaneTracker::default();
    let mut results = Vec::new();
    for op in ops.as_array().into_iter().flatten() {
        let sigil = op[1].as_str().unwrap_or_default();
        results.push(match op[0].as_str() {
            Some("get") => json!(tracker.get(sigil)),
            Some("set") => json!(tracker.set(sigil, unsigned(&op[2])?)),
            Some("behind") => json!(tracker.behind(sigil, unsigned(&op[2])?)),
            Some("snapshot") => json!(tracker.snapshot()),
            Some("tick") => match tracker.tick(sigil) {
                Ok(value) => json!(value),
                Err(error) => {
                    results.push(json!({"$raises": format!("{error:?}")}));
                    break;
                }
            },
            Some("merge") => {
                let snapshot =
                    fields(&op[1]).into_iter().map(|(sigil, value)| Ok((sigil, unsigned(&value)?)));
                json!(tracker.merge(snapshot.collect::<Result<Vec<_>, Refusal>>()?))
            }
            _ => return Err(Refusal::Unsupported),
        });
    }
    Ok(results.into())
}
