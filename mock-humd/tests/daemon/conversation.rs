//! What the built-in worker does with a prompt.

use mock_humd::nest::Personality;
use serde_json::{Value, json};

use crate::rules::{BOTH, DOCUMENT, LIVE, Row};
use crate::stage::{Bee, Stage, chis};

pub const ROWS: &[Row] = &[
    Row { rules: &[], on: BOTH, holds: a_prompt_is_answered_and_quoted },
    Row { rules: &[], on: BOTH, holds: a_tool_is_called_and_its_result_streamed },
    Row { rules: &[], on: BOTH, holds: a_tool_that_nobody_declared_fails_the_turn },
    Row { rules: &[], on: BOTH, holds: arguments_that_are_no_json_fail_the_turn },
    Row { rules: &[], on: DOCUMENT, holds: a_permit_is_asked_for },
    Row { rules: &[], on: DOCUMENT, holds: a_tendril_is_reached_for },
    Row { rules: &[], on: LIVE, holds: no_permit_where_none_is_passed_on },
    Row { rules: &[], on: BOTH, holds: an_error_is_made_to_order },
    Row { rules: &[], on: BOTH, holds: a_turn_can_be_cancelled },
    Row { rules: &[], on: BOTH, holds: a_second_prompt_ends_the_first_turn },
    Row { rules: &[], on: BOTH, holds: cleanup_ends_the_session },
];

fn ask(bee: &Bee, text: &str) {
    bee.say(&json!({ "chi": "prompt", "rid": "p", "sid": "s", "text": text, "tools": [{ "name": "add" }] }));
}

/// The text of all chunks.
fn text(tones: &[Value]) -> String {
    let piece = |tone: &Value| tone["part"]["text"].as_str().or(tone["delta"].as_str()).map(str::to_owned);
    tones.iter().filter_map(piece).collect()
}

fn a_prompt_is_answered_and_quoted(stage: &Stage) {
    let bee = stage.bee("b");
    for prompt in [
        json!({ "text": "What is 2 + 3?" }),
        json!({ "content": "What is 2 + 3?" }),
        json!({ "content": [{ "type": "text", "text": "What is" }, "2 + 3?", { "type": "image" }] }),
    ] {
        let mut tone = json!({ "chi": "prompt", "rid": "p", "sid": "s" });
        tone.as_object_mut().unwrap().extend(prompt.as_object().unwrap().clone());
        bee.say(&tone);
        let answers = bee.answers();
        let said = chis(&answers);
        assert_eq!((said[0], said[said.len() - 1]), ("session-ready", "finish"));
        assert!(said.len() >= 5 && said[1..said.len() - 1].iter().all(|chi| *chi == "chunk"), "{said:?}");
        assert_eq!(text(&answers), "You said: What is 2 + 3?.");
        let finish = answers.last().unwrap();
        assert_eq!((&finish["finishReason"], &finish["usage"]["inputTokens"]), (&json!("stop"), &json!(5)));
        assert_eq!(finish["text"], "You said: What is 2 + 3?.");
    }
    if stage.personality == Personality::Document {
        ask(&bee, "hi");
        let indexes: Vec<_> =
            bee.answers()[1..4].iter().map(|chunk| chunk["index"].as_u64().unwrap()).collect();
        assert_eq!(indexes, [0, 1, 2]);
    }
}

fn a_tool_is_called_and_its_result_streamed(stage: &Stage) {
    let bee = stage.bee("b");
    ask(&bee, "@tool add {\"a\":2,\"b\":3}");
    let call = bee.until("tool-call");
    assert_eq!((&call["name"], &call["args"]), (&json!("add"), &json!({ "a": 2, "b": 3 })));
    let result = |id: &Value| {
        bee.say(
            &json!({ "chi": "tool-result", "rid": "r", "sid": "s", "callId": id, "result": { "sum": 5 } }),
        );
    };
    result(&json!("another"));
    assert_eq!(bee.answers(), Vec::<Value>::new());
    result(&call["callId"]);
    result(&call["callId"]);
    let answers = bee.answers();
    assert_eq!(text(&answers), "The result is {\"sum\":5}.");
    assert_eq!(
        chis(&answers).iter().filter(|chi| **chi == "finish").count(),
        1,
        "the second result is dropped"
    );
    // the live spelling of a result
    ask(&bee, "@tool add {}");
    let call = bee.until("tool-call");
    bee.say(
        &json!({ "chi": "tool-result", "rid": "r", "sid": "s", "callId": call["callId"], "output": "five" }),
    );
    assert_eq!(text(&bee.answers()), "The result is five.");
}

fn a_tool_that_nobody_declared_fails_the_turn(stage: &Stage) {
    let bee = stage.bee("b");
    ask(&bee, "@tool mul {}");
    let error = bee.until("error");
    assert_eq!((&error["sid"], &error["message"]), (&json!("s"), &json!("no bee has declared the tool mul")));
}

fn arguments_that_are_no_json_fail_the_turn(stage: &Stage) {
    let bee = stage.bee("b");
    for (wish, wanted) in [
        (
            "@tool add {\"a\":2",
            "the arguments of add are not JSON: EOF while parsing an object at line 1 column 6",
        ),
        ("@tool mul {\"a\":2", "no bee has declared the tool mul"),
    ] {
        ask(&bee, wish);
        let answers = bee.answers();
        assert_eq!(chis(&answers), ["session-ready", "error"], "{wish}");
        assert!(answers[1]["message"].as_str().unwrap().starts_with(wanted), "{wish}: {}", answers[1]);
    }
}

fn a_permit_is_asked_for(stage: &Stage) {
    let bee = stage.bee("b");
    ask(&bee, "@permit May I?");
    let question = bee.until("permission-ask");
    assert_eq!(question["question"], "May I?");
    let decide = json!({
        "chi": "release-permit", "rid": "r", "sid": "s", "permitId": question["permitId"], "decision": "deny"
    });
    bee.say(&decide);
    assert_eq!(text(&bee.answers()), "The answer is deny.");
}

fn a_tendril_is_reached_for(stage: &Stage) {
    let bee = stage.bee("b");
    ask(&bee, "@tendril dig {\"deep\":true}");
    let reach = bee.until("tendril-reach");
    assert_eq!((&reach["name"], &reach["args"]), (&json!("dig"), &json!({ "deep": true })));
    bee.say(&json!({ "chi": "tendril-result", "rid": "r", "sid": "s", "callId": reach["callId"], "result": "gold" }));
    assert_eq!(text(&bee.answers()), "The result is gold.");
}

fn no_permit_where_none_is_passed_on(stage: &Stage) {
    let bee = stage.bee("b");
    for wish in ["@permit May I?", "@tendril dig {}"] {
        ask(&bee, wish);
        assert_eq!(chis(&bee.answers()), ["session-ready", "error"], "{wish}");
    }
}

fn an_error_is_made_to_order(stage: &Stage) {
    let bee = stage.bee("b");
    ask(&bee, "@error no luck");
    let answers = bee.answers();
    assert_eq!(chis(&answers), ["session-ready", "error"]);
    assert_eq!(answers[1]["message"], "no luck");
}

fn a_turn_can_be_cancelled(stage: &Stage) {
    let bee = stage.bee("b");
    for wish in ["@wait", "@tool add {}"] {
        ask(&bee, wish);
        assert!(!chis(&bee.answers()).contains(&"finish"), "{wish}");
        bee.say(&json!({ "chi": "cancel", "rid": "c", "sid": "s" }));
        let answers = bee.answers();
        assert_eq!((chis(&answers), &answers[0]["finishReason"]), (vec!["finish"], &json!("cancelled")));
        bee.say(&json!({ "chi": "cancel", "rid": "c", "sid": "s" }));
        assert_eq!(bee.answers(), Vec::<Value>::new(), "there is no turn to cancel");
    }
}

fn a_second_prompt_ends_the_first_turn(stage: &Stage) {
    let bee = stage.bee("b");
    ask(&bee, "@wait");
    bee.answers();
    ask(&bee, "hi");
    let answers = bee.answers();
    assert_eq!(answers[0]["finishReason"], "cancelled");
    assert_eq!(answers.last().unwrap()["finishReason"], "stop");
}

fn cleanup_ends_the_session(stage: &Stage) {
    let bee = stage.bee("b");
    ask(&bee, "@wait");
    bee.answers();
    assert_eq!(stage.handle.peers()[0].sids, ["s"]);
    bee.say(&json!({ "chi": "cleanup", "rid": "c", "sid": "s" }));
    assert_eq!(bee.answers()[0]["finishReason"], "cancelled");
    assert!(stage.handle.peers()[0].sids.is_empty());
}
