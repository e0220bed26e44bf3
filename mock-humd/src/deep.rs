//! JSON values of thousands of levels: what to do with them without running out of stack.
//!
//! Everything that walks a [`Value`] recursively (parse, clone, print, compare) goes through
//! [`on_enough_stack`] or [`with_stack`]; dropping one goes through [`dismantle`].

use serde_json::Value;

/// Up to so many levels the stack of any thread is enough, in debug builds too.
const SHALLOW: usize = 200;

/// Stack for one level of recursion, measured with debug builds and rounded up by a factor of two.
const BYTES_PER_LEVEL: usize = 8 * 1024;

/// Runs `work` on this thread, or, if `levels` of nesting need more stack, on one made for it.
pub fn with_stack<T: Send>(levels: usize, work: impl FnOnce() -> T + Send) -> T {
    if levels <= SHALLOW {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(levels * BYTES_PER_LEVEL + (1 << 20))
            .spawn_scoped(scope, work)
            .expect("a thread can be started: its stack is only reserved, not used");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Runs `work`, which walks `value`, with stack enough for its nesting.
pub fn on_enough_stack<T: Send>(value: &Value, work: impl FnOnce() -> T + Send) -> T {
    with_stack(levels(value), work)
}

/// How deep a value is nested: 0 for a scalar, 1 for `[]`.
pub fn levels(value: &Value) -> usize {
    let mut deepest = 0;
    let mut open = vec![(value, 0)];
    while let Some((value, above)) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, above + 1))),
            Value::Object(fields) => open.extend(fields.values().map(|field| (field, above + 1))),
            _ => continue,
        }
        deepest = deepest.max(above + 1);
    }
    deepest
}

/// Drops a value level by level instead of one level inside the other.
pub fn dismantle(value: Value) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.into_iter().map(|(_, field)| field)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn levels_are_counted_along_the_deepest_branch() {
        for (value, wanted) in [(json!(1), 0), (json!([]), 1), (json!({"a": [], "b": {"c": [1]}}), 3)] {
            assert_eq!(levels(&value), wanted, "{value}");
        }
    }

    #[test]
    fn twenty_thousand_levels_can_be_built_copied_printed_and_dropped() {
        let mut value = json!(1);
        for _ in 0..20_000 {
            value = Value::Array(vec![value]);
        }
        assert_eq!(levels(&value), 20_000);
        let copy = on_enough_stack(&value, || value.clone());
        assert_eq!(on_enough_stack(&copy, || copy.to_string()).len(), 40_001);
        dismantle(copy);
        dismantle(value);
    }
}
