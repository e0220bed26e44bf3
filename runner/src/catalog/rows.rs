//! Cases, rules, mutants, testees and codes as rows: what a table shows of each, and what JSON does.
//! `vectors/schema/list.json` describes the JSON.

use std::collections::BTreeSet;

use globset::GlobMatcher;
use serde_json::{Map, Value, json};

use super::{Catalog, MutantRow, TesteeRow};
use crate::judge::ambient;
use crate::rule::Rule;
use crate::vector::{Body, Case, Cite, Code, LANGUAGES, Status};

/// One thing that there is.
pub(super) struct Row {
    /// Its id or name.
    pub(super) id: String,
    /// The ids that it had before.
    pub(super) was: Vec<String>,
    /// The rules that it is about.
    pub(super) rules: Vec<String>,
    /// What stands beside the id in a table; prose last.
    pub(super) cells: Vec<String>,
    /// The whole of it, as an object.
    pub(super) value: Value,
}

impl Row {
    pub(super) fn is_named(&self, glob: &GlobMatcher) -> bool {
        glob.is_match(&self.id) || self.was.iter().any(|was| glob.is_match(was))
    }
}

impl Catalog<'_> {
    pub(super) fn case_rows(&self) -> Vec<Row> {
        self.suite.cases.iter().map(case).collect()
    }

    pub(super) fn rule_rows(&self) -> Vec<Row> {
        self.book.rules().map(|rule| self.rule(rule)).collect()
    }

    pub(super) fn mutant_rows(&self) -> Vec<Row> {
        self.mutants.iter().map(mutant).collect()
    }

    pub(super) fn testee_rows(&self) -> Vec<Row> {
        self.testees.iter().map(testee).collect()
    }

    /// The codes of the vectors, and those of the rules that are judged on every line.
    pub(super) fn code_rows(&self) -> Vec<Row> {
        let own = self.suite.codes.iter().map(|(name, code)| self.code(name, code));
        let ambient = self.book.rules().filter(|rule| rule.ambient && rule.untested.is_none()).map(|rule| {
            let means = format!("a line that the client produced breaks {}", rule.id);
            let fix = format!("keep {} on every line: {}", rule.id, first_sentence(&rule.text));
            code_row(&ambient::code(&rule.id), &means, &fix, vec![rule.id.clone()], &[])
        });
        own.chain(ambient).collect()
    }

    fn rule(&self, rule: &Rule) -> Row {
        let cases: Vec<&str> = self.suite.deciding(&rule.id).map(|case| case.id.as_str()).collect();
        let seen = match (&rule.untested, rule.ambient, cases.len()) {
            (Some(_), ..) => "untested".to_owned(),
            (None, true, 0) => "every line".to_owned(),
            (None, true, count) => format!("every line, {count}"),
            (None, false, count) => count.to_string(),
        };
        let advice = self.guide.about(&rule.id);
        let mistakes = advice.map_or_else(Map::new, |advice| {
            let key =
                |name: &str| LANGUAGES.iter().find(|(_, known)| *known == name).map_or("", |(key, _)| *key);
            advice.mistakes.iter().map(|(name, said)| (key(name).to_owned(), said.clone().into())).collect()
        });
        Row {
            id: rule.id.clone(),
            was: Vec::new(),
            rules: vec![rule.id.clone()],
            cells: vec![rule.level.to_string(), seen, first_sentence(&rule.text).to_owned()],
            value: json!({
                "id": rule.id,
                "level": rule.level.word(),
                "section": rule.section,
                "anchor": rule.anchor,
                "since": rule.since.to_string(),
                "roles": rule.roles.iter().map(|party| party.word()).collect::<Vec<_>>(),
                "profile": rule.profile.word(),
                "ambient": rule.ambient,
                "needs": rule.needs.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "untested": rule.untested,
                "text": rule.text,
                "why": advice.map(|advice| &advice.why),
                "mistakes": mistakes,
                "cases": cases,
            }),
        }
    }

    fn code(&self, name: &str, code: &Code) -> Row {
        let gives = |cite: &&Cite| cite.code.as_deref() == Some(name);
        let cites = |case: &&Case| case.cites().any(|cite| gives(&cite));
        let cases: Vec<&Case> = self.suite.cases.iter().filter(cites).collect();
        let rules: BTreeSet<&str> =
            cases.iter().flat_map(|case| case.cites().filter(gives).map(|cite| cite.rule.as_str())).collect();
        let cases: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
        code_row(name, &code.means, &code.fix, rules.into_iter().map(str::to_owned).collect(), &cases)
    }
}

fn case(case: &Case) -> Row {
    let kind = match case.body {
        Body::Call { .. } => "call",
        Body::Wire { .. } if case.is_for_bees => "bee",
        Body::Wire { .. } => "wire",
    };
    let status = match case.status {
        Status::Scored => "scored",
        Status::Provisional => "provisional",
        Status::Withdrawn => "withdrawn",
    };
    let aside = if case.status == Status::Scored { String::new() } else { format!(" ({status})") };
    Row {
        id: case.id.clone(),
        was: case.was.clone(),
        rules: case.decides.clone(),
        cells: vec![case.decides.join(" "), format!("{}{aside}", case.title)],
        value: json!({
            "id": case.id,
            "title": case.title,
            "kind": kind,
            "under_test": case.under_test.iter().map(|party| party.word()).collect::<Vec<_>>(),
            "profile": case.profile.word(),
            "decides": case.decides,
            "kills": case.kills,
            "twin": case.twin,
            "requires": case.requires.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "since": case.since.to_string(),
            "status": status,
            "file": case.place.file,
            "line": case.place.line,
        }),
    }
}

fn mutant(mutant: &MutantRow) -> Row {
    Row {
        id: mutant.name.clone(),
        was: Vec::new(),
        rules: mutant.breaks.clone(),
        cells: vec![mutant.breaks.join(" "), mutant.bug.clone()],
        value: json!({"name": mutant.name, "breaks": mutant.breaks, "bug": mutant.bug}),
    }
}

fn testee(testee: &TesteeRow) -> Row {
    Row {
        id: testee.name.to_owned(),
        was: Vec::new(),
        rules: Vec::new(),
        cells: vec![testee.kind.to_owned(), testee.about.to_owned()],
        value: json!({"kind": testee.kind, "name": testee.name, "about": testee.about}),
    }
}

fn code_row(name: &str, means: &str, fix: &str, rules: Vec<String>, cases: &[&str]) -> Row {
    Row {
        id: name.to_owned(),
        was: Vec::new(),
        cells: vec![rules.join(" "), means.to_owned()],
        value: json!({"code": name, "means": means, "fix": fix, "rules": rules, "cases": cases}),
        rules,
    }
}

/// The rest of a rule explains it.
pub(super) fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first)
}
