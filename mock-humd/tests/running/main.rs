//! The program as it is used by hand: in the background, looked at and steered from beside, with hooks.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod background;
mod config;
mod farewell;
mod guide;
mod hooks;
mod log;
mod looking;
mod manager;
mod record;
mod stage;
mod steering;
