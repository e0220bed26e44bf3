//! What the nest keeps at most, counted without sockets.

use std::time::Instant;

use serde_json::{Value, json};

use super::{Config, Crossed, Limits, Manifest, Nest, Slot};

fn nest(limits: Limits) -> Nest {
    Nest::new(Config { limits, ..Config::default() }, Instant::now())
}

fn bee(nest: &mut Nest, hello: &Value) -> Slot {
    let slot = nest.open().unwrap();
    let mut tone = json!({ "chi": "hello", "rid": "h" });
    tone.as_object_mut().unwrap().extend(hello.as_object().unwrap().clone());
    say(nest, slot, &tone);
    slot
}

/// Says something; gives what the daemon sends back for it, but for acknowledgements.
fn say(nest: &mut Nest, slot: Slot, tone: &Value) -> Vec<Value> {
    told(nest, slot);
    nest.line(slot, tone.to_string().as_bytes());
    told(nest, slot)
}

/// What waits for a bee, but for acknowledgements; it does not wait any longer.
fn told(nest: &mut Nest, slot: Slot) -> Vec<Value> {
    let mut tones = Vec::new();
    let out = &mut nest.peer(slot).unwrap().out;
    let bytes = out.ready(Instant::now).to_vec();
    out.written(bytes.len());
    nest.queued_bytes -= bytes.len();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        tones.push(serde_json::from_slice::<Value>(line).unwrap());
    }
    tones.retain(|tone| tone["chi"] != "echo");
    tones
}

fn prompt(sid: &str) -> Value {
    json!({ "chi": "prompt", "rid": "p", "sid": sid, "text": "@wait" })
}

/// The code of the error that a prompt got.
fn refusal(nest: &mut Nest, slot: Slot, prompt: &Value) -> Option<String> {
    let tones = say(nest, slot, prompt);
    tones.iter().find_map(|tone| Some(tone["code"].as_str()?.to_owned()))
}

#[test]
fn a_sid_has_up_to_4_kib() {
    let mut nest = nest(Limits::default());
    let slot = bee(&mut nest, &json!({ "bee": "b" }));
    assert_eq!(refusal(&mut nest, slot, &prompt(&"s".repeat(4096))), None);
    assert_eq!(refusal(&mut nest, slot, &prompt(&"s".repeat(4097))).unwrap(), "sid-too-long");
    assert_eq!(nest.sessions.len(), 1);
}

/// Each bee that prompts a session has its id too.
#[test]
fn the_ids_of_sessions_are_counted_wherever_they_stand() {
    let sids = ["s".repeat(1000), "t".repeat(1000)];
    let mut nest = nest(Limits { sid_bytes_max: 4500, ..Limits::default() });
    let bees = [0; 4].map(|_| bee(&mut nest, &json!({ "bee": "b" })));
    for (slot, wanted) in bees.into_iter().zip([None, None, None, Some("too-many-sessions")]) {
        for _ in 0..2 {
            assert_eq!(refusal(&mut nest, slot, &prompt(&sids[0])).as_deref(), wanted);
        }
    }
    nest.end(bees[0], Crossed::Eof);
    assert_eq!(refusal(&mut nest, bees[3], &prompt(&sids[0])), None);
    assert!(refusal(&mut nest, bees[3], &prompt(&sids[1])).is_some());
    say(&mut nest, bees[3], &json!({ "chi": "cleanup", "rid": "c", "sid": sids[0] }));
    assert_eq!(nest.sid_bytes, 0);
    assert_eq!(refusal(&mut nest, bees[3], &prompt(&sids[1])), None);
    nest.closed(bees[3]);
    assert_eq!(nest.sid_bytes, 0);
}

#[test]
fn the_tools_of_all_sessions_are_counted() {
    let mut nest = nest(Limits { tools_max: 5, ..Limits::default() });
    let bees = [0; 2].map(|_| bee(&mut nest, &json!({ "bee": "b" })));
    let tooled = |nest: &mut Nest, k: usize, sid: &str, names: &[&str]| {
        let mut tone = prompt(sid);
        tone["tools"] = names.iter().map(|name| json!({ "name": name })).collect();
        refusal(nest, bees[k], &tone)
    };
    assert_eq!(tooled(&mut nest, 0, "s", &["a", "b", "c"]), None);
    // of two bees that declare a tool the later one has it
    assert_eq!(tooled(&mut nest, 1, "s", &["c", "d"]), None);
    assert_eq!(nest.tools, 4);
    assert_eq!(tooled(&mut nest, 0, "t", &["a", "b"]).unwrap(), "too-many-tools");
    assert_eq!((tooled(&mut nest, 0, "t", &["a"]), nest.tools), (None, 5));
    assert_eq!((tooled(&mut nest, 0, "s", &["a", "e"]), nest.tools), (None, 5));
    assert_eq!((tooled(&mut nest, 0, "s", &[]), nest.tools), (None, 3));
    nest.end(bees[0], Crossed::Eof);
    assert_eq!(nest.tools, 2);
    say(&mut nest, bees[1], &json!({ "chi": "cleanup", "rid": "c", "sid": "s" }));
    assert_eq!(nest.tools, 0);
}

#[test]
fn the_ids_of_open_questions_are_counted() {
    let mut nest = nest(Limits { call_bytes_max: 5000, ..Limits::default() });
    let (worker, asker) = (bee(&mut nest, &json!({ "hive": "h" })), bee(&mut nest, &json!({ "bee": "b" })));
    say(&mut nest, asker, &prompt("s"));
    let permit = |id: &str| json!({ "chi": "permission-ask", "rid": "a", "sid": "s", "permitId": id });
    let ids = ["i", "j", "k"].map(|id| id.repeat(2000));
    for (id, (count, bytes)) in
        [(&ids[0], (1, 2000)), (&ids[0], (1, 2000)), (&ids[1], (2, 4000)), (&ids[2], (2, 4000))]
    {
        say(&mut nest, worker, &permit(id));
        assert_eq!((nest.calls.count, nest.calls.bytes, nest.owed().count()), (count, bytes, count));
    }
    say(&mut nest, worker, &permit(&"l".repeat(4097)));
    assert_eq!(nest.calls.count, 2);
    let answer = |id: &str| json!({ "chi": "release-permit", "rid": "r", "sid": "s", "permitId": id, "decision": "deny" });
    for id in &ids {
        say(&mut nest, asker, &answer(id));
    }
    assert_eq!((nest.calls.count, nest.calls.bytes), (0, 0));
    // an answer, the end of the session, and the end of who asked all make room
    say(&mut nest, worker, &permit(&ids[0]));
    say(&mut nest, asker, &json!({ "chi": "cleanup", "rid": "c", "sid": "s" }));
    assert_eq!((nest.calls.count, nest.calls.bytes), (0, 0));
    say(&mut nest, asker, &prompt("s"));
    say(&mut nest, worker, &permit(&ids[0]));
    assert_eq!(nest.calls.bytes, 2000);
    nest.end(worker, Crossed::Eof);
    assert_eq!((nest.calls.count, nest.calls.bytes), (0, 0));
}

#[test]
fn what_hellos_say_is_counted() {
    let hello = |bee: &str, hid: &str| json!({ "bee": bee, "hive": "h", "hid": hid, "x": vec![0; 100] });
    let mut nest = nest(Limits { hello_bytes_max: 15_000, ..Limits::default() });
    let [first, second] = ["first", "second"].map(|name| bee(&mut nest, &hello(name, name)));
    let kept = nest.hello_bytes;
    assert!((12_000..15_000).contains(&kept), "{kept}");
    let third = bee(&mut nest, &hello("third", "third"));
    let bare = Manifest::bare(Some("third".to_owned()));
    assert_eq!(nest.peer(third).unwrap().manifest, bare);
    assert_eq!(nest.hello_bytes, kept);
    // each hello of a bee takes the place of the one before, and of an older one with its hid
    let again = |hid: &str| json!({ "chi": "hello", "bee": "second", "hid": hid, "hive": "h" });
    say(&mut nest, second, &again("second"));
    assert!(nest.hello_bytes < kept * 2 / 3);
    say(&mut nest, second, &again("first"));
    assert!(nest.hello_bytes < kept / 10);
    assert_eq!(nest.peer(first).unwrap().manifest.hid, None);
    let mut long = hello("second", "second");
    long["x"] = "x".repeat(64 << 10).into();
    long["chi"] = "hello".into();
    say(&mut nest, second, &long);
    assert_eq!(nest.hello_bytes, 0);
    assert!(!nest.peer(second).unwrap().manifest.is_worker);
    say(&mut nest, third, &again("third"));
    assert!(nest.hello_bytes > 0);
    nest.closed(third);
    assert_eq!(nest.hello_bytes, 0);
}

/// What it is that news of a worker look at, and what is undone when it leaves: never all sessions.
#[test]
fn a_bee_knows_the_sessions_that_it_was_given() {
    let mut nest = nest(Limits::default());
    let asker = bee(&mut nest, &json!({ "bee": "b" }));
    let [first, second] = ["m", "n"].map(|model| bee(&mut nest, &json!({ "hive": "h", "models": [model] })));
    let given = |nest: &mut Nest, slot: Slot| {
        let mut served: Vec<_> = nest.served_by(slot).map(|(sid, _)| sid.to_string()).collect();
        served.sort();
        (served.concat(), nest.peer(slot).unwrap().given.len())
    };
    let ask = |nest: &mut Nest, sid: &str, model: &str| {
        let mut tone = prompt(sid);
        tone["modelId"] = model.into();
        say(nest, asker, &tone);
    };
    for sid in ["s", "t", "t", "u"] {
        ask(&mut nest, sid, "m");
    }
    assert_eq!(
        (given(&mut nest, first), given(&mut nest, asker)),
        (("stu".to_owned(), 3), (String::new(), 0))
    );
    ask(&mut nest, "t", "n");
    assert_eq!(
        (given(&mut nest, first), given(&mut nest, second)),
        (("su".to_owned(), 3), ("t".to_owned(), 1))
    );
    for sid in ["s", "t"] {
        say(&mut nest, asker, &json!({ "chi": "cleanup", "rid": "c", "sid": sid }));
    }
    assert_eq!(
        (given(&mut nest, first), given(&mut nest, second)),
        (("u".to_owned(), 1), (String::new(), 0))
    );
    nest.end(first, Crossed::Eof);
    assert_eq!((given(&mut nest, first), nest.sessions["u"].worker), ((String::new(), 0), None));
    assert!(nest.sessions["u"].given.is_empty());
}
