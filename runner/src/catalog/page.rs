//! A page of text for people: headings, wrapped prose, and lists whose second column keeps to itself.

use anstyle::Style;
use textwrap::{Options, WordSplitter};

use crate::report::text::columns;

/// Columns before all but headings.
const INDENT: &str = "  ";
/// The second column of a list has at least so many columns, or goes below.
const PROSE_MIN: usize = 36;

/// A page while it is written.
pub(super) struct Page {
    text: String,
    width: usize,
}

impl Page {
    /// An empty page of so many columns.
    pub(super) fn new(width: usize) -> Self {
        Self { text: String::new(), width }
    }

    /// What the page is about, and facts beside it.
    pub(super) fn title(&mut self, name: &str, facts: &[String]) {
        let bold = Style::new().bold();
        let line =
            std::iter::once(name).chain(facts.iter().map(String::as_str)).collect::<Vec<_>>().join(" · ");
        let wrapped = self.wrapped(&line, "", INDENT);
        self.text += &wrapped.replacen(name, &format!("{bold}{name}{bold:#}"), 1);
    }

    /// A heading, after an empty line.
    pub(super) fn heading(&mut self, text: &str) {
        let bold = Style::new().bold();
        self.text += &format!("\n{bold}{text}{bold:#}\n");
    }

    /// A paragraph, after an empty line.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.text.push('\n');
        self.line(text);
    }

    /// A line of its own, wrapped.
    pub(super) fn line(&mut self, text: &str) {
        let wrapped = self.wrapped(text, INDENT, INDENT);
        self.text += &wrapped;
    }

    /// A line for a shell, which no line break may enter.
    pub(super) fn command(&mut self, text: &str) {
        self.text += &format!("{INDENT}{text}\n");
    }

    /// A list: each name with what is said of it beside, or below where there is no room.
    pub(super) fn list(&mut self, rows: &[(String, String)]) {
        let widest = rows.iter().map(|(name, _)| columns(name)).max().unwrap_or(0);
        let beside = INDENT.len() + widest + INDENT.len();
        let below = INDENT.repeat(3);
        for (name, said) in rows {
            if beside + PROSE_MIN <= self.width {
                let blanks = " ".repeat(widest - columns(name));
                let wrapped =
                    self.wrapped(said, &format!("{INDENT}{name}{blanks}{INDENT}"), &" ".repeat(beside));
                self.text += &wrapped;
            } else {
                let wrapped = self.wrapped(said, &below, &below);
                self.text += &format!("{INDENT}{name}\n{wrapped}");
            }
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// With a line end; the blanks of an empty text are left out.
    fn wrapped(&self, text: &str, first: &str, rest: &str) -> String {
        // an id with a hyphen is one word, and whole however long it is
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_splitter(WordSplitter::NoHyphenation)
            .break_words(false);
        let lines = textwrap::wrap(text, options);
        lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect()
    }
}
