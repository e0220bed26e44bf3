//! The bounds of a run: every wait, line, queue and transcript has one, and they are all here.

use std::time::Duration;

/// The stack of a thread that plays cases: deeply nested tones are read, compared and dropped by recursion.
pub const STACK_BYTES: usize = 256 << 20;

/// How long to wait and how much to keep.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For one reply of the shim, one write of the mock, one expected tone. It only ends hangs.
    pub reply: Duration,
    /// For a process to start, and for a client to come back after its connection ended.
    pub start: Duration,
    /// Bytes of one line, from the shim or on the wire.
    pub line_bytes_max: usize,
    /// Bytes that a shim may write to stdout during one case.
    pub stdout_bytes_max: usize,
    /// Bytes kept of what a shim wrote to stderr during one case; the last ones are kept.
    pub stderr_bytes_max: usize,
    /// Restarts of the shim in a row, with no verdict between them, before the run gives up.
    pub restarts_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            reply: Duration::from_secs(2),
            start: Duration::from_secs(10),
            line_bytes_max: 64 << 20,
            stdout_bytes_max: 64 << 20,
            stderr_bytes_max: 64 << 10,
            restarts_max: 3,
        }
    }
}

/// As good as no deadline: longer than anybody looks at one case.
const WITHOUT_END: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Limits {
    /// The same limits without deadlines, for whoever holds the client up by hand.
    #[must_use]
    pub fn without_deadlines(self) -> Self {
        Self { reply: WITHOUT_END, start: WITHOUT_END, ..self }
    }

    /// The same limits with every wait this many times as long, for slow machines.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.reply = self.reply.mul_f64(factor);
        self.start = self.start.mul_f64(factor);
        self
    }
}
