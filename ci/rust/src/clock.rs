//! The one place that reads the time of day: rid, dusk and `sentAt` all ask here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// No time of day: the real clock runs.
const RUNNING: u64 = u64::MAX;

static PINNED: AtomicU64 = AtomicU64::new(RUNNING);

/// Milliseconds since the epoch, UTC.
pub fn now_ms() -> u64 {
    match PINNED.load(Ordering::SeqCst) {
        RUNNING => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since.as_millis()).unwrap_or(RUNNING)
        }
        pinned => pinned,
    }
}

/// For tests: the clock of this process stands still at this time, in ms; `None` lets it run again.
pub fn pin(now: Option<u64>) {
    PINNED.store(now.unwrap_or(RUNNING), Ordering::SeqCst);
}
