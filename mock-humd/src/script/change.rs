//! What a `fault` step changes: the faults of the command line, by the same names.

use std::time::Duration;

use serde_json::Value;

use crate::nest::{Breath, Faults, Overflow};
use crate::pattern::PatternFault;

/// Changes some faults and leaves the others as they are.
#[derive(Debug, Clone)]
pub struct FaultChange(Vec<Change>);

type Change = (fn(&mut Faults, &Setting), Setting);

/// A value that was read for one of them.
#[derive(Debug, Clone)]
enum Setting {
    Ms(i64),
    Count(Option<u64>),
    Switch(bool),
    Overflow(Option<Overflow>),
    Breath(Breath),
}

impl FaultChange {
    /// Reads `{"latency_ms": 50, "drop": 10, …}`; `null` undoes one.
    pub fn parse(value: &Value) -> Result<Self, Vec<PatternFault>> {
        let fault = |pointer: String, message: &str| PatternFault { pointer, message: message.to_owned() };
        let Some(fields) = value.as_object().filter(|fields| !fields.is_empty()) else {
            return Err(vec![fault(String::new(), "wants an object that names at least one fault")]);
        };
        let mut changes = Vec::new();
        let mut faults = Vec::new();
        for (key, value) in fields {
            match change(key, value) {
                Ok(change) => changes.push(change),
                Err(message) => faults.push(fault(format!("/{key}"), message)),
            }
        }
        if faults.is_empty() { Ok(Self(changes)) } else { Err(faults) }
    }

    /// The faults from here on.
    pub fn apply(&self, faults: &Faults) -> Faults {
        let mut changed = faults.clone();
        for (set, setting) in &self.0 {
            set(&mut changed, setting);
        }
        changed
    }
}

/// One key with its value.
fn change(key: &str, value: &Value) -> Result<Change, &'static str> {
    Ok(match key {
        "latency_ms" => (|faults, to| faults.latency = to.time(), ms(value, 0)?),
        "jitter_ms" => (|faults, to| faults.jitter = to.time(), ms(value, 0)?),
        "clock_skew_ms" => (|faults, to| faults.clock_skew_ms = to.ms(), ms(value, -DAY_MS)?),
        "dribble" => (|faults, to| faults.dribble = to.size(), count(value)?),
        "drop" => (|faults, to| faults.drop = to.chance(), count(value)?),
        "duplicate" => (|faults, to| faults.duplicate = to.chance(), count(value)?),
        "corrupt" => (|faults, to| faults.corrupt = to.chance(), count(value)?),
        "close_after" => (|faults, to| faults.close_after = to.count(), count(value)?),
        "restart_after" => (|faults, to| faults.restart_after = to.count(), count(value)?),
        "queue" => (|faults, to| faults.queue = to.size(), count(value)?),
        "stop_reading" => (|faults, to| faults.stop_reading = to.is_on(), switch(value)?),
        "stop_writing" => (|faults, to| faults.stop_writing = to.is_on(), switch(value)?),
        "overflow" => (
            |faults, to| faults.overflow = if let Setting::Overflow(policy) = to { *policy } else { None },
            Setting::Overflow(match value.as_str() {
                Some("drop-oldest") => Some(Overflow::DropOldest),
                Some("drop-newest") => Some(Overflow::DropNewest),
                None if value.is_null() => None,
                _ => return Err("wants `drop-oldest` or `drop-newest`"),
            }),
        ),
        "breath" => (
            |faults, to| {
                faults.breath = if let Setting::Breath(breath) = to { *breath } else { Breath::Usual }
            },
            Setting::Breath(match value.as_str() {
                Some("none") => Breath::None,
                Some("before") => Breath::Before,
                Some("twice") => Breath::Twice,
                None if value.is_null() => Breath::Usual,
                _ => return Err("wants `none`, `before` or `twice`"),
            }),
        ),
        _ => {
            return Err(
                "no fault has this name (hint: the faults are `latency_ms`, `jitter_ms`, `clock_skew_ms`, `dribble`, `drop`, \
                 `duplicate`, `corrupt`, `close_after`, `restart_after`, `queue`, `stop_reading`, `stop_writing`, \
                 `overflow`, `breath`)",
            );
        }
    })
}

/// The most that a time of a script may be.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn ms(value: &Value, min: i64) -> Result<Setting, &'static str> {
    let ms = if value.is_null() { Some(0) } else { value.as_i64() };
    ms.filter(|ms| (min..=DAY_MS).contains(ms)).map(Setting::Ms).ok_or("wants a time in ms, up to a day")
}

fn count(value: &Value) -> Result<Setting, &'static str> {
    match value.as_u64().filter(|n| (1..=u64::from(u32::MAX)).contains(n)) {
        None if value.is_null() => Ok(Setting::Count(None)),
        None => Err("wants a number above 0"),
        some => Ok(Setting::Count(some)),
    }
}

fn switch(value: &Value) -> Result<Setting, &'static str> {
    let on = if value.is_null() { Some(false) } else { value.as_bool() };
    on.map(Setting::Switch).ok_or("wants `true` or `false`")
}

impl Setting {
    fn ms(&self) -> i64 {
        if let Self::Ms(ms) = self { *ms } else { 0 }
    }

    fn time(&self) -> Duration {
        Duration::from_millis(self.ms().unsigned_abs())
    }

    fn count(&self) -> Option<u64> {
        if let Self::Count(count) = self { *count } else { None }
    }

    fn size(&self) -> Option<usize> {
        self.count().and_then(|count| usize::try_from(count).ok())
    }

    fn chance(&self) -> Option<u32> {
        self.count().and_then(|count| u32::try_from(count).ok())
    }

    fn is_on(&self) -> bool {
        matches!(self, Self::Switch(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_fault_is_set_and_undone_by_its_name() {
        let all = json!({
            "latency_ms": 5, "jitter_ms": 6, "dribble": 3, "drop": 10, "duplicate": 11, "corrupt": 12, "stop_reading": true,
            "stop_writing": true, "close_after": 4, "restart_after": 9, "overflow": "drop-newest", "queue": 8,
            "breath": "twice", "clock_skew_ms": -7
        });
        let wanted = Faults {
            latency: Duration::from_millis(5),
            jitter: Duration::from_millis(6),
            dribble: Some(3),
            drop: Some(10),
            duplicate: Some(11),
            corrupt: Some(12),
            stop_reading: true,
            stop_writing: true,
            close_after: Some(4),
            restart_after: Some(9),
            overflow: Some(Overflow::DropNewest),
            queue: Some(8),
            breath: Breath::Twice,
            clock_skew_ms: -7,
        };
        let set = FaultChange::parse(&all).unwrap().apply(&Faults::default());
        assert_eq!(set, wanted);
        let unknown = FaultChange::parse(&json!({ "x": 1 })).unwrap_err().remove(0).message;
        let named = unknown.split('`').skip(1).step_by(2).map(str::to_owned);
        let (mut named, mut keys): (Vec<_>, Vec<_>) =
            (named.collect(), all.as_object().unwrap().keys().cloned().collect());
        named.sort();
        keys.sort();
        assert_eq!(named, keys, "{unknown}");
        let fields = all.as_object().unwrap().keys().map(|key| (key.clone(), Value::Null)).collect();
        assert_eq!(FaultChange::parse(&Value::Object(fields)).unwrap().apply(&set), Faults::default());
    }

    #[test]
    fn every_bad_value_has_its_place() {
        let bad =
            json!({"latency_ms": -1, "drop": 0, "breath": "deep", "stop_reading": 1, "x": 1, "queue": 1.5});
        let faults = FaultChange::parse(&bad).unwrap_err();
        let places: Vec<_> = faults.iter().map(|fault| &*fault.pointer).collect();
        assert_eq!(places, ["/latency_ms", "/drop", "/breath", "/stop_reading", "/x", "/queue"]);
        assert!(FaultChange::parse(&json!({})).is_err());
    }
}
