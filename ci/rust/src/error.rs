//! What can go wrong for the application. Nothing that arrives on the socket is an error.

use std::path::PathBuf;
use std::{fmt, io};

/// Why a call of this crate did nothing.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The client has been closed.
    Closed,
    /// There is no daemon to connect to: the socket is missing, refuses, is not ours to open, or its path is longer
    /// than the system allows.
    Connect {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A hello needs the name of the bee, and it is empty.
    NoName,
    /// A tone to send has no chi that an asker sends ([`Chi::ASKER`](crate::Chi::ASKER)), or it is `hello`, which is
    /// the client's own to send.
    NotToSend {
        /// What the tone has for a chi.
        chi: String,
    },
    /// An echo needs the rid of the tone that it acknowledges.
    EchoOfNothing,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => write!(f, "the client is closed"),
            Self::Connect { path, source } => write!(f, "{}: {source}", path.display()),
            Self::NoName => write!(f, "hello needs `bee`, the name of the bee"),
            Self::NotToSend { chi } => write!(f, "`{chi}` is no chi for an application to send"),
            Self::EchoOfNothing => write!(f, "an echo needs the `rid` of the tone that it acknowledges"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connect { source, .. } => Some(source),
            _ => None,
        }
    }
}
