//! One row for each refusal that no schema can make: a change to the good file, and the fault to come of it.

use super::*;

#[test]
fn refuses_names_that_clash_or_lead_nowhere() {
    for (from, to, pointer, message) in [
        (
            "\"id\": \"lines/odd\"",
            "\"id\": \"lines/bad\"",
            "/cases/2/id",
            "duplicate id `lines/bad`, first at",
        ),
        (
            "\"id\": \"lines/odd\"",
            "\"id\": \"lines/odd\", \"was\": [\"lines/good\"]",
            "/cases/2/was/0",
            "duplicate id",
        ),
        ("\"id\": \"lines/odd\"", "\"id\": \"other/odd\"", "/cases/2/id", "not of the section `lines`"),
        ("\"tc\": 2", "\"tc\": 1", "/cases/3/examples/1/tc", "duplicate tc `1`"),
        ("\"same_as\": 1", "\"same_as\": 9", "/cases/3/examples/1/same_as", "no other example `9`"),
        ("\"same_as\": 1", "\"same_as\": 2", "/cases/3/examples/1/same_as", "no other example `2`"),
        (
            "\"twin\": \"lines/good\"",
            "\"twin\": \"lines/god\"",
            "/cases/1/twin",
            "no case `lines/god` runs (hint: `lines/good`",
        ),
        ("\"twin\": \"lines/good\"", "\"twin\": \"lines/bad\"", "/cases/1/twin", "no twin of itself"),
        (
            "\"twin\": \"lines/good\"",
            "\"profile\": \"live\", \"twin\": \"lines/good\"",
            "/cases/1/twin",
            "`lines/good` is of another profile",
        ),
        ("[\"N\"]", "[\"M\"]", "/cases/0/notes/0", "no note `M`"),
        (
            "\"code\": \"lines.kept\"",
            "\"code\": \"lines.keep\"",
            "/cases/1/steps/3/code",
            "no entry `lines.keep` in `codes`",
        ),
        ("\"client\": \"c2\"", "\"client\": \"c3\"", "/cases/0/steps/3/client", "no client `c3` is opened"),
        (
            "\"client\": \"c2\"",
            "\"on\": \"fist\"",
            "/cases/0/steps/3/on",
            "no connection `fist` is accepted (hint: `first`",
        ),
        (
            "{\"accept\": {\"as\": \"first\"}}",
            "{\"hold\": {}, \"on\": \"late\"}, {\"accept\": {\"as\": \"late\"}}",
            "/cases/0/steps/1/on",
            "only later",
        ),
        (
            "{\"accept\": {\"as\": \"first\"}}",
            "{\"accept\": {\"as\": \"a\"}}, {\"accept\": {\"as\": \"a\"}}",
            "/cases/0/steps/2/accept/as",
            "two connections are named `a`",
        ),
        (
            "\"sid\": \"x\"",
            "\"sid\": {\"$ref\": \"s\"}",
            "/cases/0/steps/2/tone/sid/$ref",
            "nothing was bound to `s` before",
        ),
        (
            "{\"$any\": true}}, \"rule\"",
            "{\"$some\": true}}, \"rule\"",
            "/cases/1/steps/3/never/tone/$some",
            "unknown `$` key",
        ),
        (
            "\"status\": \"scored\", \"open\"",
            "\"status\": \"scored\", \"env\": {}, \"open\"",
            "/cases/0/env",
            "`env` needs `fresh`",
        ),
        ("\"c1\": {}", "\"c1\": {\"socket\": null}", "/cases/0/open/c1/socket", "needs `fresh`"),
    ] {
        check(from, to, pointer, message);
    }
    let other = GOOD.replace("lines/", "other/").replace("\"lines\", \"title\"", "\"other\", \"title\"");
    let faults = load_texts(&[GOOD, &other]).unwrap_err();
    assert!(faults.iter().all(|fault| fault.message.contains("duplicate code `lines.")), "{faults:#?}");
    let elsewhere =
        other.replace("lines.", "other.").replace("\"twin\": \"other/good\"", "\"twin\": \"lines/good\"");
    let faults = load_texts(&[GOOD, &elsewhere]).unwrap_err();
    assert!(faults[0].message.contains("is of another section"), "{faults:#?}");
}

#[test]
fn refuses_what_the_rules_refuse() {
    let decides = |list: &str| format!("\"decides\": {list},\n  \"notes\"");
    let (good, odd) = (decides("[\"A-01\"]"), "\"decides\": [\"A-03\"]");
    let recorded = "\"seen\": \"delivers\", \"unseen\": \"drops\"}, \"rule\": \"A-03\"";
    for (from, to, pointer, message) in [
        (good.as_str(), decides("[\"A-01\", \"A-99\"]").as_str(), "/cases/0/decides/1", "no rule `A-99`"),
        (
            good.as_str(),
            decides("[\"A-01\", \"A-02\"]").as_str(),
            "/cases/0/decides/1",
            "`A-02` is cited by no step",
        ),
        (good.as_str(), decides("[\"A-02\"]").as_str(), "/cases/0/steps/4/rule", "`A-01` is in neither"),
        (
            good.as_str(),
            decides("[\"A-01\"], \"touches\": [\"A-01\"]").as_str(),
            "/cases/0/touches/0",
            "in `decides` already",
        ),
        (
            good.as_str(),
            decides("[\"A-01\"], \"touches\": [\"A-02\"]").as_str(),
            "/cases/0/touches/0",
            "cited by no step",
        ),
        (good.as_str(), decides("[\"A-04\"]").as_str(), "/cases/0/decides/0", "`A-04` is a NOTE"),
        (good.as_str(), decides("[\"A-03\"]").as_str(), "/cases/0/decides/0", "`A-03` is a MAY"),
        (good.as_str(), decides("[\"A-05\"]").as_str(), "/cases/0/decides/0", "needs `tools`"),
        (
            good.as_str(),
            decides("[\"A-05\"], \"requires\": [\"tools\"]").as_str(),
            "/cases/0/decides/0",
            "needs `verb.log|worker`",
        ),
        (
            good.as_str(),
            decides("[\"A-06\"]").as_str(),
            "/cases/0/decides/0",
            "binds `daemon`, and not `client`, which is under test",
        ),
        (good.as_str(), decides("[\"A-07\"]").as_str(), "/cases/0/decides/0", "of the profile `live`"),
        (odd, "\"decides\": [\"A-05\"]", "/cases/2/decides/0", "`A-05` is of 0.6.0, the case of 0.5.0"),
        (
            "\"since\": \"0.6.0\"",
            "\"since\": \"0.6.0\", \"until\": \"0.5.0\"",
            "/cases/0/until",
            "comes before `since`",
        ),
        (recorded, &recorded.replace("A-03", "A-98"), "/cases/2/steps/1/rule", "no rule `A-98`"),
        (recorded, &recorded.replace("A-03", "A-01"), "/cases/2/steps/1/rule", "`A-01` is in neither"),
    ] {
        check(from, to, pointer, message);
    }
    let text =
        GOOD.replace(recorded, &recorded.replace("A-03", "A-01")).replace(odd, "\"decides\": [\"A-01\"]");
    let messages: Vec<String> =
        load_texts(&[&text]).unwrap_err().into_iter().map(|fault| fault.message).collect();
    assert!(messages[0].starts_with("a scored case that cannot fail"), "{messages:?}");
    assert!(messages[1].contains("only recorded here"), "{messages:?}");
}

#[test]
fn accepts_a_need_met_by_either_name_or_by_the_same_choice() {
    for requires in ["\"tools\", \"worker\"", "\"tools\", \"verb.log\"", "\"tools\", \"verb.log|worker\""] {
        let requires = format!("\"A-05\"], \"requires\": [{requires}]");
        let text = GOOD.replacen("\"A-01\"]", &requires, 1).replacen("\"A-01\"", "\"A-05\"", 1);
        load_texts(&[&text]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    }
}

#[test]
fn refuses_acts_without_their_capability() {
    let step = "{\"accept\": {\"as\": \"first\"}}";
    for (act, cap) in [
        (r#""do": "tool", "name": "t", "description": "d", "input_schema": {}"#, "tools"),
        (r#""do": "tool", "name": "t", "description": "d", "input_schema": {}, "timeout_ms": 5"#, "timeouts"),
        (r#""do": "permit", "decision": "allow""#, "permits"),
        (r#""do": "tendril", "returns": 1"#, "tendrils"),
        (r#""do": "prompt", "sid": "x", "text": "t""#, "verb.prompt"),
        (r#""do": "cancel", "sid": "x""#, "verb.cancel"),
        (r#""do": "verb", "chi": "petal-cell", "fields": {}"#, "verb.petal-cell"),
        (r#""do": "tick", "sid": "x", "nest": "n""#, "wane.wired"),
        (r#""do": "serve", "on": "prompt", "emits": [{"chi": "finish"}]"#, "worker"),
        (r#""do": "handler", "sid": "x", "throws": "async""#, "handlers.async"),
        (r#""do": "send-many", "tones": [{}], "threads": 2"#, "threads"),
    ] {
        check(
            step,
            &format!("{{\"drive\": {{{act}}}}}"),
            "/cases/0/steps/1/drive",
            &format!("needs `{cap}`"),
        );
    }
    for (from, to, pointer, cap) in [
        ("\"c1\": {}", "\"c1\": {\"reconnect\": \"auto\"}", "/cases/0/open/c1/reconnect", "reconnect.auto"),
        ("{\"count\": 2}", "{\"count\": 2, \"threads\": 2}", "/cases/3/examples/1/args", "threads"),
        ("\"tc\": 2", "\"tc\": 2, \"now\": 5", "/cases/3/examples/1/now", "clock.virtual"),
        (step, "{\"clock\": {\"set\": 5}}", "/cases/0/steps/1/clock", "clock.virtual"),
        (
            step,
            r#"{"observe": {"event": "turn"}, "rule": "A-01", "code": "lines.lost"}"#,
            "/cases/0/steps/1/observe",
            "turns",
        ),
        (
            step,
            r#"{"call": {"fn": "wane", "args": {"ops": [["snapshot"]]}, "is": []}, "rule": "A-01", "code": "lines.lost"}"#,
            "/cases/0/steps/1/call/args",
            "wane.merge",
        ),
    ] {
        check(from, to, pointer, &format!("needs `{cap}`"));
    }
}

#[test]
fn refuses_steps_that_say_nothing() {
    let step = "{\"accept\": {\"as\": \"first\"}}";
    let cite = r#""rule": "A-01", "code": "lines.lost""#;
    let with = |step: &str| step.replace("CITE", cite);
    for (to, pointer, message) in [
        (r#"{"never": {}, CITE}"#, "/never", "neither an `event` nor a `tone`"),
        (r#"{"never": {"tone": {"chi": "log"}}, CITE}"#, "/never", "needs `from` beside it"),
        (r#"{"never": {"tone": {"chi": "log"}}, "from": "daemon", CITE}"#, "/never", "not under test"),
        (r#"{"never": {"event": "turn"}, "from": "client", CITE}"#, "/never", "`from` belongs to a `tone`"),
        (r#"{"never": {"event": "eof", "conn": 1}, CITE}"#, "/never/conn", "says nothing about `eof`"),
        (
            r#"{"observe": {"event": "delivered", "sid": "x"}, CITE}"#,
            "/observe/sid",
            "hint: `to`, `conn`, `tone`",
        ),
        (
            r#"{"observe": {"event": "disconnected"}, "checks": [{"at": "/a", "is": 1, CITE}], CITE}"#,
            "/checks",
            "only a tone",
        ),
        (r#"{"tone": {"chi": "log"}, "from": "client"}"#, "", "needs a `rule` and a `code`"),
        (r#"{"tone": {"chi": "log"}, "from": "daemon", CITE}"#, "", "nothing here can fail"),
        (r#"{"tone": {"chi": "log"}, "from": "worker"}"#, "/from", "the mock is the daemon"),
        (
            r#"{"raw": {"parts": [{"utf8": "x"}]}, "from": "client"}"#,
            "/from",
            "exact bytes cannot be expected",
        ),
        (r#"{"tone": {"a": [{"$num": "NaN"}]}, "from": "daemon"}"#, "/tone", "`$num`"),
        (r#"{"drive": {"do": "close"}, "rule": "A-01"}"#, "", "a `rule` needs a `code`"),
        (r#"{"drive": {"do": "close"}, "raises": "may", CITE, "seen": "x"}"#, "", "has no `code`"),
        (r#"{"drive": {"do": "close"}, "raises": "may", "rule": "A-01"}"#, "", "needs `seen`"),
        (r#"{"drive": {"do": "close"}, "seen": "x"}"#, "/seen", "belongs to `raises`: `may`"),
        (r#"{"call": {"fn": "version", "args": {}}, CITE}"#, "/call", "needs either `is`, or `raises`"),
        (r#"{"clock": {"advance": 5}}"#, "/clock", "`set` the clock first"),
        (r#"{"tone": {"chi": "breath"}, "from": "daemon"}"#, "-", "a `connect` that waits"),
        (
            r#"{"tone": {"chi": "log"}, "from": "daemon"}, {"never": {"event": "delivered"}, CITE}"#,
            "+/never",
            "needs a `tone` or a `to`",
        ),
    ] {
        let pointer = match pointer.strip_prefix(['-', '+']) {
            None => format!("/cases/0/steps/1{pointer}"),
            Some(rest) => format!("/cases/0/steps/{}{rest}", if pointer.starts_with('-') { 0 } else { 2 }),
        };
        check(step, &with(to), &pointer, message);
    }
    check(
        "\"same_as\": 1, \"rule\": \"A-01\", \"code\": \"lines.lost\"",
        "\"same_as\": 1, \"rule\": \"A-01\"",
        "/cases/3/examples/1",
        "lacks `code`",
    );
    check("\"same_as\": 1", "\"record\": true", "/cases/3/examples/1/code", "has no `code`");
}

#[test]
fn refuses_a_negative_without_a_sign_of_life() {
    let last = "{\"tone\": {\"chi\": \"log\"}, \"from\": \"client\",";
    let never = "{\"never\": {\"tone\": {\"chi\": \"log\"}}, \"from\": \"client\",";
    let text = GOOD.replace(last, never).replace(",\n   \"checks\": [{\"at\": \"/level\", \"is\": \"info\", \"rule\": \"A-02\", \"code\": \"lines.lost\"}]", "");
    let faults = load_texts(&[&text]).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].message.contains("without a liveness probe"), "{faults:#?}");
    let helper = "\"returns\": {\"$any\": true}, \"rule\"";
    let negative = "\"kind\": \"call\", \"polarity\": \"negative\", \"twin\": \"lines/good\"";
    let text = GOOD.replace(helper, "\"raises\": true, \"rule\"").replace("\"kind\": \"call\"", negative);
    let faults = load_texts(&[&text]).unwrap_err();
    assert!(faults[0].message.contains("without a liveness probe"), "{faults:#?}");
}

#[test]
fn refuses_a_worker_that_nothing_asks_for() {
    let odd = "\"under_test\": [\"client\"], \"decides\": [\"A-03\"]";
    let worker = |parties: &str| format!("\"under_test\": [{parties}], \"decides\": [\"A-08\"]");
    let bad = "\"under_test\": [\"client\"], \"decides\": [\"A-02\"]";
    let open = "{\"role\": \"asker\"}";
    for (from, to, pointer, message) in [
        (
            odd,
            worker("\"worker\"").as_str(),
            "/cases/2/under_test",
            "needs `worker`, which is not in `requires`",
        ),
        (
            odd,
            "\"under_test\": [\"client\", \"worker\"], \"decides\": [\"A-03\"]",
            "/cases/2/decides/0",
            "binds `client`, and not `worker`, which is under test",
        ),
        (
            bad,
            worker("\"client\", \"worker\"").as_str(),
            "/cases/1/twin",
            "`lines/good` does not test `worker`, as this case does",
        ),
        (
            open,
            "{\"role\": \"worker\"}",
            "/cases/0/open/c2/role",
            "`worker` is opened, and is not under test",
        ),
        (
            "\"under_test\": [\"client\"], \"decides\": [\"A-01\"],\n  \"notes\"",
            "\"under_test\": [\"client\", \"worker\"], \"decides\": [\"A-08\"],\n  \"notes\"",
            "/cases/0/open/c2/role",
            "runs in several roles",
        ),
    ] {
        check(from, to, pointer, message);
    }
}

/// The MAY of the good file, as a case for whole bees.
const BEE: &str = r#"{"id": "lines/odd", "title": "an odd line", "kind": "bee", "under_test": ["client"], "decides": ["A-03", "A-02"],
  "partly": ["A-02"], "since": "0.5.0", "status": "scored", "steps": [
  {"drive": {"do": "connect"}},
  {"raw": {"parts": [{"utf8": "{"}, {"fields": {"sid": {"$ref": "sid"}}}, {"utf8": "}\n"}]}, "from": "daemon"},
  {"probe": {}, "rule": "A-02", "code": "lines.lost"},
  {"record": {"tone": {"chi": "log"}, "seen": "delivers", "unseen": "drops"}, "from": "client", "rule": "A-03"}
 ]}"#;

#[test]
fn refuses_what_a_whole_bee_cannot_show() {
    let from = GOOD.find("{\"id\": \"lines/odd\"").unwrap();
    let to = from + GOOD[from..].find("]},").unwrap() + 2;
    let with = |case: &str| format!("{}{case}{}", &GOOD[..from], &GOOD[to..]);
    let good = load_texts(&[&with(BEE)]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert!(good.cases[2].is_for_bees && good.cases[2].probes());
    let step = "{\"probe\": {}, \"rule\": \"A-02\", \"code\": \"lines.lost\"}";
    for (from, to, pointer, message) in [
        ("\"kind\": \"bee\"", "\"kind\": \"wire\"", "/cases/2/partly", "no place in a case of this kind"),
        (
            "\"partly\": [\"A-02\"]",
            "\"open\": {\"c1\": {}}",
            "/cases/2/open",
            "no place in a case of this kind",
        ),
        (
            "\"partly\": [\"A-02\"]",
            "\"partly\": [\"A-01\"]",
            "/cases/2/partly/0",
            "`A-01` is not in `decides`",
        ),
        (
            "[\"client\"]",
            "[\"client\", \"worker\"]",
            "/cases/2/under_test",
            "a whole bee is tested as a client",
        ),
        ("{\"do\": \"connect\"}", "{\"do\": \"close\"}", "/cases/2/steps/0", "nothing but `connect`"),
        (
            "{\"$ref\": \"sid\"}",
            "{\"$ref\": \"rid\"}",
            "/cases/2/steps/1/raw/parts/1/fields/sid/$ref",
            "nothing was bound",
        ),
        (step, "{\"barrier\": {}}", "/cases/2/steps/2", "no barrier (hint: `probe`)"),
        (step, "{\"stalled\": {}}", "/cases/2/steps/2", "no shim to ask"),
        (
            step,
            "{\"observe\": {\"event\": \"disconnected\"}, \"rule\": \"A-02\", \"code\": \"lines.lost\"}",
            "/cases/2/steps/2",
            "reports no events",
        ),
    ] {
        assert_eq!(BEE.matches(from).count(), 1, "`{from}` must stand once");
        let faults = load_texts(&[&with(&BEE.replace(from, to))]).expect_err(to);
        let found = faults.iter().any(|fault| fault.pointer == pointer && fault.message.contains(message));
        assert!(found, "{to}\nwanted {pointer}: {message}\ngot {faults:#?}");
    }
    check(
        "{\"barrier\": {}, \"client\"",
        "{\"probe\": {}, \"client\"",
        "/cases/0/steps/3",
        "only a whole bee is probed",
    );
}
