//! The page of a code: what happened, what to change, and where it comes from.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::page::Page;
use crate::catalog::rows::first_sentence;
use crate::vector::Case;

impl Catalog<'_> {
    pub(super) fn explain_code(&self, code: &str, page: &mut Page) {
        let Some((means, fix)) = self.means(code) else { return };
        page.title(code, &[]);
        page.paragraph(&means);
        page.heading("What to change");
        page.line(&fix);
        let giving = |case: &&Case| case.codes().any(|own| own == code);
        let cases: Vec<&Case> = self.suite.cases.iter().filter(giving).collect();
        let cited = cases.iter().flat_map(|case| case.cites());
        let mut rules: BTreeSet<&str> =
            cited.filter(|cite| cite.code.as_deref() == Some(code)).map(|cite| cite.rule.as_str()).collect();
        rules.extend(self.ambient(code).map(|rule| rule.id.as_str()));
        let rules: Vec<(String, String)> = self
            .book
            .rules()
            .filter(|rule| rules.contains(rule.id.as_str()))
            .map(|rule| (format!("{} {}", rule.id, rule.level), first_sentence(&rule.text).to_owned()))
            .collect();
        if !rules.is_empty() {
            page.heading("Rules that it says are broken");
            page.list(&rules);
        }
        if !cases.is_empty() {
            page.heading("Cases that fail with it");
            page.list(&cases.iter().map(|case| (case.id.clone(), case.title.clone())).collect::<Vec<_>>());
        } else if self.ambient(code).is_some() {
            page.heading("Where it comes from");
            page.line("Any case: the rule is judged on every line that the client produces.");
        } else {
            page.heading("Where it comes from");
            page.line(&format!(
                "Any case of `{}`, for the rule of the step that it did not get past.",
                code.split('.').next().unwrap_or_default()
            ));
        }
    }
}
