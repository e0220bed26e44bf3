//! The thrum wire, and a daemon that follows a script: a stand-in for humd, to develop and to test bees with.
//!
//! Start with [`wire`] for frames, tones and the registry, with [`pattern`] for how an expected tone is
//! written, and with [`server::Daemon`] for what plays it. The mock plays and writes down what crossed;
//! nothing here knows verdicts.

mod base64;
mod deep;
mod kernel;
pub mod pattern;
pub mod script;
pub mod server;
pub mod transcript;
pub mod wire;
