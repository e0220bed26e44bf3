//! Lines and values as they come: what is taken, what is dropped, and what is survived.

use std::os::unix::fs::FileTypeExt;

use mock_humd::nest::Personality;
use serde_json::{Value, json};

use crate::rules::{BOTH, DOCUMENT, LIVE, Row};
use crate::stage::{Bee, Stage};

pub const ROWS: &[Row] = &[
    Row { rules: &["SOCK-01", "SOCK-08"], on: BOTH, holds: a_stream_socket_without_any_password },
    Row {
        rules: &["FRAME-09", "FRAME-12", "FRAME-13", "FRAME-22", "FRAME-25"],
        on: BOTH,
        holds: lines_that_are_no_tone,
    },
    Row { rules: &["FRAME-10", "FRAME-11", "FRAME-18"], on: BOTH, holds: lines_however_they_are_read },
    Row { rules: &["FRAME-14", "FRAME-15", "FRAME-16"], on: BOTH, holds: what_stands_around },
    Row { rules: &["FRAME-17"], on: BOTH, holds: long_lines },
    Row { rules: &["FRAME-20", "FRAME-21"], on: DOCUMENT, holds: bad_utf8_costs_its_line },
    // live: point 4 departs from FRAME-20
    Row { rules: &["FRAME-20", "FRAME-21"], on: LIVE, holds: bad_utf8_closes },
    Row { rules: &["FRAME-23"], on: BOTH, holds: nesting },
    Row { rules: &["FRAME-24"], on: BOTH, holds: an_unterminated_last_line },
    Row { rules: &["ENC-01", "ENV-17"], on: BOTH, holds: what_has_no_chi },
    Row { rules: &["ENC-04", "ENC-05", "ENC-06", "FWD-01"], on: BOTH, holds: values_arrive_exactly },
    Row { rules: &["ENC-07", "ENC-08"], on: BOTH, holds: odd_strings_and_repeated_keys },
    Row { rules: &["FWD-03"], on: BOTH, holds: an_unknown_chi },
];

fn mark(rid: &str) -> String {
    json!({ "chi": "perf-mark", "rid": rid, "label": "l", "phase": "p", "t": 1 }).to_string()
}

fn a_stream_socket_without_any_password(stage: &Stage) {
    assert!(std::fs::metadata(stage.path()).unwrap().file_type().is_socket());
    stage.bee("b");
}

fn echoed(tones: &[Value]) -> Vec<&str> {
    tones.iter().filter(|tone| tone["chi"] == "echo").map(|tone| tone["rid"].as_str().unwrap()).collect()
}

fn lines_that_are_no_tone(stage: &Stage) {
    let bee = stage.bee("b");
    for line in [
        "garbage",
        "{",
        "{\"chi\":\"prompt\"",
        "[{\"chi\":\"prompt\",\"sid\":\"s\",\"rid\":\"r\"}]",
        "5",
        "\"text\"",
        "null",
        "true",
        "",
        "   ",
        "\t",
        "{\"chi\":\"perf-mark\",\"rid\":\"nan\",\"t\":NaN}",
        "{\"chi\":\"perf-mark\",\"rid\":\"inf\",\"t\":-Infinity}",
    ] {
        bee.write(format!("{line}\n").as_bytes());
    }
    assert_eq!(bee.sync(), Vec::<Value>::new());
    bee.write(format!("{{\"chi\":\"perf-mark\",\"rid\":\"big\",\"t\":{}}}\n", "9".repeat(5000)).as_bytes());
    bee.write(b"{\"chi\":\"perf-mark\",\"rid\":\"huge\",\"t\":1e999}\n");
    bee.sync();
}

fn lines_however_they_are_read(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "first" }));
    let text = "é😀 \u{2028}\u{2029}\u{85} \u{b}";
    let prompt = json!({ "chi": "prompt", "rid": "p", "sid": "hum-x", "text": text }).to_string() + "\n";
    for byte in prompt.as_bytes() {
        asker.write(&[*byte]);
    }
    assert_eq!(worker.until("prompt")["text"], text);
    let many: String = (0..300).map(|n| mark(&format!("m{n}")) + "\n").collect();
    asker.write(many.as_bytes());
    let tones = asker.sync();
    let wanted: Vec<_> = (0..300).map(|n| format!("m{n}")).collect();
    assert_eq!(echoed(&tones)[echoed(&tones).len() - 300..], wanted);
}

fn what_stands_around(stage: &Stage) {
    let bee = stage.bee("b");
    bee.write(format!("{}\r\n \t{} \t\n\u{feff}{}\n", mark("cr"), mark("space"), mark("bom")).as_bytes());
    assert_eq!(echoed(&bee.sync()), ["cr", "space"]);
}

fn long_lines(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "first" }));
    for length in [65_537, 128 << 10, 1 << 20, 5 << 20] {
        let text = "x".repeat(length);
        let prompt = json!({ "chi": "prompt", "rid": "p", "sid": "hum-x", "text": text });
        asker.say(&prompt);
        assert_eq!(worker.until("prompt")["text"], text);
    }
}

fn bad_utf8_costs_its_line(stage: &Stage) {
    let bee = stage.bee("b");
    bee.write(b"{\"chi\":\"perf-mark\",\"rid\":\"bad\",\"label\":\"\xff\",\"phase\":\"p\",\"t\":1}\n");
    assert_eq!(bee.sync(), Vec::<Value>::new());
}

fn bad_utf8_closes(stage: &Stage) {
    let bee = stage.bee("b");
    bee.write(b"{\"chi\":\"perf-mark\",\"rid\":\"bad\",\"label\":\"\xff\",\"phase\":\"p\",\"t\":1}\n");
    assert_eq!(bee.line(), None);
    stage.bee("another").sync();
}

fn nesting(stage: &Stage) {
    let bee = stage.bee("b");
    let nested = |rid: &str, levels: usize| {
        format!(
            "{{\"chi\":\"perf-mark\",\"rid\":\"{rid}\",\"x\":{}{}}}\n",
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    let edge = if stage.personality == Personality::Live { 127 } else { 10_000 };
    for (rid, levels) in
        [("some", 64), ("edge", edge), ("over", edge + 1), ("deep", 10_000), ("deeper", 30_000)]
    {
        bee.write(nested(rid, levels).as_bytes());
    }
    let wanted: &[&str] = if stage.personality == Personality::Live {
        &["some", "edge"]
    } else {
        &["some", "edge", "over", "deep"]
    };
    assert_eq!(echoed(&bee.sync()), wanted);
}

fn an_unterminated_last_line(stage: &Stage) {
    let (worker, asker) = (stage.worker("w"), stage.bee("b"));
    asker.write(b"{\"chi\":\"prompt\",\"rid\":\"p\",\"sid\":\"s\",\"text\":\"last\"}");
    asker.end_writes();
    assert_eq!(worker.until("prompt")["text"], "last");
    asker.rest();
}

fn what_has_no_chi(stage: &Stage) {
    let bee = stage.bee("b");
    for tone in [
        json!({ "Chi": "prompt", "rid": "r", "sid": "s", "text": "x" }),
        json!({ "rid": "r", "sid": "s", "text": "x" }),
        json!({ "chi": "", "rid": "r", "sid": "s" }),
        json!({ "chi": 5, "rid": "r" }),
        json!({ "chi": null, "rid": "r" }),
        json!({ "chi": ["prompt"], "rid": "r" }),
    ] {
        bee.say(&tone);
    }
    assert_eq!(bee.sync(), Vec::<Value>::new());
    // a prompt with a key in another case has no sid
    bee.say(&json!({ "chi": "prompt", "rid": "r", "Sid": "s", "text": "x" }));
    assert_eq!(bee.answers(), Vec::<Value>::new());
}

/// Something that a worker sends, as the asker gets it.
fn passed_on(worker: &Bee, asker: &Bee, members: &str) -> String {
    worker.write(format!("{{\"chi\":\"chunk\",\"rid\":\"c\",\"sid\":\"hum-x\",\"index\":0,\"part\":{{}},\"chunkType\":\"text_delta\",{members}}}\n").as_bytes());
    loop {
        let line = String::from_utf8(asker.line().unwrap()).unwrap();
        if line.contains("\"chi\":\"chunk\"") {
            return line;
        }
    }
}

fn values_arrive_exactly(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "x" }));
    for member in [
        "\"n\":9007199254740991",
        "\"n\":-9007199254740991",
        "\"n\":18446744073709551615",
        "\"n\":1.50",
        "\"n\":-0.0",
        "\"future\":{\"a\":[null,true,{}]}",
        "\"s\":\"é\u{301}😀\"",
    ] {
        let line = passed_on(&worker, &asker, member);
        assert!(line.contains(member), "{member} in {line}");
    }
    let line = passed_on(&worker, &asker, r#""s":"\u0000\u00e9\ud83d\ude00\/\u2028""#);
    let tone: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(tone["s"], "\0é😀/\u{2028}");
}

fn odd_strings_and_repeated_keys(stage: &Stage) {
    let (worker, asker, _) = stage.pair(&json!({ "text": "x" }));
    let lone: Value = serde_json::from_str(&passed_on(&worker, &asker, r#""s":"a\ud800b""#)).unwrap();
    assert_eq!(lone["s"], "a\u{fffd}b");
    let twice = passed_on(&worker, &asker, r#""n":1,"o":{"k":1,"k":2},"n":2"#);
    let twice: Value = serde_json::from_str(&twice).unwrap();
    assert_eq!((&twice["n"], &twice["o"]["k"]), (&json!(2), &json!(2)));
    asker.write(b"{\"chi\":\"log\",\"chi\":\"perf-mark\",\"rid\":\"first\",\"rid\":\"last\"}\n");
    assert_eq!(echoed(&asker.sync()).last(), Some(&"last"));
}

fn an_unknown_chi(stage: &Stage) {
    let bee = stage.bee("b");
    bee.say(&json!({ "chi": "dance", "rid": "d", "sid": "s", "steps": 3 }));
    assert_eq!(echoed(&bee.sync()), ["d"]);
}
