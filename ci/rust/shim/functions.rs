//! The helpers that the shim offers to `call`: the library's own, under the protocol's names.

use std::{collections::HashMap, env, thread, time::Duration};

use thrum::serde_json::{Value, from_value, json};
use thrum::{Chi, PulseKind, WaneTracker, dusk_in, encode, is_dusk, is_valid_chi, rid, sigil};

use crate::{End, fields, impossible, text, unsupported};

pub fn call(function: &str, args: &Value) -> End {
    // a process with threads cannot safely change its environment: this one has the changes on top
    let (env, count) = (&args["env"], || from_value::<usize>(args["count"].clone()));
    let var = |key: &str| env.get(key).map_or_else(|| env::var_os(key), |v| v.as_str().map(Into::into));
    let string =
        |key: &str| args[key].as_str().ok_or_else(|| impossible("the parameter is required, and a `&str`"));
    Ok(match (function, text(args, "of")) {
        ("version", _) => json!(thrum::THRUM_VERSION),
        ("registry", "chi") => Chi::ALL.iter().map(|chi| chi.as_str()).collect(),
        ("registry", "pulse") => PulseKind::ALL.iter().map(|kind| kind.as_str()).collect(),
        ("is_valid_chi", _) => json!(is_valid_chi(string("value")?)),
        ("sigil", _) => json!(sigil(string("sid")?, string("nest")?)),
        ("rid", _) => in_threads(args, &vec![(); count()?], |()| Ok(rid().into()))?,
        ("dusk_in", _) => json!(dusk_in(Duration::from_millis(from_value(args["ms"].clone())?))),
        ("is_dusk", _) => json!(is_dusk(&fields(&args["tone"]).into())),
        ("wane", _) => wane(&args["ops"])?,
        ("socket_path", _) => json!(thrum::socket_path_from(var)),
        ("encode", _) => json!(encode(fields(&args["envelope"]), fields(&args["body"]))),
        _ => return Err(unsupported()),
    })
}

/// Deals items out to as many threads as a request has in `threads`. All that the work gives, or its first error.
pub fn in_threads<I: Sync>(request: &Value, items: &[I], work: impl Fn(&I) -> End + Sync) -> End {
    let threads = from_value(request["threads"].clone()).unwrap_or(1);
    let all = |share: &[I]| share.iter().map(&work).collect::<Vec<_>>();
    thread::scope(|scope| {
        let shares = items.chunks(items.len().div_ceil(threads).max(1));
        let begun: Vec<_> = shares.map(|share| scope.spawn(|| all(share))).collect();
        begun.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

/// Does these on a fresh tracker, up to the first error.
fn wane(ops: &Value) -> End {
    let raises = |error| json!({"$raises": format!("{error:?}")});
    let (mut tracker, mut results) = (WaneTracker::default(), Vec::new());
    for op in ops.as_array().into_iter().flatten() {
        let sigil = op[1].as_str().unwrap_or_default();
        results.push(match op[0].as_str() {
            Some("get") => json!(tracker.get(sigil)),
            Some("set") => json!(tracker.set(sigil, from_value(op[2].clone())?)),
            Some("behind") => json!(tracker.behind(sigil, from_value(op[2].clone())?)),
            Some("snapshot") => json!(tracker.snapshot()),
            Some("merge") => json!(tracker.merge(from_value::<HashMap<String, _>>(op[1].clone())?)),
            Some("tick") => tracker.tick(sigil).map_or_else(raises, Value::from),
            _ => return Err(unsupported()),
        });
        if results.last().is_some_and(|last| !last["$raises"].is_null()) {
            break;
        }
    }
    Ok(results.into())
}
