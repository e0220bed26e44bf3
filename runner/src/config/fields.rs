//! Taking values out of a TOML table, one key at a time, with a fault for whatever is not as it should be.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;

/// Where faults are gathered.
pub(super) struct Faults<'t> {
    text: &'t str,
    found: Vec<Fault>,
    unreadable: Vec<Fault>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new(), unreadable: Vec::new() }
    }

    pub(super) fn add(&mut self, at: usize, message: impl Into<String>, hint: impl Into<String>) {
        let (message, hint) = (message.into(), hint.into());
        self.found.push(Fault { line: self.line(at), message, hint });
    }

    /// A part of the text that is no TOML; nothing else is said of its line.
    pub(super) fn unreadable(&mut self, error: &toml::de::Error) {
        let span = error.span().unwrap_or_default();
        let message = match error.message() {
            "duplicate key" => format!("`{}` stands there twice", &self.text[span.clone()]),
            other => format!("this is no TOML: {other}"),
        };
        self.unreadable.push(Fault { line: self.line(span.start), message, hint: String::new() });
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        1 + self.text.get(..at).unwrap_or(self.text).matches('\n').count()
    }

    /// All of them, in order of line; each once.
    pub(super) fn into_sorted(mut self) -> Vec<Fault> {
        // what is no TOML has no keys and values to speak of
        self.found.retain(|fault| !self.unreadable.iter().any(|other| other.line == fault.line));
        self.found.extend(self.unreadable);
        self.found.sort();
        self.found.dedup();
        self.found
    }
}

/// A value that was read, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// A table whose keys are taken one by one; what is left over is unknown.
pub(super) struct Fields<'f, 't> {
    /// As it is shown: `[client]`.
    name: &'static str,
    /// Where the table begins.
    pub(super) at: usize,
    table: &'f DeTable<'t>,
    known: &'static [&'static str],
}

impl<'f, 't> Fields<'f, 't> {
    /// The fields of a table. Whatever is not among `known` is a fault.
    pub(super) fn new(
        name: &'static str,
        at: usize,
        table: &'f DeTable<'t>,
        known: &'static [&'static str],
        faults: &mut Faults<'_>,
    ) -> Self {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let near = known.iter().min_by_key(|name| strsim::damerau_levenshtein(name, key.get_ref()));
            let hint = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            faults.add(key.span().start, format!("`{}` is no key of {name}", key.get_ref()), hint);
        }
        Self { name, at, table, known }
    }

    fn find(&self, key: &'static str) -> Option<&'f Spanned<DeValue<'t>>> {
        debug_assert!(self.known.contains(&key), "{key}");
        self.table.get(key)
    }

    /// A value that must be there.
    pub(super) fn required<T>(
        &self,
        key: &'static str,
        faults: &mut Faults<'_>,
        take: impl FnOnce(&Self, &'static str, &mut Faults<'_>) -> Option<At<T>>,
    ) -> Option<At<T>> {
        if self.find(key).is_none() {
            faults.add(self.at, format!("{} has no `{key}`", self.name), "");
            return None;
        }
        take(self, key, faults)
    }

    /// A string.
    pub(super) fn text(&self, key: &'static str, faults: &mut Faults<'_>) -> Option<At<String>> {
        let value = self.find(key)?;
        let Some(text) = value.get_ref().as_str() else {
            wrong(key, value, "a string", faults);
            return None;
        };
        Some(At { value: text.to_owned(), span: value.span() })
    }

    /// A list of strings, all of them.
    pub(super) fn texts(&self, key: &'static str, faults: &mut Faults<'_>) -> Option<At<Vec<At<String>>>> {
        let value = self.find(key)?;
        let Some(items) = value.get_ref().as_array() else {
            wrong(key, value, "a list of strings", faults);
            return None;
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => texts.push(At { value: text.to_owned(), span: item.span() }),
                None => wrong(key, item, "a list of strings", faults),
            }
        }
        (texts.len() == items.len()).then(|| At { value: texts, span: value.span() })
    }

    /// A table of strings, by name.
    pub(super) fn pairs(&self, key: &'static str, faults: &mut Faults<'_>) -> Vec<(At<String>, String)> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let Some(table) = value.get_ref().as_table() else {
            wrong(key, value, "a table of strings", faults);
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in table {
            let named = At { value: name.get_ref().to_string(), span: name.span() };
            match value.get_ref().as_str() {
                Some(text) => pairs.push((named, text.to_owned())),
                None => wrong(key, value, "a table of strings", faults),
            }
        }
        pairs
    }

    /// A day without a time.
    pub(super) fn date(&self, key: &'static str, faults: &mut Faults<'_>) -> Option<At<time::Date>> {
        let value = self.find(key)?;
        let date = match value.get_ref() {
            DeValue::Datetime(when) if when.time.is_none() => {
                when.date.and_then(|date| day(i32::from(date.year), date.month, date.day))
            }
            _ => None,
        };
        if date.is_none() {
            wrong(key, value, "a day, such as 2027-03-31 without quotes", faults);
        }
        date.map(|date| At { value: date, span: value.span() })
    }
}

fn wrong(key: &str, value: &Spanned<DeValue<'_>>, wanted: &str, faults: &mut Faults<'_>) {
    let found = value.get_ref().type_str();
    faults.add(value.span().start, format!("`{key}` is {wanted}, and no {found}"), "");
}

fn day(year: i32, month: u8, day: u8) -> Option<time::Date> {
    time::Date::from_calendar_date(year, time::Month::try_from(month).ok()?, day).ok()
}
