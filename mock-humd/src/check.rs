//! Script files: what is wrong with one, and for `check` also what only looks wrong.

use std::path::Path;

use mock_humd::script::{Script, unknown_chis};

use crate::exit::Stop;

/// Reads a script file, or says all that is wrong with it.
pub fn load(path: &Path) -> Result<Script, Stop> {
    read(path).map(|(script, _)| script)
}

/// Says what a script is, or all that is wrong with it, and warns of types of tones that the wire does not have.
pub fn check(path: &Path) -> Result<(), Stop> {
    let (script, text) = read(path)?;
    let (steps, rules) = (script.len(), script.rules.len());
    // a reader that went away does not make the script worse
    crate::print(&format!("{}: a script of {steps} steps and {rules} rules\n", path.display()));
    for fault in unknown_chis(&text) {
        crate::say(&format!("warning: {}: {fault}", path.display()));
    }
    Ok(())
}

/// A script, and its text.
fn read(path: &Path) -> Result<(Script, String), Stop> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Stop::Input(format!("{name}: {error}")))?;
    let script = Script::parse(&text).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(|fault| format!("\n  {name}: {fault}")).collect();
        Stop::Input(format!("the script has faults{}", faults.concat()))
    })?;
    Ok((script, text))
}
