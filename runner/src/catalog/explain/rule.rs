//! The page of a rule: its words, why it matters, what decides it, and what breaks it.

use crate::catalog::page::Page;
use mock_humd::wire::chi::REGISTRY;
use serde_json::{Value, json};

use crate::catalog::{Catalog, MutantRow};
use crate::judge::ambient;
use crate::rule::{Party, Profile, Rule};
use crate::vector::Case;

impl Catalog<'_> {
    pub(super) fn explain_rule(&self, rule: &Rule, page: &mut Page) {
        page.title(&format!("{} {}", rule.id, rule.level), &facts(rule));
        page.paragraph(&rule.text);
        fields(rule, page);
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

/// The body of the chi that a rule of the registry describes, which the words of the rule leave to a table.
fn fields(rule: &Rule, page: &mut Page) {
    let Some(row) = REGISTRY.iter().find(|row| row.rule == rule.id) else { return };
    let name = format!("schema/chi/{}.json", row.chi);
    let schemas = thrum_vectors::schemas();
    let text = schemas.iter().find(|(path, _)| *path == name).map_or("", |(_, text)| *text);
    let schema: Value = serde_json::from_str(text).unwrap_or_default();
    let is_required =
        |key: &String| schema["required"].as_array().is_some_and(|keys| keys.contains(&json!(key)));
    // what may be null may be missing
    let field = |(key, field): (&String, &Value)| {
        let kind = match &field["type"] {
            Value::String(kind) => kind.clone(),
            Value::Array(kinds) => words(kinds.iter().filter(|kind| *kind != "null")),
            _ => field["enum"].as_array().map_or_else(|| "any".to_owned(), |values| words(values.iter())),
        };
        let optional = if is_required(key) { "" } else { ", may be missing" };
        let about = field["description"].as_str().map_or_else(String::new, |about| format!(": {about}"));
        (key.clone(), format!("{kind}{optional}{about}"))
    };
    let fields: Vec<(String, String)> =
        schema["properties"].as_object().into_iter().flatten().map(field).collect();
    if !fields.is_empty() {
        page.heading(&format!("Fields of `{}`", row.chi));
        page.list(&fields);
    }
}

fn words<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    values.filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
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
