//! How every value of a page is written: what steers or hides text as its escape, what is markup as an entity.
//!
//! `askama.toml` names it for all templates, so none of them can leave it out.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

use crate::report::text::clean;

/// Text as a person is to see it, in an element or in a quoted attribute.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::report) struct Shown;

impl Escaper for Shown {
    fn write_escaped_str<W: Write>(&self, dest: W, string: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &clean(string))
    }
}

#[cfg(test)]
mod tests {
    use askama::filters::Escaper as _;

    use super::Shown;

    #[test]
    fn neither_markup_nor_what_steers_text_gets_through() {
        let mut out = String::new();
        Shown.write_escaped_str(&mut out, "</script>\"'&\u{1b}[31m\u{202e}\n").unwrap();
        assert_eq!(out, r"&#60;/script&#62;&#34;&#39;&#38;\u{1b}[31m\u{202e}\n");
    }
}
