//! The hello of a bee that is built on this client: what the application says, and the rest.

use serde_json::{Value, json};

use crate::chi::{Chi, THRUM_VERSION};
use crate::clock;
use crate::ids::rid;
use crate::tone::{Fields, Tone, encode};

/// How a bee introduces itself (CHI-01). The client sends it, first on every connection.
#[derive(Clone, Debug)]
pub struct Hello {
    bee: String,
    fields: Fields,
}

impl Hello {
    /// `bee` is the name, and the one thing without a default. For the rest this says: version 0.0.0, stateless and
    /// rich, every chi that an asker sends, from this crate.
    pub fn new(bee: impl Into<String>) -> Self {
        let chis: Vec<_> = Chi::ASKER.iter().map(|chi| chi.as_str()).collect();
        let fields = Tone::default()
            .with("version", "0.0.0")
            .with("chis", chis)
            .with("propensity", json!({"statefulness": "stateless", "richness": "rich", "wire": "thrum"}))
            .with("source", concat!("thrum-rs/", env!("CARGO_PKG_VERSION")));
        Self { bee: bee.into(), fields: fields.into_fields() }
    }

    /// The version of the bee, semver.
    #[must_use]
    pub fn version(self, version: &str) -> Self {
        self.with("version", version)
    }

    /// Where the bee comes from.
    #[must_use]
    pub fn source(self, source: &str) -> Self {
        self.with("source", source)
    }

    /// The chi that the bee speaks.
    #[must_use]
    pub fn chis(self, chis: &[Chi]) -> Self {
        self.with("chis", chis.iter().map(|chi| chi.as_str()).collect::<Vec<_>>())
    }

    /// Any further field, under the wire's name for it: `propensity`, `hive`, or one of your own.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(key.to_owned(), value.into());
        self
    }

    /// All of these fields; what the wire fixes is not among them.
    #[must_use]
    pub fn with_all(self, fields: Fields) -> Self {
        fields.into_iter().fold(self, |hello, (key, value)| hello.with(&key, value))
    }

    /// The bee's name.
    pub fn bee(&self) -> &str {
        &self.bee
    }

    /// The line to send, without its LF. What the wire fixes is not the application's to say.
    pub(crate) fn line(&self) -> String {
        let envelope = Tone::new(Chi::Hello)
            .with("rid", rid())
            .with("from", self.bee.as_str())
            .with("sentAt", clock::now_ms())
            .with("bee", self.bee.as_str())
            .with("protoVersion", THRUM_VERSION);
        encode(envelope.into_fields(), self.fields.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::decode;

    #[test]
    fn is_complete_by_itself_and_fixes_what_the_wire_fixes() {
        let hello = Hello::new("b").version("1.2.3").with("protoVersion", "9.9.9").with("chi", "prompt");
        let line = decode(hello.line().as_bytes()).expect("a tone");
        assert_eq!(line.chi(), Some(Chi::Hello));
        for (key, value) in
            [("bee", "b"), ("from", "b"), ("protoVersion", THRUM_VERSION), ("version", "1.2.3")]
        {
            assert_eq!(line.text(key), Some(value), "{key}");
        }
        assert_eq!(line.get("chis").and_then(Value::as_array).map(Vec::len), Some(Chi::ASKER.len()));
    }
}
