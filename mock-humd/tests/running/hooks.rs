//! Hooks: what they are shown, and that nobody waits for them.

use serde_json::{Value, json};

use crate::stage::Stage;

fn mark(message: &str) -> Value {
    json!({ "chi": "perf-mark", "rid": "l", "mark": message })
}

#[test]
fn a_hook_is_shown_each_tone_before_the_daemon_ends() {
    let stage = Stage::new();
    stage.good(&["start", "-q", "--hook", "cat > seen", "--hook", "cat > too"]);
    let mut bee = stage.bee("adder");
    bee.say(&mark("x"));
    assert_eq!(bee.hear()["chi"], "echo");
    stage.good(&["stop"]);
    let seen = std::fs::read_to_string(stage.path("seen")).unwrap();
    let tones: Vec<Value> = seen.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_adder = tones.iter().filter(|tone| tone["conn"] == 1);
    let chis: Vec<_> =
        of_adder.map(|tone| (tone["dir"].as_str().unwrap(), tone["tone"]["chi"].as_str().unwrap())).collect();
    assert_eq!(
        chis,
        [("client", "hello"), ("daemon", "breath"), ("client", "perf-mark"), ("daemon", "echo")]
    );
    assert_eq!(std::fs::read_to_string(stage.path("too")).unwrap(), seen);
}

#[test]
fn a_hook_that_does_not_read_loses_tones_that_are_counted() {
    let stage = Stage::new();
    stage.good(&["start", "-q", "--hook", "sleep 1000"]);
    let mut bee = stage.bee("loud");
    let message = "x".repeat(1 << 20);
    for _ in 0..40 {
        bee.say(&mark(&message));
        assert_eq!(bee.hear()["chi"], "echo");
    }
    let hook = &stage.status()["hooks"][0];
    assert!(hook["skipped"].as_u64().unwrap() > 20, "{hook}");
    assert_eq!(hook["starts"], 1);
    // it does not keep the daemon either
    stage.good(&["stop"]);
    let printed = std::fs::read_to_string(stage.path("t.sock.log")).unwrap();
    assert!(printed.contains("hook `sleep 1000` is killed"), "{printed}");
}

#[test]
fn a_hook_that_ends_is_started_again() {
    let stage = Stage::new();
    stage.good(&["start", "-q", "--hook", "head -n 1 >> seen; exit 3"]);
    let mut bee = stage.bee("adder");
    stage.until(|status| {
        bee.say(&mark("x"));
        assert_eq!(bee.hear()["chi"], "echo");
        status["hooks"][0]["starts"].as_u64() >= Some(3)
    });
    stage.good(&["stop"]);
    let seen = std::fs::read_to_string(stage.path("seen")).unwrap();
    // each one begins with a whole line
    assert!(seen.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{seen}");
    assert!(seen.lines().count() >= 2, "{seen}");
    let printed = std::fs::read_to_string(stage.path("t.sock.log")).unwrap();
    assert!(printed.contains("it is started again"), "{printed}");
}

#[test]
fn hooks_come_from_the_arguments_else_the_environment_else_the_file() {
    let stage = Stage::new();
    std::fs::create_dir(stage.path("config")).unwrap();
    std::fs::write(stage.path("config/mock-humd.toml"), "hook = [\"cat > f\", \"cat > g\"]\n").unwrap();
    let commands = |env: Option<&str>, args: &[&str]| {
        let mut command = stage.command(&["restart", "--seed", "1"]);
        command.args(args).envs(env.map(|env| ("HUM_MOCK_HOOKS", env)));
        assert!(command.output().unwrap().status.success());
        let status = stage.status();
        let hooks = status["hooks"].as_array().unwrap().iter();
        hooks.map(|hook| hook["command"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(commands(None, &[]), ["cat > f", "cat > g"]);
    assert_eq!(commands(Some("cat > e\ncat > h"), &[]), ["cat > e", "cat > h"]);
    assert_eq!(commands(Some("cat > e"), &["--hook", "cat > a"]), ["cat > a"]);
}
