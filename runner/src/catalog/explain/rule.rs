//! The page of a rule: its words, why it matters, what decides it, and what breaks it.

use crate::catalog::page::Page;
use crate::catalog::{Catalog, MutantRow};
use crate::judge::ambient;
use crate::rule::{Party, Profile, Rule};
use crate::vector::Case;

impl Catalog<'_> {
    pub(super) fn explain_rule(&self, rule: &Rule, page: &mut Page) {
        page.title(&format!("{} {}", rule.id, rule.level), &facts(rule));
        page.paragraph(&rule.text);
        if let Some(why) = &rule.untested {
            page.paragraph(&format!("Not tested: {why}."));
        }
        let advice = self.guide.about(&rule.id);
        if let Some(advice) = advice {
            page.heading("Why it matters");
            page.line(&advice.why);
        }
        if let Some(advice) = advice.filter(|advice| !advice.mistakes.is_empty()) {
            page.heading("The usual mistake");
            let rows: Vec<_> = advice
                .mistakes
                .iter()
                .map(|(language, said)| ((*language).to_owned(), said.clone()))
                .collect();
            page.list(&rows);
        }
        self.decided(rule, page);
        let breaking: Vec<&MutantRow> =
            self.mutants.iter().filter(|mutant| mutant.breaks.contains(&rule.id)).collect();
        if !breaking.is_empty() {
            page.heading("Real bugs that break it, each built into a mutant of the reference client");
            let rows: Vec<_> =
                breaking.iter().map(|mutant| (mutant.name.clone(), mutant.bug.clone())).collect();
            page.list(&rows);
        }
    }

    /// What decides it: cases, and every line where it is ambient.
    fn decided(&self, rule: &Rule, page: &mut Page) {
        let cases: Vec<&Case> = self.suite.deciding(&rule.id).collect();
        if rule.ambient && rule.untested.is_none() {
            page.heading("Every line");
            page.line(&format!(
                "Judged on every line that the client produces, in every case; fails as `{}`.",
                ambient::code(&rule.id)
            ));
        }
        if !cases.is_empty() {
            page.heading("Cases");
            let rows: Vec<_> = cases.iter().map(|case| (case.id.clone(), case.title.clone())).collect();
            page.list(&rows);
        }
    }
}

fn facts(rule: &Rule) -> Vec<String> {
    let roles: Vec<&str> = rule.roles.iter().map(|party: &Party| party.word()).collect();
    let needs: Vec<String> = rule.needs.iter().map(|need| format!("`{need}`")).collect();
    let mut facts = Vec::new();
    if !roles.is_empty() {
        facts.push(format!("binds {}", roles.join(", ")));
    }
    if !needs.is_empty() {
        facts.push(format!("only with {}", needs.join(" and ")));
    }
    if rule.profile == Profile::Live {
        facts.push("profile live".to_owned());
    }
    facts.push(format!("since {}", rule.since));
    facts.push(format!("WIRE.md#{}", rule.anchor));
    facts
}
