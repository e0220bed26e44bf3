//! What a terminal gets, and what everything else gets: colours, width, letters, and a bar while cases run.

use std::process::{Command, Output};

/// A case that this mutant fails.
const FAILING: [&str; 5] =
    ["client", "--mutant", "decode-per-read", "--run", "framing/split-inside-a-two-byte-character"];
/// Replies never, so that its first case takes as long as it may.
const SLOW: [&str; 4] = ["client", "--run", "sigil/known-answers", "--timeout-scale"];

/// Runs a program on a terminal of 80 columns, and writes whatever the terminal gets.
const ON_A_TERMINAL: &str = "\
import fcntl, os, pty, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
try:
    while text := os.read(terminal, 65536):
        os.write(1, text)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))";

fn own() -> &'static str {
    env!("CARGO_BIN_EXE_thrum-conform")
}

/// Without what the environment of these tests may say of terminals.
fn bare(command: &mut Command) -> &mut Command {
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "CI"] {
        command.env_remove(name);
    }
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY").env("TERM", "xterm")
}

fn piped(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(own());
    bare(&mut command).args(arguments).envs(environment.iter().copied()).output().expect("the binary runs")
}

fn told(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = piped(arguments, environment);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("a report is text")
}

/// What a terminal gets of stdout and stderr.
fn on_a_terminal(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let mut command = Command::new("python3");
    let command = bare(&mut command).args(["-c", ON_A_TERMINAL, own()]).args(arguments);
    // Python would put a locale with Unicode where there is none
    command.env("PYTHONCOERCECLOCALE", "0");
    let output = command.envs(environment.iter().copied()).output().expect("python3 runs");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).expect("a terminal gets text")
}

#[test]
fn colours_follow_the_option_and_then_the_environment() {
    let check = |option: Option<&str>, environment: &[(&str, &str)], wanted: bool| {
        let option: Vec<&str> = option.iter().flat_map(|option| ["--color", option]).collect();
        let text = told(&[&FAILING[..], &option].concat(), environment);
        assert_eq!(text.contains('\u{1b}'), wanted, "{option:?} {environment:?}\n{text}");
    };
    check(None, &[], false);
    check(Some("always"), &[], true);
    check(Some("always"), &[("NO_COLOR", "1")], true);
    check(None, &[("CLICOLOR_FORCE", "1")], true);
    check(Some("never"), &[("CLICOLOR_FORCE", "1")], false);
}

#[test]
fn a_terminal_has_colours_unless_it_is_told_otherwise() {
    let red = "\u{1b}[31mFAIL\u{1b}[0m ";
    assert!(on_a_terminal(&FAILING, &[("LANG", "C.UTF-8")]).contains(red));
    assert!(!on_a_terminal(&FAILING, &[("NO_COLOR", "1")]).contains(red));
    let dumb = on_a_terminal(&FAILING, &[("TERM", "dumb")]);
    assert!(dumb.contains("FAIL framing/split") && !dumb.contains('\u{1b}'), "{dumb:?}");
}

#[test]
fn lines_are_as_wide_as_the_user_says() {
    for (columns, width) in [("60", 60), ("200", 110), ("none", 100)] {
        let text = told(&FAILING, &[("COLUMNS", columns)]);
        let widest =
            text.lines().filter(|line| !line.starts_with("  rerun")).map(|line| line.chars().count()).max();
        assert!(widest <= Some(width) && widest > Some(width - 20), "{columns}: {widest:?}\n{text}");
    }
}

#[test]
fn a_locale_without_unicode_gets_ascii() {
    for (environment, ascii) in [
        (&[("LC_ALL", "C")][..], true),
        (&[("LANG", "POSIX")], true),
        (&[("LANG", "C.UTF-8")], false),
        (&[], false),
    ] {
        let text = told(&FAILING, environment);
        assert_eq!(text.is_ascii(), ascii, "{environment:?}\n{text}");
        assert!(text.contains(if ascii { "-- chunk --" } else { "── chunk ──" }), "{environment:?}\n{text}");
        assert!(text.contains(if ascii { r#"- "\u{e9}""# } else { "- \"é\"" }), "{environment:?}\n{text}");
    }
    // nothing is known of this one
    let text = on_a_terminal(&FAILING, &[]);
    assert!(text.is_ascii() && text.contains("-- chunk --"), "{text}");
}

#[test]
fn a_bar_counts_the_cases_and_goes() {
    let text = on_a_terminal(&FAILING, &[("LANG", "C.UTF-8")]);
    let (bar, report) = text.rsplit_once("\r\u{1b}[2K").expect("the bar is cleared");
    assert!(bar.contains("█") && bar.contains("1 of 1 case, 1 failed"), "{bar:?}");
    assert!(report.trim_start().starts_with("\u{1b}[31mFAIL"), "{report:?}");
    // as wide as the terminal, less what a key echoes
    let pictures = bar.split("\r\u{1b}[2K").filter(|picture| !picture.is_empty());
    for picture in pictures {
        assert_eq!(picture.trim_end_matches(['\r', '\n']).chars().count(), 76, "{picture:?}");
    }
}

#[test]
fn there_is_no_bar_where_nobody_watches_or_wants_one() {
    assert!(piped(&FAILING, &[]).stderr.is_empty());
    for option in ["--quiet", "--trace"] {
        let text = on_a_terminal(&[&FAILING[..], &[option]].concat(), &[("LANG", "C.UTF-8")]);
        assert!(!text.contains("of 1 case"), "{text:?}");
    }
    assert!(!on_a_terminal(&FAILING, &[("TERM", "dumb")]).contains("of 1 case"));
}

#[test]
fn a_case_that_takes_long_is_named() {
    // hangs at the first call, which ends with the deadline
    let testee = ["3", "--", own(), "testee", "--null", "hang"];
    let text = on_a_terminal(&[&SLOW[..], &testee].concat(), &[("LANG", "C.UTF-8")]);
    assert!(text.contains("of 1 case · 1 s in sigil/known-answers"), "{text:?}");
}
