//! When odd clients do things: later than others, or earlier.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::{Odd, is};

/// How long a connect waits for a breath that may never come.
const BREATH_LIMIT: Duration = Duration::from_millis(40);

/// What an odd client remembers besides.
#[derive(Default)]
pub(in crate::reference) struct Oddities {
    breath: Notify,
    /// Sessions whose turn goes on.
    turns: Mutex<Vec<String>>,
}

impl Oddities {
    /// A breath has come.
    pub fn breathe(&self) {
        self.breath.notify_one();
    }

    /// Gives a breath time to come.
    pub async fn await_breath(&self) {
        if is(Odd::ConnectAwaitsBreath) {
            let _ = timeout(BREATH_LIMIT, self.breath.notified()).await;
        }
    }

    /// A turn has begun here.
    pub fn begin(&self, sid: &str) {
        if is(Odd::OwnTurns) {
            self.turns().push(sid.to_owned());
        }
    }

    /// Whether the end of a turn is worth telling; it has ended then.
    pub fn tells(&self, sid: &str) -> bool {
        if !is(Odd::OwnTurns) {
            return true;
        }
        let mut turns = self.turns();
        let open = turns.iter().position(|own| own == sid);
        open.map(|place| turns.swap_remove(place)).is_some()
    }

    /// The turns that the end of the connection cuts off.
    pub fn cut_off(&self) -> Vec<String> {
        std::mem::take(&mut *self.turns())
    }

    fn turns(&self) -> MutexGuard<'_, Vec<String>> {
        self.turns.lock().expect("no holder of this lock panics")
    }
}

/// How many lines of one connection were queued, and how many written.
#[derive(Clone, Default)]
pub(in crate::reference) struct Written(Arc<Count>);

#[derive(Default)]
struct Count {
    queued: AtomicU64,
    written: AtomicU64,
    change: Notify,
}

impl Written {
    /// A line waits to be written.
    pub fn queue(&self) {
        self.0.queued.fetch_add(1, Ordering::SeqCst);
    }

    /// So many lines have been written.
    pub fn write(&self, lines: u64) {
        self.0.written.fetch_add(lines, Ordering::SeqCst);
        self.0.change.notify_waiters();
    }

    /// Waits until everything queued so far was written; false if the connection ended first.
    pub async fn settle(&self) -> bool {
        let queued = self.0.queued.load(Ordering::SeqCst);
        loop {
            let change = self.0.change.notified();
            let written = self.0.written.load(Ordering::SeqCst);
            if written >= queued {
                return written < u64::MAX / 2;
            }
            change.await;
        }
    }

    /// The end of the connection, told when dropped.
    pub fn end(&self) -> End {
        End(self.clone())
    }
}

/// Lets nobody wait for a connection that is gone.
pub(in crate::reference) struct End(Written);

impl Drop for End {
    fn drop(&mut self) {
        self.0.write(u64::MAX / 2);
    }
}

/// Lets tones wait on their way to a handler, on each lane differently.
pub(in crate::reference) async fn dawdle(lane: usize) {
    let ms = u64::try_from(lane % 3).unwrap_or_default();
    sleep(Duration::from_millis(1 + ms)).await;
}

/// The pause before the first attempt to connect again.
pub(in crate::reference) fn back_off(usual: Duration) -> Duration {
    if is(Odd::SlowBackOff) { Duration::from_millis(60) } else { usual }
}
