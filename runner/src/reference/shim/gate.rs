//! Gates: a tool body waits at one until it is opened, and whoever opens it learns when the bodies have
//! ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

/// The gates of one client, by name.
#[derive(Clone, Default)]
pub struct Gates {
    by_name: Arc<Mutex<HashMap<String, Gate>>>,
}

#[derive(Clone)]
struct Gate {
    open: watch::Sender<bool>,
    bodies: watch::Sender<usize>,
}

/// Counts a body that has come to a gate, until it ends.
struct Body(watch::Sender<usize>);

impl Gates {
    /// Runs a body behind a gate: it begins to count when it arrives, and goes on when the gate is open.
    pub async fn behind<T>(&self, name: &str, body: impl FnOnce() -> T) -> T {
        let gate = self.gate(name);
        let _counted = Body::new(gate.bodies);
        // The gate keeps its sender, so waiting cannot fail.
        let _ = gate.open.subscribe().wait_for(|open| *open).await;
        body()
    }

    /// Opens a gate, for good, and waits until every body that came to it has ended.
    pub async fn release(&self, name: &str) {
        let gate = self.gate(name);
        gate.open.send_replace(true);
        let _ = gate.bodies.subscribe().wait_for(|bodies| *bodies == 0).await;
        // The client takes the value of a body in a task of its own: let it.
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
    }

    fn gate(&self, name: &str) -> Gate {
        let mut gates = self.by_name.lock().expect("no holder of this lock panics");
        let new = || Gate { open: watch::Sender::new(false), bodies: watch::Sender::new(0) };
        gates.entry(name.to_owned()).or_insert_with(new).clone()
    }
}

impl Body {
    fn new(bodies: watch::Sender<usize>) -> Self {
        bodies.send_modify(|bodies| *bodies += 1);
        Self(bodies)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.0.send_modify(|bodies| *bodies -= 1);
    }
}
