//! A line for each thing that crosses, while it crosses.

use anstyle::Style;

use super::text::{clean, cut};
use crate::trace::{Crossing, What};
use mock_humd::transcript::Crossed;

/// The line, without a line feed. It says of which case it is where several are played side by side; what crossed is
/// cleaned, and cut to so many characters.
pub fn trace_line(crossing: &Crossing<'_>, chars_max: usize) -> String {
    let dim = Style::new().dimmed();
    let case = if crossing.alone { String::new() } else { format!(" {}", crossing.case) };
    let (way, what) = match crossing.what {
        What::Request(line) => ("shim >".to_owned(), bytes(line)),
        What::Said(line) => ("shim <".to_owned(), bytes(line)),
        What::Wire(conn, crossed) => {
            let (arrow, what) = wire(crossed);
            (format!("  {:>2} {arrow}", conn + 1), what)
        }
    };
    let ms = crossing.at.as_secs_f64() * 1e3;
    format!("{dim}{ms:>9.3} ms{case}{dim:#} {way} {}", cut(&what, chars_max))
}

/// Which way, seen from the daemon on the left, and what.
fn wire(crossed: &Crossed) -> (&'static str, String) {
    let (to_client, to_daemon) = ("──▶", "◀──");
    match crossed {
        Crossed::FromClient(line) if line.terminated => (to_daemon, bytes(&line.bytes)),
        Crossed::FromClient(line) => (to_daemon, format!("{} (no line feed)", bytes(&line.bytes))),
        Crossed::FromDaemon(sent) => (to_client, bytes(sent)),
        Crossed::Opened => (to_daemon, "(connects)".to_owned()),
        Crossed::Eof => (to_daemon, "(ends its writes)".to_owned()),
        Crossed::Reset => (to_daemon, "(resets)".to_owned()),
        Crossed::TooLong { line_max } => (to_daemon, format!("(a line of more than {line_max} bytes)")),
        Crossed::Closed => (to_client, "(closes)".to_owned()),
        Crossed::HalfClosed => (to_client, "(ends its writes)".to_owned()),
    }
}

/// Bytes as text; what is not UTF-8 as escapes.
fn bytes(bytes: &[u8]) -> String {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    // no line that is shown has more
    let bytes = &bytes[..bytes.len().min(64 << 10)];
    bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
        text += &clean(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
        text
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn line(what: What<'_>, alone: bool) -> String {
        let crossing = Crossing { case: "a/b", alone, at: Duration::from_micros(1234), what };
        anstream::adapter::strip_str(&trace_line(&crossing, 12)).to_string()
    }

    #[test]
    fn a_line_says_when_where_and_which_way() {
        let sent = Crossed::FromDaemon(b"{\"a\":\"\xff\x1b\"}\n".to_vec());
        assert_eq!(line(What::Wire(0, &sent), true), "    1.234 ms    1 ──▶ {\"a\":\"\\xff\\…");
        assert_eq!(line(What::Wire(1, &Crossed::Eof), false), "    1.234 ms a/b    2 ◀── (ends its w…");
        assert_eq!(line(What::Request(b"{}\n"), true), "    1.234 ms shim > {}");
        assert_eq!(line(What::Said(b"{}"), false), "    1.234 ms a/b shim < {}");
    }
}
