//! The log, and that it is bounded.

use serde_json::{Value, json};

use crate::stage::Stage;

#[test]
fn a_log_begins_anew_when_it_is_full_and_keeps_so_many() {
    let stage = Stage::new();
    stage.good(&["start", "--log", "my.log", "--log-bytes", "4K", "--log-keep", "2"]);
    let mut bee = stage.bee("adder");
    for number in 0..100 {
        bee.say(&json!({ "chi": "perf-mark", "rid": "l", "mark": format!("{number:>200}") }));
        assert_eq!(bee.hear()["chi"], "echo");
    }
    drop(bee);
    stage.good(&["stop"]);
    assert_eq!(stage.files(), ["my.log", "my.log.1", "my.log.2"]);
    let mut lines = 0;
    for name in ["my.log.2", "my.log.1", "my.log"] {
        let text = std::fs::read_to_string(stage.path(name)).unwrap();
        assert!(text.len() <= 4096 && text.ends_with('\n'), "{name}: {}", text.len());
        assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{text}");
        lines += text.lines().count();
    }
    assert!(lines > 10);
}
