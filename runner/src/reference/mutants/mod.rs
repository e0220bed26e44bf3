//! The mutants, a table for each part of the wire. A row says what the mutant is called, which rules it
//! breaks, and which real bug it stands for; [`super::fault`] says where it acts.

mod ambient;
mod bees;
mod delivery;
mod envelope;
mod framing;
mod framing_bytes;
mod handshake;
mod helpers;
mod live;
mod look;
mod roles;
mod sigil;
mod sockets;
mod tools;
mod turns;
mod wane;
mod worker;

use super::fault::Mutant;

/// Every table.
pub(super) const TABLES: &[&[Mutant]] = &[
    framing::MUTANTS,
    framing_bytes::MUTANTS,
    sockets::MUTANTS,
    envelope::MUTANTS,
    delivery::MUTANTS,
    handshake::MUTANTS,
    roles::MUTANTS,
    helpers::MUTANTS,
    sigil::MUTANTS,
    wane::MUTANTS,
    turns::MUTANTS,
    tools::MUTANTS,
    ambient::MUTANTS,
    worker::MUTANTS,
    live::MUTANTS,
    bees::MUTANTS,
];
