//! What is written on: so many columns, and on some terminals nothing but ASCII. Whatever people read goes through
//! here, so that no line is wider than the page, and none holds what steers a terminal or what the page cannot show.

use std::io::{self, Write};

use anstyle::{AnsiColor, Effects, Style};

use super::Look;
use crate::report::text::{apart_as, clean, columns, cut};

pub(super) const PLAIN: Style = Style::new();
pub(super) const BOLD: Style = Style::new().effects(Effects::BOLD);
pub(super) const DIM: Style = Style::new().effects(Effects::DIMMED);
pub(super) const RED: Style = AnsiColor::Red.on_default();
pub(super) const GREEN: Style = AnsiColor::Green.on_default();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Columns beyond which a line of prose is hard to follow.
const PROSE_MAX: usize = 110;
/// Columns of a value that anybody reads.
const VALUE_MAX: usize = 160;
/// Columns that are left for text, however narrow the page is.
const LEAST: usize = 20;
/// Characters that are looked at for each column of a text that is cut: some take none.
const SPELT: usize = 8;
/// Columns that `…` takes more of in ASCII.
const ASCII_MARK: usize = 2;

/// A piece of a line in one style.
pub(super) type Span = (Style, String);

/// A plain piece.
pub(super) fn plain(text: impl Into<String>) -> Span {
    (PLAIN, text.into())
}

/// Lines of text, on their way out.
pub(super) struct Page<'a> {
    look: Look,
    out: &'a mut dyn Write,
}

impl<'a> Page<'a> {
    pub(super) fn new(look: Look, out: &'a mut dyn Write) -> Self {
        Self { look, out }
    }

    /// Whether everything is to be told.
    pub(super) fn tells_all(&self) -> bool {
        self.look.verbosity == super::Verbosity::Verbose
    }

    /// The columns of a line of prose.
    pub(super) fn prose(&self) -> usize {
        self.look.width.min(PROSE_MAX)
    }

    /// The columns of a value that stands behind so many others.
    pub(super) fn room(&self, taken: usize) -> usize {
        self.look.width.saturating_sub(taken).clamp(LEAST, VALUE_MAX)
    }

    /// How many columns a text takes here.
    pub(super) fn columns(&self, text: &str) -> usize {
        columns(&self.spell(text))
    }

    /// The beginning of a text that may come from a client, in so many columns.
    pub(super) fn cut(&self, text: &str, most: usize) -> String {
        let most = if self.look.ascii { most.saturating_sub(ASCII_MARK) } else { most };
        // what is far beyond the cut need not be spelt
        match text.char_indices().nth(most * SPELT) {
            Some((end, _)) => cut(&format!("{}…", self.spell(&text[..end])), most),
            None => cut(&self.spell(text), most),
        }
    }

    /// Two texts that differ, each in so many columns around the place where they do.
    pub(super) fn apart(&self, one: &str, other: &str, most: usize) -> (String, String) {
        let most = if self.look.ascii { most.saturating_sub(2 * ASCII_MARK) } else { most };
        apart_as(one, other, most, &|text| self.spell(text))
    }

    /// An empty line.
    pub(super) fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line, as long as it is: what is to be copied, and what is known to fit.
    pub(super) fn line(&mut self, spans: &[Span]) -> io::Result<()> {
        let spans: Vec<Span> = spans.iter().map(|(style, text)| (*style, self.spell(text))).collect();
        self.put(&spans)
    }

    /// As many lines as it needs, broken between words; those after the first begin behind so many blanks.
    pub(super) fn hang(&mut self, indent: usize, spans: &[Span]) -> io::Result<()> {
        self.within(self.prose(), indent, spans)
    }

    /// The same on the whole width of the page.
    pub(super) fn hang_wide(&mut self, indent: usize, spans: &[Span]) -> io::Result<()> {
        self.within(self.look.width, indent, spans)
    }

    fn within(&mut self, width: usize, indent: usize, spans: &[Span]) -> io::Result<()> {
        let indent = indent.min(width.saturating_sub(LEAST));
        let mut lines = Lines { width, indent, done: Vec::new(), line: Vec::new(), wide: 0, gap: 0 };
        for (style, text) in spans {
            lines.add(*style, &self.spell(text));
        }
        lines.done.push(lines.line);
        lines.done.iter().try_for_each(|line| self.put(line))
    }

    fn put(&mut self, spans: &[Span]) -> io::Result<()> {
        let last = spans.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        for (place, (style, text)) in spans.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
            let text = if Some(place) == last { text.trim_end() } else { text };
            write!(self.out, "{style}{text}{style:#}")?;
        }
        writeln!(self.out)
    }

    /// A text, cleaned and in the letters of the page. Drawings keep their columns.
    fn spell(&self, text: &str) -> String {
        let text = clean(text);
        if !self.look.ascii || text.is_ascii() {
            return text;
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                c if c.is_ascii() => out.push(c),
                '─' | '–' | '−' | '·' => out.push('-'),
                '▶' => out.push('>'),
                '◀' => out.push('<'),
                '✓' => out.push('+'),
                '✗' => out.push('x'),
                '…' => out.push_str("..."),
                '—' => out.push_str("--"),
                '→' => out.push_str("->"),
                '≥' => out.push_str(">="),
                '±' => out.push_str("+-"),
                c => out.extend(c.escape_default()),
            }
        }
        out
    }
}

/// Words on their way into lines.
struct Lines {
    width: usize,
    indent: usize,
    done: Vec<Vec<Span>>,
    line: Vec<Span>,
    /// Columns of the line so far.
    wide: usize,
    /// Blanks before the next word.
    gap: usize,
}

impl Lines {
    fn add(&mut self, style: Style, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let words = rest.trim_start_matches(' ');
            self.gap += rest.len() - words.len();
            let (word, after) = words.split_at(words.find(' ').unwrap_or(words.len()));
            if !word.is_empty() {
                self.word(style, word);
            }
            rest = after;
        }
    }

    fn word(&mut self, style: Style, word: &str) {
        let wide = columns(word);
        let gap = std::mem::take(&mut self.gap);
        let begins = self.line.iter().all(|(_, text)| text.trim().is_empty());
        let fits_a_line = wide <= self.width - self.indent;
        if gap > 0 && !begins && fits_a_line && self.wide + gap + wide > self.width {
            self.turn();
        } else {
            let same = self.line.last().is_some_and(|(last, _)| *last == style);
            self.push(if same { style } else { PLAIN }, &" ".repeat(gap), gap);
        }
        if self.wide + wide <= self.width {
            return self.push(style, word, wide);
        }
        // longer than a line
        for c in word.chars() {
            let (letter, own) = (c.to_string(), columns(c.encode_utf8(&mut [0; 4])));
            if self.wide + own > self.width {
                self.turn();
            }
            self.push(style, &letter, own);
        }
    }

    fn push(&mut self, style: Style, text: &str, wide: usize) {
        self.wide += wide;
        if text.is_empty() {
            return;
        }
        match self.line.last_mut() {
            Some((last, line)) if *last == style => line.push_str(text),
            _ => self.line.push((style, text.to_owned())),
        }
    }

    fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
        self.wide = 0;
        let indent = " ".repeat(self.indent);
        self.push(PLAIN, &indent, self.indent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verbosity;

    fn written(width: usize, ascii: bool, write: impl FnOnce(&mut Page<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Page::new(Look { verbosity: Verbosity::Normal, width, ascii }, &mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_break_between_words_and_hang() {
        let check = |width, text: &str, wanted: &str| {
            let shown =
                written(width, false, |page| page.hang(8, &[plain("  hint  "), plain(text)]).unwrap());
            assert_eq!(shown, wanted);
        };
        check(28, "one two three four", "  hint  one two three four\n");
        check(28, "one two three four five", "  hint  one two three four\n        five\n");
        check(28, "ééé 語語語 語語語語 🐝", "  hint  ééé 語語語 語語語語\n        🐝\n");
        check(28, &"x".repeat(25), "  hint  xxxxxxxxxxxxxxxxxxxx\n        xxxxx\n");
        check(28, "", "  hint\n");
    }

    #[test]
    fn styles_go_on_in_the_next_line_and_end_with_it() {
        let red = |text: &str| [(RED, text.to_owned())];
        let shown =
            written(30, false, |page| page.hang(2, &red("aaaaaa bbbbbb cccccc dddddd eeeeee")).unwrap());
        assert_eq!(shown, "\u{1b}[31maaaaaa bbbbbb cccccc dddddd\u{1b}[0m\n  \u{1b}[31meeeeee\u{1b}[0m\n");
    }

    #[test]
    fn a_page_without_unicode_gets_ascii() {
        let text = "── a ─▶ ✗ “é” 🐝 … – ✓";
        let shown = written(100, true, |page| page.line(&[plain(text)]).unwrap());
        assert_eq!(shown, "-- a -> x \\u{201c}\\u{e9}\\u{201d} \\u{1f41d} ... - +\n");
        let long = "é".repeat(100);
        written(100, true, |page| {
            assert_eq!(page.columns(&page.cut(&long, 33)), 33);
            let (one, other) = page.apart(&format!("{long}a"), &format!("{long}b"), 40);
            assert!(one.ends_with('a') && other.ends_with('b') && page.columns(&one) <= 40, "{one} {other}");
        });
    }
}
