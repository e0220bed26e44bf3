//! What was not run, or not seen: it says nothing against an entry.

use thrum_conform::exit::Exit;
use thrum_conform::rule::{Party, Profile};

use crate::bench::{check, report};
use crate::row::How::*;
use crate::row::*;

#[test]
fn what_was_not_run_or_not_seen_says_nothing_against_an_entry() {
    let known = [
        fails(EVERY_BYTE, CORRUPTS),
        fails("framing/split-*", "framing.died"),
        fails("rule:FRAME-02", "ambient.frame-02"),
        fails("handshake/hello-comes-at-once", "handshake.hello-not-at-once"),
        fails("worker/chunk-has-its-fields", "worker.died"),
        fails("dusk/boundary-is-alive#1", "dusk.boundary"),
    ];
    for (about, asked) in [
        ("another case", vec![Asked::Run("tools/round-trip")]),
        ("another rule", vec![Asked::Rule("TOOL-02")]),
        ("a part of a glob", vec![Asked::Run("framing/split-before-the-lf")]),
        (
            "all but these",
            vec![
                Asked::Skip("framing/split-at*"),
                Asked::Skip("dusk/*"),
                Asked::Skip("handshake/hello-comes*"),
                Asked::Skip("worker/*"),
            ],
        ),
        ("another profile", vec![Asked::Profile(Profile::Live)]),
    ] {
        let asked: &'static [Asked] = asked.leak();
        check(&Row { about, entries: known.concat(), asked, ..Row::default() });
    }
    for (about, seen) in [
        ("the run ended before it", NotRun),
        ("it could not be seen", Hidden),
        ("something else stood in the way", Blocked("TOOL-02", "tools.died")),
    ] {
        let seen: &'static [_] = vec![(EVERY_BYTE, seen)].leak();
        let exit = report(&Row { about, seen, ..Row::default() }).exit;
        let entries = known[0].clone();
        check(&Row { about, entries, seen, exit: Some(exit), ..Row::default() });
    }
    // as an asker it passes, and nobody looked at the worker
    let worker = || fails("handshake/hello-comes-at-once", "handshake.hello-not-at-once");
    let asked = &[Asked::Role(Party::Client)];
    check(&Row { about: "one role of two", entries: worker(), asked, ..Row::default() });
    let found = &[("passed", "it passes", ENTRY)];
    check(&Row { about: "both roles", entries: worker(), found, ..Row::default() });
}

#[test]
fn in_a_file_about_both_a_shim_and_a_bee_each_run_speaks_of_its_own_cases() {
    let for_bees = || fails("bee-tools/call-is-answered", "bee-tools.died");
    let for_shims = || [fails(ROUND_TRIP, "tools.died"), fails("rule:TOOL-02", "tools.died")].concat();
    let exit = Some(Exit::Incomplete);
    for row in [
        Row {
            about: "a bee's case, in a file about a shim",
            entries: for_bees(),
            found: &[("not_applicable", "it is for whole bees: `--black-box`", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "a bee's case, in a file about both",
            entries: for_bees(),
            asked: &[Asked::Shared],
            ..Row::default()
        },
        Row {
            about: "a bee's case, when the bee runs",
            entries: for_bees(),
            asked: &[Asked::Bee, Asked::Shared],
            found: &[("passed", "it passes", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "a shim's cases, in a file about a bee",
            entries: fails(ROUND_TRIP, "tools.died"),
            asked: &[Asked::Bee],
            found: &[("not_applicable", "it needs a shim", ENTRY)],
            ..Row::default()
        },
        Row {
            about: "a shim's cases, in a file about both",
            entries: for_shims(),
            asked: &[Asked::Bee, Asked::Shared],
            exit,
            ..Row::default()
        },
        Row {
            about: "a case that both play, in a file about both",
            entries: fails("handshake/hello-comes-at-once", "handshake.hello-not-at-once"),
            asked: &[Asked::Bee, Asked::Shared],
            wanted: &[("handshake/hello-comes-at-once", "pass")],
            exit,
            ..Row::default()
        },
        Row {
            about: "what every line may break, of which a bee shows few",
            entries: fails("ambient/frame-02", "ambient.frame-02"),
            asked: &[Asked::Bee, Asked::Shared],
            exit,
            ..Row::default()
        },
    ] {
        check(&row);
    }
}
