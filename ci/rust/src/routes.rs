//! Whom the application has told to look after what.

use std::collections::HashMap;
use std::io;

use serde_json::Value;

use crate::chi::Chi;
use crate::client::Client;
use crate::handler::{Handler, Notice};
use crate::tone::Tone;
use crate::tools::{Body, Tool};

/// Every handler that has been registered.
#[derive(Default)]
pub(crate) struct Routes {
    pub by_sid: HashMap<String, Handler<Tone>>,
    pub any: Option<Handler<Tone>>,
    pub turn: Option<Notice<Turn>>,
    pub connect: Option<Notice<Client>>,
    pub disconnect: Option<Notice<Disconnect>>,
    pub tools: HashMap<String, (Tool, Body)>,
    pub permission: Option<Handler<Tone, String>>,
    pub tendril: Option<Handler<Tone, Result<Value, String>>>,
}

impl Routes {
    /// Who gets a tone of this sid: its own handler, and without one the catch-all (CLI-01 to CLI-03).
    pub fn for_sid(&self, sid: Option<&str>) -> Option<Handler<Tone>> {
        sid.and_then(|sid| self.by_sid.get(sid)).or(self.any.as_ref()).cloned()
    }
}

/// A connection has ended, other than by the application's own close.
#[derive(Debug)]
pub struct Disconnect {
    /// What the system says; `None` if the daemon has closed in good order, or another connect gave the connection up.
    pub error: Option<io::Error>,
}

/// A turn has ended (TURN-01).
#[derive(Clone, Debug)]
pub struct Turn {
    /// The session.
    pub sid: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The tone that ended it.
    pub tone: Tone,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With a `finish`.
    Finished,
    /// With an `error`.
    Failed,
}

impl Outcome {
    /// `finished` or `failed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }
}

impl Turn {
    /// The turn that this tone ends, if it is one to end a turn.
    pub(crate) fn ended_by(tone: &Tone) -> Option<Self> {
        let outcome = match tone.chi()? {
            Chi::Finish => Outcome::Finished,
            Chi::Error => Outcome::Failed,
            _ => return None,
        };
        Some(Self { sid: tone.sid()?.to_owned(), outcome, tone: tone.clone() })
    }
}
