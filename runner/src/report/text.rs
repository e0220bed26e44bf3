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
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
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

/// Two texts that differ, cleaned and each in so many columns: what is cut away is never the first place where they
/// differ. Where only one of them is long, both begin at the same place, so that they can be held against each other.
pub(super) fn apart(one: &str, other: &str, most: usize) -> (String, String) {
    apart_as(one, other, most, &clean)
}

/// The same with letters of the caller's choice: `spell` says how a piece of text is to be shown.
pub(super) fn apart_as(
    one: &str,
    other: &str,
    most: usize,
    spell: &dyn Fn(&str) -> String,
) -> (String, String) {
    let shown = |escaped: bool| {
        let unit = |c: char| exposed(c, escaped, spell);
        (around(one, other, most, &unit), around(other, one, most, &unit))
    };
    let (left, right) = shown(false);
    // an escape looks like the text that spells it
    if left == right && one != other { shown(true) } else { (left, right) }
}

/// A character of one of two texts that are held against each other: what takes no column, and each blank but the
/// space, would hide the difference.
fn exposed(c: char, escaped: bool, spell: &dyn Fn(&str) -> String) -> String {
    let hides = columns_of(c) == 0 || c == '\u{fe0f}' || (c.is_whitespace() && c != ' ');
    match c {
        '\\' if escaped => r"\\".to_owned(),
        c if hides => c.escape_default().to_string(),
        c => spell(c.encode_utf8(&mut [0; 4])),
    }
}

/// The part of a text around the first place where it differs from another one.
fn around(text: &str, other: &str, most: usize, unit: &dyn Fn(char) -> String) -> String {
    let fits = |text: &str| {
        text.chars().nth(most).is_none() && text.chars().map(|c| columns(&unit(c))).sum::<usize>() <= most
    };
    if fits(text) && fits(other) {
        return text.chars().map(unit).collect();
    }
    let pairs = text.char_indices().zip(other.chars());
    let end = text.len().min(other.len());
    let same = pairs.clone().find(|((_, a), b)| a != b).map_or(end, |((at, _), _)| at);
    let (before, after) = text.split_at(same);
    // at most a half for what they share, with a mark where it is cut
    let differs = after.chars().next().into_iter().chain(other[same..].chars().next());
    let needed = differs.map(|c| columns(&unit(c)) + 1).max().unwrap_or(0);
    let room = (most / 2).min(most.saturating_sub(needed));
    let mut shown = fill(&mut before.chars().rev().map(unit), room);
    shown.units.reverse();
    if shown.cut {
        shown.units.insert(0, "…".to_owned());
    }
    let mut out = shown.units.concat();
    let rest = fill(&mut after.chars().map(unit), most.saturating_sub(columns(&out)));
    out += &rest.units.concat();
    // not even the character that differs has room: it is shown all the same
    if rest.units.is_empty() {
        out.extend(after.chars().next().map(unit));
    }
    if rest.cut && after.chars().nth(rest.units.len().max(1)).is_some() {
        out.push('…');
    }
    out
}

/// What has room, and whether something is left, for whose mark a column is then kept free.
struct Filled {
    units: Vec<String>,
    cut: bool,
}

fn fill(units: &mut dyn Iterator<Item = String>, most: usize) -> Filled {
    let (mut filled, mut wide): (Vec<String>, usize) = (Vec::new(), 0);
    for unit in units {
        let own = columns(&unit);
        if wide + own > most {
            // the mark takes the place of what stands last
            while wide + 1 > most
                && let Some(last) = filled.pop()
            {
                wide -= columns(&last);
            }
            return Filled { units: filled, cut: true };
        }
        wide += own;
        filled.push(unit);
    }
    Filled { units: filled, cut: false }
}

/// A number of things: `1 case`, `2 cases`.
pub(crate) fn plural(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::{apart, clean, columns, cut, plural};

    #[test]
    fn nothing_steers_what_shows_it() {
        let hostile = "a\0b\u{1b}[31mc\r\nd\u{9b}e\u{202e}f\u{fffe}g\u{feff}h\u{2028}i\u{61c} é🐝";
        let wanted = r"a\u{0}b\u{1b}[31mc\r\nd\u{9b}e\u{202e}f\u{fffe}g\u{feff}h\u{2028}i\u{61c} é🐝";
        assert_eq!(clean(hostile), wanted);
        assert_eq!(clean(wanted), wanted);
    }

    #[test]
    fn what_is_cut_keeps_to_its_columns() {
        let check = |text: &str, most, wanted: &str| {
            assert_eq!(cut(text, most), wanted);
            assert!(columns(wanted) <= most, "{wanted}");
        };
        check("ééé", 3, "ééé");
        check("éééé", 3, "éé…");
        check("🐝🐝🐝", 6, "🐝🐝🐝");
        check("🐝🐝🐝", 5, "🐝🐝…");
        check("🐝🐝🐝", 4, "🐝…");
        check("日本語の話", 7, "日本語…");
        check("", 1, "");
    }

    #[test]
    fn two_texts_are_cut_around_what_differs() {
        let check = |one: &str, other: &str, most, wanted: &str, got: &str| {
            assert_eq!(apart(one, other, most), (wanted.to_owned(), got.to_owned()));
        };
        let long = "x".repeat(1000);
        check(&format!("{long}A{long}"), &format!("{long}B{long}"), 10, "…xxxxAxxx…", "…xxxxBxxx…");
        check("\"short\"", &format!("\"sho{long}"), 10, "\"short\"", "\"shoxxxxx…");
        check(&long, &format!("{long}!"), 10, "…xxxx", "…xxxx!");
        check("short", "sharp", 10, "short", "sharp");
        // what does not show by itself
        check("\"é\"", "\"e\u{301}\"", 40, "\"é\"", "\"e\\u{301}\"");
        check("a b", "a\u{a0}b", 40, "a b", "a\\u{a0}b");
        check("\u{1b}", "\\u{1b}", 40, "\\u{1b}", "\\\\u{1b}");
    }

    /// Whatever two texts are and however little room there is, what is shown of them differs, at the place where they
    /// do, and takes no more room than there is unless a single character does.
    #[test]
    fn a_difference_is_never_cut_away() {
        const LETTERS: [char; 18] = [
            'a', 'b', ' ', '"', '\\', 'u', '{', '1', '}', '…', 'é', '\u{301}', '\u{1b}', '語', '🐝',
            '\u{fe0f}', '\u{a0}', '\u{202e}',
        ];
        let mut random = fastrand::Rng::with_seed(7);
        let mut text = |most: usize| -> String {
            (0..random.usize(..=most)).map(|_| LETTERS[random.usize(..LETTERS.len())]).collect()
        };
        let mut differing = 0;
        for round in 0..20_000 {
            let (shared, one, other) = (text(round % 90), text(round % 40), text(round % 40));
            let (one, other) = (format!("{shared}{one}"), format!("{shared}{other}"));
            let most = round % 60;
            let (left, right) = apart(&one, &other, most);
            if one == other {
                assert_eq!(left, right);
                continue;
            }
            differing += 1;
            assert_ne!(left, right, "{one:?} {other:?} in {most}");
            let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
            for (text, shown) in [(&one, &left), (&other, &right)] {
                let differs = text.chars().nth(same).map_or(String::new(), |c| c.to_string());
                let shows = [clean(&differs), differs.escape_default().to_string(), r"\\".to_owned()];
                let is_there = |place: &String| shown.contains(place.as_str());
                assert!(shows.iter().any(is_there), "{text:?} as {shown:?} in {most}");
                assert!(columns(shown) <= most.max(11), "{shown:?} in {most}");
            }
        }
        assert!(differing > 10_000);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!([0, 1, 2].map(|number| plural(number, "case")), ["0 cases", "1 case", "2 cases"]);
    }
}
