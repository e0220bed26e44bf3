//! `baseline write`, `check` and `prune`: how known failures are kept.

use std::fs;

use crate::repository::*;

#[test]
fn known_failures_are_written_given_a_reason_and_taken_out_again() {
    let gate = Repository::of("decode-per-read", "# the end\n");
    let before = gate.config();
    gate.says(&["client", "--run", "framing/*"], 1, &["FAIL framing/split-", "split-inside", "1 violated"]);
    gate.says(
        &["baseline", "write"],
        0,
        &[
            "+ framing/split-inside-a-two-byte-character  framing.split-corrupts",
            "6 entries added",
            "`FIXME: why?`",
        ],
    );
    let written = gate.config();
    assert!(written.starts_with(&before), "{written}");
    gate.says(
        &["baseline", "check"],
        1,
        &["its reason is a placeholder", "+ reason = \"…\"", "6 entries, 6 findings"],
    );
    gate.says(&["client"], 1, &["BASELINE conformance.toml:6: framing/", "- reason = \"FIXME: why?\""]);
    gate.edit("FIXME: why?", KNOWN);
    gate.says(&["client"], 0, &["xfail framing/split-inside", KNOWN, "1 waived", " · conformance.toml · "]);
    gate.says(&["baseline", "check"], 0, &["6 entries, no finding"]);
    gate.says(&["baseline", "write"], 0, &["nothing was written"]);
    gate.says(&["baseline", "prune"], 0, &["no entry is stale: nothing was written"]);
    // the reader is rewritten: each entry is one too many
    gate.edit(", \"--mutant\", \"decode-per-read\"", "");
    let said = gate.says(&["client"], 1, &["xpass framing/split-inside-a-two-byte-character", "it passes"]);
    assert_eq!(said.matches("BASELINE").count(), 6, "{said}");
    gate.says(&["baseline", "check"], 1, &["- case = \"framing/split-inside-a-two-byte-character\""]);
    gate.says(
        &["baseline", "prune"],
        0,
        &["- framing/split-at-every-byte: it passes", "6 entries taken out"],
    );
    assert_eq!(gate.config(), before.replace(", \"--mutant\", \"decode-per-read\"", ""));
    gate.says(&["client", "--quiet"], 0, &[]);
}

#[test]
fn a_flaky_failure_is_written_as_such_and_may_come_and_go() {
    // every other process is the mutant; a case of the socket's path has a process of its own
    let gate = Repository::new("[client]\ncommand = [\"sh\", \"turns.sh\"]\n");
    gate.put(
        "turns.sh",
        "if rm turn 2>/dev/null; then exec OWN testee; fi\n: >turn\nexec OWN testee --mutant sock-runtime-dir-ignored\n",
    );
    let run = ["--run", "socket/runtime-dir-on-the-wire", "--role", "client", "--jobs", "1"];
    let six = [&run[..], &["--repeat", "6"]].concat();
    gate.says(&[&["client"], &six[..]].concat(), 1, &["UNSTEADY socket/runtime-dir-on-the-wire", "3 times"]);
    gate.says(
        &[&["baseline", "write"], &six[..]].concat(),
        0,
        &["+ socket/runtime-dir-on-the-wire  socket.runtime-dir  flaky"],
    );
    gate.edit("FIXME: why?", "depends on who was started before");
    let said = gate.says(&[&["client"], &six[..]].concat(), 0, &["flaky socket/runtime-dir-on-the-wire"]);
    assert!(!said.contains("UNSTEADY"), "{said}");
    for _ in 0..2 {
        gate.says(&[&["client"], &run[..]].concat(), 0, &["flaky socket/runtime-dir-on-the-wire"]);
    }
    gate.edit("\"flaky\"", "\"fail\"");
    gate.says(&[&["client"], &six[..]].concat(), 1, &["it did not come to the same", "+ status = \"flaky\""]);
}

#[test]
fn keeping_the_file_leaves_its_rights_and_links_as_they_are() {
    use std::os::unix::fs::PermissionsExt as _;
    let gate = Repository::of("decode-per-read", "");
    let real = gate.0.path().join("conformance.toml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("the file is there");
    std::os::unix::fs::symlink(&real, gate.0.path().join("link.toml")).expect("a link is made");
    gate.says(
        &["baseline", "write", "--config", "link.toml", "--run", SPLIT],
        0,
        &["1 entry added to link.toml"],
    );
    assert!(gate.config().contains(SPLIT), "{}", gate.config());
    assert_eq!(fs::metadata(&real).expect("the file is there").permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(gate.0.path().join("link.toml")).expect("it is there").is_symlink());
    let left: Vec<_> = fs::read_dir(gate.0.path()).expect("it is there").collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn nothing_is_written_where_a_client_cannot_be_tested() {
    let gate = Repository::new(&format!(
        "[client]\ncommand = [\"OWN\", \"testee\", \"--null\", \"delivers-only-barriers\"]\n{}",
        expect(SPLIT, &format!("code = \"framing.split-corrupts\"\nreason = \"{KNOWN}\""))
    ));
    let before = gate.config();
    for command in ["write", "check", "prune"] {
        gate.says(
            &["baseline", command, "--run", "framing/*", "--timeout", "300ms"],
            3,
            &["no case that builds on a connection was run", "(hint: "],
        );
    }
    assert_eq!(gate.config(), before);
}
