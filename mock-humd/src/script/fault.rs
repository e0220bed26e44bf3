//! What is wrong with a script, and where.

use std::fmt;

use crate::pattern::PatternFault;

/// One thing that is wrong with a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file, from 1, where it is known.
    pub line: Option<usize>,
    /// A JSON pointer into the script, "" for the whole.
    pub pointer: String,
    /// What, as a lower-case fragment.
    pub message: String,
}

impl Fault {
    pub(super) fn new(pointer: &str, message: impl Into<String>) -> Self {
        Self { line: None, pointer: pointer.to_owned(), message: message.into() }
    }

    /// A fault of the part at this pointer.
    pub(super) fn below(pointer: &str, fault: PatternFault) -> Self {
        Self::new(&format!("{pointer}{}", fault.pointer), fault.message)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)
    }
}
