//! A tone: one JSON object of the wire, with the three members that everything is routed by.

use serde_json::{Map, Value};

use crate::deep;

/// One tone. It is always a JSON object; beyond that it may be anything that a client sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Tone(Value);

impl Tone {
    /// A tone with these members.
    pub fn new(fields: Map<String, Value>) -> Self {
        Self(Value::Object(fields))
    }

    /// The type, where it is a string.
    pub fn chi(&self) -> Option<&str> {
        self.text("chi")
    }

    /// The id of the tone, where it is a string.
    pub fn rid(&self) -> Option<&str> {
        self.text("rid")
    }

    /// The session, where it is a string.
    pub fn sid(&self) -> Option<&str> {
        self.text("sid")
    }

    /// A member.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The tone as a JSON value, always an object.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The tone as a JSON value, always an object.
    pub fn into_value(mut self) -> Value {
        self.0.take()
    }

    /// The members of the tone, in the order of the line.
    pub fn fields(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.as_object().into_iter().flatten()
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }
}

impl From<Map<String, Value>> for Tone {
    fn from(fields: Map<String, Value>) -> Self {
        Self::new(fields)
    }
}

impl Clone for Tone {
    fn clone(&self) -> Self {
        Self(deep::on_enough_stack(&self.0, || self.0.clone()))
    }
}

impl Drop for Tone {
    /// A client may send thousands of nested levels, and dropping them one inside the other takes more
    /// stack than a thread has.
    fn drop(&mut self) {
        deep::dismantle(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tone(value: Value) -> Tone {
        match value {
            Value::Object(fields) => Tone::new(fields),
            _ => unreachable!("tests make objects"),
        }
    }

    #[test]
    fn members_of_another_type_count_as_none() {
        let tone = tone(json!({"chi": "log", "rid": 7, "sid": null}));
        assert_eq!((tone.chi(), tone.rid(), tone.sid()), (Some("log"), None, None));
    }

    #[test]
    fn the_value_is_the_whole_tone() {
        let value = json!({"chi": "log", "x": [1]});
        assert_eq!(tone(value.clone()).as_value(), &value);
        assert_eq!(tone(value.clone()).clone().into_value(), value);
    }
}
