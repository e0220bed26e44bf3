//! The formats of reports: each is read by a parser of its own or checked against its schema, looks as its golden file
//! says, and is red exactly where the program does not end with 0.

mod badge;
mod github;
mod golden;
mod html;
mod json;
mod junit;
mod md;
mod sample;
mod tap;
mod tty;

use thrum_conform::report::{self, Format, Report};

#[path = "../readers/mod.rs"]
mod readers;

fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    report::write(report, format, &mut out).expect("memory can be written to");
    String::from_utf8(out).expect("a report is text")
}

/// Reports that must be red, and why.
fn red() -> Vec<(&'static str, Report)> {
    vec![
        ("everything", sample::everything()),
        ("incomplete", sample::incomplete()),
        ("interrupted", sample::interrupted()),
        ("broken", sample::broken()),
        ("unstarted", sample::unstarted()),
    ]
}

/// Reports full of what clients say, which must be well-formed all the same.
fn wild() -> Vec<(&'static str, Report)> {
    let escape = "\u{1b}[2J\u{1b}]0;title\u{7}";
    vec![
        ("hostile", sample::says(sample::HOSTILE)),
        ("a line of 2 MiB", sample::says(&"a]]>`#%".repeat((2 << 20) / 7))),
        ("2 MiB of lines", sample::says(&"not ok 1\n".repeat((2 << 20) / 9))),
        ("2 MiB of controls", sample::says(&escape.repeat((2 << 20) / escape.len()))),
        ("every character below 256", sample::says(&('\0'..='\u{ff}').collect::<String>())),
        ("empty", sample::says("")),
    ]
}
