//! The page of a case: what it is about, what is said in it, how it fails, and how to run it alone.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::page::Page;
use crate::catalog::rows::first_sentence;
use crate::rule::{Party, Profile};
use crate::vector::{Body, Case, Status, dialogue};

impl Catalog<'_> {
    pub(super) fn explain_case(&self, case: &Case, page: &mut Page) {
        page.title(&case.id, &facts(case));
        page.paragraph(&case.title);
        for (kind, note) in &case.notes {
            page.paragraph(&format!("{kind}: {note}"));
        }
        page.heading("Rules");
        page.list(&self.rules(case));
        let is_call = matches!(case.body, Body::Call { .. });
        page.heading(if is_call { "Examples" } else { "Steps" });
        page.list(&numbered(case));
        if let Some(twin) = &case.twin {
            page.heading("Twin: the same without the fault, which must pass in the same run");
            let title = self.suite.case(twin).map_or_else(String::new, |twin| twin.title.clone());
            page.list(&[(twin.clone(), title)]);
        }
        let codes: BTreeSet<&str> = case.codes().collect();
        if !codes.is_empty() {
            page.heading("Codes of its failures, and what to change");
            let row = |code: &str| {
                let (means, fix) = self.means(code)?;
                Some((code.to_owned(), format!("{means}: {fix}")))
            };
            page.list(&codes.into_iter().filter_map(row).collect::<Vec<_>>());
        }
        if !case.kills.is_empty() {
            page.heading("Mutants that it must catch, and the real bugs that they stand for");
            let bug = |name: &String| {
                let known = self.mutants.iter().find(|mutant| mutant.name == *name);
                (name.clone(), known.map_or_else(String::new, |mutant| mutant.bug.clone()))
            };
            page.list(&case.kills.iter().map(bug).collect::<Vec<_>>());
        }
        page.heading("Run it alone");
        page.command(&format!("thrum-conform client --run {}{} --trace -- CMD", case.id, flags(case)));
        if let Some(mutant) = case.kills.first() {
            page.command(&format!("thrum-conform client --run {}{} --mutant {mutant}", case.id, flags(case)));
        }
    }

    fn rules(&self, case: &Case) -> Vec<(String, String)> {
        let row = |id: &String, aside: &str| {
            let rule = self.book.get(id);
            let said = rule.map_or_else(String::new, |rule| first_sentence(&rule.text).to_owned());
            let level = rule.map_or_else(String::new, |rule| format!(" {}", rule.level));
            (format!("{id}{level}"), format!("{said}{aside}"))
        };
        let partly = |id: &String| {
            if case.partly.contains(id) { " (by half: it can break it, and never holds it)" } else { "" }
        };
        let decides = case.decides.iter().map(|id| row(id, partly(id)));
        let touches = case.touches.iter().map(|id| row(id, " (touched: its failure decides nothing here)"));
        decides.chain(touches).collect()
    }
}

/// The steps with their numbers; an example brings its own.
fn numbered(case: &Case) -> Vec<(String, String)> {
    let lines = dialogue(case);
    let wide = lines.len().to_string().len();
    let number = |(index, line): (usize, String)| match (&case.body, line.split_once(' ')) {
        (Body::Call { .. }, Some((tc, rest))) => (tc.to_owned(), rest.to_owned()),
        _ => (format!("{:>wide$}", index + 1), line),
    };
    lines.into_iter().enumerate().map(number).collect()
}

fn facts(case: &Case) -> Vec<String> {
    let parties: Vec<&str> = case.under_test.iter().map(|party| party.word()).collect();
    let tested = if case.is_for_bees { "a whole bee".to_owned() } else { parties.join(" and ") };
    let mut facts = vec![format!("tests {tested}")];
    if case.profile == Profile::Live {
        facts.push("profile live".to_owned());
    }
    if !case.requires.is_empty() {
        let needs: Vec<String> = case.requires.iter().map(|need| format!("`{need}`")).collect();
        facts.push(format!("needs {}", needs.join(" and ")));
    }
    if case.fresh {
        facts.push("a process of its own".to_owned());
    }
    match case.status {
        Status::Scored => {}
        Status::Provisional => facts.push("provisional: it runs, and does not count".to_owned()),
        Status::Withdrawn => facts.push("withdrawn: it does not run".to_owned()),
    }
    let until = case.until.map_or_else(String::new, |until| format!(" until {until}"));
    facts.push(format!("since {}{until}", case.since));
    facts.push(format!("{}:{}", case.place.file, case.place.line));
    facts
}

/// What a run needs so that it plays this case and no other.
fn flags(case: &Case) -> String {
    let mut flags = String::new();
    if case.is_for_bees {
        flags += " --black-box";
    }
    if !case.under_test.contains(&Party::Client) {
        flags += " --role worker";
    }
    if case.profile == Profile::Live {
        flags += " --profile live";
    }
    flags
}
