//! The exit codes, by name. Only `main` turns one into the end of the process.

/// What the process ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every required rule held, and at least one was decided; of a tool, all is well.
    Fine,
    /// A required rule was broken; of a tool, a finding.
    Failed,
    /// A flag, a file or a selection is wrong.
    Input,
    /// Nothing failed, but a required rule stayed undecided.
    Incomplete,
    /// The suite or the shim broke.
    Broken,
    /// Interrupted; what was seen so far is reported.
    Interrupted,
}

impl Exit {
    /// The number for the shell.
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Input => 2,
            Self::Incomplete => 3,
            Self::Broken => 4,
            Self::Interrupted => 130,
        }
    }
}
