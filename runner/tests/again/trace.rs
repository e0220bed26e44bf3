//! `--trace`.

use super::{CASE, client, says};

/// What a run wrote to stderr.
fn traced(arguments: &[&str]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a folder");
    let output = client(dir.path(), arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).expect("it is cleaned").lines().map(str::to_owned).collect()
}

/// The lines below the title of a case.
fn below<'l>(lines: &'l [String], case: &str) -> &'l [String] {
    let from = 1 + lines.iter().position(|line| line == case).expect("the case has a title");
    let to = lines[from..].iter().position(|line| !line.starts_with(' ')).map_or(lines.len(), |to| from + to);
    &lines[from..to]
}

#[test]
fn frames_are_shown_in_order_each_with_time_connection_and_way() {
    let lines = traced(&["-q", "--trace", "-j", "1", "--run", CASE]);
    let frames = below(&lines, CASE);
    for (line, part) in frames.iter().zip([
        "ms    1 ◀── (connects)",
        "ms    1 ◀── {\"chi\":\"hello\"",
        "ms    1 ──▶ {\"chi\":\"breath\"",
        "ms    1 ──▶ {\"chi\":\"log\",\"rid\":\"~barrier-1\"",
        "ms    1 ──▶ {\"chi\":\"chunk\",\"rid\":\"c-1\",\"sid\":\"hum-x\",\"index\":0,\"part\":{\"text\":\"é\"}}",
        "ms    1 ──▶ {\"chi\":\"log\",\"rid\":\"~barrier-2\"",
        "ms    1 ──▶ (closes)",
    ]) {
        assert!(line.contains(part), "`{part}` is not in `{line}`");
    }
    assert_eq!(frames.len(), 7, "{frames:#?}");
}

#[test]
fn messages_of_the_shim_are_shown_where_they_are_asked_for() {
    let lines = traced(&["-q", "--trace=all", "-j", "1", "--run", CASE]);
    let all = below(&lines, CASE);
    for part in [
        "shim > {\"op\":\"open\"",
        "shim < {\"id\":",
        "shim > {\"op\":\"do\"",
        "shim < {\"ev\":\"delivered\"",
        "1 ◀── {\"chi\":\"hello\"",
        "shim > {\"op\":\"end\"",
    ] {
        assert!(all.iter().any(|line| line.contains(part)), "`{part}` is not said\n{all:#?}");
    }
    assert!(!traced(&["-q", "--trace", "--run", CASE]).iter().any(|line| line.contains("shim ")));
}

#[test]
fn side_by_side_each_line_says_of_which_case_it_is() {
    let lines = traced(&["-q", "--trace", "-j", "3", "--run", "tools/*"]);
    let named = lines.iter().filter(|line| line.contains(" ms tools/")).count();
    // the preflight comes before the others start, under a title
    let alone = below(&lines, "preflight/routes").len();
    assert!(
        named > 50 && alone > 5 && named + alone + 1 >= lines.len() - 1,
        "{named} {alone} {}",
        lines.len()
    );
}

#[test]
fn a_black_box_shows_its_frames_and_no_messages() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["-q", "--black-box", "--trace=all", "-j", "1", "--run", "bee-framing/*"];
    let text = says(dir.path(), &arguments, 3, &["meeting\n", "{\"chi\":\"prompt\"", "bee-framing/"]);
    assert!(!text.contains("shim >") && !text.contains("shim <"), "{text}");
}

/// The stream is not for the end of a case: a client that hangs is seen to have connected while it hangs.
#[test]
fn frames_are_shown_while_the_case_is_played() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let dir = tempfile::tempdir().unwrap();
    let arguments = [
        "-q",
        "--trace",
        "--black-box",
        "--timeout",
        "60s",
        "--timeout-scale",
        "1000",
        "--run",
        "bee-framing/*",
    ];
    let bee = ["--", super::PROGRAM, "testee", "--bee", "--null", "hangs-after-hello"];
    let mut running = client(dir.path(), &[&arguments[..], &bee].concat())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(running.stderr.take().expect("it is piped")).lines();
    let hello = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("{\"chi\":\"hello\"")));
    // hours would pass before it gives up on the prompt
    assert!(hello.is_some() && running.try_wait().expect("it can be waited for").is_none());
    running.kill().expect("it runs still");
    running.wait().expect("it ends");
}

#[test]
fn nothing_that_a_client_sends_steers_the_terminal() {
    let text = traced(&["-q", "--trace=all", "--run", "encoding/*"]).join("\n");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}
