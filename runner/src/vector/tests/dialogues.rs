//! Each verb in words, and every case of the suite in lines that a page can show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::*;
use crate::rule::RuleBook;

/// Characters of the longest line: what it says is cut value by value.
const LINE_MAX: usize = 1500;

/// The lines of a case with these steps, behind the two that open it.
fn lines(steps: &[Value]) -> Vec<String> {
    let decides: BTreeSet<&str> = steps.iter().filter_map(|step| step["rule"].as_str()).collect();
    let mut all =
        vec![json!({"drive": {"do": "connect"}, "wait": false}), json!({"accept": {"as": "first"}})];
    all.extend_from_slice(steps);
    let case = json!({
        "id": "lines/one", "title": "one", "kind": "wire", "under_test": ["client"], "decides": decides,
        "since": "0.5.0", "status": "provisional", "steps": all,
    });
    let code = json!({"means": "a line was lost", "fix": "keep it"});
    let file = json!({
        "format": 1, "section": "lines", "title": "lines", "frame": "ndjson", "codes": {"lines.lost": code}, "cases": [case],
    });
    let source = Source::Texts(vec![("lines.json".to_owned(), file.to_string())]);
    let suite = load(&source, &RuleBook::parse(super::WIRE).unwrap()).unwrap();
    dialogue(&suite.cases[0]).split_off(2)
}

#[test]
fn each_step_says_who_does_what_to_whom() {
    let rows = [
        (
            json!({"drive": {"do": "subscribe", "sid": "hum-x"}}),
            "application → client: subscribe  sid \"hum-x\"",
        ),
        (
            json!({"tone": {"rid": "c-1", "chi": "chunk", "index": 0}, "from": "daemon"}),
            "daemon → client [first]: chunk  rid \"c-1\"  index 0",
        ),
        (
            json!({"raw": {"parts": [{"utf8": "é\n"}, {"repeat": {"utf8": "x", "times": 70000}}], "split": [1]}, "from": "daemon"}),
            "daemon → client [first]: the bytes \\xc3 | \\xa9\\n‹x × 70000›",
        ),
        (
            json!({"raw": {"parts": [{"utf8": "\"\\"}], "split": "every-byte"}, "from": "daemon"}),
            "daemon → client [first]: the bytes \"\\, byte by byte",
        ),
        (json!({"barrier": {}}), "everything so far has been handed over, on every route"),
        (json!({"hold": {}}), "the daemon stops reading [first]"),
        (json!({"stalled": {}}), "the client's writes are stuck"),
        (
            json!({"close": {"from": "daemon", "how": "write-half"}}),
            "daemon → client [first]: ends its writes, and reads on",
        ),
        (
            json!({"tone": {"chi": "log", "sid": {"$bind": "s"}}, "from": "client", "match": "exact", "rule": "A-01", "code": "lines.lost",
                "checks": [{"at": "/level", "is": {"$type": "string"}, "rule": "A-01", "code": "lines.lost"}]}),
            "client → daemon [first]: log  sid anything, from now on `s`, and nothing else; /level is a string  \
             [A-01 lines.lost]  [A-01 lines.lost]",
        ),
        (
            json!({"observe": {"event": "delivered", "to": null, "tone": {"chi": "log"}}, "rule": "A-01", "code": "lines.lost",
                "comment": "it has no sid"}),
            "client → application: log, to the catch-all  [A-01 lines.lost]  (it has no sid)",
        ),
        (
            json!({"never": {"event": "disconnected"}, "window": "case", "rule": "A-01", "code": "lines.lost"}),
            "never in the whole case: client → application: the end of the connection  [A-01 lines.lost]",
        ),
        (
            json!({"record": {"event": "delivered", "seen": "delivers", "unseen": "drops"}, "rule": "A-03"}),
            "noted as \"delivers\" if it came, else as \"drops\": client → application: anything  [A-03]",
        ),
    ];
    let steps: Vec<Value> = rows.iter().map(|(step, _)| step.clone()).collect();
    let said = lines(&steps);
    assert_eq!(said.len(), rows.len());
    for ((_, wanted), said) in rows.iter().zip(&said) {
        assert_eq!(said, wanted);
    }
}

#[test]
fn what_is_long_is_cut_and_what_is_many_is_counted() {
    let tones: Vec<Value> = (0..9).map(|n| json!({"chi": "log", "n": n})).collect();
    let said = lines(&[
        json!({"tones": {"each": tones}, "from": "daemon"}),
        json!({"tone": {"chi": "log", "message": "ab".repeat(500)}, "from": "daemon"}),
        json!({"tone": {"chi": "log", "message": "a\u{85}\u{2028}\u{202e}é"}, "from": "daemon"}),
        json!({"record": {"event": "delivered", "seen": "s", "unseen": "u"}, "rule": "A-03"}),
    ]);
    assert!(said[0].starts_with("daemon → client [first]: 9 tones in one write: log  n 0 · "), "{}", said[0]);
    assert!(said[0].ends_with(" · and 4 more"), "{}", said[0]);
    assert!(said[1].contains(" … ") && said[1].ends_with("ab\"") && said[1].len() < 300, "{}", said[1]);
    assert_eq!(said[2], r#"daemon → client [first]: log  message "a\u{85}\u{2028}\u{202e}é""#);
}

#[test]
fn every_case_has_a_line_for_each_step_and_example() {
    let book = RuleBook::parse(thrum_vectors::WIRE_DOC).unwrap();
    let suite = load(&Source::Embedded, &book).unwrap();
    let mut kinds = BTreeMap::new();
    for case in &suite.cases {
        let (kind, parts) = match &case.body {
            Body::Wire { steps, .. } => ("steps", steps.len()),
            Body::Call { examples, .. } => ("examples", examples.len()),
        };
        let lines = dialogue(case);
        assert_eq!(lines.len(), parts, "{}", case.id);
        for line in lines {
            let fits =
                !line.is_empty() && line.chars().count() <= LINE_MAX && !line.contains(char::is_control);
            assert!(fits, "{}: {line}", case.id);
        }
        *kinds.entry(kind).or_insert(0) += parts;
    }
    assert!(kinds["steps"] > 1000 && kinds["examples"] > 100, "{kinds:?}");
}
