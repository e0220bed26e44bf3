//! Text that came from a client, made fit for a report: nothing in it may steer what shows it, and no field is longer
//! than a person reads. Lengths are columns of a terminal, in which a character of East Asia or an emoji takes two.

use unicode_width::UnicodeWidthChar as _;

/// Columns of a value that are shown, and of a line of prose.
pub(super) const VALUE_MAX: usize = 160;
pub(super) const LINE_MAX: usize = 600;
/// Lines of a block of text.
const LINES_MAX: usize = 100;

/// Replaces what steers a terminal or hides text by its escape, and what XML 1.0 cannot hold. One line stays one line.
pub(super) fn clean(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            // the order of writing, invisible breaks, and no characters at all
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            || u32::from(c) & 0xfffe == 0xfffe
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Several lines, each cleaned, cut and without the blanks at its end; what is beyond a person's patience is counted.
pub(super) fn lines(text: &str) -> Vec<String> {
    let all = text.trim_end().lines();
    let mut lines: Vec<String> =
        all.clone().take(LINES_MAX).map(|line| cut(&clean(line.trim_end()), LINE_MAX)).collect();
    let more = all.skip(LINES_MAX).count();
    if more > 0 {
        lines.push(format!("… and {more} lines more"));
    }
    lines
}

/// How many columns a character takes at most; a mark that asks for the picture of a character widens it.
fn columns_of(c: char) -> usize {
    if c == '\u{fe0f}' { 1 } else { c.width().unwrap_or(0) }
}

/// How many columns a cleaned text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// The beginning of a cleaned text, in so many columns, with a mark where more follows.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let mut wide = 0;
    let mut fits = 0;
    for (at, c) in text.char_indices() {
        wide += columns_of(c);
        if wide > most {
            return format!("{}…", &text[..fits]);
        }
        if wide < most {
            fits = at + c.len_utf8();
        }
    }
    text.to_owned()
}

/// A number of things: `1 case`, `2 cases`.
pub(crate) fn plural(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// The part of a cleaned text around a place, counted in characters, with marks where more stands.
pub(super) fn around(text: &str, place: usize, most: usize) -> String {
    let before = place.saturating_sub(most / 2);
    let Some((from, _)) = text.char_indices().nth(before).filter(|(from, _)| *from > 0) else {
        return cut(text, most);
    };
    format!("…{}", cut(&text[from..], most))
}

/// Two texts that differ, cleaned, each cut around the first place where they do.
pub(super) fn apart(one: &str, other: &str, most: usize) -> (String, String) {
    let (one, other) = (clean(one), clean(other));
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    // what is short is shown from its beginning
    let place = |text: &str| if text.chars().nth(most).is_none() { 0 } else { same };
    (around(&one, place(&one), most), around(&other, place(&other), most))
}

#[cfg(test)]
mod tests {
    use super::{apart, around, clean, cut};

    #[test]
    fn nothing_steers_what_shows_it() {
        let hostile = "a\0b\u{1b}[31mc\r\nd\u{9b}e\u{202e}f\u{fffe}g\u{feff}h\u{2028}i é🐝";
        let wanted = r"a\u{0}b\u{1b}[31mc\r\nd\u{9b}e\u{202e}f\u{fffe}g\u{feff}h\u{2028}i é🐝";
        assert_eq!(clean(hostile), wanted);
        assert_eq!(clean(wanted), wanted);
    }

    #[test]
    fn long_text_is_cut_around_what_matters() {
        assert_eq!(cut("ééé", 3), "ééé");
        assert_eq!(cut("éééé", 3), "éé…");
        assert_eq!(cut("🐝🐝🐝", 5), "🐝🐝…");
        assert_eq!(around("0123456789", 5, 4), "…345…");
        assert_eq!(around("0123456789", 1, 4), "012…");
        assert_eq!(around("0123456789", 9, 4), "…789");
        let long = "x".repeat(1000);
        let (wanted, got) = apart(&format!("{long}A{long}"), &format!("{long}B{long}"), 8);
        assert_eq!((wanted.as_str(), got.as_str()), ("…xxxxAxx…", "…xxxxBxx…"));
        let (wanted, got) = apart("\"short\"", &format!("\"sho{long}"), 8);
        assert_eq!((wanted.as_str(), got.as_str()), ("\"short\"", "\"shoxxx…"));
    }
}
