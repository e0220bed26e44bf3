//! rid, sigil, the registry and the version (WIRE.md, Helpers and Registry).

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use mock_humd::wire::chi::{PULSE_KINDS, REGISTRY, THRUM_VERSION, row};
use mock_humd::wire::id::{self, RidSource, base36};
use serde_json::Value;

use super::now_ms;
use crate::reference::fault::{Helper, faulty, replaced};

static RIDS: RidSource = RidSource::new();

/// A new id for a tone: the time and a counter of the process, both in base 36.
pub fn rid() -> String {
    let now = now_ms().unsigned_abs();
    match replaced(|with| if let Helper::Rid(faulty) = with { Some(faulty) } else { None }) {
        Some(faulty) => faulty(now, count()),
        _ if faulty!("rid-counter-reset-each-ms") => format!("{}-{}", base36(now), base36(count_in(now))),
        _ if faulty!("rid-counter-per-thread") => format!("{}-{}", base36(now), base36(count_here())),
        _ => RIDS.next(now),
    }
}

/// The short name of a session at one kind of nest; every pair of strings has one.
pub fn sigil(sid: &str, nest: &str) -> Option<String> {
    match replaced(|with| if let Helper::Sigil(faulty) = with { Some(faulty) } else { None }) {
        Some(faulty) => faulty(sid, nest),
        _ if faulty!("sigil-memo-by-sid") => Some(remembered(sid, nest)),
        _ => Some(id::sigil(sid, nest)),
    }
}

/// The wire version that this client targets.
pub fn version() -> String {
    let faulty = replaced(|with| if let Helper::Version(faulty) = with { Some(faulty) } else { None });
    faulty.map_or_else(|| THRUM_VERSION.to_owned(), |faulty| faulty())
}

/// The chi, or the pulse kinds, of this wire version; None for a list that there is none of.
pub fn registry(of: &str) -> Option<Vec<String>> {
    let list: Vec<String> = match of {
        "chi" => REGISTRY.iter().map(|row| row.chi.to_owned()).filter(|chi| !is_too_new(chi)).collect(),
        "pulse" => PULSE_KINDS.iter().map(ToString::to_string).collect(),
        _ => return None,
    };
    let faulty = replaced(|with| if let Helper::Registry(faulty) = with { Some(faulty) } else { None });
    Some(match faulty {
        Some(faulty) => faulty(of, list),
        None => list,
    })
}

/// Whether a value is one of the chi; every value is or is not.
pub fn is_valid_chi(value: &Value) -> Option<bool> {
    let faulty = replaced(|with| if let Helper::IsValidChi(faulty) = with { Some(faulty) } else { None });
    faulty.map_or_else(|| Some(is_listed(value)), |faulty| faulty(value))
}

/// Whether the registry has a value.
pub fn is_listed(value: &Value) -> bool {
    value.as_str().is_some_and(|chi| row(chi).is_some() && !is_too_new(chi))
}

fn is_too_new(chi: &str) -> bool {
    faulty!("registry-without-tool-info") && chi == "tool-info"
}

fn count() -> u64 {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    COUNTER.fetch_add(1, Ordering::Relaxed)
}

/// A counter that begins anew with each time.
fn count_in(now: u64) -> u64 {
    static LAST: Mutex<(u64, u64)> = Mutex::new((0, 0));
    let mut last = LAST.lock().expect("no holder of this lock panics");
    *last = if last.0 == now { (now, last.1 + 1) } else { (now, 0) };
    last.1
}

/// A counter of the thread.
fn count_here() -> u64 {
    thread_local! { static COUNTER: Cell<u64> = const { Cell::new(0) }; }
    COUNTER.with(|counter| counter.replace(counter.get() + 1))
}

/// The sigil that this sid got first, at whatever nest.
fn remembered(sid: &str, nest: &str) -> String {
    static FIRST: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let mut first = FIRST.lock().expect("no holder of this lock panics");
    first.entry(sid.to_owned()).or_insert_with(|| id::sigil(sid, nest)).clone()
}
