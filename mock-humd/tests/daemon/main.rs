//! The daemon that answers by itself, over real sockets: the rules of WIRE.md that bind a daemon, what a prompt may
//! ask for, faults, and scripts.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod audit;
mod conversation;
mod faults;
mod framing;
mod live;
mod routing;
mod rules;
mod schema;
mod stage;
