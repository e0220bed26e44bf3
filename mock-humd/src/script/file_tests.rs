//! Tests of reading script files.

use super::*;

const VERBS: &str = "(hint: the verbs are `accept`, `tone`, `tones`, `raw`, `listen`, `hold`, `stall`, `resume`, `close`, \
    `repeat`, `pause`, `fault`, `restart`)";

fn said(text: &str) -> Vec<String> {
    Script::parse(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_connection_is_greeted_unless_a_step_on_it_names_hello_or_breath() {
    let script = Script::parse(
        "format: 1\nsteps:\n- {tone: {chi: prompt}, from: client}\n- accept: {as: a}\n- accept: {as: b}\n\
         - {resume: {}, on: a}\n- {tone: {chi: hello}, from: client}\n\
         - repeat: {times: 2, steps: [{accept: {as: c}}, {tone: {chi: breath}, from: daemon}]}\n",
    )
    .unwrap();
    assert_eq!(script.greets, [true, false, false, false]);
    assert_eq!(script.len(), 9);
    assert_eq!((script.steps[1].line, &*script.steps[1].text), (Some(4), r#"{"accept":{"as":"a"}}"#));
}

#[test]
fn all_faults_are_listed_with_their_lines() {
    let faults = said(
        r#"{"format":2,"steps":[5,
        {"drive":{}},
        {"hold":{},"resume":{}},
        {"hold":{},"on":"x"},
        {"accept":{}},{"tone":{"a":{"$x":1}},"from":"client"},
        {"hold":{},"on":1},{"pause":{"ms":0}},{"stall":1},{"fault":{"drop":0}},
        {"repeat":{"times":0,"as":1,"steps":[{"x":1}],"y":2}}],
        "x":1,"title":0,"when":[5,{"tone":1},{"tone":{"$x":1},"send":[{"$any":true}],"z":1}]}"#,
    );
    assert_eq!(
        faults,
        [
            "line 1: /format: wants 1",
            "line 8: /title: wants a text",
            "line 8: /x: unknown key",
            "line 8: /when/0: a rule is an object",
            "line 8: /when/1/tone: wants what a tone looks like",
            "line 8: /when/2/z: unknown key",
            "line 8: /when/2/tone/$x: unknown `$` key (hint: an object with `$` keys of its own needs `$literal`)",
            "line 8: /when/2/send/0/$any: a matcher cannot be sent (hint: put `$eg` beside it)",
            "line 1: /steps/0: a step is an object",
            &*format!("line 2: /steps/1/drive: no verb of a script {VERBS}"),
            &*format!("line 3: /steps/2: wants one verb, has 2 {VERBS}"),
            "line 4: /steps/3/on: no `accept` before this step names `x`",
            "line 5: /steps/4/accept/as: wants a name",
            "line 5: /steps/5/tone/a/$x: unknown `$` key (hint: an object with `$` keys of its own needs `$literal`)",
            "line 6: /steps/6/on: wants the name of a connection",
            "line 6: /steps/7/pause/ms: wants a time from 1 to 3600000",
            "line 6: /steps/8/stall: wants an object",
            "line 6: /steps/9/fault/drop: wants a number above 0",
            "line 7: /steps/10/repeat/y: unknown key",
            "line 7: /steps/10/repeat/times: wants a number above 0",
            "line 7: /steps/10/repeat/as: wants a name",
            &*format!("line 7: /steps/10/repeat/steps/0/x: no verb of a script {VERBS}"),
        ]
    );
    assert_eq!(said("[]"), ["line 1: a script is an object"]);
    assert_eq!(
        said("format: 1\n"),
        ["line 1: /steps: wants an array of steps (hint: a script without steps has rules under `when`)"]
    );
}

#[test]
fn a_script_has_its_limits() {
    let many = |step: &str, times: usize| {
        let inner = format!("{{repeat: {{times: {times}, steps: [{step}]}}}}");
        said(&format!("format: 1\nsteps: [{{repeat: {{times: {times}, steps: [{inner}]}}}}]\n"))
    };
    assert_eq!(many("{hold: {}}", 4000), ["line 2: /steps: plays more than 10000000 steps"]);
    assert_eq!(many("{accept: {as: x}}", 200), ["line 2: /steps: speaks of more than 10000 connections"]);
}
