//! The two dialects of a daemon: what the document says, and what live daemons do (WIRE.md, Profiles).

use serde_json::{Value, json};

use super::outbound::Overflow;
use crate::wire::chi::{self, Sender};
use crate::wire::codec;

/// Which daemon is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Personality {
    /// As WIRE.md has it.
    #[default]
    Document,
    /// As deployed daemons behave where they depart from it.
    Live,
}

impl Personality {
    /// How deep a tone may be nested; a deeper one is dropped.
    pub fn levels_max(self) -> usize {
        match self {
            Self::Document => codec::LEVELS_MAX,
            Self::Live => 127,
        }
    }

    /// What is lost from a full queue.
    pub fn overflow(self) -> Overflow {
        match self {
            Self::Document => Overflow::DropOldest,
            Self::Live => Overflow::DropNewest,
        }
    }

    /// Whether a tone of this chi and rid is acknowledged.
    ///
    /// The document leaves it to the daemon: hello has its breath, and an empty rid names nothing.
    pub(super) fn echoes(self, chi: &str, rid: &str) -> bool {
        match (self, chi) {
            (_, "echo" | "log") | (Self::Document, "hello") => false,
            (Self::Document, _) => !rid.is_empty(),
            (Self::Live, _) => true,
        }
    }

    /// Whether what a worker sends is passed on to the askers of its session.
    pub(super) fn relays(self, chi: &str) -> bool {
        match self {
            Self::Document => {
                let may_send = chi::row(chi).is_some_and(|row| row.is_sent_by(Sender::Worker));
                may_send && !matches!(chi, "hello" | "echo")
            }
            Self::Live => matches!(
                chi,
                "chunk"
                    | "finish"
                    | "error"
                    | "tool-call"
                    | "tool-info"
                    | "session-ready"
                    | "pulse"
                    | "breath"
            ),
        }
    }

    /// Whether curate, petal-cell, release-permit and tendril-result reach the worker.
    pub(super) fn passes_verbs(self) -> bool {
        self == Self::Document
    }

    /// Whether bytes that are no UTF-8 end the connection.
    pub(super) fn closes_on_bad_utf8(self) -> bool {
        self == Self::Live
    }

    /// Whether breath and error go out without a rid.
    pub(super) fn leaves_out_rid(self, chi: &str) -> bool {
        self == Self::Live && matches!(chi, "breath" | "error")
    }

    /// The pieces of an answer as the bodies of chunks, from the index-th chunk on.
    pub(super) fn chunks(self, pieces: &[&str], index: u64) -> Vec<Value> {
        match self {
            Self::Document => (index..)
                .zip(pieces)
                .map(|(index, text)| json!({ "index": index, "part": { "type": "text", "text": text } }))
                .collect(),
            Self::Live => {
                let block = |kind: &str| json!({ "chunkType": kind, "blockIdx": index });
                let delta =
                    |text: &&str| json!({ "chunkType": "text_delta", "blockIdx": index, "delta": text });
                let mut chunks = vec![block("text_start")];
                chunks.extend(pieces.iter().map(delta));
                chunks.push(block("content_block_stop"));
                chunks
            }
        }
    }

    /// The body of error, without its session.
    pub(super) fn error(self, code: &str, message: &str) -> Value {
        match self {
            Self::Document => json!({ "code": code, "message": message }),
            Self::Live => json!({ "message": message }),
        }
    }

    /// The body of session-ready; live it has the tools, in order.
    pub(super) fn session_ready<'a>(self, model: &str, tools: impl Iterator<Item = &'a String>) -> Value {
        match self {
            Self::Document => json!({ "claudeSessionId": "mock" }),
            Self::Live => {
                let mut tools: Vec<_> = tools.collect();
                tools.sort_unstable();
                json!({ "nestId": "mock", "model": model, "tools": tools })
            }
        }
    }
}
