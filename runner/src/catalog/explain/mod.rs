//! `explain`: a page for each rule, case or code that is asked for, by name or by a pattern.

mod case;
mod code;
mod rule;

use std::collections::BTreeSet;

use super::Catalog;
use super::page::Page;
use crate::judge::{ambient, general_code};
use crate::plan::{glob, nearest};
use crate::rule::Rule;
use crate::vector::Case;

/// Something that can be explained.
enum Thing<'a> {
    Rule(&'a Rule),
    Case(&'a Case),
    /// By its name.
    Code(String),
}

impl Catalog<'_> {
    /// The pages of these names, each of so many columns. `Err` lists the names that are none, with the nearest.
    pub fn explain(&self, names: &[String], width: usize) -> Result<String, String> {
        let (mut pages, mut unknown, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for name in names {
            match self.find(name)? {
                found if found.is_empty() => unknown.push(self.unknown(name)),
                found => {
                    let mut new = found;
                    new.retain(|thing| seen.insert(thing.name().to_owned()));
                    pages.extend(new.iter().map(|thing| self.page(thing, width)));
                }
            }
        }
        if unknown.is_empty() { Ok(pages.join("\n")) } else { Err(unknown.join("\n")) }
    }

    fn page(&self, thing: &Thing<'_>, width: usize) -> String {
        let mut page = Page::new(width);
        match thing {
            Thing::Rule(rule) => self.explain_rule(rule, &mut page),
            Thing::Case(case) => self.explain_case(case, &mut page),
            Thing::Code(code) => self.explain_code(code, &mut page),
        }
        page.into_text()
    }

    /// What a name stands for; several things where it is a pattern, none where it is nothing.
    fn find(&self, name: &str) -> Result<Vec<Thing<'_>>, String> {
        let rule = self.book.get(&name.to_uppercase()).map(Thing::Rule);
        let case = || self.suite.case(name).map(Thing::Case);
        let code = || self.means(name).map(|_| Thing::Code(name.to_owned()));
        if let Some(thing) = rule.or_else(case).or_else(code) {
            return Ok(vec![thing]);
        }
        if !name.contains(['*', '?', '[', '{']) {
            return Ok(Vec::new());
        }
        let pattern = glob(name)?;
        let rules = self.book.rules().filter(|rule| pattern.is_match(&rule.id)).map(Thing::Rule);
        let cases = self.suite.cases.iter().filter(|case| pattern.is_match(&case.id)).map(Thing::Case);
        let codes = self.codes().into_iter().filter(|code| pattern.is_match(code)).map(Thing::Code);
        Ok(rules.chain(cases).chain(codes).collect())
    }

    /// The codes that have a name of their own; how a client dies has one in every section besides.
    fn codes(&self) -> Vec<String> {
        let ambient = self.book.rules().filter(|rule| rule.ambient).map(|rule| ambient::code(&rule.id));
        self.suite.codes.keys().cloned().chain(ambient).collect()
    }

    /// What a code says, and what to change.
    fn means(&self, code: &str) -> Option<(String, String)> {
        if let Some(own) = self.suite.codes.get(code) {
            return Some((own.means.clone(), own.fix.clone()));
        }
        if let Some(rule) = self.ambient(code) {
            let means = format!("a line that the client produced breaks {}", rule.id);
            return Some((means, format!("keep this on every line that is sent: {}", rule.text)));
        }
        let (section, _) = code.split_once('.')?;
        let (means, fix) = general_code(code)?;
        let is_section = self.suite.cases.iter().any(|case| case.section() == section);
        is_section.then(|| (means.to_owned(), fix.to_owned()))
    }

    /// The rule that is judged on every line, and fails with this code.
    fn ambient(&self, code: &str) -> Option<&Rule> {
        let rule = code.strip_prefix("ambient.").and_then(|id| self.book.get(&id.to_uppercase()));
        rule.filter(|rule| rule.ambient)
    }

    fn unknown(&self, name: &str) -> String {
        let codes = self.codes();
        let rules = self.book.rules().map(|rule| rule.id.as_str());
        let cases = self.suite.cases.iter().map(|case| case.id.as_str());
        // rules are written in capitals, all else is not
        let upper = name.to_uppercase();
        let lower = name.to_lowercase();
        let others: Vec<&str> = cases.chain(codes.iter().map(String::as_str)).collect();
        let near = if name.contains(['/', '.']) {
            nearest(&lower, others.into_iter())
        } else if name == upper || name.contains(|c: char| c.is_ascii_digit()) {
            nearest(&upper, rules)
        } else {
            nearest(&lower, others.into_iter().chain(rules))
        };
        format!("`{name}` is no rule, case or code\n(hint: the nearest are {near})")
    }
}

impl Thing<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Rule(rule) => &rule.id,
            Self::Case(case) => &case.id,
            Self::Code(code) => code,
        }
    }
}
