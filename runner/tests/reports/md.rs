//! Markdown with GitHub's tables, read by pulldown-cmark.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use thrum_conform::report::{Format, Report};

use crate::{red, sample, wild, written};

/// What the summary of a GitHub step may hold.
const SUMMARY_BYTES_MAX: usize = 1 << 20;

/// What was read: text outside code, code, HTML, and how many rows the table has.
#[derive(Debug, Default)]
struct Read {
    prose: String,
    code: Vec<String>,
    html: String,
    headings: usize,
    links: usize,
    rows: usize,
    items: usize,
}

fn read(text: &str) -> Read {
    let mut read = Read::default();
    let mut block = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => block = Some(String::new()),
            Event::End(TagEnd::CodeBlock) => read.code.extend(block.take()),
            Event::Text(text) => block.as_mut().unwrap_or(&mut read.prose).push_str(&text),
            Event::Code(text) => read.code.push(text.into_string()),
            Event::Html(text) | Event::InlineHtml(text) => read.html.push_str(&text),
            Event::Start(Tag::Heading { .. }) => read.headings += 1,
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => read.links += 1,
            Event::Start(Tag::TableRow) => read.rows += 1,
            Event::Start(Tag::Item) => read.items += 1,
            _ => {}
        }
    }
    read
}

fn of(report: &Report) -> Read {
    read(&written(report, Format::Md))
}

#[test]
fn says_at_once_how_the_run_ended() {
    let head = |report: &Report| of(report).prose.split_once(" · wire").map(|(head, _)| head.to_owned());
    assert_eq!(head(&sample::fine()).as_deref(), Some("✅ thrum-conform: conformant"));
    for (what, report) in red() {
        let head = head(&report).unwrap_or_else(|| panic!("{what} has no head"));
        assert!(!head.starts_with('✅'), "{what}: {head}");
    }
}

#[test]
fn has_a_row_for_each_side_and_unfolds_what_is_not_well() {
    let read = of(&sample::everything());
    assert_eq!((read.rows, read.headings, read.links), (2, 1, 0), "{read:?}");
    assert!(read.prose.contains("document · client") && read.prose.contains("live · worker"), "{read:?}");
    // six cases, one warning, the stale entry of the baseline, and the known failures in one
    let folds = read.html.matches("<details>").count();
    assert_eq!((folds, read.html.matches("</details>").count(), read.items), (10, 10, 2), "{}", read.html);
    assert!(read.html.contains("❌ <code>framing/split-inside-a-two-byte-character</code>"), "{}", read.html);
    assert!(read.code.iter().any(|code| code.contains("✗ wanted \"é\"")), "{read:?}");
}

#[test]
fn what_a_client_writes_stands_in_code_alone() {
    for (what, report) in wild() {
        let text = written(&report, Format::Md);
        assert!(text.len() < SUMMARY_BYTES_MAX, "{what}: {} bytes", text.len());
        let (wild, plain) = (read(&text), of(&sample::everything()));
        assert_eq!(
            (wild.headings, wild.links, wild.rows),
            (plain.headings, plain.links, plain.rows),
            "{what}"
        );
        assert_eq!(wild.html, plain.html, "{what}");
        for part in ["forged", "@everyone", "evil.example", "script", "not ok"] {
            assert!(!wild.prose.contains(part), "{what}: `{part}` in\n{}", wild.prose);
        }
    }
    let many = Report {
        cases: (0..5000).map(|_| sample::says(sample::HOSTILE).cases.remove(1)).collect(),
        ..sample::everything()
    };
    let text = written(&many, Format::Md);
    assert!(text.len() < SUMMARY_BYTES_MAX, "{} bytes", text.len());
    assert!(text.contains("… and 4951 more"), "{}", &text[text.len() - 300..]);
}
