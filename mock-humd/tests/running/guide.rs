//! The guide of this program, where it is about a daemon that runs: its commands, in order.

use std::path::Path;

use assert_cmd::cargo::cargo_bin;
use rustix::process::{Pid, Signal, kill_process};

use crate::stage::{Follower, Stage};

/// The commands of each block of the guide that a shell can run as a whole.
fn blocks() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let block = |rest: &str| Some(rest.split_once("```")?.0.lines().map(str::to_owned).collect());
    text.split("```bash\n").skip(1).filter_map(block).collect()
}

/// Hands a line to the shell, which makes way for the program.
fn follow(stage: &Stage, line: &str) -> Follower {
    let path = cargo_bin("mock-humd").parent().unwrap().display().to_string();
    let script = format!("PATH={path}:$PATH; exec {line}");
    stage.follow_shell(&script)
}

fn interrupt(follower: &Follower) {
    kill_process(Pid::from_child(&follower.child), Signal::INT).unwrap();
}

#[test]
fn every_command_of_the_guide_about_a_running_daemon_works() {
    let blocks = blocks();
    assert_eq!(blocks.len(), 3, "{blocks:?}");
    for block in blocks {
        let stage = Stage::new();
        let is_hook = block[0].contains("--hook");
        if !is_hook && !block[0].starts_with("mock-humd start") {
            stage.good(&["start"]);
        }
        for line in block {
            let bee = line.contains("adder-bee").then(|| stage.bee("adder-bee"));
            let mut command = follow(&stage, &line);
            let wanted = match line.split_whitespace().nth(1).unwrap() {
                "--hook" => {
                    command.says("listening on");
                    interrupt(&command);
                    Some(130)
                }
                "tail" => {
                    stage.until(|status| status["tails"] == 1);
                    interrupt(&command);
                    // a signal ends it
                    None
                }
                "record" => {
                    command.says("recording");
                    let mut bee = stage.bee("adder-bee");
                    bee.say(&serde_json::json!({ "chi": "perf-mark", "rid": "r" }));
                    assert_eq!(bee.hear()["chi"], "echo");
                    drop(bee);
                    stage.good(&["stop"]);
                    stage.good(&["start"]);
                    Some(0)
                }
                "play" => {
                    stage.until(|status| status["script"].is_string());
                    let mut bee = stage.bee("adder-bee");
                    bee.say(&serde_json::json!({ "chi": "perf-mark", "rid": "s" }));
                    assert_eq!(bee.hear()["rid"], "s");
                    Some(0)
                }
                _ => Some(0),
            };
            assert_eq!(command.ends().0, wanted, "{line}");
            drop(bee);
        }
    }
}
