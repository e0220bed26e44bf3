//! The conformance suite for clients of the thrum wire.
//!
//! Data flows one way, and each room has one door:
//!
//! ```text
//! WIRE.md ──rule──┐
//! vectors ────────┴─► vector ─► plan ─► exchange ─► judge ─► baseline ─► score ─► report
//!                                         │    │
//!                                  mock_humd  testee ─► the client under test, through its shim
//! ```
//!
//! [`loaded`] fetches what goes in on the left. [`harness()`] goes the whole way for a Rust client's own `cargo test`.
//! [`merge`] joins the reports of several machines that each went it with a part of the cases. [`config`] reads how a
//! client is tested and which of its failures are known. [`release`] stands beside that way: it packs vectors for others
//! to pin, and compares what was packed. A [`transcript`] keeps what an exchange saw, so that the rest of the way can be
//! gone again without a client.
//!
//! What is kept, everywhere:
//!
//! 1. A room uses the types of the rooms before it, and nothing of the rooms after it.
//! 2. The mock plays and writes down, the shim reports; only [`judge`] judges.
//! 3. No line of a client under test is linked into this library. The built-in reference client belongs to the
//!    binary, which starts itself as a process.
//! 4. Decoding a line cannot fail: it gives an optional tone and a list of faults, and the bytes stay.
//! 5. Only reports are written to stdout; only `main` picks the exit code; nobody calls `process::exit`.
//! 6. Every wait, line, queue and transcript has a limit: [`limits::Limits`].
//! 7. A rule without a case (and without a reason), and a case without a rule, both fail the tests.
//! 8. Nothing above the codec of `mock_humd::wire` assumes LF or JSON text.

pub mod baseline;
pub mod catalog;
pub mod config;
pub mod environment;
pub mod error;
pub mod exchange;
pub mod exit;
pub mod harness;
pub mod judge;
pub mod limits;
mod lines;
pub mod loaded;
pub mod merge;
pub mod plan;
pub mod release;
pub mod report;
pub mod rule;
pub mod run;
pub mod score;
pub mod smoke;
mod spelling;
pub mod testee;
pub mod trace;
pub mod transcript;
pub mod vector;

pub use harness::{harness, harness_with};
