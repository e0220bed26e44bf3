//! What is known of the terminals that people read at: how wide they are, whether they show more than ASCII, and
//! whether they take colours.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use thrum_conform::report::{Look, Verbosity};

use crate::cli::ColorArg;

/// Fewer columns than anything can be laid out in.
const NARROWEST: usize = 40;

/// How a report looks on this stream.
pub fn look(verbosity: Verbosity, stream: &(impl IsTerminal + AsFd)) -> Look {
    let terminal = stream.is_terminal();
    let width = columns(variable("COLUMNS"), terminal.then(|| columns_of(stream)).flatten().map(usize::from));
    Look { verbosity, width, ascii: is_ascii(variable, terminal) }
}

/// How wide the terminal behind a stream is.
pub fn columns_of(stream: &impl AsFd) -> Option<u16> {
    terminal_size::terminal_size_of(stream).map(|(width, _)| width.0)
}

/// Whether this stream gets colours.
pub fn choice(color: ColorArg, stream: &impl RawStream) -> ColorChoice {
    match color {
        ColorArg::Auto => AutoStream::choice(stream),
        ColorArg::Always => ColorChoice::AlwaysAnsi,
        ColorArg::Never => ColorChoice::Never,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// As many as the user says, else as the terminal has.
fn columns(said: Option<String>, seen: Option<usize>) -> usize {
    let said = said.and_then(|columns| columns.trim().parse().ok());
    said.or(seen).filter(|columns| *columns > 0).map_or(Look::PLAIN.width, |columns| columns.max(NARROWEST))
}

/// Whether the locale has no Unicode. Where none is set, a terminal gets what every terminal shows, while a log or a
/// file is read as UTF-8.
fn is_ascii(variable: impl Fn(&str) -> Option<String>, terminal: bool) -> bool {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set);
    locale.map_or(terminal, |locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_knows_the_width_better_than_the_terminal() {
        let check = |said: Option<&str>, seen, wanted| {
            assert_eq!(columns(said.map(str::to_owned), seen), wanted);
        };
        check(None, None, 100);
        check(None, Some(80), 80);
        check(Some("120"), Some(80), 120);
        check(Some("120"), None, 120);
        check(Some("wide"), Some(80), 80);
        check(Some("0"), None, 100);
        check(None, Some(0), 100);
        check(Some("7"), None, 40);
    }

    #[test]
    fn a_locale_without_unicode_gets_ascii() {
        let check = |locale: &[(&str, &str)], terminal, wanted| {
            let value = |name: &str| {
                locale.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(is_ascii(value, terminal), wanted, "{locale:?}");
        };
        check(&[], true, true);
        check(&[], false, false);
        check(&[("LANG", "C")], false, true);
        check(&[("LANG", "de_DE.UTF-8")], true, false);
        check(&[("LANG", "C.utf8")], true, false);
        check(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")], false, true);
        check(&[("LC_ALL", ""), ("LANG", "C.UTF-8")], true, false);
        check(&[("LC_CTYPE", "C.UTF-8"), ("LANG", "POSIX")], true, false);
    }
}
