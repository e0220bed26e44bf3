//! What a bee does, recorded and played again.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::stage::{Bee, Stage};

/// A session: a prompt, its answer, and the end.
fn session(bee: &mut Bee, sid: &str) -> Vec<String> {
    bee.say(&json!({ "chi": "prompt", "rid": format!("p-{sid}"), "sid": sid, "text": "hi" }));
    let mut heard = Vec::new();
    loop {
        let tone = bee.hear();
        heard.push(tone["chi"].as_str().unwrap().to_owned());
        if tone["chi"] == "finish" {
            assert_eq!(tone["sid"], sid);
            return heard;
        }
    }
}

#[test]
fn a_recorded_session_is_played_again_for_another_one() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let mut before = stage.bee("before");
    let mut recording = stage.follow(&["record", "s.json"]);
    recording.says("recording");
    before.say(&json!({ "chi": "log", "rid": "l", "level": "info", "message": "not in it" }));
    let mut bee = stage.bee("adder");
    let heard = session(&mut bee, "first");
    drop(bee);
    stage.until(|status| status["connections"].as_array().unwrap().len() == 1);
    stage.good(&["stop"]);
    let (code, said) = recording.ends();
    assert_eq!((code, &*said), (Some(0), &*format!("s.json: {} tones\n", heard.len() + 1)));
    stage.good(&["check", "s.json"]);

    let mut daemon = stage.follow(&["run", "-q", "--script", "s.json"]);
    daemon.says("listening on");
    let mut bee = stage.bee("adder");
    assert_eq!(session(&mut bee, "second"), heard);
    drop(bee);
    assert_eq!(daemon.ends().0, Some(0));
}

#[test]
fn an_interrupt_writes_what_was_recorded() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let mut recording = stage.follow(&["record", "s.json"]);
    recording.says("recording");
    kill_process(Pid::from_child(&recording.child), Signal::INT).unwrap();
    // nobody has come: there is nothing to play
    assert_eq!(recording.ends().0, Some(1));
    let mut recording = stage.follow(&["record", "s.json", "--tones", "1"]);
    recording.says("recording");
    let mut bee = stage.bee("adder");
    bee.say(&json!({ "chi": "log", "rid": "l", "level": "info", "message": "x" }));
    assert_eq!(recording.ends(), (Some(0), "s.json: 1 tone\n".to_owned()));
    assert!(stage.bad(2, &["record", "none/s.json"]).contains("none/s.json: "));
}

#[test]
fn what_a_file_held_is_there_until_there_is_something_better() {
    let stage = Stage::new();
    stage.good(&["start"]);
    std::fs::write(stage.path("s.json"), "mine").unwrap();
    let mut recording = stage.follow(&["record", "s.json"]);
    recording.says("recording");
    kill_process(Pid::from_child(&recording.child), Signal::INT).unwrap();
    assert_eq!(recording.ends().0, Some(1));
    assert_eq!(std::fs::read_to_string(stage.path("s.json")).unwrap(), "mine");
    let mut recording = stage.follow(&["record", "s.json", "--tones", "1"]);
    recording.says("recording");
    assert_eq!(std::fs::read_to_string(stage.path("s.json")).unwrap(), "mine");
    let mut bee = stage.bee("adder");
    bee.say(&json!({ "chi": "log", "rid": "l", "level": "info", "message": "x" }));
    assert_eq!(recording.ends().0, Some(0));
    stage.good(&["check", "s.json"]);
    let there: Vec<_> = stage.files().into_iter().filter(|file| !file.starts_with("t.sock")).collect();
    assert_eq!(there, ["s.json"]);
}

#[test]
fn a_file_that_is_none_is_written_in_place() {
    let stage = Stage::new();
    stage.good(&["start"]);
    let mut recording = stage.follow(&["record", "/dev/stdout", "--tones", "1"]);
    recording.says("recording");
    let mut bee = stage.bee("adder");
    bee.say(&json!({ "chi": "log", "rid": "l", "level": "info", "message": "x" }));
    let (code, script) = recording.ends();
    assert_eq!(code, Some(0));
    // nothing but the script
    std::fs::write(stage.path("s.json"), script).unwrap();
    stage.good(&["check", "s.json"]);
}
