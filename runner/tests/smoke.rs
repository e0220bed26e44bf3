//! `smoke`: each mistake of shim authors is found, with the line that was wrong and what is right, and a shim
//! that is only unfinished is green at its level.

use std::path::Path;

use assert_cmd::Command;

/// Runs `smoke` against the shim with this mistake; gives exit code and output.
fn smoke(mistake: &str) -> (Option<i32>, String) {
    let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shims/mistaken.py");
    let shim = shim.display().to_string();
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    command.args(["smoke", "--timeout-scale", "0.5", "--", "python3", &shim, mistake]);
    let output = command.output().expect("the binary runs");
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!text.contains("panicked"), "{mistake}\n{text}");
    (output.status.code(), text)
}

/// Mistakes with what must be said of each: the line where one was wrong, what is wrong, and the hint.
const MISTAKES: &[(&str, &[&str])] = &[
    // the form of lines
    ("pretty-printed", &["a message stands on", "on one line", "\"id\": 0"]),
    ("array", &["a JSON array, no object", "[{\"id\": 0"]),
    ("single-quotes", &["a line on stdout is no JSON", "'ok': True", "build it with a JSON library"]),
    ("prints", &["a line on stdout is no message", "got  handling start", "print logs to stderr"]),
    ("no-newline", &["a line that does not end", "\"id\": 0", "end each message with LF"]),
    ("not-flushed", &["came only when stdin had ended", "flush stdout after each line"]),
    ("reads-to-the-end", &["came only when stdin had ended", "line by line"]),
    ("never-replies", &["no reply", "sent {\"op\":\"start\"", "write a line of JSON to stdout"]),
    ("dies-at-start", &["the process ended instead of a reply: exit status: 1", "No module named 'thrum'"]),
    // replies
    ("wrong-id", &["the reply has the id 1000", "`\"id\":0`", "got  {\"id\": 1000"]),
    ("string-id", &["`id` is the string `\"0\"`, no number", "`\"id\":0`"]),
    ("no-id", &["the reply lacks `id`", "`\"id\":0`"]),
    ("no-ok", &["the reply lacks `ok`", "sent {\"op\":\"ping\"", "got  {\"id\": 1}"]),
    ("extra-key", &["the reply has the unknown key `time`", "a right one: `{\"id\":3,\"ok\":true}`"]),
    ("replies-twice", &["a reply came that nobody waits for", "reply once to each request"]),
    ("refuses-start", &["`start` is refused", "shim protocol 1"]),
    // start
    ("no-v", &["the reply lacks `v`", "version of the shim protocol"]),
    (
        "other-wire",
        &["the client targets wire 0.6.0, and the suite is about wire 0.7.0", "client --wire 0.6.0"],
    ),
    ("unknown-capability", &["there is no capability `tolls`", "did you mean `tools`?"]),
    ("unknown-profile", &["`dokument` is none of `document`, `live`", "`document` is near"]),
    ("caps-no-list", &["`caps`: `hello` is no array", "`\"caps\":[]`"]),
    // what does not exist
    (
        "accepts-any-op",
        &["an op that does not exist is not refused", "sent {\"op\":\"probe-", "\"unsupported\":true"],
    ),
    ("accepts-any-function", &["a function that does not exist is not refused", "no-such-function"]),
    ("accepts-any-act", &["an act that does not exist is not refused", "no-such-act"]),
    ("any-client", &["a client that was never opened is accepted", "no-such-client"]),
    ("hangs-on-unknown", &["no reply, although `ping` is answered", "sent {\"op\":\"probe-"]),
    // call
    ("no-value", &["the reply lacks `value`", "what the helper returned", "sent {\"op\":\"call\""]),
    ("value-of-another-type", &["the value of `version` is not a string", "\"value\": 7"]),
    ("call-refused", &["`sigil` refuses good arguments: TypeError", "how the shim calls the helper"]),
    ("dies-on-call", &["the process ended instead of a reply", "KeyError: 'fn'"]),
    // open and end
    ("open-without-client", &["the reply lacks `client`", "\"client\":\"c1\""]),
    ("open-refused", &["`open` is refused", "not yet connected"]),
    ("same-handle", &["gave the handle `c1` a second time", "never use a handle again"]),
    ("exits-on-end", &["the process ended instead of a reply", "only `stop` ends the process"]),
    ("stays-after-stop", &["goes on after its reply to `stop`", "exit after `stop`"]),
    // acts
    (
        "waits-for-breath",
        &[
            "`\"wait\":false` wants a reply at once",
            "only when the daemon had sent its breath",
            "reply first",
        ],
    ),
    ("reads-no-stdin", &["stdin is not read while an act runs", "in a thread or a task"]),
    ("no-done", &["no event `done`", "\"ev\":\"done\",\"id\":"]),
    ("ignores-wait", &["no event `done`"]),
    ("done-failed", &["`connect` failed", "\"code\": \"Error\""]),
    (
        "waits-for-the-daemon",
        &["no reply, although `ping` is answered", "never wait for an answer of the daemon"],
    ),
    ("sends-nothing", &["the tone did not arrive"]),
    ("hello-late", &["the first tone on the connection is no hello (HELLO-01)"]),
    // events
    ("event-with-extra-key", &["the event has the unknown key `at`", "a right one: `{\"ev\":\"delivered\""]),
    ("event-without-conn", &["the event lacks `conn`", "from 1"]),
    ("event-conn-string", &["`conn`: ", "is no integer", "from 1"]),
    ("event-without-to", &["the event lacks `to`", "null for the catch-all"]),
    ("event-other-client", &["the event names the client `client-1`", "reply to `open` gave: `c"]),
    ("event-unknown", &["there is no event `\"deliverd\"`", "`delivered`"]),
    ("shim-error", &["the shim says that it failed: KeyError: 'sid'"]),
    // routes
    (
        "deaf",
        &["no tone was reported, neither to the handler of the sid (CLI-01) nor to the catch-all (CLI-02)"],
    ),
    (
        "sid-deaf",
        &["a tone of a subscribed sid was not reported (CLI-01)", "(daemon) {\"chi\":\"session-ready\""],
    ),
    ("catch-all-deaf", &["a tone without a sid was not reported (CLI-02)", "`\"to\":null`"]),
    ("barrier-not-reported", &["a barrier was not reported", "whatever its chi"]),
    ("to-always-null", &["was reported with `\"to\":null` (CLI-01)", "let each handler report its own"]),
];

#[test]
fn each_mistake_is_explained_with_its_line_and_what_is_right() {
    let look = |(mistake, wanted): &(&str, &[&str])| {
        let (code, text) = smoke(mistake);
        let unsaid: Vec<_> =
            wanted.iter().chain(&["(hint: "]).filter(|part| !text.contains(**part)).collect();
        (code != Some(1) || !unsaid.is_empty())
            .then(|| format!("{mistake}: exit {code:?}, not said: {unsaid:?}\n{text}"))
    };
    // most of the time is spent waiting for what never comes
    let missed: Vec<String> = std::thread::scope(|scope| {
        let looks: Vec<_> = (0..8)
            .map(|first| {
                let rows = MISTAKES.iter().skip(first).step_by(8);
                scope.spawn(move || rows.filter_map(look).collect::<Vec<_>>())
            })
            .collect();
        looks.into_iter().flat_map(|look| look.join().expect("a look does not panic")).collect()
    });
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn one_mistake_is_no_heap_of_findings() {
    for (mistake, most) in
        [("string-id", 1), ("no-id", 1), ("prints", 1), ("event-without-conn", 1), ("extra-key", 1)]
    {
        let (_, text) = smoke(mistake);
        let findings = text.matches("(hint: ").count();
        assert!(findings <= most, "{mistake}: {findings} findings\n{text}");
    }
}

#[test]
fn a_shim_that_is_not_finished_is_green_at_its_level() {
    for (mistake, level, wanted) in [
        ("nothing-yet", "level 0 of 2", "next: the function `version`"),
        ("only-call", "level 1 of 2", "next: the function `sigil`, or `open`"),
        ("none", "level 2 of 2", "next: thrum-conform client -- python3"),
    ] {
        let (code, text) = smoke(mistake);
        assert_eq!(code, Some(0), "{mistake}\n{text}");
        for part in [level, wanted] {
            assert!(text.contains(part), "{mistake}: `{part}` is not said\n{text}");
        }
        assert!(!text.contains("(hint: "), "{mistake}\n{text}");
    }
}

#[test]
fn a_flood_ends_and_is_a_finding() {
    let (code, text) = smoke("floods");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the shim floods its stdout") && text.len() < 10_000, "{text}");
}

#[test]
fn a_command_that_cannot_be_run_is_no_finding() {
    let mut command = Command::cargo_bin("thrum-conform").expect("the binary is built");
    let output = command.args(["smoke", "--", "no-such-program-anywhere"]).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot run `no-such-program-anywhere`"));
}
