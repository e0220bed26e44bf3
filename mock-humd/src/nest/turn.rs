//! The built-in worker: it answers prompts that no bee serves, and does what a prompt asks for by name.
//!
//! | in the prompt | what happens |
//! |---|---|
//! | anything | session-ready, a few chunks that quote it, finish |
//! | `@tool NAME {…}` | the tool is called with these arguments; its result is streamed back |
//! | `@permit QUESTION` | a permission-ask; the decision is streamed back |
//! | `@tendril NAME {…}` | a tendril-reach; its result is streamed back |
//! | `@error MESSAGE` | the turn fails |
//! | `@wait` | the turn goes on until it is cancelled |

use serde_json::{Map, Value, json};

use super::route::NEST;
use super::session::{Call, CallId};
use super::{Nest, Personality, Slot};
use crate::wire::codec;
use crate::wire::frame::terminate;
use crate::wire::id::sigil;
use crate::wire::tone::Tone;

/// A turn that has not ended.
#[derive(Debug)]
pub struct Turn {
    /// The index of the next chunk.
    index: u64,
    /// All text so far.
    text: String,
    /// The words of the prompt.
    words_in: usize,
}

impl Nest {
    /// Answers a prompt.
    pub(super) fn play(&mut self, sid: &str, prompt: &Tone) {
        // a second prompt ends the turn that is under way
        self.cancel(sid);
        let text = text_of(prompt);
        let turn = Turn { index: 0, text: String::new(), words_in: words(&text) };
        let Some(session) = self.sessions.get_mut(sid) else { return };
        session.turn = Some(turn);
        let ready = self.config.personality.session_ready(NEST, session.tools.keys());
        self.tell(sid, "session-ready", ready);
        match Wish::of(&text) {
            Wish::Answer => {
                self.stream(sid, &["You said: ", text.trim(), "."]);
                self.finish(sid, "stop");
            }
            Wish::Error(message) => {
                self.fail_turn(sid, "asked-for", message);
            }
            Wish::Wait => self.stream(sid, &["Waiting for a cancel."]),
            Wish::Tool(name, args) => match self.declares(sid, name) {
                Some(bee) => self.call(sid, "tool-call", "tool-result", Some(bee), name, args),
                None => self.fail_turn(sid, "no-such-tool", &format!("no bee has declared the tool {name}")),
            },
            Wish::Permit(question) => {
                if !self.config.personality.passes_verbs() {
                    return self.fail_turn(sid, "unsupported", "a live daemon passes no permits on");
                }
                let body =
                    |id: &str| json!({ "permitId": id, "question": question, "context": { "prompt": text } });
                self.question(sid, "permission-ask", "release-permit", None, body);
            }
            Wish::Tendril(name, args) => {
                if !self.config.personality.passes_verbs() {
                    return self.fail_turn(sid, "unsupported", "a live daemon takes no tendril-result");
                }
                self.call(sid, "tendril-reach", "tendril-result", None, name, args);
            }
        }
    }

    /// Calls a tool or a tendril, whose arguments stand in this text.
    fn call(&mut self, sid: &str, chi: &str, answer: &'static str, to: Option<Slot>, name: &str, args: &str) {
        match arguments(args) {
            Ok(args) => {
                let body = |id: &str| json!({ "callId": id, "name": name, "args": args });
                self.question(sid, chi, answer, to, body);
            }
            Err(why) => {
                self.fail_turn(
                    sid,
                    "bad-arguments",
                    &format!("the arguments of {name} {why} (hint: {ARGUMENTS_HINT})"),
                );
            }
        }
    }

    /// Asks one bee, or all askers of the session.
    fn question(
        &mut self,
        sid: &str,
        chi: &str,
        answer: &'static str,
        to: Option<Slot>,
        body: impl FnOnce(&str) -> Value,
    ) {
        let id = self.rid();
        if !self.ask(sid, CallId { answer, id: id.clone() }, Call { from: None, to }) {
            self.stream(sid, &["There are too many open questions."]);
            return self.finish(sid, "error");
        }
        let body = body(&id);
        match to {
            Some(bee) => self.say_in(&[bee], sid, chi, body),
            None => self.tell(sid, chi, body),
        }
    }

    /// Goes on with a turn whose question has its answer.
    pub(super) fn proceed(&mut self, sid: &str, chi: &str, answer: &Tone) {
        if self.sessions.get(sid).is_none_or(|session| session.turn.is_none()) {
            return;
        }
        let given = |key: &str| answer.get(key).filter(|value| !value.is_null());
        let (intro, what) = match chi {
            "release-permit" => ("The answer is ", given("decision")),
            _ => ("The result is ", given("result").or(given("output"))),
        };
        let text = match what {
            Some(Value::String(text)) => text.clone(),
            Some(value) => String::from_utf8_lossy(&codec::encode(value)).into_owned(),
            None => "missing".to_owned(),
        };
        self.stream(sid, &[intro, &text, "."]);
        self.finish(sid, "stop");
    }

    /// Ends the turn of a session, if one is under way.
    pub(super) fn cancel(&mut self, sid: &str) {
        if self.sessions.get(sid).is_some_and(|session| session.turn.is_some()) {
            self.finish(sid, "cancelled");
            self.keep_calls(sid, |call| call.from.is_some());
        }
    }

    fn stream(&mut self, sid: &str, pieces: &[&str]) {
        let personality = self.config.personality;
        let Some(turn) = self.sessions.get_mut(sid).and_then(|session| session.turn.as_mut()) else { return };
        let chunks = personality.chunks(pieces, turn.index);
        turn.index += pieces.len() as u64;
        turn.text.extend(pieces.iter().copied());
        for chunk in chunks {
            self.tell(sid, "chunk", chunk);
        }
    }

    fn finish(&mut self, sid: &str, reason: &str) {
        let Some(turn) = self.end_turn(sid) else { return };
        let usage = json!({ "inputTokens": turn.words_in, "outputTokens": words(&turn.text) });
        self.tell(sid, "finish", json!({ "finishReason": reason, "usage": usage, "text": turn.text }));
    }

    /// Ends the turn of a session as failed.
    pub(super) fn fail_turn(&mut self, sid: &str, code: &str, message: &str) {
        self.end_turn(sid);
        let body = self.config.personality.error(code, message);
        self.tell(sid, "error", body);
    }

    /// Tells one bee that its prompt has failed.
    pub(super) fn fail(&mut self, slot: Slot, sid: &str, code: &str, message: &str) {
        let body = self.config.personality.error(code, message);
        self.say_in(&[slot], sid, "error", body);
    }

    fn end_turn(&mut self, sid: &str) -> Option<Turn> {
        self.sessions.get_mut(sid)?.turn.take()
    }

    /// Sends a tone to every asker of a session.
    fn tell(&mut self, sid: &str, chi: &str, body: Value) {
        let askers = self.sessions.get(sid).map(|session| session.askers.clone()).unwrap_or_default();
        self.say_in(&askers, sid, chi, body);
    }

    /// Sends a tone of the daemon's own that belongs to a session: one line for all who get it.
    fn say_in(&mut self, to: &[Slot], sid: &str, chi: &str, body: Value) {
        let mut tone = Map::new();
        tone.insert("chi".to_owned(), chi.into());
        if !self.config.personality.leaves_out_rid(chi) {
            tone.insert("rid".to_owned(), self.rid().into());
        }
        tone.insert("from".to_owned(), "daemon".into());
        tone.insert("sid".to_owned(), sid.into());
        if self.config.personality == Personality::Live {
            let sigil = self.sessions.get(sid).map_or_else(|| sigil(sid, NEST), |session| session.sigil(sid));
            tone.insert("sigil".to_owned(), sigil.into());
        }
        if let Value::Object(body) = body {
            tone.extend(body);
        }
        let line = terminate(codec::encode(&Value::Object(tone)));
        for &slot in to {
            self.send(slot, chi, Some(sid), &[&line]);
        }
    }
}

/// What a prompt asks for.
#[derive(Debug, PartialEq)]
enum Wish<'a> {
    Answer,
    /// The name, and the text behind it.
    Tool(&'a str, &'a str),
    Tendril(&'a str, &'a str),
    Permit(&'a str),
    Error(&'a str),
    Wait,
}

/// The words behind the sign.
const WISHES: &[&str] = &["tool", "tendril", "permit", "error", "wait"];

impl<'a> Wish<'a> {
    /// The first wish in a text.
    fn of(text: &'a str) -> Self {
        let mut rest = text;
        while let Some(at) = rest.find('@') {
            let (before, wish) = rest.split_at(at);
            rest = &wish[1..];
            // an address is no wish
            if before.ends_with(char::is_alphanumeric) {
                continue;
            }
            // the rest is looked at only behind a word that is known: a text may be all signs
            let Some((word, after)) = WISHES.iter().find_map(|word| Some((*word, after(rest, word)?))) else {
                continue;
            };
            let after = after.trim();
            match word {
                "tool" | "tendril" if !after.is_empty() => {
                    let (name, args) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
                    return if word == "tool" { Self::Tool(name, args) } else { Self::Tendril(name, args) };
                }
                "permit" => return Self::Permit(if after.is_empty() { "May I?" } else { after }),
                "error" => return Self::Error(if after.is_empty() { "you asked for it" } else { after }),
                "wait" => return Self::Wait,
                _ => {}
            }
        }
        Self::Answer
    }
}

/// What follows a word that a text begins with.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let after = text.strip_prefix(word)?;
    (after.is_empty() || after.starts_with(char::is_whitespace)).then_some(after)
}

/// So much of a text is looked into for arguments: short values take a hundred times their length in memory.
const ARGUMENTS_BYTES_MAX: usize = 64 << 10;

const ARGUMENTS_HINT: &str = "what stands behind a name is one JSON value, as in `@tool add {\"a\":2}`";

/// The arguments at the beginning of a text; none where it begins with a word. Or what is wrong with them.
fn arguments(text: &str) -> Result<Value, String> {
    let part = &text.as_bytes()[..text.len().min(ARGUMENTS_BYTES_MAX)];
    match serde_json::Deserializer::from_slice(part).into_iter().next() {
        Some(Ok(args)) => Ok(args),
        Some(Err(error)) if error.is_eof() && part.len() < text.len() => {
            Err(format!("are longer than {ARGUMENTS_BYTES_MAX} bytes"))
        }
        Some(Err(error)) if text.trim_start().starts_with(['{', '[']) => {
            Err(format!("are not JSON: {error}"))
        }
        _ => Ok(json!({})),
    }
}

/// What a prompt says: its text, or the text of its content.
fn text_of(prompt: &Tone) -> String {
    let unit = |unit: &Value| match unit {
        Value::String(text) => Some(text.clone()),
        unit => unit.get("text")?.as_str().map(str::to_owned),
    };
    match (prompt.get("text"), prompt.get("content")) {
        (Some(Value::String(text)), _) | (_, Some(Value::String(text))) => text.clone(),
        (_, Some(Value::Array(units))) => units.iter().filter_map(unit).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_are_found_by_name() {
        for (text, wanted) in [
            ("hello", Wish::Answer),
            ("mail me @ home, @nobody", Wish::Answer),
            ("please @tool add {\"a\":2} now", Wish::Tool("add", "{\"a\":2} now")),
            ("@tool add", Wish::Tool("add", "")),
            ("@tool", Wish::Answer),
            ("write to bee@wait or é@error", Wish::Answer),
            ("(@wait)", Wish::Answer),
            ("@@waiting @@wait now", Wish::Wait),
            ("@tendril dig [1]", Wish::Tendril("dig", "[1]")),
            ("@permit May I write?", Wish::Permit("May I write?")),
            ("@permit", Wish::Permit("May I?")),
            ("x @error no luck", Wish::Error("no luck")),
            ("@wait", Wish::Wait),
        ] {
            assert_eq!(Wish::of(text), wanted, "{text}");
        }
    }

    #[test]
    fn arguments_are_json_or_none_at_all() {
        let rich = format!("[{}1]", "[1],".repeat(1 << 20));
        let long = format!("\"{}\"", "\u{e9}".repeat(1 << 16));
        for (text, wanted) in [
            ("", Ok(json!({}))),
            ("now", Ok(json!({}))),
            ("{\"a\":2,\"b\":[3]} now", Ok(json!({"a": 2, "b": [3]}))),
            (" 5", Ok(json!(5))),
            ("{\"a\":2", Err("are not JSON: EOF while parsing an object at line 1 column 6")),
            (" {a:2}", Err("are not JSON: key must be a string at line 1 column 3")),
            ("[1,]", Err("are not JSON: trailing comma at line 1 column 4")),
            (&rich, Err("are longer than 65536 bytes")),
            (&long, Err("are longer than 65536 bytes")),
        ] {
            assert_eq!(arguments(text), wanted.map_err(str::to_owned), "{}", &text[..text.len().min(20)]);
        }
    }
}
