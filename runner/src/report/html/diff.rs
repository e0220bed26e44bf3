//! What was wanted beside what came, with only the part that differs marked.

use crate::judge::Failure;
use crate::report::text::{apart, clean, cut};

/// Characters of a value, and places that differ, that are shown.
const VALUE_MAX: usize = 400;
const PLACES_MAX: usize = 30;

/// One place that differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The JSON pointer; empty for the whole.
    pub(super) at: String,
    pub(super) wanted: Value,
    /// `None` where nothing stood.
    pub(super) got: Option<Value>,
}

/// A value in three parts, of which the middle one is not as in the other value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) before: String,
    pub(super) differs: String,
    pub(super) after: String,
}

impl Value {
    /// One of which no part is to be marked.
    fn prose(text: String) -> Self {
        Self { before: text, differs: String::new(), after: String::new() }
    }
}

/// Every place that differs, and how many more there are. Where nothing stands against a pattern, what was wanted and
/// what came as a whole.
pub(super) fn places(failure: &Failure) -> (Vec<Place>, usize) {
    if failure.differences.is_empty() {
        let (wanted, got) = apart(&failure.wanted, &failure.got, VALUE_MAX);
        return (
            vec![Place { at: String::new(), wanted: Value::prose(wanted), got: Some(Value::prose(got)) }],
            0,
        );
    }
    let all = failure.differences.iter();
    let shown = all.take(PLACES_MAX).map(|found| place(&found.at, &found.wanted, found.got.as_deref()));
    (shown.collect(), failure.differences.len().saturating_sub(PLACES_MAX))
}

fn place(at: &str, wanted: &str, got: Option<&str>) -> Place {
    let at = cut(&clean(at), VALUE_MAX);
    let Some(got) = got else {
        return Place { at, wanted: Value::prose(cut(&clean(wanted), VALUE_MAX)), got: None };
    };
    let (wanted, got) = apart(wanted, got, VALUE_MAX);
    let (wanted, got) = marked(&wanted, &got);
    Place { at, wanted, got: Some(got) }
}

/// Both values, without what they begin and end with alike in the mark.
fn marked(one: &str, other: &str) -> (Value, Value) {
    let same = |one: &mut dyn Iterator<Item = char>, other: &mut dyn Iterator<Item = char>| -> usize {
        one.zip(other).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let start = same(&mut one.chars(), &mut other.chars());
    let (one_rest, other_rest) = (&one[start..], &other[start..]);
    let end = same(&mut one_rest.chars().rev(), &mut other_rest.chars().rev());
    let value = |rest: &str| {
        let (differs, after) = rest.split_at(rest.len() - end);
        Value { before: one[..start].to_owned(), differs: differs.to_owned(), after: after.to_owned() }
    };
    (value(one_rest), value(other_rest))
}

#[cfg(test)]
mod tests {
    use super::{Value, marked, place};

    fn value(before: &str, differs: &str, after: &str) -> Value {
        Value { before: before.to_owned(), differs: differs.to_owned(), after: after.to_owned() }
    }

    #[test]
    fn only_what_differs_is_marked() {
        assert_eq!(marked("call-add", "call-slow"), (value("call-", "add", ""), value("call-", "slow", "")));
        assert_eq!(marked("aéb", "aèb"), (value("a", "é", "b"), value("a", "è", "b")));
        assert_eq!(marked("aa", "aaa"), (value("aa", "", ""), value("aa", "a", "")));
        assert_eq!(marked("", ""), (value("", "", ""), value("", "", "")));
    }

    #[test]
    fn nothing_that_came_is_not_an_empty_value() {
        let found = place("/sid", "\"hum-x\"", None);
        assert_eq!((found.wanted, found.got), (value("\"hum-x\"", "", ""), None));
    }
}
