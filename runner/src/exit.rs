//! The exit codes, by name. Only `main` turns one into the end of the process.

use serde::{Deserialize, Serialize};

/// What the process ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
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

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        exit.code()
    }
}

impl TryFrom<u8> for Exit {
    type Error = String;

    fn try_from(code: u8) -> Result<Self, String> {
        let all = [Self::Fine, Self::Failed, Self::Input, Self::Incomplete, Self::Broken, Self::Interrupted];
        all.into_iter().find(|exit| exit.code() == code).ok_or_else(|| format!("{code} is no exit code"))
    }
}
