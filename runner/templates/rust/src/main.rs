//! The shim between thrum-conform and this client: shim protocol 1 on stdin and stdout.
//!
//! Fill it in from the top, and build it and run `thrum-conform smoke` after each step: the helpers (level
//! 1), [`Testee::open`] and the acts (level 2), then [`CAPS`]. What still is unsupported is unfinished, not
//! wrong. `protocol.rs` is complete. A shim reports and never judges; print only to stderr.

mod protocol;

use protocol::{Act, Call, Failure, Reporter};
use serde_json::Value;

// next: use your client

pub const NAME: &str = "my-client";
pub const VERSION: &str = "0.0.0";
/// The wire version that your client speaks.
pub const WIRE: &str = "{{wire}}";
/// next, after the acts: claim what your client has, such as "hello" or "verb.prompt".
pub const CAPS: &[&str] = &[];

/// Level 1: helpers. Hand the arguments to your client as they are, and return what it gives, or its error as
/// `Failure::own(code, message)`. Where a type of your client cannot hold one: `Failure::Impossible(why)`.
pub fn helper(name: &str, args: &Value) -> Result<Value, Failure> {
    let _ = args; // next: take this line away
    match name {
        // next: the wire version that your client exports: Ok(json!(my_client::THRUM_VERSION))
        "version" => Err(Failure::Unsupported),
        // next: the sigil of args["sid"] and args["nest"]
        "sigil" => Err(Failure::Unsupported),
        // next: the strings, in the client's order: its chis where args["of"] is "chi", else its pulses
        "registry" => Err(Failure::Unsupported),
        // next: whether args["value"], which may be anything, is a chi
        "is_valid_chi" => Err(Failure::Unsupported),
        // next: args["count"] fresh rids; made by args["threads"] threads at once where that is there
        "rid" => Err(Failure::Unsupported),
        // next: the dusk in args["ms"], as ms since the epoch
        "dusk_in" => Err(Failure::Unsupported),
        // next: whether the tone args["tone"] has come to its dusk
        "is_dusk" => Err(Failure::Unsupported),
        // next: on a fresh tracker, the list of what each of args["ops"] gives, such as [["set", "s", 5],
        // ["snapshot"]]; there are get, set, tick, behind, merge, snapshot; an error ends the list as
        // {"$raises": "its name"}
        "wane" => Err(Failure::Unsupported),
        // next: protocol::with_environment(&args["env"], || the path that your client resolves)
        "socket_path" => Err(Failure::Unsupported),
        // next: the line that your client would send for args["envelope"] and args["body"], as a string
        "encode" => Err(Failure::Unsupported),
        _ => Err(Failure::Unsupported),
    }
}

/// Sets the client's clock to ms since the epoch; none is real time.
pub fn set_clock(now: Option<i64>) -> Result<(), Failure> {
    // next, where your client has a clock that can be set: set it, and claim "clock.virtual"
    let _ = now; // and take this line away
    Err(Failure::Unsupported)
}

/// Level 2: one client. Handlers that you register report through a clone of `reporter`:
/// `delivered(Some(sid), tone)`, and `delivered(None, tone)` in the catch-all.
pub struct Testee {
    pub reporter: Reporter,
    // next: your client, so that it can be used from several threads
}

impl Testee {
    /// Makes a client that is not yet connected.
    pub fn open(
        reporter: Reporter,
        hello: &Value,
        socket: Option<&str>,
        reconnect: bool,
    ) -> Result<Self, Failure> {
        // next: make your client for the path `socket` (None: it resolves its own) and with the fields of
        // `hello`, and give Ok(Self { reporter, … }). Register
        //   a catch-all handler that calls reporter.delivered(None, tone)
        //   a disconnect handler that calls reporter.disconnected()
        //   a turn handler, with cap "turns": reporter.turn(sid, "finished" or "failed")
        // Where `reconnect` is wanted and your client cannot come back by itself: Unsupported.
        let _ = (reporter, hello, socket, reconnect); // and take this line away
        Err(Failure::Unsupported)
    }

    /// Closes the client, whatever state it is in.
    pub fn end(&self) {
        // next: close the client
        self.reporter.open_gates();
    }

    /// An act: gives the call of the client to make, and none where it is unsupported. The call owns what it
    /// needs, such as `let client = self.client.clone(); Some(Box::new(move || …))`. An async client:
    /// `runtime.block_on(…)` in it.
    pub fn act(&self, act: &Act) -> Option<Call> {
        match act.name() {
            // next: reporter.count(), then the client's connect
            // (where the client comes back by itself, count in its own connect event instead)
            "connect" => None,
            // next: register a handler for act.text("sid") that calls reporter.delivered(Some(&sid), tone)
            "subscribe" => None,
            // next: send act.field("tone"): the client fills in rid, from and sentAt
            "send" => None,
            // next: the client's close
            "close" => None,
            // next: remove the handler of act.text("sid")
            "unsubscribe" => None,
            // next: register a handler for act.text("sid") that reports the tone and then panics, or gives an
            // error where your client's handlers do
            "handler" => None,
            // next: send each of act.field("tones") in order; from act.field("threads") threads where that is
            // a number
            "send-many" => None,
            // next: the client's prompt with sid, text and the names in tools, and claim "verb.prompt"
            "prompt" => None,
            // next: the client's cancel of act.text("sid"), and claim "verb.cancel"
            "cancel" => None,
            // next: the client's own method for act.text("chi") with act.field("fields"), and claim
            // "verb.CHI" for each
            "verb" => None,
            // next: declare a tool with name, description, input_schema and perhaps timeout_ms, and claim
            // "tools"; its function is reporter.tool_body(&act)
            "tool" => None,
            // complete
            "release" => Some(self.reporter.release(act)),
            // next: answer each permission question with act.text("decision") from now on, and claim
            // "permits"
            "permit" => None,
            // next: answer each tendril call with act.field("returns") from now on, and claim "tendrils"
            "tendril" => None,
            // next: let the wane of the sigil of sid and nest rise by one, and claim "wane.wired"
            "tick" => None,
            _ => None,
        }
    }
}

fn main() {
    protocol::serve();
}
