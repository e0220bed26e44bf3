//! The thrum wire, and a stand-in for humd to develop and to test bees with.
//!
//! ```text
//!            wire ── scan ──┐                     ┌── Tap: transcript, hooks, `tail`
//!  socket ─► engine ─► line ┴─► nest ─► Outbound ─┴─► engine ─► socket
//!              ▲                 ▲ rules, faults
//!              └──── Handle ─────┴──── script steps, the admin socket, the library
//! ```
//!
//! | room | what |
//! |---|---|
//! | [`wire`] | frames, tones, the registry, rid, sigil, wane; [`wire::scan`] checks a line without copying it |
//! | [`pattern`] | what a tone must look like, and what a tone to send is made of |
//! | [`script`] | what to play: single operations, and script files |
//! | [`nest`] | who is connected, who asked what, what is answered; no socket, no clock |
//! | [`engine`] | the daemon that answers: sockets and tasks around one nest |
//! | [`play`] | plays scripts on that daemon |
//! | [`fixture`] | that daemon in the tests of a bee: [`MockHumd`] |
//! | [`server`] | the daemon of the conformance runner: it does what it is told, and keeps all that crossed |
//! | [`transcript`] | what crossed |
//!
//! The two daemons share the wire, the patterns, the operations of a script and the listener. They differ in what they
//! are for: [`server::Daemon`] plays exact operations and keeps every line for a judge, [`engine::Engine`] answers bees
//! by itself, for as long as they like, in bounded memory. Nothing here knows verdicts.

pub mod base64;
mod deep;
pub mod engine;
pub mod fixture;
mod kernel;
mod listen;
pub mod nest;
pub mod pattern;
pub mod play;
pub mod script;
pub mod server;
pub mod transcript;
pub mod wire;

pub use fixture::MockHumd;
