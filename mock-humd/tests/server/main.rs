//! The daemon over real sockets, with a plain socket as its client.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod bench;
mod close;
mod expect;
mod greeting;
mod listen;
mod play;
mod split;
