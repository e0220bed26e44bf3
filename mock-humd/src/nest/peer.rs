//! What the daemon keeps of one connection.

use std::collections::HashSet;
use std::sync::Arc;
use std::task::Waker;

use serde_json::{Map, Value};

use super::fault::Chance;
use super::outbound::Outbound;

/// Where a connection stands among the daemon's; free for another once it has ended.
pub type Slot = usize;

/// One connection.
#[derive(Debug)]
pub struct Peer {
    /// In order of arrival, from 0; never used again.
    pub conn: u64,
    /// What it said of itself.
    pub manifest: Manifest,
    /// Bytes that it is counted with.
    pub(super) hello_bytes: usize,
    /// What waits to be written to it.
    pub out: Outbound,
    /// Nothing is read from it.
    pub held: bool,
    /// Whether anything is written to it.
    pub writing: Writing,
    /// The socket takes nothing at the moment.
    pub is_full: bool,
    /// It is to end, and how.
    pub ending: Option<Ending>,
    /// What has crossed.
    pub counts: Counts,
    /// The sessions that it has prompted.
    pub claims: HashSet<String>,
    /// How many sessions it was given to serve.
    pub served: usize,
    /// The sessions that it was given to serve, or was called in for a tool, as long as they last.
    pub(super) given: HashSet<Arc<str>>,
    /// A script takes its tones, and nothing else answers them: the place in [`Nest::scripted`](super::Nest::scripted).
    pub script: Option<usize>,
    pub(super) chance: Chance,
    pub(crate) waker: Option<Waker>,
    /// Its task has been woken, or is about to be.
    pub(super) is_woken: bool,
}

/// How the daemon ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Once everything that waits is written.
    Flushed,
    /// Writes end once everything that waits is written; reading goes on.
    Half,
    /// At once, with what the bee wrote unread, so that its side is reset.
    Reset,
}

/// Whether what waits for a bee is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// It is.
    Open,
    /// What waits still is, and nothing after it.
    Last,
    /// It is not.
    Stopped,
}

/// How many tones crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Tones from the bee.
    pub received: u64,
    /// Lines from the bee that were no tone.
    pub skipped: u64,
    /// Tones that were written to the bee.
    pub sent: u64,
    /// Tones to the bee that were lost.
    pub lost: u64,
}

/// What a hello says of a bee, as far as the daemon goes by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its name: `bee`, or where that is a list of roles, `from`, `hid` or `hive`.
    pub bee: Option<String>,
    /// Whether prompts of others may go to it.
    pub is_worker: bool,
    /// The kind of compute.
    pub hive: Option<String>,
    /// The models that it serves; none means any.
    pub models: Vec<String>,
    /// The names of the tools that it offers to everybody.
    pub tools: Vec<String>,
    /// Its identity: a newer connection with the same one takes its place.
    pub hid: Option<String>,
    /// The version of the wire that it targets.
    pub proto_version: Option<String>,
    /// The members of hello, but for the envelope.
    pub fields: Map<String, Value>,
}

impl Peer {
    pub(super) fn new(conn: u64, chance: Chance) -> Self {
        Self {
            conn,
            manifest: Manifest::default(),
            hello_bytes: 0,
            out: Outbound::default(),
            held: false,
            writing: Writing::Open,
            is_full: false,
            ending: None,
            counts: Counts::default(),
            claims: HashSet::new(),
            served: 0,
            given: HashSet::new(),
            script: None,
            chance,
            waker: None,
            is_woken: false,
        }
    }
}

impl Manifest {
    /// Of a bee of which only the name is kept, and of a long one the beginning.
    pub(super) fn bare(bee: Option<String>) -> Self {
        Self { bee: bee.map(|bee| bee.chars().take(NAME_CHARS_MAX).collect()), ..Self::default() }
    }

    /// Reads a hello. Nothing in it can be wrong: what is not understood is passed over.
    pub fn read(hello: &Map<String, Value>) -> Self {
        let text = |key: &str| hello.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let owned = |key: &str| text(key).map(str::to_owned);
        let bee = text("bee").or(text("from")).or(text("hid")).or(text("hive")).map(str::to_owned);
        let chis = texts(hello.get("chis"));
        let is_worker = match hello.get("bee") {
            Some(Value::Array(_)) => texts(hello.get("bee")).iter().any(|role| role == "worker"),
            // a document hello names no role: a kind of compute, or what only a worker sends, tells
            _ => text("hive").is_some() || chis.iter().any(|chi| chi == "chunk" || chi == "finish"),
        };
        let envelope = ["chi", "rid", "sid", "from", "to", "sigil", "wane", "sentAt", "dusk", "ext"];
        let fields = hello.iter().filter(|(key, _)| !envelope.contains(&&***key));
        Self {
            bee,
            is_worker,
            hive: owned("hive"),
            models: texts(hello.get("models")),
            tools: tool_names(hello.get("tools")),
            hid: owned("hid"),
            proto_version: owned("protoVersion"),
            fields: fields.map(|(key, value)| (key.clone(), value.clone())).collect(),
        }
    }
}

const NAME_CHARS_MAX: usize = 200;

/// So many tools of one list are known, with names of up to so many bytes.
const TOOLS_MAX: usize = 1000;
const TOOL_NAME_BYTES_MAX: usize = 256;

/// The names in a list of tools.
pub(super) fn tool_names(tools: Option<&Value>) -> Vec<String> {
    let tools = tools.and_then(Value::as_array).into_iter().flatten();
    let names = tools.filter_map(|tool| tool.get("name")?.as_str());
    names.filter(|name| name.len() <= TOOL_NAME_BYTES_MAX).take(TOOLS_MAX).map(str::to_owned).collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
