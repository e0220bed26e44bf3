//! Templates: the values that a script sends, with what is filled in at the last moment.

use serde_json::{Map, Value};

use super::parse::{self, At, Keys};
use super::value::Wrapped;
use super::{PatternFault, Scope, Unbound};

/// A value to send.
#[derive(Debug, Clone)]
pub struct Template(pub(super) Part);

/// What the value travels in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// A line of the wire: `$int` becomes a plain number.
    Wire,
    /// A message to a shim: `$num`, `$int` and `$utf16` stay wrapped, for the shim to unwrap.
    Shim,
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    Scalar(Value),
    Text(String),
    Array(Vec<Part>),
    Object(Vec<(String, Part)>),
    Fill(usize),
    Wrapped(Wrapped),
    Now(i64),
    Ref(String),
    Literal(Value),
}

/// As much as the longest line that a daemon takes.
const FILL_BYTES_MAX: usize = 64 << 20;

impl Template {
    /// Reads a template; all faults at once.
    pub fn parse(value: &Value) -> Result<Self, Vec<PatternFault>> {
        let mut faults = Vec::new();
        let mut root = At::root(&mut faults);
        let part = part(value, &mut root);
        if fill_bytes(&part) > FILL_BYTES_MAX {
            root.fault("`$fill` makes more than 64 MiB of it");
        }
        if faults.is_empty() { Ok(Self(part)) } else { Err(faults) }
    }

    /// The value, with variables, times and bound values filled in. `$now` counts from the scope's `read_ms`.
    pub fn fill(&self, scope: &Scope, carrier: Carrier) -> Result<Value, Unbound> {
        fill(&self.0, scope, carrier)
    }

    /// Whether all of it can be sent on the wire: a number that is not finite, or a string that is no
    /// Unicode text, can only be handed to a shim.
    pub fn carries_on_wire(&self) -> bool {
        carries_on_wire(&self.0)
    }

    /// A member of an object template that is a plain string, as written (`${…}` not replaced).
    pub fn as_object_str(&self, key: &str) -> Option<&str> {
        let Part::Object(fields) = &self.0 else { return None };
        match fields.iter().find(|(name, _)| name == key) {
            Some((_, Part::Text(text))) => Some(text),
            _ => None,
        }
    }
}

fn part(value: &Value, at: &mut At<'_>) -> Part {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Part::Scalar(value.clone()),
        Value::String(text) => Part::Text(text.clone()),
        Value::Array(items) => {
            let item = |(index, item): (usize, _)| part(item, &mut at.below(&index.to_string()));
            Part::Array(items.iter().enumerate().map(item).collect())
        }
        Value::Object(fields) => match parse::keys(fields, at) {
            Keys::Plain => {
                let field = |(key, value): (&String, _)| (key.clone(), part(value, &mut at.below(key)));
                Part::Object(fields.iter().map(field).collect())
            }
            Keys::Dollar => dollar(fields, at).unwrap_or(Part::Scalar(Value::Null)),
        },
    }
}

/// Reads an object of `$` keys; `None` where it has a fault.
fn dollar(fields: &Map<String, Value>, at: &mut At<'_>) -> Option<Part> {
    // Beside `$eg` stand the matchers of the same place; to send, the example is all that counts.
    if let Some(example) = fields.get("$eg") {
        return Some(part(example, &mut at.below("$eg")));
    }
    let mut keys = fields.iter();
    let (Some((key, value)), None) = (keys.next(), keys.next()) else {
        at.fault("several `$` keys in one value to send (hint: matchers need `$eg` beside them to be sent)");
        return None;
    };
    let read = match &**key {
        "$fill" => parse::size(value).map(Part::Fill).ok_or("wants a number of bytes"),
        "$now" => value.as_i64().map(Part::Now).ok_or("wants an integer, in ms"),
        "$ref" => parse::name(value).map(Part::Ref),
        "$literal" => Ok(Part::Literal(value.clone())),
        "$int" | "$num" | "$utf16" => Wrapped::parse(key, value).map(Part::Wrapped),
        "$type" | "$re" | "$any" | "$bind" | "$absent" | "$optional" | "$oneOf" | "$setEquals" | "$len"
        | "$integer" | "$unique" | "$rid" | "$raises" => {
            Err("a matcher cannot be sent (hint: put `$eg` beside it)")
        }
        _ => Err("unknown `$` key (hint: an object with `$` keys of its own needs `$literal`)"),
    };
    read.map_err(|message| at.below(key).fault(message)).ok()
}

/// How long the strings of `$fill` are together.
fn fill_bytes(part: &Part) -> usize {
    let all = |parts: &mut dyn Iterator<Item = &Part>| parts.map(fill_bytes).fold(0, usize::saturating_add);
    match part {
        Part::Fill(bytes) => *bytes,
        Part::Array(items) => all(&mut items.iter()),
        Part::Object(fields) => all(&mut fields.iter().map(|(_, part)| part)),
        _ => 0,
    }
}

fn fill(part: &Part, scope: &Scope, carrier: Carrier) -> Result<Value, Unbound> {
    Ok(match part {
        Part::Scalar(value) | Part::Literal(value) => value.clone(),
        Part::Text(text) => scope.expand(text).into(),
        Part::Array(items) => {
            items.iter().map(|item| fill(item, scope, carrier)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Part::Object(fields) => {
            let field = |(key, part): &(String, _)| Ok((key.clone(), fill(part, scope, carrier)?));
            Value::Object(fields.iter().map(field).collect::<Result<_, _>>()?)
        }
        Part::Fill(bytes) => "x".repeat(*bytes).into(),
        Part::Now(offset) => scope.read_ms.saturating_add(*offset).into(),
        Part::Ref(name) => match scope.bound.get(name) {
            Some(value) => on(carrier, value),
            None => return Err(Unbound { name: name.clone() }),
        },
        Part::Wrapped(wrapped) => on(carrier, &wrapped.to_value()),
    })
}

/// A wrapped integer is a plain number on the wire; every other value stays as it is.
fn on(carrier: Carrier, value: &Value) -> Value {
    match (carrier, Wrapped::of(value)) {
        (Carrier::Wire, Some(Wrapped::Int(digits))) => {
            serde_json::from_str(&digits).unwrap_or_else(|_| value.clone())
        }
        _ => value.clone(),
    }
}

fn carries_on_wire(part: &Part) -> bool {
    match part {
        Part::Wrapped(wrapped) => matches!(wrapped, Wrapped::Int(_)),
        Part::Array(items) => items.iter().all(carries_on_wire),
        Part::Object(fields) => fields.iter().all(|(_, field)| carries_on_wire(field)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(template: &Value, carrier: Carrier) -> Value {
        let scope = Scope {
            variables: [("dir".to_owned(), "/t".to_owned())].into(),
            bound: [("id".to_owned(), json!({"a": 1}))].into(),
            written_ms: 1,
            read_ms: 1000,
        };
        Template::parse(template).unwrap().fill(&scope, carrier).unwrap()
    }

    #[test]
    fn values_are_filled_in() {
        for (template, wanted) in [
            (json!({"a": [{"$fill": 3}]}), json!({"a": ["xxx"]})),
            (json!({"$now": -1}), json!(999)),
            (json!({"$ref": "id"}), json!({"a": 1})),
            (json!({"$literal": {"$now": 5}}), json!({"$now": 5})),
            (json!("${dir}/x $5"), json!("/t/x $5")),
            (json!({"$type": "string", "$eg": {"$fill": 1}}), json!("x")),
            (json!({}), json!({})),
        ] {
            assert_eq!(filled(&template, Carrier::Wire), wanted);
            assert_eq!(filled(&template, Carrier::Shim), wanted);
        }
    }

    #[test]
    fn wrappers_stay_for_the_shim_and_integers_are_plain_on_the_wire() {
        let int = json!({"$int": "18446744073709551616"});
        assert_eq!(filled(&int, Carrier::Wire).to_string(), "18446744073709551616");
        assert_eq!(filled(&int, Carrier::Shim), int);
        assert_eq!(filled(&json!({"$num": "NaN"}), Carrier::Shim), json!({"$num": "NaN"}));
    }

    #[test]
    fn what_the_wire_cannot_carry_is_told() {
        let carries = |value| Template::parse(&value).unwrap().carries_on_wire();
        assert!(carries(json!({"a": [{"$int": "1"}]})));
        assert!(!carries(json!({"a": [{"$num": "NaN"}]})));
        assert!(!carries(json!([{"$utf16": [55296]}])));
    }

    #[test]
    fn an_unbound_reference_has_no_value() {
        let template = Template::parse(&json!([{"$ref": "later"}])).unwrap();
        let unbound = template.fill(&Scope::default(), Carrier::Wire).unwrap_err();
        assert_eq!(unbound.to_string(), "nothing has been bound as `later` yet");
    }

    #[test]
    fn only_plain_string_members_are_told() {
        let template = Template::parse(&json!({"chi": "log", "n": 1, "m": {"$fill": 1}})).unwrap();
        assert_eq!(
            ["chi", "n", "m", "x"].map(|key| template.as_object_str(key)),
            [Some("log"), None, None, None]
        );
    }

    #[test]
    fn all_faults_are_listed_with_their_places() {
        let faults = Template::parse(&json!({
            "a/b": {"$fill": -1}, "b": [{"$any": true}], "c": {"$x": 1}, "d": {"$now": 1, "e": 2},
            "f": {"$now": 1, "$ref": "g"}
        }));
        let places: Vec<_> = faults.unwrap_err().into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(places, ["/a~1b/$fill", "/b/0/$any", "/c/$x", "/d", "/f"]);
    }

    #[test]
    fn more_than_the_longest_line_is_not_made_of_a_few_words() {
        let half = json!({"$fill": FILL_BYTES_MAX / 2});
        assert!(Template::parse(&json!({"a": half, "b": [half]})).is_ok());
        for value in [json!({"a": half, "b": [half, {"$fill": 1}]}), json!({"$fill": u64::MAX})] {
            let faults = Template::parse(&value).unwrap_err();
            assert_eq!(
                faults.iter().map(PatternFault::to_string).collect::<Vec<_>>(),
                ["`$fill` makes more than 64 MiB of it"]
            );
        }
    }
}
