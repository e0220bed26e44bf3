//! Which rows of a list are wanted. What is misspelt would leave an empty list, so it is an error with the nearest
//! names.

use std::collections::BTreeSet;

use globset::GlobMatcher;

use super::list::What;
use super::rows::Row;
use crate::plan::nearest;
use crate::rule::RuleBook;

/// What a user asks for; everything where it is empty.
#[derive(Debug, Default)]
pub struct Filter {
    /// Only rows whose id or name matches one of these.
    pub run: Vec<GlobMatcher>,
    /// No rows whose id or name matches one of these.
    pub skip: Vec<GlobMatcher>,
    /// Only what these rules are about, by id in any case.
    pub rules: Vec<String>,
    /// Only what the rules of these sections of WIRE.md are about, by the fragment that links to one.
    pub sections: Vec<String>,
}

impl Filter {
    /// The rows that are wanted; never none. `Err` says what matches nothing, with the nearest names.
    pub(super) fn pick(&self, what: What, mut rows: Vec<Row>, book: &RuleBook) -> Result<Vec<Row>, String> {
        for glob in &self.run {
            if !rows.iter().any(|row| row.is_named(glob)) {
                let asked = glob.glob().glob();
                let near = nearest(asked, rows.iter().map(|row| row.id.as_str()));
                return Err(format!("no {what} matches `{asked}`\n(hint: the nearest are {near})"));
            }
        }
        if let Some(rules) = self.wanted(book)? {
            if what == What::Testees {
                return Err(
                    "a testee that is no mutant breaks no rule of its own\n(hint: `list mutants` takes \
                            `--rule` and `--section`)"
                        .to_owned(),
                );
            }
            rows.retain(|row| row.rules.iter().any(|rule| rules.contains(rule.as_str())));
        }
        let named = |row: &Row, globs: &[GlobMatcher]| globs.iter().any(|glob| row.is_named(glob));
        rows.retain(|row| (self.run.is_empty() || named(row, &self.run)) && !named(row, &self.skip));
        if rows.is_empty() {
            return Err(format!(
                "no {what} is left\n(hint: `--run`, `--skip`, `--rule` and `--section` leave none between them)"
            ));
        }
        Ok(rows)
    }

    /// The rules asked for, by name or by section.
    fn wanted<'b>(&self, book: &'b RuleBook) -> Result<Option<BTreeSet<&'b str>>, String> {
        if self.rules.is_empty() && self.sections.is_empty() {
            return Ok(None);
        }
        let mut wanted = BTreeSet::new();
        for asked in &self.rules {
            let Some(rule) = book.get(&asked.to_uppercase()) else {
                let near = nearest(&asked.to_uppercase(), book.rules().map(|rule| rule.id.as_str()));
                return Err(format!("`{asked}` is no rule\n(hint: the nearest are {near})"));
            };
            wanted.insert(rule.id.as_str());
        }
        for asked in &self.sections {
            let of_section = || book.rules().filter(|rule| rule.anchor == *asked);
            if of_section().next().is_none() {
                let known: BTreeSet<&str> = book.rules().map(|rule| rule.anchor.as_str()).collect();
                let near = nearest(asked, known.into_iter());
                return Err(format!(
                    "WIRE.md has no rules in a section `{asked}`\n(hint: the nearest are {near})"
                ));
            }
            wanted.extend(of_section().map(|rule| rule.id.as_str()));
        }
        Ok(Some(wanted))
    }
}
