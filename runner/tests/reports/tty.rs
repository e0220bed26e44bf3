//! The report for people: what it tells and what it leaves out, within the width of any terminal, whatever a client says.

use thrum_conform::exit::Exit;
use thrum_conform::report::{CaseRow, CaseVerdict, Format, Look, Report, Verbosity};

use crate::{red, sample, wild, written};

/// The escapes that the report itself writes.
const STYLES: [&str; 6] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"];

/// The report without its colours.
pub fn told(report: &Report, look: Look) -> String {
    let mut text = written(report, Format::Tty(look));
    for style in STYLES {
        text = text.replace(style, "");
    }
    text
}

fn normal(report: &Report) -> String {
    told(report, Look::PLAIN)
}

fn verbose(report: &Report) -> String {
    told(report, Look { verbosity: Verbosity::Verbose, ..Look::PLAIN })
}

/// A failing run of these cases alone.
fn of(cases: Vec<CaseRow>) -> Report {
    Report { cases, rules: Vec::new(), unsteady: Vec::new(), waivers: Vec::new(), ..sample::everything() }
}

fn failing(id: &str, code: &str) -> CaseRow {
    let mut case = sample::failing(id);
    for row in &mut case.failures {
        code.clone_into(&mut row.failure.code);
    }
    case
}

fn unseen(id: &str, why: &str) -> CaseRow {
    let (verdict, why) = (CaseVerdict::Inconclusive, why.to_owned());
    CaseRow { verdict, why, failures: Vec::new(), ..sample::failing(id) }
}

fn columns(line: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(line)
}

#[test]
fn no_line_is_wider_than_the_terminal_and_none_steers_it() {
    let reports = red().into_iter().chain(wild());
    for (name, report) in reports {
        for (width, ascii) in [(40, false), (60, true), (80, false), (100, true), (200, false)] {
            for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
                let text = told(&report, Look { verbosity, width, ascii });
                let steers =
                    |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
                assert_eq!(text.find(steers), None, "{name}, {width} columns: {text}");
                assert!(!ascii || text.is_ascii(), "{name}, {width} columns: {text}");
                // what is to be copied, or found by its place in a file, is whole
                let is_whole = |line: &&str| {
                    line.starts_with("  rerun ")
                        || line.starts_with("BASELINE ")
                        || line.contains(" - [[expect]]")
                };
                for line in text.lines().filter(|line| !is_whole(line)) {
                    assert!(columns(line) <= width, "{name}, {width} columns: {line}");
                    assert_eq!(line.trim_end(), line, "{name}, {width} columns");
                }
            }
        }
    }
}

#[test]
fn colours_stand_around_words_and_end_with_them() {
    let text = written(&sample::everything(), Format::Tty(Look::PLAIN));
    for part in [
        "\u{1b}[31mFAIL\u{1b}[0m \u{1b}[1mframing/split-inside-a-two-byte-character\u{1b}[0m ",
        "  diff  /part/text   \u{1b}[32m- \"é\"\u{1b}[0m   \u{1b}[31m+ \"\u{fffd}\u{fffd}\"\u{1b}[0m\n",
        "\u{1b}[31m✗\u{1b}[0m framing ",
    ] {
        assert!(text.contains(part), "{part:?}\n{text:?}");
    }
    for line in text.lines() {
        assert_eq!(line.matches("\u{1b}[0m").count() * 2, line.matches('\u{1b}').count(), "{line:?}");
    }
}

#[test]
fn what_a_client_says_is_told_as_it_is_spelt() {
    let text = normal(&sample::says("\u{1b}[31mred\u{1b}]0;title\u{7}"));
    assert!(text.contains(r"\u{1b}[31mred\u{1b}]0;title\u{7}"), "{text}");
}

#[test]
fn many_failures_with_one_cause_are_one_diagnosis() {
    let sections = ["framing", "routing", "tools"];
    let cases =
        (0..30).map(|number| failing(&format!("{}/case-{number}", sections[number % 3]), "framing.lost"));
    let report = of(cases.collect());
    let text = normal(&report);
    assert_eq!(text.matches("FAIL ").count(), 1, "{text}");
    assert_eq!(text.matches("client under test").count(), 1, "{text}");
    for part in [
        "  also  29 more cases for the same cause (-v shows each in full)",
        "        framing   9  case-3, case-6, ",
        "        routing  10  case-1, ",
        "30 of 30 cases did not pass for one cause: framing.lost",
    ] {
        assert!(text.contains(part), "`{part}`\n{text}");
    }
    let all = verbose(&report);
    assert_eq!(all.matches("FAIL ").count(), 30, "{all}");
    assert!(!all.contains("also  "), "{all}");
}

#[test]
fn few_failures_with_one_cause_are_told_each() {
    let report =
        of((0..3).map(|number| failing(&format!("framing/case-{number}"), "framing.lost")).collect());
    let text = normal(&report);
    assert_eq!((text.matches("FAIL ").count(), text.contains("also  ")), (3, false), "{text}");
    assert!(!text.contains("one cause"), "{text}");
}

#[test]
fn a_code_that_every_section_has_is_one_cause() {
    let cases = ["framing", "encoding", "tools", "turns"];
    let report = of(cases
        .iter()
        .map(|section| failing(&format!("{section}/a"), &format!("{section}.died")))
        .collect());
    let text = normal(&report);
    assert_eq!(text.matches("FAIL ").count(), 1, "{text}");
    assert!(text.contains("4 of 4 cases did not pass for one cause: the process ended"), "{text}");
}

#[test]
fn failures_beyond_what_anybody_reads_have_a_line_each() {
    let report = of((0..25)
        .map(|number| failing(&format!("framing/case-{number}"), &format!("framing.{number}")))
        .collect());
    let text = normal(&report);
    assert_eq!(text.matches("client under test").count(), 20, "{text}");
    assert!(text.contains("5 more failures, in brief (-v shows each in full)"), "{text}");
    assert!(text.contains("FAIL framing/case-24  FRAME-10 framing.24"), "{text}");
    assert_eq!(verbose(&report).matches("client under test").count(), 25);
}

#[test]
fn what_could_not_be_seen_for_one_cause_is_counted() {
    let cases = (0..40)
        .map(|step| unseen(&format!("framing/case-{step}"), &format!("the client refused, at step {step}")));
    let mut report = of(cases.collect());
    report.cases.push(unseen("tools/other", "another reason"));
    let text = normal(&report);
    assert!(text.contains("???? 40 cases could not be seen  the client refused\n"), "{text}");
    assert!(text.contains("???? tools/other  another reason"), "{text}");
    assert!(text.contains("40 of 41 cases could not be seen for one cause: the client refused"), "{text}");
    assert_eq!(verbose(&report).matches("???? ").count(), 41);
}

#[test]
fn what_one_diagnosis_explains_is_not_told_case_by_case() {
    let cases = (0..9).map(|number| unseen(&format!("framing/case-{number}"), "blocked")).collect();
    let report = Report { diagnosis: sample::broken().diagnosis, exit: Exit::Incomplete, ..of(cases) };
    let text = normal(&report);
    assert!(!text.contains("????") && !text.contains("one cause"), "{text}");
    assert!(text.contains("(hint: look at the shim)"), "{text}");
}

#[test]
fn a_case_that_breaks_several_rules_has_one_picture() {
    let mut case = failing("framing/case", "framing.lost");
    case.failures.extend(failing("framing/case", "framing.late").failures);
    let text = normal(&of(vec![case]));
    assert_eq!(text.matches("FAIL ").count(), 1, "{text}");
    assert_eq!(text.matches("client under test").count(), 1, "{text}");
    assert_eq!(text.matches("  rerun ").count(), 1, "{text}");
    assert!(text.contains("code  framing.lost") && text.contains("code  framing.late"), "{text}");
}

#[test]
fn of_a_whole_bee_both_streams_are_its_output() {
    let report = of(vec![failing("framing/case", "framing.lost")]);
    let text = normal(&report);
    assert!(text.contains("\n  stderr a line of the client\n") && !text.contains("  output "), "{text}");
    let text = normal(&Report { level: 0, ..report });
    assert!(text.contains("\n  output a line of the client\n") && !text.contains("  stderr "), "{text}");
}

#[test]
fn only_the_end_of_what_a_process_wrote_is_shown() {
    let mut case = failing("framing/case", "framing.lost");
    case.stderr = (1..=14).map(|number| format!("line {number}")).collect::<Vec<_>>().join("\n");
    let text = normal(&of(vec![case]));
    assert!(text.contains("  stderr … 4 lines before\n         line 5\n"), "{text}");
    assert!(text.contains("         line 14\n"), "{text}");
}

#[test]
fn long_values_stand_above_each_other_around_what_differs() {
    let mut case = failing("framing/case", "framing.lost");
    let long = "語".repeat(500);
    let difference = &mut case.failures[0].failure.differences[0];
    difference.wanted = format!("\"{long}A{long}\"");
    difference.got = Some(format!("\"{long}B{long}\""));
    for width in [40, 60, 100, 200] {
        let text = told(&of(vec![case.clone()]), Look { width, ..Look::PLAIN });
        let shown = |mark: &str| {
            let line = text
                .lines()
                .find(|line| line.starts_with(mark))
                .unwrap_or_else(|| panic!("{mark} in\n{text}"));
            line[mark.len()..].to_owned()
        };
        let (wanted, got) = (shown("        - …"), shown("        + …"));
        let place = wanted.find('A').expect("the difference is shown");
        assert_eq!(got.find('B'), Some(place), "{text}");
    }
}
