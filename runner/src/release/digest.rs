//! Digests: the same for what means the same, whatever order its keys have.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// SHA-256 of bytes, as 64 hex digits.
pub fn of_bytes(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The first 32 digits of SHA-256 over a value, with the keys of every object in order.
pub(super) fn of_value(value: &Value) -> String {
    let mut digits = of_bytes(sorted(value).to_string().as_bytes());
    digits.truncate(32);
    digits
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            let fields: Map<String, Value> =
                fields.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            Value::Object(fields)
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        atom => atom.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_does_not_matter_and_all_else_does() {
        let digest = |text| of_value(&serde_json::from_str(text).unwrap());
        let one = digest(r#"{"a":[1,{"c":1,"d":2}],"b":null}"#);
        assert_eq!(one, digest(r#"{ "b": null, "a": [1, {"d": 2, "c": 1}] }"#));
        for other in [
            r#"{"a":[{"c":1,"d":2},1],"b":null}"#,
            r#"{"a":[1.0,{"c":1,"d":2}],"b":null}"#,
            r#"{"a":[1,{"c":1,"d":2}]}"#,
        ] {
            assert_ne!(one, digest(other), "{other}");
        }
    }
}
