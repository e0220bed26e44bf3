//! What live daemons do (WIRE.md, Profiles), point by point, where routing.rs and framing.rs have not shown it.

use serde_json::{Value, json};

use crate::rules::{LIVE, Row};
use crate::stage::{Stage, chis};

pub const ROWS: &[Row] = &[
    Row { rules: &["ECHO-06", "DUSK-08"], on: LIVE, holds: each_tone_is_echoed_first },
    Row { rules: &[], on: LIVE, holds: a_half_close_is_a_farewell },
    Row { rules: &[], on: LIVE, holds: session_ready_names_the_tools_in_order },
    Row { rules: &[], on: LIVE, holds: a_model_that_nobody_serves_is_an_error },
    Row { rules: &[], on: LIVE, holds: other_verbs_are_echoed_and_ignored },
    Row { rules: &[], on: LIVE, holds: cancel_and_cleanup_go_to_every_worker },
    Row { rules: &[], on: LIVE, holds: a_tone_before_hello_is_served },
    Row { rules: &[], on: LIVE, holds: a_newer_hid_takes_the_place_of_an_older },
];

/// Points 2 and 3.
fn each_tone_is_echoed_first(stage: &Stage) {
    let bee = stage.bee("b");
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "hi" }));
    assert_eq!(chis(&bee.sync())[..3], ["echo", "echo", "session-ready"], "a prompt is echoed twice");
    bee.say(&json!({ "chi": "dance", "rid": "" }));
    let said = bee.sync();
    assert_eq!((said.len(), &said[0]["rid"], &said[0]["ok"]), (1, &json!(""), &json!(true)));
    bee.say(&json!({ "chi": "dance", "rid": "d", "dusk": 0 }));
    assert_eq!(bee.sync()[0]["error"], "past dusk");
}

/// Point 5.
fn a_half_close_is_a_farewell(stage: &Stage) {
    let (worker, bee) = (stage.worker("w"), stage.bee("b"));
    worker.end_writes();
    assert_eq!(worker.rest(), b"");
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "hi" }));
    assert_eq!(chis(&bee.answers()).last(), Some(&"finish"), "the worker is deregistered");
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "hi" }));
    bee.end_writes();
    let rest = String::from_utf8(bee.rest()).unwrap();
    assert!(rest.ends_with('\n') && rest.contains("\"chi\":\"finish\""), "what is queued is flushed: {rest}");
}

fn session_ready_names_the_tools_in_order(stage: &Stage) {
    let bee = stage.bee("b");
    let names = ["mul", "add", "sub", "div"];
    let tools: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "hi", "tools": tools }));
    assert_eq!(bee.until("session-ready")["tools"], json!(["add", "div", "mul", "sub"]));
}

/// Point 6.
fn a_model_that_nobody_serves_is_an_error(stage: &Stage) {
    let bee = stage.bee("b");
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "hum-x", "text": "hi", "modelId": "opus" }));
    let answers = bee.answers();
    let keys: Vec<_> = answers[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((answers.len(), keys), (1, vec!["chi", "from", "sid", "sigil", "message"]));
    let worker = stage.greeted(&json!({ "bee": ["worker"], "models": ["opus"] }));
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "hum-x", "text": "hi", "modelId": "opus" }));
    assert_eq!(worker.until("prompt")["modelId"], "opus");
}

/// Point 8.
fn other_verbs_are_echoed_and_ignored(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi" }));
    for chi in ["release-permit", "tendril-result", "curate", "petal-cell"] {
        asker.say(&json!({ "chi": chi, "rid": chi, "sid": "hum-x", "permitId": "p", "callId": "c" }));
        assert_eq!(asker.tone(), json!({ "chi": "echo", "rid": chi, "from": "daemon", "ok": true }));
    }
    assert_eq!(worker.answers(), Vec::<Value>::new());
}

/// Point 8.
fn cancel_and_cleanup_go_to_every_worker(stage: &Stage) {
    let (first, second, asker) = (stage.worker("w1"), stage.worker("w2"), stage.bee("b"));
    for chi in ["cancel", "cleanup"] {
        asker.say(&json!({ "chi": chi, "rid": "c", "sid": "never-prompted" }));
        assert_eq!(first.until(chi)["sid"], "never-prompted");
        assert_eq!(second.until(chi)["sid"], "never-prompted");
    }
}

/// Point 9.
fn a_tone_before_hello_is_served(stage: &Stage) {
    let bee = stage.connect();
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "hi" }));
    assert_eq!(chis(&bee.answers()).last(), Some(&"finish"));
}

/// Point 9.
fn a_newer_hid_takes_the_place_of_an_older(stage: &Stage) {
    let hello = || json!({ "bee": ["worker"], "hid": format!("wbee_{}", "0".repeat(64)) });
    let (older, newer, asker) = (stage.greeted(&hello()), stage.greeted(&hello()), stage.bee("b"));
    for sid in ["s1", "s2", "s3"] {
        asker.say(&json!({ "chi": "prompt", "rid": "p", "sid": sid, "text": "hi" }));
        assert_eq!(newer.until("prompt")["sid"], sid);
    }
    assert_eq!(older.answers(), Vec::<Value>::new());
}
