//! Entries that do not tell the truth: each is found, with the lines that mend it.

use crate::bench::check;
use crate::row::How::*;
use crate::row::*;

#[test]
fn an_entry_that_does_not_tell_the_truth_is_found_with_the_lines_that_mend_it() {
    for row in [
        Row {
            about: "it passes",
            entries: fails(TWO_BYTE, CORRUPTS),
            wanted: &[(TWO_BYTE, "xpass"), ("FRAME-10", "held")],
            found: &[("passed", "it passes", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "the example passes, and another is known to fail",
            entries: [
                fails("sigil/known-answers#4", "sigil.hex"),
                fails("sigil/known-answers#5", "sigil.hex"),
            ]
            .concat(),
            seen: &[("sigil/known-answers#5", Fails("sigil.hex"))],
            wanted: &[(SIGILS, "xfail")],
            found: &[("passed", "it passes", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "nothing in the glob fails so",
            entries: fails("framing/split-*", CORRUPTS),
            found: &[(
                "passed",
                "none of the 6 cases that it is about fails with `framing.split-corrupts`",
                ENTRY,
            )],
            ..Row::default()
        },
        Row {
            about: "no case of the rule fails so",
            entries: fails("rule:FRAME-10", CORRUPTS),
            seen: &[(EVERY_BYTE, Fails("framing.died"))],
            wanted: &[(EVERY_BYTE, "fail")],
            found: &[("passed", "none of the 8 cases", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "the shim supports it",
            entries: unsupported(ROUND_TRIP),
            wanted: &[(ROUND_TRIP, "xpass")],
            found: &[("passed", "the shim supports it", "-|-|-|-")],
            ..Row::default()
        },
        Row {
            about: "the rule that is judged on every line is kept",
            entries: fails("ambient/frame-02", "ambient.frame-02"),
            found: &[("passed", "it passes", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "it fails otherwise",
            entries: fails(TWO_BYTE, CORRUPTS),
            seen: &[(TWO_BYTE, Fails("framing.died"))],
            wanted: &[(TWO_BYTE, "fail"), ("FRAME-10", "violated")],
            found: &[(
                "otherwise",
                "it fails with `framing.died`, instead of failing with `framing.split-corrupts`",
                r#"code = "framing.died""#,
            )],
            ..Row::default()
        },
        Row {
            about: "a flaky case fails otherwise",
            entries: flaky(EVERY_BYTE, CORRUPTS),
            seen: &[(EVERY_BYTE, Fails("framing.died"))],
            found: &[("otherwise", "it fails with `framing.died`", r#"code = "framing.died""#)],
            ..Row::default()
        },
        Row {
            about: "it fails, where the shim was to lack it",
            entries: unsupported(ROUND_TRIP),
            seen: &[(ROUND_TRIP, Fails("tools.died"))],
            found: &[(
                "otherwise",
                "it fails with `tools.died`, instead of being answered with `unsupported`",
                "status = \"fail\"\ncode = \"tools.died\"",
            )],
            ..Row::default()
        },
        Row {
            about: "the shim lacks it, where it was to fail",
            entries: fails(TWO_BYTE, CORRUPTS),
            seen: &[(TWO_BYTE, Unsupported)],
            found: &[("otherwise", "the shim answers `unsupported`", "status = \"unsupported\"|-")],
            ..Row::default()
        },
        Row {
            about: "it fails at times",
            entries: fails(EVERY_BYTE, CORRUPTS),
            seen: &[(EVERY_BYTE, AtTimes(CORRUPTS))],
            found: &[("otherwise", "each of the 5 times", r#"status = "flaky""#)],
            ..Row::default()
        },
        Row {
            about: "one of two codes of a case is gone",
            entries: [fails(SIGILS, "sigil.hex"), fails(SIGILS, "sigil.value")].concat(),
            seen: &[("sigil/known-answers#1", Fails("sigil.value"))],
            found: &[("passed", "it no longer fails with `sigil.hex`, only with `sigil.value`", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "no such case, example, rule, glob",
            entries: [
                fails("framing/split-inside-a-two-byte-charakter", CORRUPTS),
                fails("sigil/known-answers#99", "sigil.hex"),
                fails("framing/split-at-every-byte#1", CORRUPTS),
                fails("rule:FRAME-99", CORRUPTS),
                fails("framign/*", CORRUPTS),
            ]
            .concat(),
            found: &[
                ("unmatched", "`framing/split-inside-a-two-byte-character`", ENTRY),
                ("unmatched", "has no example #99 (hint: it has #1 to #17)", ENTRY),
                ("unmatched", "has steps, and no examples", ENTRY),
                ("unmatched", "no case decides that rule (hint: the nearest are `FRAME-09`", ENTRY),
                ("unmatched", "no case matches (hint: the nearest are `framing/", ENTRY),
            ],
            ..Row::default()
        },
        Row {
            about: "it does not bind this client",
            entries: fails(ROUND_TRIP, "tools.died"),
            asked: &[Asked::Without("tools")],
            found: &[("not_applicable", "the client does not claim the surface `tools`", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "the example cannot be shown",
            entries: fails("dusk/boundary-is-alive#1", "dusk.boundary"),
            asked: &[Asked::Without("clock.virtual")],
            found: &[("not_applicable", "lacks what would make the example visible", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "nothing came to pass on which it could fail",
            entries: fails(TWO_BYTE, CORRUPTS),
            seen: &[(TWO_BYTE, Idle)],
            found: &[("not_applicable", "nothing was judged: nothing came to pass", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "twice the same",
            entries: [fails(EVERY_BYTE, CORRUPTS), flaky(EVERY_BYTE, CORRUPTS)].concat(),
            seen: &[(EVERY_BYTE, Fails(CORRUPTS))],
            wanted: &[(EVERY_BYTE, "xfail")],
            found: &[("doubled", "the same as the entry in line 1", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "a glob of which cases leave nothing",
            entries: [fails("framing/split-*", CORRUPTS), fails(EVERY_BYTE, CORRUPTS)].concat(),
            seen: &[(EVERY_BYTE, Fails(CORRUPTS))],
            found: &[("doubled", "waived by `framing/split-at-every-byte` in line 6", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "the day after its last",
            entries: fails(EVERY_BYTE, CORRUPTS) + "until = 2026-11-24\n",
            seen: &[(EVERY_BYTE, Fails(CORRUPTS))],
            wanted: &[(EVERY_BYTE, "fail"), ("FRAME-10", "violated")],
            found: &[("expired", "it expired with 2026-11-24", "until = YYYY-MM-DD")],
            ..Row::default()
        },
        Row {
            about: "expired, but it passes by now",
            entries: fails(EVERY_BYTE, CORRUPTS) + "until = 2026-11-24\n",
            found: &[("passed", "it passes", "-|-|-|-|-|-")],
            ..Row::default()
        },
        Row {
            about: "no reason yet, and expired",
            entries: fails(EVERY_BYTE, CORRUPTS).replace(&format!("\"{REASON}\""), "\"\"\"\nTODO\"\"\"")
                + "until = 2020-01-01\n",
            seen: &[(EVERY_BYTE, Fails(CORRUPTS))],
            found: &[
                ("expired", "2020-01-01", "until = YYYY-MM-DD"),
                ("no_reason", "a placeholder", "reason = \"…\"|-"),
            ],
            ..Row::default()
        },
    ] {
        check(&row);
    }
}
