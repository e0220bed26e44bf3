//! `check`: what is wrong with a script, and what only looks wrong.

use std::path::Path;

use mock_humd::script::unknown_chis;

use crate::exit::Stop;
use crate::run;

/// Says what a script is, or all that is wrong with it, and warns of types of tones that the wire does not have.
pub fn check(path: &Path) -> Result<(), Stop> {
    run::check(path)?;
    // what has just been read can be read again, or has nothing to warn of
    let text = std::fs::read_to_string(path).unwrap_or_default();
    for fault in unknown_chis(&text) {
        crate::say(&format!("warning: {}: {fault}", path.display()));
    }
    Ok(())
}
