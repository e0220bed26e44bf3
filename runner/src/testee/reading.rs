//! Reading the lines of a shim, strictly: an unknown key is a broken protocol, and says so.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::message::{Event, Identity, Reply};

/// A line of the shim, read.
#[derive(Debug)]
pub(super) enum Message {
    Reply(u64, Reply),
    Event(Event),
}

/// Reads a line of the shim. `Err` says what is wrong with it; `None` means that it is no protocol object.
pub(super) fn read(line: &[u8]) -> Option<Result<Message, String>> {
    let Value::Object(fields) = mock_humd::wire::codec::decode(line).tone?.into_value() else { return None };
    let fields = Fields(fields);
    if fields.0.contains_key("ev") {
        Some(fields.event().map(Message::Event))
    } else if fields.0.contains_key("id") || fields.0.contains_key("ok") {
        Some(fields.reply().map(|(id, reply)| Message::Reply(id, reply)))
    } else {
        None
    }
}

/// The keys of a message, taken out one by one so that those left over can be refused.
struct Fields(Map<String, Value>);

impl Fields {
    fn event(mut self) -> Result<Event, String> {
        let kind = self.text("ev")?;
        let event = match kind.as_str() {
            "delivered" => Event::Delivered {
                client: self.text("client")?,
                conn: self.number("conn")?,
                to: self.route()?,
                tone: self.tone()?,
            },
            "disconnected" => {
                Event::Disconnected { client: self.text("client")?, conn: self.number("conn")? }
            }
            "turn" => Event::Turn {
                client: self.text("client")?,
                sid: self.text("sid")?,
                outcome: self.one_of("outcome", &["finished", "failed"])?,
            },
            "done" => Event::Done { id: self.number("id")?, refused: self.refusal()? },
            "shim-error" => {
                self.0.remove("client");
                Event::ShimError { message: self.text("message")? }
            }
            other => return Err(format!("unknown event `{other}`")),
        };
        self.end()?;
        Ok(event)
    }

    fn reply(mut self) -> Result<(u64, Reply), String> {
        let id = self.number("id")?;
        let ok = self.flag("ok")?.ok_or("`ok` is missing")?;
        if ok {
            return Ok((id, Reply::Ok(self.0)));
        }
        let reply = if self.flag("unsupported")? == Some(true) {
            Reply::Unsupported
        } else if self.flag("impossible")? == Some(true) {
            Reply::Impossible { why: self.text("why")? }
        } else {
            self.0.remove("versions");
            Reply::Refused { code: self.text("code")?, message: self.text_or_empty("message")? }
        };
        self.end()?;
        Ok((id, reply))
    }

    fn refusal(&mut self) -> Result<Option<(String, String)>, String> {
        match self.flag("ok")? {
            Some(false) => Ok(Some((self.text("code")?, self.text_or_empty("message")?))),
            _ => Ok(None),
        }
    }

    fn route(&mut self) -> Result<Option<String>, String> {
        match self.0.remove("to") {
            Some(Value::Null) => Ok(None),
            Some(Value::String(sid)) => Ok(Some(sid)),
            Some(sid @ Value::Object(_)) => Ok(Some(sid.to_string())),
            other => Err(wrong("to", "a sid or null", other.as_ref())),
        }
    }

    fn tone(&mut self) -> Result<Option<Value>, String> {
        match (self.0.remove("tone"), self.flag("unprintable")?) {
            (Some(tone), None) => Ok(Some(tone)),
            (None, Some(true)) => Ok(None),
            _ => Err("a delivered has either `tone` or `unprintable`".to_owned()),
        }
    }

    fn text(&mut self, key: &str) -> Result<String, String> {
        match self.0.remove(key) {
            Some(Value::String(text)) => Ok(text),
            other => Err(wrong(key, "a string", other.as_ref())),
        }
    }

    fn text_or_empty(&mut self, key: &str) -> Result<String, String> {
        if self.0.contains_key(key) { self.text(key) } else { Ok(String::new()) }
    }

    fn one_of(&mut self, key: &str, allowed: &[&str]) -> Result<String, String> {
        let text = self.text(key)?;
        if allowed.contains(&text.as_str()) {
            Ok(text)
        } else {
            Err(format!("`{key}` must be one of `{}`, got `{text}`", allowed.join("`, `")))
        }
    }

    fn number(&mut self, key: &str) -> Result<u64, String> {
        let value = self.0.remove(key);
        value.as_ref().and_then(Value::as_u64).ok_or_else(|| wrong(key, "a number", value.as_ref()))
    }

    fn flag(&mut self, key: &str) -> Result<Option<bool>, String> {
        match self.0.remove(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            other => Err(wrong(key, "true or false", other.as_ref())),
        }
    }

    fn strings(&mut self, key: &str) -> Result<BTreeSet<String>, String> {
        let value = self.0.remove(key);
        let items =
            value.as_ref().and_then(Value::as_array).ok_or_else(|| wrong(key, "a list", value.as_ref()))?;
        items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(key, "strings", Some(item))))
            .collect()
    }

    fn end(self) -> Result<(), String> {
        match self.0.keys().next() {
            Some(key) => Err(format!("unknown key `{key}`")),
            None => Ok(()),
        }
    }
}

fn wrong(key: &str, wanted: &str, got: Option<&Value>) -> String {
    match got {
        Some(value) => format!("`{key}` must be {wanted}, got `{value}`"),
        None => format!("`{key}` is missing"),
    }
}

/// Reads the reply to `start`.
pub(super) fn identity(fields: Map<String, Value>) -> Result<Identity, String> {
    let mut fields = Fields(fields);
    if fields.number("v")? != 1 {
        return Err("`v` must be 1".to_owned());
    }
    let mut inner = match fields.0.remove("impl") {
        Some(Value::Object(inner)) => Fields(inner),
        other => return Err(wrong("impl", "an object", other.as_ref())),
    };
    let identity = Identity {
        name: inner.text("name")?,
        version: inner.text("version")?,
        lang: inner.text("lang")?,
        wire: fields.text("wire")?,
        profiles: fields.strings("profiles")?,
        caps: fields.strings("caps")?,
        habits: None,
    };
    inner.end()?;
    fields.end()?;
    Ok(identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> String {
        match read(line.as_bytes()) {
            Some(Err(message)) => message,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_message() {
        for (line, wanted) in [
            (r#"{"id":1}"#, "`ok` is missing"),
            (r#"{"ok":true}"#, "`id` is missing"),
            (r#"{"id":"1","ok":true}"#, "`id` must be a number"),
            (r#"{"id":1,"ok":false}"#, "`code` is missing"),
            (r#"{"id":1,"ok":false,"unsupported":true,"x":1}"#, "unknown key `x`"),
            (r#"{"ev":"deliverd"}"#, "unknown event `deliverd`"),
            (r#"{"ev":"delivered","client":"c1","conn":1,"tone":{}}"#, "`to` is missing"),
            (r#"{"ev":"delivered","client":"c1","conn":1,"to":null}"#, "either `tone` or `unprintable`"),
            (
                r#"{"ev":"turn","client":"c1","sid":"s","outcome":"ok"}"#,
                "must be one of `finished`, `failed`",
            ),
        ] {
            assert!(refused(line).contains(wanted), "{line}: {}", refused(line));
        }
    }

    #[test]
    fn what_is_no_protocol_object_is_noise() {
        for line in ["hello", "[1]", "{}", r#"{"level":"info"}"#] {
            assert!(read(line.as_bytes()).is_none(), "{line}");
        }
    }
}
