//! Known failures, and whether the file that lists them still tells the truth.
//!
//! It stands between judging and scoring: judged cases and the entries of a `conformance.toml` go in, what each entry
//! waives and what is wrong with the entries comes out. Nothing here reads a file or a clock.

mod finding;

pub use finding::{Change, Fault, Finding};
