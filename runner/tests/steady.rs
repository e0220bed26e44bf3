//! Verdicts do not depend on chance: on a busy machine, in fifty orders, each case comes to the same every time.

use std::sync::atomic::{AtomicBool, Ordering};

use assert_cmd::Command;
use serde_json::Value;

/// Keeps every core busy until it is dropped.
struct Load<'a>(&'a AtomicBool);

impl Drop for Load<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn fifty_shuffled_runs_on_a_busy_machine_come_to_the_same() {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _load = Load(&over);
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let output = Command::cargo_bin("thrum-conform")
            .expect("the binary is built")
            .args(["client", "--shuffle", "--repeat", "50", "--timeout-scale", "5", "--report", "json"])
            .output()
            .expect("the binary runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
        let seed = &report["seed"];
        assert_eq!(report["unsteady"], Value::Array(Vec::new()), "--shuffle={seed} shows them again");
        assert_eq!(output.status.code(), Some(0), "seed {seed}");
    });
}
