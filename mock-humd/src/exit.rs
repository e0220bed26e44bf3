//! How the program ends: each reason with its exit code.

use std::fmt;

/// Why the program ends with an exit code of its own.
#[derive(Debug)]
pub enum Stop {
    /// The script was not kept to: the step, and what was wrong.
    Unmet(String),
    /// The script, an argument or the socket is no good.
    Input(String),
    /// No daemon runs where one is looked for.
    Down(String),
    /// A daemon does not do as it must.
    Broken(String),
    /// Ctrl-C; with the step of the script that was waited for.
    Interrupted(Option<String>),
}

impl Stop {
    /// The program's exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Unmet(_) => 1,
            Self::Input(_) => 2,
            Self::Down(_) => 3,
            Self::Broken(_) => 4,
            Self::Interrupted(_) => 130,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmet(text) | Self::Input(text) | Self::Down(text) | Self::Broken(text) => {
                f.write_str(text)
            }
            Self::Interrupted(None) => f.write_str("interrupted"),
            Self::Interrupted(Some(step)) => write!(f, "interrupted at {step}"),
        }
    }
}
