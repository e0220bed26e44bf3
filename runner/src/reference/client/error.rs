//! What can go wrong in a call of the client.

use std::fmt;
use std::io;

/// Why the client refuses a call.
#[derive(Debug)]
pub enum Error {
    /// The socket could not be reached.
    Connect(io::Error),
    /// There is a connection, or one is being made.
    Connected,
    /// The application has closed the client.
    Closed,
    /// The tone cannot be sent as it is.
    Invalid(String),
    /// A tool of this name was not declared.
    NoSuchTool(String),
    /// A clock cannot tick any further.
    ClockAtTheTop,
}

impl Error {
    /// A short name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Connect(error) => match error.kind() {
                io::ErrorKind::NotFound => "socket-missing",
                io::ErrorKind::ConnectionRefused => "socket-refused",
                io::ErrorKind::InvalidInput => "socket-path",
                _ => "socket",
            },
            Self::Connected => "already-connected",
            Self::Closed => "closed",
            Self::Invalid(_) => "invalid-tone",
            Self::NoSuchTool(_) => "no-such-tool",
            Self::ClockAtTheTop => "wane-at-the-top",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => write!(f, "cannot connect: {error}"),
            Self::Connected => f.write_str("there is a connection already"),
            Self::Closed => f.write_str("the client is closed"),
            Self::Invalid(why) => f.write_str(why),
            Self::NoSuchTool(name) => write!(f, "no tool `{name}` was declared"),
            Self::ClockAtTheTop => f.write_str("the clock stands at its highest value"),
        }
    }
}

impl std::error::Error for Error {}
