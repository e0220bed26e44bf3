//! What holds for any text as a script: reading it comes to an end, and what is wrong with it is said.

use mock_humd::script::Script;

/// Panics where something does not hold.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Script::parse(text) {
        Ok(script) => assert!(script.greets.len() <= 10_000, "more connections than a script may speak of"),
        Err(faults) => {
            assert!(!faults.is_empty());
            assert!(faults.iter().all(|fault| !fault.to_string().trim().is_empty()));
        }
    }
}
