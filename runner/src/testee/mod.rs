//! A client under test, seen through its shim: a process that speaks shim protocol 1 on stdin and stdout.
//!
//! [`Shim::start`] launches one, [`Shim::ask`] sends a request and waits for its reply, and what the shim
//! reports meanwhile is kept as events. The messages are described in `vectors/schema/shim.json`.
//! Nothing here knows vectors or verdicts.

mod caps;
mod message;
mod output;
mod process;
mod reading;
mod shim;

pub use caps::{CAPABILITIES, is_surface, nearest_capability, unknown_capability};
pub use message::{Event, Identity, Reply, Request};
pub use output::{Heard, Stamped, now_ms};
pub(crate) use output::{Output, shorten};
pub use process::{Command, Home, OWN_VARIABLES, quoted};
pub(crate) use process::{Pipes, Process};
pub use shim::{Asked, Gone, Shim, StartFault};
