//! Sentences in which code stands between backticks, as in WIRE.md.

/// A piece of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) is_code: bool,
    pub(super) text: &'a str,
}

/// Characters of a sentence that are shown; no rule is as long.
const SENTENCE_MAX: usize = 2000;

/// The sentence in pieces, without the backticks; one that is never closed is text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, more) = match text.char_indices().nth(SENTENCE_MAX) {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    };
    while let Some((before, (code, after))) =
        rest.split_once('`').and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
    {
        pieces.push(Piece { is_code: false, text: before });
        pieces.push(Piece { is_code: true, text: code });
        rest = after;
    }
    pieces.extend([rest, more].map(|text| Piece { is_code: false, text }));
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::{SENTENCE_MAX, pieces};

    #[test]
    fn code_is_told_from_text() {
        let shown = |text: &str| -> Vec<String> {
            let show = |piece: super::Piece<'_>| {
                format!("{}{}", if piece.is_code { "c:" } else { "t:" }, piece.text)
            };
            pieces(text).into_iter().map(show).collect()
        };
        assert_eq!(shown("a `b` c"), ["t:a ", "c:b", "t: c"]);
        assert_eq!(shown("`b``c` `d"), ["c:b", "c:c", "t: `d"]);
        assert_eq!(shown(""), [""; 0]);
        let long = "é".repeat(SENTENCE_MAX);
        assert_eq!(shown(&long), [format!("t:{long}")]);
        assert_eq!(shown(&format!("{long}é")), [format!("t:{long}"), "t:…".to_owned()]);
    }
}
