//! What entries waive: failures that they name, and what could not be seen for those.

use thrum_conform::exit::Exit;
use thrum_conform::rule::Party;

use crate::bench::check;
use crate::row::How::*;
use crate::row::*;

#[test]
fn what_is_known_is_waived_and_nothing_else() {
    for row in [
        Row { about: "nothing known, nothing wrong", ..Row::default() },
        Row {
            about: "nothing is known of a failure",
            seen: &[(TWO_BYTE, Fails(CORRUPTS))],
            wanted: &[(TWO_BYTE, "fail"), ("FRAME-10", "violated")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "a case",
            entries: fails(TWO_BYTE, CORRUPTS),
            seen: &[(TWO_BYTE, Fails(CORRUPTS))],
            wanted: &[(TWO_BYTE, "xfail"), (EVERY_BYTE, "pass"), ("FRAME-10", "waived")],
            ..Row::default()
        },
        Row {
            about: "a case, and another that breaks the same rule",
            entries: fails(TWO_BYTE, CORRUPTS),
            seen: &[(TWO_BYTE, Fails(CORRUPTS)), (EVERY_BYTE, Fails(CORRUPTS))],
            wanted: &[(TWO_BYTE, "xfail"), (EVERY_BYTE, "fail"), ("FRAME-10", "violated")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "an example of a call case",
            entries: fails("sigil/known-answers#4", "sigil.hex"),
            seen: &[("sigil/known-answers#4", Fails("sigil.hex"))],
            wanted: &[(SIGILS, "xfail"), ("SIGIL-01", "waived")],
            ..Row::default()
        },
        Row {
            about: "an example, and another that fails alike",
            entries: fails("sigil/known-answers#4", "sigil.hex"),
            seen: &[
                ("sigil/known-answers#4", Fails("sigil.hex")),
                ("sigil/known-answers#5", Fails("sigil.hex")),
            ],
            wanted: &[(SIGILS, "fail"), ("SIGIL-01", "violated")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "all examples that fail by a code, and one that fails by another",
            entries: fails(SIGILS, "sigil.hex"),
            seen: &[
                ("sigil/known-answers#1", Fails("sigil.value")),
                ("sigil/known-answers#4", Fails("sigil.hex")),
                ("sigil/known-answers#5", Fails("sigil.hex")),
            ],
            wanted: &[(SIGILS, "fail")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "a rule, whatever case breaks it",
            entries: fails("rule:FRAME-10", CORRUPTS),
            seen: &[(TWO_BYTE, Fails(CORRUPTS)), (EVERY_BYTE, Fails(CORRUPTS))],
            wanted: &[(EVERY_BYTE, "xfail"), ("FRAME-10", "waived")],
            ..Row::default()
        },
        Row {
            about: "a glob, and what passes in it",
            entries: fails("framing/split-*", CORRUPTS),
            seen: &[(EVERY_BYTE, Fails(CORRUPTS))],
            wanted: &[(EVERY_BYTE, "xfail"), (TWO_BYTE, "pass")],
            ..Row::default()
        },
        Row {
            about: "a glob, and what fails otherwise in it",
            entries: fails("framing/split-*", CORRUPTS),
            seen: &[(EVERY_BYTE, Fails(CORRUPTS)), ("framing/split-inside-an-escape", Fails("framing.died"))],
            wanted: &[(EVERY_BYTE, "xfail"), ("framing/split-inside-an-escape", "fail")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "in one role, and passing in the other",
            entries: fails("handshake/hello-comes-at-once", "handshake.hello-not-at-once"),
            seen: &[("handshake/hello-comes-at-once", FailsAs(Party::Worker, "handshake.hello-not-at-once"))],
            wanted: &[
                ("handshake/hello-comes-at-once client", "pass"),
                ("handshake/hello-comes-at-once worker", "xfail"),
                ("HELLO-02 client", "held"),
                ("HELLO-02 worker", "waived"),
            ],
            ..Row::default()
        },
        Row {
            about: "a rule that is judged on every line, by its name among the cases",
            entries: fails("ambient/frame-02", "ambient.frame-02"),
            seen: &[(ROUND_TRIP, OnALine("FRAME-02"))],
            wanted: &[("ambient/frame-02", "xfail"), ("FRAME-02 client", "waived")],
            ..Row::default()
        },
        Row {
            about: "a rule that is judged on every line, by its id",
            entries: fails("rule:FRAME-02", "ambient.frame-02"),
            seen: &[(ROUND_TRIP, OnALine("FRAME-02"))],
            wanted: &[("ambient/frame-02", "xfail")],
            ..Row::default()
        },
        Row {
            about: "a negative whose twin is waived",
            entries: fails(GOOD_LINE, "framing.good-line-lost"),
            seen: &[(GOOD_LINE, Fails("framing.good-line-lost"))],
            wanted: &[
                (GOOD_LINE, "xfail"),
                ("framing/array-line-is-no-tone", "xfail"),
                ("FRAME-12", "waived"),
            ],
            ..Row::default()
        },
        Row {
            about: "a negative whose twin is not",
            seen: &[(GOOD_LINE, Fails("framing.good-line-lost"))],
            wanted: &[("framing/array-line-is-no-tone", "inconclusive")],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "what a waived break stood in the way of",
            entries: fails(TWO_BYTE, CORRUPTS),
            seen: &[(TWO_BYTE, Fails(CORRUPTS)), (ROUND_TRIP, Blocked("FRAME-10", CORRUPTS))],
            wanted: &[(ROUND_TRIP, "xfail")],
            ..Row::default()
        },
        Row {
            about: "what another break of the same rule stood in the way of",
            entries: fails(TWO_BYTE, CORRUPTS),
            seen: &[(TWO_BYTE, Fails(CORRUPTS)), (ROUND_TRIP, Blocked("FRAME-10", "framing.died"))],
            wanted: &[(ROUND_TRIP, "inconclusive")],
            exit: Some(Exit::Incomplete),
            ..Row::default()
        },
        Row {
            about: "what the shim does not support",
            entries: unsupported(ROUND_TRIP),
            seen: &[(ROUND_TRIP, Unsupported)],
            wanted: &[(ROUND_TRIP, "xfail"), ("TOOL-02", "waived")],
            ..Row::default()
        },
        Row {
            about: "what the shim does not support, and nobody knows",
            seen: &[(ROUND_TRIP, Unsupported)],
            wanted: &[(ROUND_TRIP, "inconclusive")],
            exit: Some(Exit::Incomplete),
            ..Row::default()
        },
        Row {
            about: "a flaky case that passes",
            entries: flaky(EVERY_BYTE, CORRUPTS),
            wanted: &[(EVERY_BYTE, "flaky"), ("FRAME-10", "held")],
            ..Row::default()
        },
        Row {
            about: "a flaky case that fails",
            entries: flaky(EVERY_BYTE, CORRUPTS),
            seen: &[(EVERY_BYTE, Fails(CORRUPTS))],
            wanted: &[(EVERY_BYTE, "flaky"), ("FRAME-10", "waived")],
            ..Row::default()
        },
        Row {
            about: "a flaky case that does both",
            entries: flaky(EVERY_BYTE, CORRUPTS),
            seen: &[(EVERY_BYTE, AtTimes(CORRUPTS))],
            wanted: &[(EVERY_BYTE, "flaky")],
            ..Row::default()
        },
        Row {
            about: "a flaky case that fails under another code too",
            entries: flaky(EVERY_BYTE, CORRUPTS),
            seen: &[(EVERY_BYTE, AtTimesEither(CORRUPTS, "framing.died"))],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "a case that does both, and nobody knows",
            seen: &[(EVERY_BYTE, AtTimes(CORRUPTS))],
            exit: Some(Exit::Failed),
            ..Row::default()
        },
        Row {
            about: "on its last day",
            entries: fails(EVERY_BYTE, CORRUPTS) + "until = 2026-11-25\n",
            seen: &[(EVERY_BYTE, Fails(CORRUPTS))],
            wanted: &[(EVERY_BYTE, "xfail")],
            ..Row::default()
        },
    ] {
        check(&row);
    }
}
