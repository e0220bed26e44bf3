//! Why something that was waited for will not come.

use std::fmt;
use std::io;

use crate::pattern::Unbound;

/// Why an operation could not be done to its end. The mock only says so; what it means is for others to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// The connection has ended, from either side.
    Ended,
    /// The first line of a connection that the mock greets is no hello.
    NotHello {
        /// The line's index in the transcript.
        line: usize,
    },
    /// There is no such connection.
    NoConnection,
    /// A limit is reached: of connections, or of the transcript.
    TooMany,
    /// A tone to send refers to a value that nothing has bound.
    Unbound {
        /// The name in `$ref`.
        name: String,
    },
    /// The system refused.
    Io {
        /// The kind of error.
        kind: io::ErrorKind,
        /// Its text.
        message: String,
    },
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("the connection has ended"),
            Self::NotHello { .. } => f.write_str("the first line of the connection is no hello"),
            Self::NoConnection => f.write_str("there is no such connection"),
            Self::TooMany => {
                f.write_str("a limit of the mock is reached (connections, or size of the transcript)")
            }
            Self::Unbound { name } => write!(f, "nothing has been bound as `{name}` yet"),
            Self::Io { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for Missed {}

impl From<io::Error> for Missed {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
        match error.kind() {
            BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected => Self::Ended,
            kind => Self::Io { kind, message: error.to_string() },
        }
    }
}

impl From<Unbound> for Missed {
    fn from(unbound: Unbound) -> Self {
        Self::Unbound { name: unbound.name }
    }
}
