//! Sentences in which code stands between backticks, as in WIRE.md.

/// A piece of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) is_code: bool,
    pub(super) text: &'a str,
}

/// The sentence in pieces, without the backticks; one that is never closed is text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, (code, after))) =
        rest.split_once('`').and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
    {
        pieces.push(Piece { is_code: false, text: before });
        pieces.push(Piece { is_code: true, text: code });
        rest = after;
    }
    pieces.push(Piece { is_code: false, text: rest });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn code_is_told_from_text() {
        let shown = |text| -> Vec<String> {
            let show = |piece: super::Piece<'_>| format!("{}{}", if piece.is_code { "c:" } else { "t:" }, piece.text);
            pieces(text).into_iter().map(show).collect()
        };
        assert_eq!(shown("a `b` c"), ["t:a ", "c:b", "t: c"]);
        assert_eq!(shown("`b``c` `d"), ["c:b", "c:c", "t: `d"]);
        assert_eq!(shown(""), [""; 0]);
    }
}
