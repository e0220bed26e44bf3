//! What the body of each chi must look like, and the keys that every tone shares.
//!
//! The schemas in `schema/chi/`, those of the profile `live` in `schema/chi-live/`, and `schema/envelope.json`
//! are compiled one by one, when first asked for.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use super::fault::Fault;
use super::schema::words;
use crate::rule::Profile;

/// The schemas of tones.
#[derive(Debug)]
pub struct Bodies {
    chis: BTreeMap<String, Schema>,
    /// Only those that differ from the document's.
    live: BTreeMap<String, Schema>,
    envelope: Schema,
}

#[derive(Debug)]
struct Schema {
    text: Value,
    compiled: OnceLock<Result<Validator, String>>,
}

impl Bodies {
    /// Reads the embedded schemas; a fault names the one that is no JSON, or is missing.
    pub fn load() -> Result<Self, Fault> {
        let (mut chis, mut live) = (BTreeMap::new(), BTreeMap::new());
        let mut envelope = None;
        for (path, text) in thrum_vectors::schemas() {
            let within = |folder: &str| path.strip_prefix(folder).and_then(|name| name.strip_suffix(".json"));
            if let Some(chi) = within("schema/chi/") {
                chis.insert(chi.to_owned(), Schema::read(&path, text)?);
            } else if let Some(chi) = within("schema/chi-live/") {
                live.insert(chi.to_owned(), Schema::read(&path, text)?);
            } else if path == "schema/envelope.json" {
                envelope = Some(Schema::read(&path, text)?);
            }
        }
        let missing = || fault("schema/envelope.json", 1, "is missing".into());
        Ok(Self { chis, live, envelope: envelope.ok_or_else(missing)? })
    }

    /// The chi that have a schema, in alphabetical order.
    pub fn chis(&self) -> impl Iterator<Item = &str> {
        self.chis.keys().map(String::as_str)
    }

    /// What is wrong with this tone as one of that chi in a profile, each with its pointer; nothing for an unknown
    /// chi.
    pub fn faults(&self, chi: &str, profile: Profile, tone: &Value) -> Vec<String> {
        let live = self.live.get(chi).filter(|_| profile == Profile::Live);
        live.or_else(|| self.chis.get(chi)).map(|schema| schema.faults(tone)).unwrap_or_default()
    }

    /// What is wrong with the keys that mean the same on every tone.
    pub fn envelope_faults(&self, tone: &Value) -> Vec<String> {
        self.envelope.faults(tone)
    }
}

impl Schema {
    fn read(path: &str, text: &str) -> Result<Self, Fault> {
        let text = serde_json::from_str(text)
            .map_err(|error| fault(path, error.line().max(1), format!("is no JSON: {error}")))?;
        Ok(Self { text, compiled: OnceLock::new() })
    }

    fn faults(&self, tone: &Value) -> Vec<String> {
        let compile = || {
            let options = jsonschema::options().offline();
            options.build(&self.text).map_err(|error| format!("the schema does not compile: {error}"))
        };
        match self.compiled.get_or_init(compile) {
            Ok(validator) => validator
                .iter_errors(tone)
                .flat_map(|error| words(&error))
                .map(|(at, message)| if at.is_empty() { message } else { format!("`{at}`: {message}") })
                .collect(),
            Err(error) => vec![error.clone()],
        }
    }
}

fn fault(path: &str, line: usize, message: String) -> Fault {
    Fault { file: path.to_owned(), line, pointer: String::new(), message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_schema_compiles() {
        let bodies = Bodies::load().unwrap();
        assert!(bodies.chis().count() >= 33);
        assert!(bodies.live.keys().all(|chi| bodies.chis.contains_key(chi)));
        for (chi, profile) in bodies.chis().flat_map(|chi| [(chi, Profile::Document), (chi, Profile::Live)]) {
            let faults = bodies.faults(chi, profile, &json!({}));
            assert!(!faults.iter().any(|fault| fault.contains("compile")), "{chi}: {faults:?}");
        }
    }

    #[test]
    fn names_what_is_wrong_and_where() {
        let bodies = Bodies::load().unwrap();
        let faults = bodies.faults("hello", Profile::Document, &json!({"bee": 7, "unknown": true}));
        assert_eq!(faults, ["lacks `protoVersion`", "`/bee`: `7` is no string"]);
        assert_eq!(
            bodies.faults("hello", Profile::Document, &json!({"bee": "b", "protoVersion": "0.7.0"})),
            [""; 0]
        );
        let live = json!({"bee": ["forager"], "protoVersion": "0.7.0", "hid": "fbee_1"});
        assert_eq!(bodies.faults("hello", Profile::Document, &live).len(), 1);
        assert_eq!(bodies.faults("hello", Profile::Live, &live).len(), 1);
        assert_eq!(bodies.faults("no-such-chi", Profile::Live, &json!({})), [""; 0]);
        assert_eq!(bodies.envelope_faults(&json!({"chi": "log", "rid": ""})).len(), 1);
    }
}
