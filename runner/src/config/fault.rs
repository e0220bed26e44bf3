//! What is wrong with a configuration, and where.

use crate::error::Error;

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, a fragment.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl Fault {
    /// With the file before it.
    fn shown(&self, file: &str) -> String {
        let hint = if self.hint.is_empty() { String::new() } else { format!(" (hint: {})", self.hint) };
        format!("{file}:{}: {}{hint}", self.line, self.message)
    }
}

/// All faults of a file, as one error.
pub(super) fn error(file: &str, faults: &[Fault]) -> Error {
    let lines: Vec<String> = faults.iter().map(|fault| fault.shown(file)).collect();
    Error::Input(match lines.as_slice() {
        [one] => one.clone(),
        many => format!("{} faults in the configuration\n{}", many.len(), many.join("\n")),
    })
}
