//! The envelope, and who gets what: a short test for each promise, which is why it is long.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use mock_humd::nest::Personality;
use serde_json::{Value, json};

use crate::rules::{BOTH, DOCUMENT, LIVE, Row};
use crate::stage::{Bee, Stage, chis};

pub const ROWS: &[Row] = &[
    Row { rules: &["ENV-04", "ECHO-01"], on: BOTH, holds: a_rid_is_repeated_whatever_it_is },
    Row { rules: &["ENV-06"], on: BOTH, holds: a_sid_is_repeated_byte_for_byte },
    Row { rules: &["ENV-14"], on: BOTH, holds: ext_of_others_is_ignored },
    Row { rules: &["ENV-15", "DUSK-02"], on: BOTH, holds: null_is_as_good_as_absent },
    Row { rules: &["DUSK-06"], on: BOTH, holds: an_expired_tone_is_dropped },
    Row { rules: &["ECHO-03"], on: BOTH, holds: nobody_echoes_an_echo },
    Row { rules: &["VER-01"], on: BOTH, holds: another_version_is_no_reason_to_leave },
    Row { rules: &["BREATH-01"], on: BOTH, holds: hello_is_answered_with_breath },
    Row { rules: &["BP-04"], on: BOTH, holds: a_bee_that_does_not_read_is_read },
    Row { rules: &[], on: BOTH, holds: a_worker_serves_the_prompts_of_others },
    Row { rules: &[], on: BOTH, holds: what_several_get_is_one_tone },
    Row { rules: &[], on: BOTH, holds: sessions_do_not_mix },
    Row { rules: &[], on: BOTH, holds: a_tool_is_called_where_it_was_declared },
    Row { rules: &[], on: DOCUMENT, holds: everything_of_a_worker_is_passed_on },
    Row { rules: &[], on: LIVE, holds: what_live_daemons_know_is_passed_on },
    Row { rules: &[], on: DOCUMENT, holds: questions_of_a_worker_are_answered_once },
    Row { rules: &[], on: DOCUMENT, holds: a_call_and_a_permit_may_have_the_same_id },
    Row { rules: &[], on: BOTH, holds: a_worker_that_leaves_is_replaced },
    Row { rules: &[], on: BOTH, holds: who_leaves_in_mid_turn_fails_it },
    Row { rules: &[], on: BOTH, holds: a_worker_cannot_spoil_the_envelope },
];

pub fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn a_rid_is_repeated_whatever_it_is(stage: &Stage) {
    let bee = stage.bee("b");
    for rid in ["x", "loyw3v28-0", " ", "é😀", "a\"b\\c\n", &"r".repeat(5000)] {
        bee.say(&json!({ "chi": "perf-mark", "rid": rid, "label": "l", "phase": "p", "t": 1 }));
        let echo = bee.tone();
        assert_eq!((&echo["chi"], &echo["rid"], &echo["ok"]), (&json!("echo"), &json!(rid), &json!(true)));
    }
    bee.say(&json!({ "chi": "perf-mark", "rid": 7, "label": "l", "phase": "p", "t": 1 }));
    bee.say(&json!({ "chi": "perf-mark", "label": "l", "phase": "p", "t": 1 }));
    assert_eq!(bee.sync(), Vec::<Value>::new());
}

fn a_sid_is_repeated_byte_for_byte(stage: &Stage) {
    let bee = stage.bee("b");
    for sid in ["", " hum ", "HUM", "é\u{301}", "a\"\\\n\u{0}", "😀"] {
        bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": sid, "text": "hi" }));
        let answers = bee.answers();
        assert!(answers.len() >= 4 && answers.iter().all(|tone| tone["sid"] == sid), "{sid:?}: {answers:?}");
    }
}

fn ext_of_others_is_ignored(stage: &Stage) {
    let bee = stage.bee("b");
    for ext in [json!({ "other-bee": { "a": [1] } }), json!(null), json!("text"), json!(5)] {
        bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "hi", "ext": ext }));
        assert_eq!(chis(&bee.answers()).last(), Some(&"finish"));
    }
}

fn null_is_as_good_as_absent(stage: &Stage) {
    let bee = stage.bee("b");
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": null, "text": "hi" }));
    assert_eq!(bee.answers(), Vec::<Value>::new());
    for dusk in [json!(null), json!("1"), json!(true), json!(-1), json!(1.5), json!(now_ms() + 3_600_000)] {
        bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": "hi", "dusk": dusk }));
        assert_eq!(chis(&bee.answers()).last(), Some(&"finish"), "{dusk}");
    }
}

fn an_expired_tone_is_dropped(stage: &Stage) {
    let bee = stage.bee("b");
    for dusk in [0, now_ms() - 1000] {
        bee.say(&json!({ "chi": "prompt", "rid": "late", "sid": "s", "text": "hi", "dusk": dusk }));
        let said = bee.sync();
        let wanted =
            json!({ "chi": "echo", "rid": "late", "from": "daemon", "ok": false, "error": "past dusk" });
        assert_eq!(said, [wanted]);
        bee.say(&json!({ "chi": "prompt", "sid": "s", "text": "hi", "dusk": dusk }));
        assert_eq!(bee.sync(), Vec::<Value>::new());
    }
}

fn nobody_echoes_an_echo(stage: &Stage) {
    let bee = stage.bee("b");
    bee.say(&json!({ "chi": "echo", "rid": "e", "ok": true }));
    bee.say(&json!({ "chi": "echo", "rid": "e", "ok": true, "dusk": 0 }));
    bee.say(&json!({ "chi": "log", "rid": "l", "level": "info", "message": "m" }));
    assert_eq!(bee.sync(), Vec::<Value>::new());
}

fn another_version_is_no_reason_to_leave(stage: &Stage) {
    for version in [json!("9.9.9"), json!("0.1.0"), json!("what"), json!(7), json!(null)] {
        stage.greeted(&json!({ "bee": "b", "protoVersion": version })).sync();
    }
}

fn hello_is_answered_with_breath(stage: &Stage) {
    let bee = stage.connect();
    if stage.personality == Personality::Live {
        // point 1: before any byte of the bee
        assert_eq!(bee.tone()["sessions"], json!([]));
    }
    for _ in 0..2 {
        bee.say(&json!({ "chi": "hello", "rid": "h", "bee": "b", "protoVersion": "0.7.0" }));
        let wanted: &[&str] =
            if stage.personality == Personality::Live { &["echo", "breath"] } else { &["breath"] };
        assert_eq!(chis(&bee.sync()), wanted);
    }
}

fn a_bee_that_does_not_read_is_read(stage: &Stage) {
    let (deaf, other) = (stage.bee("deaf"), stage.bee("other"));
    let tone =
        json!({ "chi": "perf-mark", "rid": "r", "label": "l", "phase": "p", "t": 1, "x": "x".repeat(100) });
    let line = format!("{tone}\n").repeat(1000);
    // far more than sockets hold: it ends only if the daemon reads on
    for _ in 0..100 {
        deaf.stream().write_all(line.as_bytes()).unwrap();
        other.sync();
    }
}

fn a_worker_serves_the_prompts_of_others(stage: &Stage) {
    let (worker, asker, got) = stage.pair(&json!({ "text": "hi", "future": 1 }));
    assert_eq!((&got["sid"], &got["text"], &got["future"]), (&json!("hum-x"), &json!("hi"), &json!(1)));
    let body = json!({ "claudeSessionId": "c", "nestId": "n", "model": "m", "tools": [] });
    let mut ready = json!({ "chi": "session-ready", "rid": "s-1", "from": "worker-bee", "sid": "hum-x" });
    ready.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    worker.say(&ready);
    worker
        .say(&json!({ "chi": "finish", "rid": "f-1", "sid": "hum-x", "finishReason": "stop", "usage": {} }));
    let ready = asker.until("session-ready");
    // sigil("hum-x", "claude-cli"), a known answer of WIRE.md
    assert_eq!((&ready["rid"], &ready["sigil"]), (&json!("s-1"), &json!("7378d90ed270")));
    assert_eq!(asker.until("finish")["rid"], "f-1");
    asker.say(&json!({ "chi": "cancel", "rid": "c-1", "sid": "hum-x" }));
    assert_eq!(worker.until("cancel")["sid"], "hum-x");
    asker.say(&json!({ "chi": "cleanup", "rid": "c-2", "sid": "hum-x" }));
    assert_eq!(worker.until("cleanup")["sid"], "hum-x");
    asker.sync();
    worker
        .say(&json!({ "chi": "finish", "rid": "f-2", "sid": "hum-x", "finishReason": "stop", "usage": {} }));
    worker.sync();
    assert_eq!(asker.answers(), Vec::<Value>::new(), "the session has been given up");
}

/// The rid that the daemon adds is the same for all: a long tone is written once, however many get it.
fn what_several_get_is_one_tone(stage: &Stage) {
    let askers = [stage.bee("b1"), stage.bee("b2")];
    let both_prompt = |sid: &str| {
        for asker in &askers {
            asker.say(&json!({ "chi": "prompt", "rid": "p", "sid": sid, "text": "@wait" }));
            asker.sync();
        }
        askers[0].sync();
    };
    let both_got = || {
        let [one, other] = [0, 1].map(|k| askers[k].answers());
        assert_eq!(one, other);
        one
    };
    both_prompt("s");
    askers[0].say(&json!({ "chi": "prompt", "rid": "q", "sid": "s", "text": "@error no" }));
    assert_eq!(chis(&both_got()), ["finish", "session-ready", "error"]);
    let worker = stage.worker("w");
    both_prompt("t");
    // live nothing is added
    let rid = (stage.personality == Personality::Live).then_some("r");
    worker.say(
        &json!({ "chi": "chunk", "rid": rid, "sid": "t", "index": 0, "part": {}, "chunkType": "text_start" }),
    );
    worker.say(&json!({ "chi": "pulse", "rid": rid, "kind": "cell-ready", "cellId": "c" }));
    worker.sync();
    assert_eq!(chis(&both_got()), ["chunk", "pulse"]);
}

fn sessions_do_not_mix(stage: &Stage) {
    let worker = stage.worker("w");
    let askers: Vec<_> = (0..3).map(|n| stage.bee(&format!("b{n}"))).collect();
    for (n, asker) in askers.iter().enumerate() {
        asker.say(&json!({ "chi": "prompt", "rid": "p", "sid": format!("s{n}"), "text": "hi" }));
        asker.say(&json!({ "chi": "prompt", "rid": "q", "sid": "shared", "text": "hi" }));
        asker.sync();
    }
    worker.sync();
    for sid in ["s2", "s0", "shared", "s1", "nobody's"] {
        worker.say(&json!({ "chi": "finish", "rid": sid, "sid": sid, "finishReason": "stop", "usage": {} }));
    }
    worker.sync();
    for (n, asker) in askers.iter().enumerate() {
        let mut sids: Vec<_> =
            asker.answers().iter().map(|tone| tone["sid"].as_str().unwrap().to_owned()).collect();
        sids.sort();
        assert_eq!(sids, [format!("s{n}"), "shared".to_owned()]);
    }
}

fn a_tool_is_called_where_it_was_declared(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi", "tools": [{ "name": "add" }] }));
    let tooled = stage.greeted(&json!({ "bee": "tooled", "tools": [{ "name": "mul" }] }));
    let call = |id: &str, name: &str| {
        worker.say(
            &json!({ "chi": "tool-call", "rid": id, "sid": "hum-x", "callId": id, "name": name, "args": {} }),
        );
        worker.sync();
    };
    call("c1", "add");
    call("c2", "mul");
    call("c3", "unheard-of");
    let ids = |tones: &[Value]| {
        tones.iter().map(|tone| tone["callId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&asker.answers()), ["c1", "c3"]);
    assert_eq!(ids(&tooled.answers()), ["c2"]);
    for bee in [&tooled, &asker] {
        for id in ["c2", "c2", "c1", "never-called"] {
            bee.say(&json!({ "chi": "tool-result", "rid": "r", "sid": "hum-x", "callId": id, "result": 5 }));
        }
        bee.sync();
    }
    assert_eq!(ids(&worker.answers()), ["c2", "c1"], "once each");
}

fn everything_of_a_worker_is_passed_on(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi" }));
    let tones = [
        json!({ "chi": "chunk", "index": 0, "part": {} }),
        json!({ "chi": "error", "code": 5, "message": "m" }),
        json!({ "chi": "permission-ask", "permitId": "p", "question": "q", "context": {} }),
        json!({ "chi": "tool-meta", "callId": "c", "meta": {} }),
        json!({ "chi": "tool-info", "callId": "c", "name": "n", "args": {}, "result": 1 }),
        json!({ "chi": "perf-mark", "label": "l", "phase": "p", "t": 1 }),
        json!({ "chi": "log", "level": "info", "message": "m" }),
        json!({ "chi": "pulse", "kind": "cell-ready", "cellId": "c" }),
        json!({ "chi": "prompt", "text": "not a worker's to send" }),
    ];
    for (n, mut tone) in tones.into_iter().enumerate().take(8) {
        tone["rid"] = format!("r-{n}").into();
        if tone["chi"] != "pulse" {
            tone["sid"] = "hum-x".into();
        }
        worker.say(&tone);
    }
    worker.say(&json!({ "chi": "dance", "rid": "d", "sid": "hum-x" }));
    worker.sync();
    let answers = asker.answers();
    let wanted = ["chunk", "error", "permission-ask", "tool-meta", "tool-info", "perf-mark", "log", "pulse"];
    assert_eq!(chis(&answers), wanted);
    let rids: Vec<_> = answers.iter().map(|tone| tone["rid"].as_str().unwrap()).collect();
    assert_eq!(rids, ["r-0", "r-1", "r-2", "r-3", "r-4", "r-5", "r-6", "r-7"]);
    for chi in ["curate", "petal-cell"] {
        asker.say(&json!({ "chi": chi, "rid": "v", "sid": "hum-x", "cell": 1 }));
        assert_eq!(worker.until(chi)["sid"], "hum-x");
    }
}

fn what_live_daemons_know_is_passed_on(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi" }));
    for tone in [
        json!({ "chi": "chunk", "chunkType": "text_start" }),
        json!({ "chi": "permission-ask", "permitId": "p", "question": "q", "context": {} }),
        json!({ "chi": "tool-meta", "callId": "c", "meta": {} }),
        json!({ "chi": "log", "level": "info", "message": "m" }),
        json!({ "chi": "tool-info", "callId": "c", "name": "n", "args": {}, "result": 1 }),
        json!({ "chi": "dance" }),
        json!({ "chi": "pulse", "kind": "cell-ready", "cellId": "c" }),
        // point 6: the sid is added where it is missing
        json!({ "chi": "finish", "finishReason": "stop", "usage": {}, "sid": null }),
    ] {
        let mut sent = json!({ "rid": "r", "sid": "hum-x" });
        sent.as_object_mut().unwrap().extend(tone.as_object().unwrap().clone());
        if tone["chi"] == "pulse" {
            sent["sid"] = Value::Null;
        }
        worker.say(&sent);
    }
    let said = worker.sync();
    assert!(said.iter().all(|tone| tone["chi"] == "echo" && tone["ok"] == true), "{said:?}");
    let answers = asker.answers();
    assert_eq!(chis(&answers), ["chunk", "tool-info", "pulse", "finish"]);
    assert_eq!((&answers[3]["sid"], &answers[3]["sigil"]), (&json!("hum-x"), &json!("7378d90ed270")));
}

fn questions_of_a_worker_are_answered_once(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi" }));
    worker.say(&json!({
        "chi": "permission-ask", "rid": "a", "sid": "hum-x", "permitId": "p-1", "question": "q", "context": {}
    }));
    asker.until("permission-ask");
    for decision in ["allow", "deny"] {
        asker.say(&json!({ "chi": "release-permit", "rid": "r", "sid": "hum-x", "permitId": "p-1", "decision": decision }));
    }
    asker.sync();
    let decisions: Vec<_> = worker.answers().iter().map(|tone| tone["decision"].clone()).collect();
    assert_eq!(decisions, ["allow"]);
}

fn a_call_and_a_permit_may_have_the_same_id(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi", "tools": [{ "name": "add" }] }));
    for question in [
        json!({ "chi": "tool-call", "rid": "a", "sid": "hum-x", "callId": "1", "name": "add", "args": {} }),
        json!({ "chi": "permission-ask", "rid": "b", "sid": "hum-x", "permitId": "1", "question": "q", "context": {} }),
    ] {
        worker.say(&question);
        asker.until(question["chi"].as_str().unwrap());
    }
    // no answer to a question of another kind
    asker.say(&json!({ "chi": "tendril-result", "rid": "c", "sid": "hum-x", "callId": "1", "result": 5 }));
    asker.say(&json!({ "chi": "tool-result", "rid": "d", "sid": "hum-x", "callId": "1", "result": 5 }));
    asker.say(
        &json!({ "chi": "release-permit", "rid": "e", "sid": "hum-x", "permitId": "1", "decision": "allow" }),
    );
    asker.sync();
    assert_eq!(chis(&worker.answers()), ["tool-result", "release-permit"]);
}

fn a_worker_that_leaves_is_replaced(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi" }));
    worker.end_writes();
    worker.rest();
    asker.say(&json!({ "chi": "prompt", "rid": "p-2", "sid": "hum-x", "text": "again" }));
    assert_eq!(chis(&asker.answers()).last(), Some(&"finish"), "the built-in worker takes over");
    let second = stage.worker("second");
    asker.say(&json!({ "chi": "prompt", "rid": "p-3", "sid": "hum-x", "text": "and again" }));
    assert_eq!(second.until("prompt")["text"], "and again");
}

/// Live nobody is told.
fn who_leaves_in_mid_turn_fails_it(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi" }));
    let leave = |bee: &Bee| {
        bee.end_writes();
        bee.rest();
    };
    let heard = |wanted: Option<&str>| {
        let wanted = wanted.filter(|_| stage.personality == Personality::Document);
        let answers = asker.answers();
        let told: Vec<_> =
            answers.iter().map(|tone| (&tone["code"], &tone["sid"], tone["message"].as_str())).collect();
        let (code, sid) = (json!("worker-gone"), json!("hum-x"));
        let wanted: Vec<_> = wanted.map(|message| (&code, &sid, Some(message))).into_iter().collect();
        assert_eq!(told, wanted);
    };
    let prompt = |text: &str| {
        asker.say(&json!({ "chi": "prompt", "rid": "p-2", "sid": "hum-x", "text": text }));
        asker.sync();
    };
    leave(&worker);
    heard(Some("the worker worker-bee has left before the end of the turn"));
    // a turn that has ended is not told again
    let worker = stage.worker("w");
    let finish = json!({ "chi": "finish", "rid": "e", "sid": "hum-x", "finishReason": "stop", "usage": {} });
    let error = if stage.personality == Personality::Live {
        json!({ "chi": "error", "sid": "hum-x", "message": "m" })
    } else {
        json!({ "chi": "error", "rid": "e", "sid": "hum-x", "code": "c", "message": "m" })
    };
    for end in [finish, error] {
        prompt("hi");
        worker.say(&end);
        asker.until(end["chi"].as_str().unwrap());
    }
    leave(&worker);
    heard(None);
    let owing =
        || stage.greeted(&json!({ "bee": ["forager"], "from": "owing", "tools": [{ "name": "mul" }] }));
    // the built-in worker calls
    let bee = owing();
    prompt("@tool mul {}");
    bee.until("tool-call");
    leave(&bee);
    heard(Some("the bee owing has left, and owed the result of a tool"));
    asker.say(&json!({ "chi": "cancel", "rid": "c", "sid": "hum-x" }));
    let is_over = stage.personality == Personality::Document;
    assert_eq!(asker.answers().len(), usize::from(!is_over), "the turn has ended, or ends now");
    // a worker calls
    let (worker, bee) = (stage.worker("w"), owing());
    prompt("hi");
    worker.say(
        &json!({ "chi": "tool-call", "rid": "t", "sid": "hum-x", "callId": "c", "name": "mul", "args": {} }),
    );
    bee.until("tool-call");
    leave(&bee);
    heard(Some("the bee owing has left, and owed the result of a tool"));
    leave(&worker);
    heard(None);
}

/// What it passes on is the daemon's, and the rules for senders bind it.
fn a_worker_cannot_spoil_the_envelope(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "hi" }));
    worker.say(&json!({
        "chi": "finish", "rid": "f", "sid": "hum-x", "finishReason": "stop", "usage": {}, "from": "", "sigil": "NO", "wane": -1,
        "sentAt": "now", "dusk": 9_999_999_999_999.5, "ext": []
    }));
    worker.say(&json!({ "chi": "finish", "rid": "g", "sid": "hum-x", "finishReason": "stop", "usage": {}, "wane": 7 }));
    let spoiled = asker.until("finish");
    for key in ["wane", "sentAt", "dusk", "ext"] {
        assert_eq!(spoiled.get(key), None, "{key}");
    }
    assert_eq!(asker.until("finish")["wane"], 7);
}
