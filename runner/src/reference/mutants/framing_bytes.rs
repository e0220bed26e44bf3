//! Bytes: length, encoding, nesting, numbers, and what goes out.

use super::look::{any_number, contains, depth, has_bom, instead, is_bad_utf8, parsed, rewrite, text, when};
use crate::reference::client::Tone;
use crate::reference::fault::{Mutant, Take, any_line, arrived, code, heard};

pub(super) const MUTANTS: &[Mutant] = &[
    heard("die-on-bom", &["FRAME-09"], "a byte order mark breaks the decoder", |_, line| {
        when(has_bom(line), Take::Die)
    }),
    heard("line-cap-64k", &["FRAME-17"], "the standard line reader has a cap of 64 KiB", |_, line| {
        when(line.len() >= 65_536, Take::Drop)
    }),
    heard("line-cap-1m", &["FRAME-17"], "lines of a MiB and more are refused", |_, line| {
        when(line.len() >= 1_048_576, Take::Drop)
    }),
    heard(
        "split-at-unicode-newlines",
        &["FRAME-18"],
        "the line reader follows Unicode's idea of a line",
        |_, line| {
            let breaks = |text: &str| text.contains(['\u{2028}', '\u{2029}', '\u{85}']);
            when(text(line).is_some_and(breaks), Take::Drop)
        },
    ),
    heard("split-after-unescaping", &["FRAME-18"], "escapes are decoded before lines are cut", |_, line| {
        when(["\\u001c", "\\u001e"].iter().any(|escape| contains(line, escape)), Take::Drop)
    }),
    heard("split-at-cr", &["FRAME-18"], "a CR alone ends a line", |_, line| {
        let inside = line.iter().rposition(|byte| *byte != b'\r').unwrap_or(0);
        when(line[..inside].contains(&b'\r'), Take::Drop)
    }),
    heard(
        "die-on-bad-utf8",
        &["FRAME-20", "FRAME-21"],
        "the decoder's exception ends the process",
        |_, line| when(is_bad_utf8(line), Take::Die),
    ),
    heard("hang-up-on-bad-utf8", &["FRAME-20", "FRAME-21"], "bad UTF-8 closes the connection", |_, line| {
        when(is_bad_utf8(line), Take::HangUp)
    }),
    heard("replace-bad-utf8", &["FRAME-21"], "bad bytes become replacement characters", |_, line| {
        if is_bad_utf8(line) {
            instead(parsed(String::from_utf8_lossy(line).as_bytes()))
        } else {
            Take::Usual
        }
    }),
    heard("wtf-8-accepted", &["FRAME-21"], "encoded surrogates are let through", |_, line| {
        let surrogate = line.windows(2).any(|pair| pair[0] == 0xed && pair[1] >= 0xa0);
        if surrogate { instead(parsed(String::from_utf8_lossy(line).as_bytes())) } else { Take::Usual }
    }),
    heard("decode-as-latin-1", &["FRAME-21"], "what is not UTF-8 is read as Latin-1", |_, line| {
        let latin: String = line.iter().map(|byte| char::from(*byte)).collect();
        if is_bad_utf8(line) { instead(parsed(latin.as_bytes())) } else { Take::Usual }
    }),
    heard("depth-cap-32", &["FRAME-23"], "nesting beyond 32 levels is refused", |_, line| {
        when((33..=128).contains(&depth(line)), Take::Drop)
    }),
    heard("die-on-deep-nesting", &["FRAME-23"], "a recursive parser runs out of stack", |_, line| {
        when(depth(line) > 1000, Take::Die)
    }),
    arrived("die-on-huge-integer", &["FRAME-25"], "the runtime caps the digits of an integer", |_, tone| {
        when(has_number(tone, |number| number.len() > 4300 && !number.contains('.')), Take::Die)
    }),
    arrived(
        "die-on-long-fraction",
        &["FRAME-25"],
        "the digits of a fraction overflow a buffer",
        |_, tone| when(has_number(tone, |number| number.len() > 4300 && number.contains('.')), Take::Die),
    ),
    arrived(
        "die-on-number-overflow",
        &["FRAME-25"],
        "a number beyond a double ends the process",
        |_, tone| {
            let infinite = |number: &str| number.contains('e') && number.parse().is_ok_and(f64::is_infinite);
            when(has_number(tone, infinite), Take::Die)
        },
    ),
    arrived(
        "die-on-65-bit-integer",
        &["FRAME-25"],
        "an integer beyond 64 bits ends the process",
        |_, tone| {
            let wide = |number: &str| {
                number.parse::<i128>().is_ok_and(|n| n > i128::from(u64::MAX) || n < i128::from(i64::MIN))
            };
            when(has_number(tone, wide), Take::Die)
        },
    ),
    code("die-on-unterminated-line", &["CLI-08"], "half a line at the end of the stream is parsed"),
    code("nan-literal-sent", &["FRAME-07"], "the encoder writes NaN and Infinity"),
    code(
        "write-without-lock",
        &["FRAME-01", "FRAME-19"],
        "a line is written in pieces that others get between",
    ),
    code("short-write-loses-the-rest", &["FRAME-01", "FRAME-19"], "a partial write counts as a whole one"),
    any_line(
        "line-break-sent-raw",
        &["FRAME-01", "FRAME-08"],
        "line breaks in a prompt are not escaped",
        |line| {
            if contains(line, "\"text\":\"a\\nb") {
                rewrite(line, |body| body.replace("\\n", "\n"));
            }
        },
    ),
    any_line(
        "pretty-printed-output",
        &["FRAME-01", "FRAME-08"],
        "a prompt is spread over several lines",
        |line| {
            if contains(line, "\"text\":\"a\\nb") {
                rewrite(line, |body| body.replace(",\"", ",\n\""));
            }
        },
    ),
    any_line("latin-1-output", &["FRAME-06"], "text goes out in Latin-1", |line| {
        if let Some(text) = text(line).filter(|text| text.contains('€')) {
            *line = text.chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect();
        }
    }),
    heard("line-cap-65000", &["FRAME-17"], "lines go into a buffer of 65000 bytes", |_, line| {
        when(line.len() > 65_000, Take::Drop)
    }),
];

fn has_number(tone: &Tone, like: fn(&str) -> bool) -> bool {
    tone.values().any(|value| any_number(value, like))
}
