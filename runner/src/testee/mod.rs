//! A client under test, seen through its shim: a process that speaks shim protocol 1 on stdin and stdout.
//!
//! [`Shim::start`] launches one, [`Shim::ask`] sends a request and waits for its reply, and what the shim
//! reports meanwhile is kept as events. The messages are described in `vectors/schema/shim.json`.
//! A whole [`Bee`] has no shim; [`Testee`] is either. Nothing here knows vectors or verdicts.

mod any;
mod bee;
mod caps;
mod door;
mod habits;
mod message;
mod output;
mod process;
mod reading;
mod shim;

pub use any::Testee;
pub use bee::Bee;
pub use caps::{CAPABILITIES, is_surface, nearest_capability, unknown_capability};
pub use door::{Call, Door};
pub use habits::{Answers, Habits};
pub use message::{Event, Identity, Reply, Request};
pub use output::{Heard, Stamped, now_ms};
pub(crate) use output::{Output, shorten};
pub use process::{Command, Hold, Home, Launch, OWN_VARIABLES, quoted};
pub(crate) use process::{Pipes, Process};
pub use shim::{Asked, Gone, Shim, StartFault};
