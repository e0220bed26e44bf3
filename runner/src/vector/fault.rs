//! What is wrong with a vector file, and where.

use std::fmt;

use super::json::Document;

/// One fault of a vector file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Path as the source names it.
    pub file: String,
    /// Counted from 1; 0 where a file as a whole is at fault.
    pub line: usize,
    /// JSON pointer; empty for the file as a whole.
    pub pointer: String,
    /// A lower-case fragment.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = if self.pointer.is_empty() { "" } else { ": " };
        let line = if self.line == 0 { String::new() } else { format!(":{}", self.line) };
        write!(f, "{}{line}: {}{between}{}", self.file, self.pointer, self.message)
    }
}

/// Collects the faults of one file, and knows the line of each pointer.
pub(super) struct Log<'d> {
    doc: &'d Document<'d>,
    faults: Vec<Fault>,
}

impl<'d> Log<'d> {
    pub(super) fn new(doc: &'d Document<'d>) -> Self {
        Self { doc, faults: Vec::new() }
    }

    /// Adds a fault; a pointer to something missing gets the line of what should hold it.
    pub(super) fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        let pointer = pointer.into();
        let line = self.doc.line(&pointer);
        self.faults.push(Fault { file: self.doc.file.clone(), line, pointer, message: message.into() });
    }

    /// Adds faults that have their lines already.
    pub(super) fn extend(&mut self, faults: Vec<Fault>) {
        self.faults.extend(faults);
    }

    pub(super) fn line(&self, pointer: &str) -> usize {
        self.doc.line(pointer)
    }

    pub(super) fn file(&self) -> &str {
        &self.doc.file
    }

    /// Whether something at or below this pointer has a fault.
    pub(super) fn touches(&self, pointer: &str) -> bool {
        let below = |fault: &Fault| {
            fault
                .pointer
                .strip_prefix(pointer)
                .is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b'/')))
        };
        self.faults.iter().any(below)
    }

    pub(super) fn len(&self) -> usize {
        self.faults.len()
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }
}

/// ` (hint: …)` with the known word that is most like this one, if any is.
pub(super) fn near<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or_else(String::new, |(_, candidate)| format!(" (hint: `{candidate}` is near)"))
}

/// `` `a`, `b` ``.
pub(super) fn ticked<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
