//! A file that loads, and what becomes of it after a change; [`refusals`] has a row for each cross-check, and
//! [`dialogues`] for each way of saying a step.

mod dialogues;
mod refusals;

use super::*;
use crate::rule::Version;

const WIRE: &str = "\
Version: **0.7.0**

## Rules

**A-01** `MUST` `client` `event` `since 0.5.0` — Good lines are delivered.

**A-02** `MUST` `client` `event` `since 0.5.0` — Bad lines are not.

**A-03** `MAY` `client` `event` `since 0.5.0` — Odd lines are delivered or dropped.

**A-04** `NOTE` `client` `event` `since 0.5.0` `untested: nobody sees it` — Lines have a colour.

**A-05** `MUST` `client` `wire` `since 0.6.0` `needs tools` `needs verb.log|worker` — Tools answer.

**A-06** `MUST` `daemon` `event` `since 0.5.0` `live` — Daemons echo.

**A-07** `MUST` `client` `event` `since 0.5.0` `live` — Clients expect it.

**A-08** `MUST` `client` `worker` `event` `since 0.5.0` — Workers expect it too.
";

/// Four cases: a good line, its negative twin, a MAY, and a helper.
const GOOD: &str = r#"{"format": 1, "section": "lines", "title": "lines", "frame": "ndjson",
"notes": {"N": {"bugType": "LOSS", "description": "A line is lost."}},
"codes": {
 "lines.lost": {"means": "a line was lost", "fix": "keep it"},
 "lines.kept": {"means": "a bad line was kept", "fix": "drop it"}},
"cases": [
 {"id": "lines/good", "title": "a good line", "kind": "wire", "under_test": ["client"], "decides": ["A-01"],
  "notes": ["N"], "since": "0.6.0", "status": "scored", "open": {"c1": {}, "c2": {"role": "asker"}}, "steps": [
  {"drive": {"do": "connect"}},
  {"accept": {"as": "first"}},
  {"tone": {"chi": "chunk", "sid": "x"}, "from": "daemon"},
  {"barrier": {}, "client": "c2"},
  {"observe": {"event": "delivered", "to": null}, "rule": "A-01", "code": "lines.lost"}
 ]},
 {"id": "lines/bad", "title": "a bad line", "kind": "wire", "under_test": ["client"], "decides": ["A-02"],
  "polarity": "negative", "twin": "lines/good", "since": "0.5.0", "status": "scored", "steps": [
  {"drive": {"do": "connect"}},
  {"raw": {"parts": [{"utf8": "[]\n"}]}, "from": "daemon"},
  {"barrier": {}},
  {"never": {"event": "delivered", "tone": {"$any": true}}, "rule": "A-02", "code": "lines.kept"},
  {"tone": {"chi": "log"}, "from": "client", "rule": "A-02", "code": "lines.lost",
   "checks": [{"at": "/level", "is": "info", "rule": "A-02", "code": "lines.lost"}]}
 ]},
 {"id": "lines/odd", "title": "an odd line", "kind": "wire", "under_test": ["client"], "decides": ["A-03"],
  "since": "0.5.0", "status": "scored", "steps": [
  {"drive": {"do": "connect"}},
  {"record": {"event": "delivered", "seen": "delivers", "unseen": "drops"}, "rule": "A-03"}
 ]},
 {"id": "lines/helper", "title": "a helper", "kind": "call", "fn": "rid", "under_test": ["client"],
  "decides": ["A-01"], "since": "0.5.0", "status": "scored", "examples": [
  {"tc": 1, "args": {"count": 1}, "returns": {"$any": true}, "rule": "A-01", "code": "lines.lost"},
  {"tc": 2, "args": {"count": 2}, "same_as": 1, "rule": "A-01", "code": "lines.lost"}
 ]}
]}
"#;

fn load_texts(texts: &[&str]) -> Result<Suite, Vec<Fault>> {
    let dir = tempfile::tempdir().unwrap();
    for (index, text) in texts.iter().enumerate() {
        std::fs::write(dir.path().join(format!("{index}.json")), text).unwrap();
    }
    load(&Source::at(dir.path()), &RuleBook::parse(WIRE).unwrap())
}

/// Changes the good file once, and wants just this fault, on the line that the change is on.
fn check(from: &str, to: &str, pointer: &str, message: &str) {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` must stand once in the good file");
    let text = GOOD.replace(from, to);
    let faults = load_texts(&[&text]).expect_err(&format!("`{to}` must be refused"));
    let found = faults.iter().find(|fault| fault.pointer == pointer && fault.message.contains(message));
    assert!(found.is_some(), "{to}\nwanted {pointer}: {message}\ngot {faults:#?}");
}

#[test]
fn loads_a_good_file() {
    let suite = load_texts(&[GOOD]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(suite.cases.len(), 4);
    assert_eq!(suite.codes["lines.kept"].fix, "drop it");
    let good = suite.case("lines/good").unwrap();
    assert_eq!((good.section(), good.since, good.place.line), ("lines", Version(0, 6, 0), 7));
    assert_eq!(good.notes, [("LOSS".to_owned(), "A line is lost.".to_owned())]);
    let Body::Wire { clients, steps, greets, connections } = &good.body else { panic!("{good:?}") };
    assert_eq!(clients[1].name, "c2");
    assert_eq!((steps[3].client, steps[3].conn, steps[3].line), (1, 0, 12));
    assert_eq!((greets.as_slice(), connections.as_slice()), (&[true][..], &["first".to_owned()][..]));
    let anyone = |verb: &Verb| matches!(verb, Verb::Observe(Event::Delivered { to: Some(None), .. }));
    assert!(anyone(&steps[4].verb), "{:?}", steps[4]);
    let Body::Call { examples, .. } = &suite.case("lines/helper").unwrap().body else { panic!() };
    assert!(matches!(examples[1].answer, Answer::SameAs(1)));
}

#[test]
fn resolves_connections_and_clocks() {
    let text = GOOD.replace(
        r#"  {"barrier": {}, "client": "c2"},"#,
        r#"  {"clock": {"set": 1000}}, {"clock": {"advance": 5}}, {"accept": {"as": "second"}, "seen": "comes", "rule": "A-03"},
           {"hold": {}}, {"resume": {}, "on": "first"},"#,
    );
    let text = text.replace(
        r#""decides": ["A-01"],
  "notes""#,
        r#""decides": ["A-01", "A-03"], "requires": ["clock.virtual"], "notes""#,
    );
    let suite = load_texts(&[&text]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let Body::Wire { steps, .. } = &suite.cases[0].body else { panic!() };
    assert!(matches!(steps[4].verb, Verb::Clock { now: 1005 }));
    let conns: Vec<usize> = steps.iter().map(|step| step.conn).collect();
    assert_eq!(conns, [0, 0, 0, 0, 0, 1, 1, 0, 1]);
    assert_eq!(steps[5].seen.as_deref(), Some("comes"));
}

#[test]
fn refuses_what_is_no_json() {
    check("\"format\": 1,", "\"format\": 1,,", "", "is no JSON");
    check("\"format\": 1,", "\"format\": 1, // one\n", "", "comments are not allowed");
    check("\"fix\": \"drop it\"}},", "\"fix\": \"drop it\"},},", "", "trailing commas are not allowed");
    check("\"title\": \"an odd line\"", "\"title\": \"\\ud800\"", "", "is no JSON");
    check(
        "\"format\": 1,",
        "\"format\": 1, \"format\": 1,",
        "/format",
        "duplicate key `format`, first on line 1",
    );
}

#[test]
fn refuses_what_the_schema_refuses() {
    let step = "{\"accept\": {\"as\": \"first\"}}";
    for (from, to, pointer, message) in [
        ("\"format\": 1", "\"format\": 2", "/format", "`2` is not `1`"),
        ("\"frame\": \"ndjson\",", "", "", "lacks `frame`"),
        (
            "\"notes\": [\"N\"]",
            "\"note\": [\"N\"]",
            "/cases/0/note",
            "unknown key `note` (hint: `notes` is near)",
        ),
        (step, "{\"acept\": {}}", "/cases/0/steps/1", "a step without a verb (hint: `accept` is near)"),
        (
            step,
            "{\"hold\": {}, \"resume\": {}}",
            "/cases/0/steps/1",
            "a step has one verb, and this has `hold`, `resume`",
        ),
        (
            "\"c2\": {\"role\": \"asker\"}",
            "\"c2\": {\"rol\": \"worker\"}",
            "/cases/0/open/c2/rol",
            "(hint: `role` is near)",
        ),
        (
            "{\"role\": \"asker\"}",
            "{\"role\": \"asket\"}",
            "/cases/0/open/c2/role",
            "none of `asker`, `worker` (hint: `asker`",
        ),
        (
            "\"since\": \"0.6.0\"",
            "\"since\": \"0.6\"",
            "/cases/0/since",
            "`0.6` is no version, such as `0.7.0`",
        ),
        ("\"id\": \"lines/good\"", "\"id\": \"Good\"", "/cases/0/id", "is no id of a case"),
        (
            "\"since\": \"0.6.0\"",
            "\"since\": \"0.6.0\", \"requires\": [\"tool\"]",
            "/cases/0/requires/0",
            "`tool` is no capability (hint: `tools`",
        ),
        ("\"lines.kept\": {", "\"kept\": {", "/codes", "`kept` is no code"),
        (
            "\"same_as\": 1,",
            "",
            "/cases/3/examples/1",
            "needs one of `returns`, `raises`, `same_as`, `record`",
        ),
        (
            "\"same_as\": 1,",
            "\"same_as\": 1, \"raises\": true,",
            "/cases/3/examples/1",
            "has more than one of",
        ),
        (
            "\"polarity\": \"negative\", \"twin\": \"lines/good\"",
            "\"polarity\": \"negative\"",
            "/cases/1",
            "lacks `twin`",
        ),
        (
            "\"fn\": \"rid\"",
            "\"fn\": \"rid\", \"steps\": []",
            "/cases/3/steps",
            "has no place in a case of this kind",
        ),
        (
            "{\"count\": 2}",
            "{\"cont\": 2}",
            "/cases/3/examples/1/args/cont",
            "unknown key `cont` (hint: `count`",
        ),
        (
            "{\"utf8\": \"[]\\n\"}",
            "{\"utf9\": \"\"}",
            "/cases/1/steps/1/raw/parts/0",
            "needs one of `utf8`, `base64`, `repeat`, `fields`",
        ),
        (step, "{\"drive\": {\"do\": \"conect\"}}", "/cases/0/steps/1/drive/do", "(hint: `connect` is near)"),
        (step, "{\"drive\": {\"do\": \"tick\", \"sid\": \"x\"}}", "/cases/0/steps/1/drive", "lacks `nest`"),
        (step, "{\"barrier\": {\"sid\": 7}}", "/cases/0/steps/1/barrier/sid", "`7` is no string"),
    ] {
        check(from, to, pointer, message);
    }
}

#[test]
fn reports_all_faults_at_once_in_order_with_their_lines() {
    let text = GOOD
        .replace("\"section\": \"lines\"", "\"section\": \"lines\", \"extra\": 1")
        .replace("\"twin\": \"lines/good\"", "\"twin\": \"lines/none\"")
        .replace("\"same_as\": 1", "\"same_as\": 9")
        .replace("[\"N\"]", "[\"M\"]");
    let faults = load_texts(&[&text, "{", GOOD]).unwrap_err();
    let shown: Vec<(usize, &str)> = faults
        .iter()
        .filter(|fault| !fault.message.contains("duplicate id") && !fault.message.contains("duplicate code"))
        .map(|fault| (fault.line, fault.pointer.as_str()))
        .collect();
    let wanted = [
        (1, "/extra"),
        (8, "/cases/0/notes/0"),
        (16, "/cases/1/twin"),
        (32, "/cases/3/examples/1/same_as"),
        (1, ""),
    ];
    assert_eq!(shown, wanted, "{faults:#?}");
    let first = faults[0].to_string();
    assert!(first.ends_with("0.json:1: /extra: unknown key `extra`"), "{first}");
}

#[test]
fn refuses_what_cannot_be_read() {
    let rules = RuleBook::parse(WIRE).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let faults = load(&Source::Dir(dir.path().into()), &rules).unwrap_err();
    assert_eq!(faults[0].message, "holds no vector file");
    let faults = load(&Source::at(dir.path().join("none.json")), &rules).unwrap_err();
    assert!(faults[0].message.starts_with("cannot be read"), "{faults:#?}");
    std::fs::create_dir(dir.path().join("deep")).unwrap();
    std::fs::write(dir.path().join("deep/bytes.json"), b"{\n\"\xff\"}").unwrap();
    let faults = load(&Source::Dir(dir.path().into()), &rules).unwrap_err();
    assert_eq!((faults[0].line, faults[0].message.as_str()), (2, "is not UTF-8 at byte 3"));
}
