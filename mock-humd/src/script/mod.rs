//! What a mock plays: single operations, as steps of the vector format describe them, and whole scripts.
//!
//! [`Op::parse`] reads the verbs that happen on the mock's side of the wire; a step with another verb is
//! somebody else's. [`Script::parse`] reads the files of the `mock-humd` program.

mod change;
mod chis;
mod fault;
mod file;
mod missed;
mod op;
mod raw;
mod read;
mod recorded;
mod source;
pub(crate) mod take;

pub use change::FaultChange;
pub use chis::{unknown_chi, unknown_chis};
pub use fault::Fault;
pub use file::{Script, Step, Verb};
pub use missed::Missed;
pub use recorded::Recorded;
pub use take::Expected;

use crate::pattern::{Carrier, Pattern, Scope, Template, Unbound};
use crate::wire::codec;

/// Something that a mock does or waits for.
#[derive(Debug, Clone)]
pub enum Op {
    /// Changes what stands at the socket's path.
    Listen {
        /// To what.
        state: ListenState,
        /// Where, if not at the mock's own path; it may hold `${dir}`.
        at: Option<String>,
    },
    /// Waits for the step's connection to arrive.
    Accept,
    /// Sends tones, in one write.
    Send {
        /// In order.
        tones: Vec<Template>,
    },
    /// Sends exact bytes.
    Raw {
        /// The bytes, in order.
        parts: Vec<Part>,
        /// Where to cut them into pieces that are read one by one.
        split: Split,
    },
    /// Waits for as many tones from the client as there are patterns.
    Expect {
        /// What they must look like.
        patterns: Vec<Pattern>,
        /// Whether their order is free.
        any_order: bool,
    },
    /// Stops reading.
    Hold,
    /// Reads again.
    Resume,
    /// Ends the connection from the mock's side.
    Close {
        /// How.
        how: How,
    },
    /// Waits for the client to end its writes.
    AwaitEnd,
}

/// A part of what is sent as exact bytes.
#[derive(Debug, Clone)]
pub enum Part {
    /// As they are.
    Bytes(Vec<u8>),
    /// The members of an object as JSON, without its braces.
    Fields(Template),
}

/// The bytes of all parts, joined.
pub fn bytes_of(parts: &[Part], scope: &Scope) -> Result<Vec<u8>, Unbound> {
    let mut bytes = Vec::new();
    for part in parts {
        match part {
            Part::Bytes(part) => bytes.extend_from_slice(part),
            Part::Fields(fields) => {
                let text = codec::encode(&fields.fill(scope, Carrier::Wire)?);
                bytes.extend_from_slice(text.get(1..text.len().saturating_sub(1)).unwrap_or_default());
            }
        }
    }
    Ok(bytes)
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenState {
    /// A socket that accepts connections.
    Open,
    /// Nothing.
    Missing,
    /// A socket file that nobody listens on.
    Refusing,
    /// A socket on which connections stand, but are neither read nor written until it is opened.
    Paused,
}

/// How bytes are cut into pieces, each of which is read by the client before the next is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Split {
    /// Not at all, and nothing is waited for.
    Whole,
    /// After each byte.
    EveryByte,
    /// Before the bytes at these offsets: rising, above 0, below the length.
    At(Vec<usize>),
}

/// How a connection is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Closed, after the client has read everything.
    Full,
    /// No more writes, after the client has read everything; reading goes on.
    WriteHalf,
    /// Closed with the client's bytes unread, which resets the client's side.
    Reset,
}

impl Op {
    /// Whether it sends or expects hello or breath, by name.
    pub fn names_hello_or_breath(&self) -> bool {
        let named = |chi: Option<&str>| matches!(chi, Some("hello" | "breath"));
        match self {
            Self::Send { tones } => tones.iter().any(|tone| named(tone.as_object_str("chi"))),
            Self::Expect { patterns, .. } => patterns.iter().any(|pattern| named(pattern.names_chi())),
            _ => false,
        }
    }
}

/// For each connection, whether the mock greets it by itself: takes hello and answers one breath. It does
/// unless a step on that connection names one of the two.
pub fn greets<'a>(steps: impl Iterator<Item = (usize, &'a Op)>, connections: usize) -> Vec<bool> {
    let mut greets = vec![true; connections];
    for (conn, op) in steps {
        if let Some(greet) = greets.get_mut(conn) {
            *greet &= !op.names_hello_or_breath();
        }
    }
    greets
}
