//! The functions that every thrum library offers: rid, sigil, dusk, wane, the registry and the socket path.
//!
//! The algorithms are those of the wire room of the mock; here stands what a client adds to them, and where
//! they go wrong in a mutant. All time comes from [`now_ms`], which a shim may pin.

mod ids;
mod path;
mod time;
mod wane;

pub(super) use ids::{is_listed, is_valid_chi, registry, rid, sigil, version};
pub(super) use path::{default_socket_path, resolve, socket_of, socket_path};
pub(super) use time::{dusk_in, is_dusk, now_ms, pin_clock};
pub(super) use wane::Wane;
