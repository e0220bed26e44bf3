//! Why a run could not give verdicts: the suite's errors, kept apart from what the client did wrong.

use crate::exit::Exit;

/// The run ends here; the message is for people and may hold a `(hint: …)` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A flag, a file or a selection is wrong.
    Input(String),
    /// The suite or the shim broke.
    Broken(String),
    /// The user interrupted the run.
    Interrupted,
}

impl Error {
    /// The exit code that says this.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Input(_) => Exit::Input,
            Self::Broken(_) => Exit::Broken,
            Self::Interrupted => Exit::Interrupted,
        }
    }

    /// A message apart from its `(hint: …)` line, which is empty where it has none.
    pub fn parts(message: &str) -> (&str, &str) {
        let hint =
            message.rsplit_once("\n(hint: ").and_then(|(what, hint)| Some((what, hint.strip_suffix(')')?)));
        hint.unwrap_or((message, ""))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Input(message) | Self::Broken(message) => f.write_str(message),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Error {}
