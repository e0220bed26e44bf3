//! The admin socket: looking at a running daemon and steering it, beside the socket that bees see and never on it.
//!
//! It speaks lines of JSON. A request is `{"v":1,"do":"peers"}`, with the members that its kind wants; each gets one
//! reply, in order: `{"v":1,"ok":true,…}` or `{"v":1,"ok":false,"error":"…"}`.
//!
//! | do | members | reply |
//! |---|---|---|
//! | `status` | | `pid socket version personality seed up_ms args script hooks tails connections` |
//! | `peers` | | `connections`: of each `conn bee hello worker in out skipped lost queued pending sids expects` |
//! | `send` | `bee`, and `tone` or an unchecked `line` | `count`: the connections that it was sent to |
//! | `kick` | `bee`, and `as_crash` | `count`: the connections that end |
//! | `drop` | | `count`: the connections that end |
//! | `tail` | `bees chis sids`, each a list; all may be missing | nothing; after it the transcript, line by line |
//! | `play` | `script`: the text of a script; `step_ms` | nothing, once the script is done; one more may wait its turn; who goes away before gives it up |
//!
//! A bee is named as its hello names it, or `#3` for a connection. A reader of `tail` that is too slow loses lines and is
//! told how many: `{"event":"skipped","count":12}`. The daemon waits for no admin client: one that asks nothing for three
//! seconds is told so, and its connection ends.

pub mod client;
pub mod commands;
mod desk;
mod place;
pub mod record;
mod server;
mod tails;

pub use desk::{About, Desk, Play, play};
pub use server::Server;

/// The version of what is spoken here.
pub const VERSION: u64 = 1;
