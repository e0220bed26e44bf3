//! thrum 0.7.0 for Rust: an asker's client on tokio, and the helpers of the wire.
//!
//! ```no_run
//! # async fn bee() -> Result<(), thrum::Error> {
//! use thrum::{Client, Hello, Options};
//!
//! let client = Client::new(Hello::new("my-bee"), Options::default())?;
//! client.on("hum-1", |tone| async move { println!("{tone:?}") });
//! client.prompt("hum-1", "hello?").send()?;
//! client.run().await
//! # }
//! ```
//!
//! Start at [`Client`]. A whole bee is in `examples/bee.rs`. Rules and sections that are cited are those of WIRE.md.
//!
//! Of the two dialects it speaks the one of the document, not that of live daemons, and it is no worker.

#![forbid(unsafe_code)]

mod asks;
mod chi;
mod client;
pub mod clock;
mod connection;
mod dusk;
mod error;
mod handler;
mod hello;
mod ids;
mod lanes;
mod life;
mod outbox;
mod reconnect;
mod routes;
mod socket;
mod tone;
mod tools;
mod verbs;
mod wane;

pub use chi::{Chi, PulseKind, THRUM_VERSION, is_valid_chi};
pub use client::{Client, Options};
pub use dusk::{dusk_in, is_dusk};
pub use error::Error;
pub use hello::Hello;
pub use ids::{rid, sigil};
pub use reconnect::Reconnect;
pub use routes::{Disconnect, Outcome, Turn};
pub use socket::{default_socket_path, socket_path_from};
pub use tone::{Fields, Tone, decode, encode};
pub use tools::{Answer, Tool};
pub use verbs::Draft;
pub use wane::{WaneOverflow, WaneTracker};

/// JSON values, as this crate's functions take and give them: [`serde_json`] in the version used here.
pub use serde_json;
