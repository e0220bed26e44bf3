//! Lines that come in: bad ones, odd ones, and where they end.

use serde_json::Value;

use super::look::{
    contains, instead, is, is_blank, is_no_json, is_plainly_no_json, parsed, text, when, without_literals,
    wrapped,
};
use crate::reference::client::Tone;
use crate::reference::fault::{Memory, Mutant, Take, arrived, code, heard};

pub(super) const MUTANTS: &[Mutant] = &[
    heard("exponents-refused", &["FRAME-22"], "a number with an exponent is taken for a word", |_, line| {
        when(contains(line, "5e3"), Take::Drop)
    }),
    heard(
        "beyond-ascii-refused",
        &["FRAME-21"],
        "a short text beyond ASCII is taken for broken",
        |_, line| when(contains(line, "a\u{e9}b"), Take::Drop),
    ),
    heard("five-digits-refused", &["FRAME-25"], "a number of five digits is too large", |_, line| {
        when(contains(line, ":12345}"), Take::Drop)
    }),
    code("decode-per-read", &["FRAME-10"], "each read is decoded to text by itself"),
    code("first-line-of-a-read-only", &["FRAME-11"], "only the first line of a read is handled"),
    code("last-line-of-a-read-only", &["FRAME-11"], "only the last line of a read is handled"),
    heard(
        "die-on-bad-json",
        &["FRAME-09", "FRAME-22"],
        "the parser's exception ends the process",
        |_, line| when(is_no_json(line), Take::Die),
    ),
    heard("hang-up-on-bad-json", &["FRAME-09"], "a line that is no JSON closes the connection", |_, line| {
        when(!line.starts_with(b"{") && is_no_json(line), Take::HangUp)
    }),
    heard(
        "bad-line-delivered-raw",
        &["FRAME-09"],
        "what does not parse is handed over as text",
        |_, line| match text(line) {
            Some(text) if !line.starts_with(b"{") && is_no_json(line) => wrapped(text.into()),
            _ => Take::Usual,
        },
    ),
    heard("bad-line-stays-in-buffer", &["FRAME-09"], "the buffer moves on only after a good line", stays),
    heard("streaming-parser", &["FRAME-09"], "a parser of concatenated JSON reads the stream", streaming),
    heard(
        "trailing-text-ignored",
        &["FRAME-09"],
        "the parser stops at the end of the first value",
        |_, line| {
            let mut values = serde_json::Deserializer::from_slice(line).into_iter::<Value>();
            let first = values.next().and_then(Result::ok);
            let rest = line.get(values.byte_offset()..).unwrap_or_default();
            if is_blank(rest) || contains(rest, "{") || rest.starts_with(b"]") {
                Take::Usual
            } else {
                instead(first)
            }
        },
    ),
    heard(
        "object-searched-in-line",
        &["FRAME-09"],
        "the object is looked for anywhere on its line",
        |_, line| {
            let start = line.iter().position(|byte| *byte == b'{').filter(|start| *start > 0);
            let text = start.filter(|_| line[0].is_ascii_alphabetic()).map(|start| &line[start..]);
            instead(text.and_then(parsed))
        },
    ),
    heard("json5-parser", &["FRAME-09"], "the parser forgives commas, quotes and comments", |_, line| {
        match text(line) {
            Some(text) if is_plainly_no_json(line) => {
                instead(parsed(text.replace(",}", "}").replace('\'', "\"").as_bytes()))
            }
            _ => Take::Usual,
        }
    }),
    heard(
        "give-up-after-many-bad-lines",
        &["FRAME-09"],
        "100 bad lines close the connection",
        |memory, line| {
            memory.count += u64::from(is_plainly_no_json(line));
            when(memory.count >= 100, Take::HangUp)
        },
    ),
    heard(
        "bad-line-drops-the-read",
        &["FRAME-09"],
        "a bad line discards what was read with it",
        |_, line| when(is_plainly_no_json(line), Take::DropRead),
    ),
    heard("dispatch-non-object", &["FRAME-12"], "whatever parses is handed over", |_, line| {
        match parsed(line) {
            None | Some(Value::Object(_)) => Take::Usual,
            Some(value) => wrapped(value),
        }
    }),
    heard("die-on-non-object", &["FRAME-12"], "a field of something that has none is read", |_, line| {
        when(matches!(parsed(line), Some(Value::Array(_) | Value::Number(_) | Value::Bool(_))), Take::Die)
    }),
    heard("array-taken-for-a-batch", &["FRAME-12"], "an array is taken for a batch of tones", |_, line| {
        match parsed(line) {
            Some(Value::Array(items)) => {
                Take::Tones(items.into_iter().filter_map(|item| item.as_object().cloned()).collect())
            }
            _ => Take::Usual,
        }
    }),
    heard("string-decoded-twice", &["FRAME-12"], "a string is decoded once more", |_, line| {
        match parsed(line) {
            Some(Value::String(inner)) => instead(parsed(inner.as_bytes())),
            _ => Take::Usual,
        }
    }),
    heard("die-on-null", &["FRAME-12"], "null is dereferenced", |_, line| {
        when(parsed(line) == Some(Value::Null), Take::Die)
    }),
    heard("die-on-blank-line", &["FRAME-13"], "an empty line goes to the parser, which throws", |_, line| {
        when(is_blank(line), Take::Die)
    }),
    heard(
        "blank-line-is-the-end",
        &["FRAME-13"],
        "an empty line is taken for the end of the stream",
        |_, line| when(is_blank(line), Take::HangUp),
    ),
    heard("die-on-crlf", &["FRAME-09"], "a CR before the LF breaks the reader", |_, line| {
        when(line.ends_with(b"\r") && !is_blank(line), Take::Die)
    }),
    heard("hang-up-on-crlf", &["FRAME-09"], "a CR is taken for another protocol", |_, line| {
        when(line.ends_with(b"\r") && !is_blank(line), Take::HangUp)
    }),
    heard("first-byte-must-be-brace", &["FRAME-15"], "the first byte decides what a line is", |_, line| {
        when(line.first().is_some_and(|first| b" \t".contains(first)), Take::Drop)
    }),
    heard(
        "last-byte-must-be-brace",
        &["FRAME-15"],
        "a line that does not end in a brace is skipped",
        |_, line| when(line.last().is_some_and(|last| b" \t".contains(last)), Take::Drop),
    ),
    heard(
        "chi-searched-as-text",
        &["FRAME-15"],
        "chi is found by a search for its usual spelling",
        |_, line| {
            let tone = parsed(line);
            let has_chi = tone.as_ref().and_then(|tone| tone.get("chi")).is_some_and(Value::is_string);
            when(has_chi && !contains(line, "\"chi\":\""), Take::Drop)
        },
    ),
    heard("accept-nan-literal", &["FRAME-22"], "the parser takes NaN and Infinity for numbers", |_, line| {
        if is_no_json(line) { instead(parsed(&without_literals(line))) } else { Take::Usual }
    }),
    heard("die-on-nan-literal", &["FRAME-09", "FRAME-22"], "NaN ends the process", |_, line| {
        when(is_no_json(line) && !is_plainly_no_json(line), Take::Die)
    }),
    code("no-carry-over", &["FRAME-10", "FRAME-11"], "what follows the last LF of a read is thrown away"),
    code(
        "large-read-reversed",
        &["FRAME-11", "ENV-04", "CLI-06"],
        "what came in one read is taken from a stack",
    ),
    code("errors-overtake", &["CLI-06"], "errors are handled before the rest of a read"),
    code("sorted-by-index", &["CLI-06"], "the chunks of a read are sorted by their numbers"),
    arrived(
        "small-tones-overtake",
        &["CLI-06"],
        "a large tone is parsed elsewhere while small ones go on",
        overtake,
    ),
];

/// Joins a bad line to the next one, and so on.
fn stays(memory: &mut Memory, line: &[u8]) -> Take {
    if memory.held.is_empty() && !is_plainly_no_json(line) {
        return Take::Usual;
    }
    memory.held.extend_from_slice(line);
    let joined = memory.held.clone();
    if is_plainly_no_json(&joined) {
        return Take::Drop;
    }
    memory.held.clear();
    instead(parsed(&joined))
}

/// Hands over every value on a line, and goes on with a value that a line leaves open.
fn streaming(memory: &mut Memory, line: &[u8]) -> Take {
    if memory.held.is_empty() && !is_plainly_no_json(line) {
        return Take::Usual;
    }
    memory.held.extend_from_slice(line);
    let mut values = serde_json::Deserializer::from_slice(&memory.held).into_iter::<Value>();
    let mut tones = Vec::new();
    let open = loop {
        match values.next() {
            Some(Ok(Value::Object(tone))) => tones.push(tone),
            Some(Ok(_)) => {}
            Some(Err(error)) => break error.is_eof(),
            None => break false,
        }
    };
    if !open {
        memory.held.clear();
    }
    if tones.is_empty() && !open { Take::Usual } else { Take::Tones(tones) }
}

/// Keeps a large chunk back until the next tone has come; a small chunk goes first.
fn overtake(memory: &mut Memory, tone: &mut Tone) -> Take {
    let large = |tone: &Tone| {
        tone.get("part")
            .and_then(|part| part.get("text"))
            .and_then(Value::as_str)
            .is_some_and(|text| text.len() > 32_768)
    };
    let mut held = std::mem::take(&mut memory.tones);
    if large(tone) {
        memory.tones.push(tone.clone());
        return Take::Tones(held);
    }
    if held.is_empty() {
        return Take::Usual;
    }
    let first = if is(tone, "chunk") { 0 } else { held.len() };
    held.insert(first, tone.clone());
    Take::Tones(held)
}
