//! Every matcher, with values on both sides of it.

use serde_json::{Value, json};

use super::{Pattern, Scope};

fn scope() -> Scope {
    Scope {
        variables: [("dir".to_owned(), "/t".to_owned())].into(),
        bound: [("id".to_owned(), json!([1, {"a": 2}]))].into(),
        written_ms: 1_700_000_000_000,
        read_ms: 1_700_000_000_010,
    }
}

fn matches(pattern: &Value, value: &str) -> bool {
    let value = (value != "absent").then(|| serde_json::from_str::<Value>(value).unwrap());
    Pattern::parse(pattern).unwrap().check(value.as_ref(), &mut scope()).is_empty()
}

#[track_caller]
fn check(pattern: &Value, met_by: &[&str], not_met_by: &[&str]) {
    for value in met_by {
        assert!(matches(pattern, value), "{pattern} should be met by {value}");
    }
    for value in not_met_by {
        assert!(!matches(pattern, value), "{pattern} should not be met by {value}");
    }
}

#[test]
fn plain_values_are_equal_by_value() {
    check(&json!(1), &["1", "1.0", "1e0", "10e-1"], &["2", "\"1\"", "true", "absent"]);
    check(&json!("é"), &["\"é\"", "\"\\u00e9\""], &["\"e\u{301}\"", "null"]);
    check(&json!(null), &["null"], &["absent", "false", "0"]);
    check(&json!(false), &["false"], &["null", "0", "true"]);
    check(&json!("${dir}/x"), &["\"/t/x\""], &["\"${dir}/x\""]);
}

#[test]
fn huge_numbers_are_exact() {
    let top = serde_json::from_str("18446744073709551615").unwrap();
    check(&top, &["18446744073709551615", "{\"$int\":\"18446744073709551615\"}"], &["18446744073709551616"]);
    let digits = "7".repeat(5000);
    check(&serde_json::from_str(&digits).unwrap(), &[&digits], &[&digits[1..]]);
    check(&serde_json::from_str("1e999").unwrap(), &["10e998"], &["1e998"]);
}

#[test]
fn objects_are_subsets_and_arrays_are_not() {
    check(&json!({"a": {"b": 1}}), &[r#"{"a":{"b":1,"c":2},"d":3}"#], &[r#"{"a":{"c":2}}"#, "[]", "{}"]);
    check(&json!([1, 2]), &["[1,2]"], &["[2,1]", "[1,2,3]", "[1]", "{}"]);
    check(&json!({}), &["{}", "{\"a\":1}"], &["[]", "null"]);
}

#[test]
fn exact_objects_allow_no_other_key_at_any_depth() {
    let pattern = Pattern::parse(&json!({"a": {"b": 1}, "c": {"$optional": 1}})).unwrap().exact();
    assert!(pattern.check(Some(&json!({"a": {"b": 1}})), &mut scope()).is_empty());
    let mismatches = pattern.check(Some(&json!({"a": {"b": 1, "x": 2}, "y/z": 3})), &mut scope());
    let said: Vec<_> = mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["/a/x: wanted no such key, got 2", "/y~1z: wanted no such key, got 3"]);
}

#[test]
fn types() {
    check(&json!({"$type": "string"}), &["\"\"", "{\"$utf16\":[55296]}"], &["1", "null", "absent"]);
    check(&json!({"$type": "integer"}), &["1", "1.0", "{\"$int\":\"5\"}"], &["1.5", "\"1\""]);
    check(&json!({"$type": "number"}), &["1", "1.5", "{\"$num\":\"NaN\"}"], &["\"1\"", "{}"]);
    check(&json!({"$type": ["null", "array"]}), &["null", "[]"], &["{}", "absent", "false"]);
    check(&json!({"$type": "object"}), &["{}"], &["[]", "{\"$int\":\"5\"}"]);
    check(&json!({"$type": "boolean"}), &["true"], &["0", "\"true\""]);
}

#[test]
fn integers_by_spelling_and_bounds() {
    check(&json!({"$integer": true}), &["0", "-7", "18446744073709551616"], &["1.0", "1e3", "\"1\"", "null"]);
    check(&json!({"$integer": {"min": 0, "max": 9}}), &["0", "9"], &["-1", "10", "5.0"]);
    check(&json!({"$integer": {"min": 5}}), &["5", "99999999999999999999"], &["4"]);
}

#[test]
fn expressions_and_lengths() {
    check(&json!({"$re": "^[a-z]+$"}), &["\"ab\""], &["\"aB\"", "\"\"", "5", "absent"]);
    check(&json!({"$re": "b"}), &["\"abc\""], &["\"ac\""]);
    check(
        &json!({"$len": 2}),
        &["\"é😀\"", "[1,2]", "{\"a\":1,\"b\":2}", "{\"$utf16\":[55296,97]}"],
        &["\"a\"", "2"],
    );
    check(&json!({"$len": {"min": 1, "max": 2}}), &["\"a\"", "[1,2]"], &["\"\"", "[1,2,3]", "null"]);
}

#[test]
fn presence() {
    check(&json!({"$any": true}), &["null", "0", "{}"], &["absent"]);
    check(&json!({"a": {"$absent": true}}), &["{}", "{\"b\":1}"], &["{\"a\":null}", "{\"a\":1}"]);
    check(&json!({"a": {"$optional": {"$type": "string"}}}), &["{}", "{\"a\":\"x\"}"], &["{\"a\":null}"]);
    check(&json!({"$oneOf": [{"$absent": true}, null, 1]}), &["absent", "null", "1"], &["2", "false"]);
    check(&json!({"$type": "string", "$eg": "x"}), &["\"y\""], &["1"]);
    check(&json!({"$eg": "x"}), &["\"y\"", "1"], &["absent"]);
}

#[test]
fn sets_and_unique_items() {
    check(
        &json!({"$setEquals": ["a", 1, {"b": 2}]}),
        &["[{\"b\":2},\"a\",1.0]"],
        &["[\"a\",1]", "[\"a\",1,{\"b\":2},1]", "[\"a\",1,{\"b\":2,\"c\":3}]", "{}"],
    );
    check(&json!({"$setEquals": ["a", "a"]}), &["[\"a\",\"a\"]"], &["[\"a\"]", "[\"a\",\"b\"]"]);
    check(
        &json!({"$unique": true}),
        &["[]", "[1,\"1\",[1]]"],
        &["[1,1.0]", "{}", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]"],
    );
}

#[test]
fn rids_and_times() {
    check(
        &json!({"$rid": true}),
        &["\"loyw3v28-0\"", "\"loyw3v2i-1z\""],
        &[
            "\"loyw3v27-0\"",
            "\"loyw3v2j-0\"",
            "\"LOYW3V28-0\"",
            "\"loyw3v28-00\"",
            "\"loyw3v28\"",
            "\"loyw3v28-0-1\"",
            "5",
        ],
    );
    check(&json!({"$rid": {"counter": 36}}), &["\"loyw3v28-10\""], &["\"loyw3v28-11\""]);
    check(
        &json!({"$now": 5}),
        &["1700000000005", "1700000000015", "1.700000000010e12"],
        &["1700000000004", "1700000000016", "1700000000005.5", "\"1700000000005\""],
    );
}

#[test]
fn references_and_literals() {
    check(&json!({"$ref": "id"}), &["[1,{\"a\":2}]", "[1.0,{\"a\":2}]"], &["[1]", "null"]);
    check(&json!({"$ref": "unknown"}), &[], &["null", "absent"]);
    check(&json!({"$literal": {"$any": true}}), &["{\"$any\":true}"], &["1", "{\"$any\":true,\"b\":1}"]);
    check(&json!({"$fill": 3}), &["\"xxx\""], &["\"xx\"", "\"xxy\"", "3"]);
}

#[test]
fn a_refusal_is_met_whatever_its_code() {
    check(
        &json!([null, {"$raises": true}]),
        &["[null,{\"$raises\":\"wane-full\"}]", "[null,{\"$raises\":null}]"],
        &["[null,null]", "[null,{\"raises\":1}]", "[null,{\"$raises\":1,\"x\":2}]"],
    );
}

#[test]
fn wrapped_values() {
    check(&json!({"$int": "7"}), &["7", "7.0", "{\"$int\":\"7\"}"], &["8", "\"7\""]);
    check(
        &json!({"$num": "Infinity"}),
        &["{\"$num\":\"Infinity\"}"],
        &["{\"$num\":\"-Infinity\"}", "1e999", "null"],
    );
    check(&json!({"$utf16": [55296]}), &["{\"$utf16\":[55296]}"], &["\"\u{fffd}\"", "{\"$utf16\":[55297]}"]);
    check(&json!({"$utf16": [97]}), &["\"a\"", "{\"$utf16\":[97]}"], &["\"b\""]);
    check(&json!("a"), &["{\"$utf16\":[97]}"], &["{\"$utf16\":[98]}"]);
}

#[test]
fn a_bind_takes_effect_only_if_the_whole_value_matches() {
    let pattern =
        Pattern::parse(&json!({"a": {"$bind": "x", "$type": "string"}, "b": {"$ref": "x"}})).unwrap();
    let mut scope = scope();
    assert_eq!(pattern.check(Some(&json!({"a": "v", "b": "w"})), &mut scope).len(), 1);
    assert_eq!(scope.bound.get("x"), None);
    assert_eq!(pattern.check(Some(&json!({"a": "v", "b": "v"})), &mut scope), []);
    assert_eq!(scope.bound.get("x"), Some(&json!("v")));
}

#[test]
fn a_choice_that_fails_binds_nothing() {
    let choice = json!({"$oneOf": [{"a": {"$bind": "x"}, "b": 1}, {"a": 2}]});
    let mut scope = scope();
    assert_eq!(Pattern::parse(&choice).unwrap().check(Some(&json!({"a": 2, "b": 3})), &mut scope), []);
    assert_eq!(scope.bound.get("x"), None);
}

#[test]
fn mismatches_say_where_and_what() {
    let pattern = Pattern::parse(&json!({
        "callId": "c-1", "list": [1, {"$type": ["string", "null"]}], "n": {"$integer": {"min": 0}}, "sid": {"$ref": "s"}
    }));
    let value = json!({"callId": "c-2", "list": [1, 5], "n": -1});
    let said: Vec<_> =
        pattern.unwrap().check(Some(&value), &mut scope()).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "/callId: wanted \"c-1\", got \"c-2\"",
            "/list/1: wanted a string or null, got 5",
            "/n: wanted an integer of at least 0, got -1",
            "/sid: wanted the value bound as `s`, got nothing",
        ]
    );
}

#[test]
fn all_faults_are_listed_with_their_places() {
    let bad = json!({
        "a": {"$type": "text"}, "b": [{"$re": "("}], "c": {"$nope": 1}, "d": {"$any": true, "e": 1},
        "f": {"$oneOf": [{"$len": "x"}]}, "g": {"$any": false}, "h": {"$integer": {"min": 2, "max": 1}},
        "i": {"$rid": {}}, "j": {"$bind": ""}, "k": {"$optional": {"$setEquals": 1}}, "l": {"$int": 5},
        "m": {"$len": {}}, "n": {"$integer": {"mean": 1}}
    });
    let faults = Pattern::parse(&bad).unwrap_err();
    let places: Vec<_> = faults.iter().map(|fault| &*fault.pointer).collect();
    assert_eq!(
        places.join(" "),
        "/a/$type /b/0/$re /c/$nope /d /f/$oneOf/0/$len /g/$any /h/$integer \
        /i/$rid /j/$bind /k/$optional/$setEquals /l/$int /m/$len /n/$integer"
    );
    assert_eq!(faults[1].to_string(), "/b/0/$re: `(` is no regular expression: unclosed group");
}

#[test]
fn only_a_literal_chi_is_named() {
    for (pattern, wanted) in [
        (json!({"chi": "log"}), Some("log")),
        (json!({"chi": {"$oneOf": ["log", "echo"]}}), None),
        (json!({"rid": "log"}), None),
        (json!("log"), None),
    ] {
        assert_eq!(Pattern::parse(&pattern).unwrap().names_chi(), wanted);
    }
}

#[test]
fn ten_thousand_levels_are_compared_on_a_small_stack() {
    let mut deep = json!(1);
    for _ in 0..10_000 {
        deep = Value::Array(vec![deep]);
    }
    let value = Value::Object([("a".to_owned(), deep)].into_iter().collect());
    let pattern = Pattern::parse(&json!({"a": 1})).unwrap();
    assert_eq!(pattern.check(Some(&value), &mut scope()).len(), 1);
    crate::deep::dismantle(value);
}
