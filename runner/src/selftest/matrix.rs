//! The kill matrix: which mutant broke which rule, in which case.

use std::collections::{BTreeMap, BTreeSet};

use thrum_conform::report::{CaseVerdict, Report, Standing};

use crate::reference::Mutant;

/// The rules that a run broke, each with the reason.
pub fn broken(report: &Report) -> BTreeMap<String, Broken> {
    let broken = report.rules.iter().filter(|row| {
        row.standing == Standing::Violated || (row.standing == Standing::Warned && !row.cases.is_empty())
    });
    let mut rules: BTreeMap<String, Broken> = BTreeMap::new();
    for row in broken {
        // a rule has a row for each role and profile
        let rule = rules.entry(row.id.clone()).or_default();
        rule.why = format!("{} by {}", row.why, row.cases.join(", "));
        rule.cases.extend(row.cases.iter().cloned());
    }
    rules
}

/// How a rule was broken.
#[derive(Default)]
pub struct Broken {
    pub why: String,
    pub cases: Vec<String>,
}

/// What one mutant did, over all looks at it.
pub struct Row {
    pub mutant: &'static str,
    pub bug: &'static str,
    pub rules: BTreeSet<String>,
    pub cases: BTreeSet<String>,
}

impl Row {
    pub fn new(mutant: &Mutant) -> Self {
        Self { mutant: mutant.name, bug: mutant.bug, rules: BTreeSet::new(), cases: BTreeSet::new() }
    }

    /// Adds what one look saw of the rules that the mutant declares: anything else is a finding, or a hang of a
    /// busy machine.
    pub fn saw(&mut self, report: &Report, declared: &[&str]) {
        let is_own = |rule: &String| declared.contains(&rule.as_str());
        self.rules.extend(broken(report).into_keys().filter(is_own));
        let failed = report.cases.iter().filter(|row| {
            matches!(row.verdict, CaseVerdict::Fail | CaseVerdict::Warn) && row.rules.iter().any(is_own)
        });
        self.cases.extend(failed.map(|row| row.id.clone()));
    }
}

/// All mutants that were tried.
#[derive(Default)]
pub struct Matrix {
    pub rows: Vec<Row>,
    /// Over all testees and looks.
    pub cases_played: usize,
}

impl Matrix {
    /// Adds what was seen of a mutant; it may be seen behind its shim, and as a whole bee.
    pub fn add(&mut self, row: Row) {
        match self.rows.iter_mut().find(|known| known.mutant == row.mutant) {
            Some(known) => {
                known.rules.extend(row.rules);
                known.cases.extend(row.cases);
            }
            None => self.rows.push(row),
        }
    }

    /// The mutants that broke each rule.
    pub fn by_rule(&self) -> BTreeMap<&str, Vec<&str>> {
        self.by(|row| &row.rules)
    }

    /// The mutants that failed each case.
    pub fn by_case(&self) -> BTreeMap<&str, Vec<&str>> {
        self.by(|row| &row.cases)
    }

    fn by<'a>(&'a self, of: impl Fn(&'a Row) -> &'a BTreeSet<String>) -> BTreeMap<&'a str, Vec<&'a str>> {
        let mut by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in &self.rows {
            for name in of(row) {
                by.entry(name).or_default().push(row.mutant);
            }
        }
        by
    }
}
