//! Ctrl-C, and being asked to end: the first time the work stops and what was seen is reported, the second time the
//! process ends at once.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tokio::signal::unix::{SignalKind, signal};

/// Resolves on the first Ctrl-C, or when the process is asked to end.
pub async fn interrupted() {
    second_ends();
    let mut term = signal(SignalKind::terminate()).ok();
    let asked = async {
        match &mut term {
            Some(term) => {
                term.recv().await;
            }
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = asked => {}
    }
}

/// From the second signal on, the system's own answer to it.
fn second_ends() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let first = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM] {
            // in this order: the first signal sees the flag before it is set; without it both are only the first
            let _ = flag::register_conditional_default(number, Arc::clone(&first))
                .and_then(|_| flag::register(number, Arc::clone(&first)));
        }
    });
}
