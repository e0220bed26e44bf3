//! What holds for any pattern and any value, two lines of JSON: reading, checking and filling come to an end, and a
//! literal matches itself.

use mock_humd::pattern::{Carrier, Pattern, Scope, Template};
use serde_json::{Value, json};

/// Panics where something does not hold.
pub fn holds(bytes: &[u8]) {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let mut value = || serde_json::from_slice::<Value>(lines.next()?).ok();
    let Some(wanted) = value() else { return };
    let got = value();
    match Pattern::parse(&wanted) {
        Ok(pattern) => {
            for pattern in [pattern.clone(), pattern.exact()] {
                let mismatches = pattern.check(got.as_ref(), &mut Scope::default());
                assert!(mismatches.iter().all(|mismatch| !mismatch.wanted.is_empty()));
            }
        }
        Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.message.is_empty())),
    }
    match Template::parse(&wanted) {
        Ok(template) => drop(template.fill(&Scope::default(), Carrier::Wire)),
        Err(faults) => assert!(!faults.is_empty()),
    }
    let literal = json!({ "$literal": wanted });
    let pattern = Pattern::parse(&literal).expect("anything may be a literal");
    assert_eq!(pattern.check(Some(&wanted), &mut Scope::default()), []);
}
