//! What there is, and what it means: `list` and `explain`.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::judge::{ambient, general_code};
use crate::rule::{Party, Profile, Rule, RuleBook};
use crate::vector::{Body, Case, Status, Suite, dialogue};

/// A mutant of the reference client, as the binary knows it.
#[derive(Debug, Clone)]
pub struct MutantRow {
    /// Its name, as in `kills`.
    pub name: String,
    /// The rules that it breaks.
    pub breaks: Vec<String>,
    /// The real bug that it stands for.
    pub bug: String,
}

/// A line for each case.
pub fn cases(suite: &Suite, as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        return pretty(&suite.cases.iter().map(case_value).collect::<Vec<_>>(), out);
    }
    let width = suite.cases.iter().map(|case| case.id.len()).max().unwrap_or(0);
    for case in &suite.cases {
        writeln!(out, "{:<width$}  {}  [{}]", case.id, case.title, case.decides.join(" "))?;
    }
    Ok(())
}

fn case_value(case: &Case) -> Value {
    json!({
        "id": case.id,
        "title": case.title,
        "kind": match case.body {
            Body::Call { .. } => "call",
            Body::Wire { .. } if case.is_for_bees => "bee",
            Body::Wire { .. } => "wire",
        },
        "under_test": case.under_test.iter().map(|party| party.word()).collect::<Vec<_>>(),
        "profile": case.profile.word(),
        "decides": case.decides,
        "kills": case.kills,
        "twin": case.twin,
        "requires": case.requires.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "since": case.since.to_string(),
        "status": match case.status {
            Status::Scored => "scored",
            Status::Provisional => "provisional",
            Status::Withdrawn => "withdrawn",
        },
        "file": case.place.file,
        "line": case.place.line,
    })
}

/// A line for each rule, with the number of its cases.
pub fn rules(book: &RuleBook, suite: &Suite, as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        let value = |rule: &Rule| {
            json!({
                "id": rule.id,
                "level": rule.level.to_string(),
                "section": rule.section,
                "since": rule.since.to_string(),
                "ambient": rule.ambient,
                "needs": rule.needs.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "untested": rule.untested,
                "text": rule.text,
                "cases": deciding(suite, &rule.id).map(|case| case.id.clone()).collect::<Vec<_>>(),
            })
        };
        return pretty(&book.rules().map(value).collect::<Vec<_>>(), out);
    }
    for rule in book.rules() {
        let cases = deciding(suite, &rule.id).count();
        let seen = match (&rule.untested, rule.ambient) {
            (Some(why), _) => format!("untested: {why}"),
            (None, true) => format!("every line, {cases} cases"),
            (None, false) => format!("{cases} cases"),
        };
        writeln!(
            out,
            "{:<10} {:<6} {}  ({seen})",
            rule.id,
            rule.level.to_string(),
            first_sentence(&rule.text)
        )?;
    }
    Ok(())
}

fn deciding<'a>(suite: &'a Suite, rule: &'a str) -> impl Iterator<Item = &'a Case> {
    suite.cases.iter().filter(move |case| case.decides.iter().any(|decided| decided == rule))
}

/// A line for each mutant.
pub fn mutants(mutants: &[MutantRow], as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        let value =
            |mutant: &MutantRow| json!({"name": mutant.name, "breaks": mutant.breaks, "bug": mutant.bug});
        return pretty(&mutants.iter().map(value).collect::<Vec<_>>(), out);
    }
    let width = mutants.iter().map(|mutant| mutant.name.len()).max().unwrap_or(0);
    for mutant in mutants {
        writeln!(out, "{:<width$}  {}  [{}]", mutant.name, mutant.bug, mutant.breaks.join(" "))?;
    }
    Ok(())
}

/// A line for each of the suite's own testees that are no mutants: kind, name, and what it does.
pub fn testees(testees: &[(&str, &str, &str)], as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        let value =
            |(kind, name, about): &(&str, &str, &str)| json!({"kind": kind, "name": name, "about": about});
        return pretty(&testees.iter().map(value).collect::<Vec<_>>(), out);
    }
    for (kind, name, about) in testees {
        writeln!(out, "{kind:<8} {name:<26} {about}")?;
    }
    Ok(())
}

fn pretty(rows: &[Value], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, rows)?;
    writeln!(out)
}

/// The text that explains a rule, a case or a code. `Err` says that there is none, with the nearest names.
pub fn explain(name: &str, book: &RuleBook, suite: &Suite, mutants: &[MutantRow]) -> Result<String, String> {
    if let Some(rule) = book.get(&name.to_uppercase()) {
        return Ok(explain_rule(rule, suite, mutants));
    }
    if let Some(case) = suite.case(name) {
        return Ok(explain_case(case));
    }
    if let Some(text) = explain_code(name, book, suite) {
        return Ok(text);
    }
    let mut known: Vec<&str> = book.rules().map(|rule| rule.id.as_str()).collect();
    known.extend(suite.cases.iter().map(|case| case.id.as_str()));
    known.extend(suite.codes.keys().map(String::as_str));
    known.sort_by_key(|other| strsim::damerau_levenshtein(&other.to_lowercase(), &name.to_lowercase()));
    let near: Vec<String> = known.iter().take(3).map(|other| format!("`{other}`")).collect();
    Err(format!("`{name}` is no rule, case or code\n(hint: the nearest are {})", near.join(", ")))
}

fn explain_rule(rule: &Rule, suite: &Suite, mutants: &[MutantRow]) -> String {
    let roles: Vec<String> = rule.roles.iter().map(ToString::to_string).collect();
    let mut text = format!(
        "{} {} · binds {} · since {} · WIRE.md#{}\n\n",
        rule.id,
        rule.level,
        roles.join(", "),
        rule.since,
        rule.anchor
    );
    text += &format!("  {}\n", rule.text);
    if let Some(why) = &rule.untested {
        text += &format!("\nNot tested: {why}.\n");
    }
    if !rule.needs.is_empty() {
        let needs: Vec<String> = rule.needs.iter().map(|need| format!("`{need}`")).collect();
        text += &format!("\nBinds only clients that claim {}.\n", needs.join(" and "));
    }
    if rule.ambient {
        text += &format!(
            "\nJudged on every line that the client produces, in every case; fails as `{}`.\n",
            ambient::code(&rule.id)
        );
    }
    let cases: Vec<&Case> = deciding(suite, &rule.id).collect();
    if !cases.is_empty() {
        text += "\nCases:\n";
        for case in cases {
            text += &format!("  {:<48} {}\n", case.id, case.title);
        }
    }
    let breaking: Vec<&MutantRow> =
        mutants.iter().filter(|mutant| mutant.breaks.contains(&rule.id)).collect();
    if !breaking.is_empty() {
        text += "\nReal bugs that break it, each built into a mutant of the reference client:\n";
        for mutant in breaking {
            text += &format!("  {:<32} {}\n", mutant.name, mutant.bug);
        }
    }
    text
}

fn explain_case(case: &Case) -> String {
    let mut text = format!("{} · {}:{}\n\n  {}\n\n", case.id, case.place.file, case.place.line, case.title);
    text += &format!("Decides {}", case.decides.join(", "));
    if !case.touches.is_empty() {
        text += &format!("; touches {}", case.touches.join(", "));
    }
    text += ".\n";
    if *case.under_test.iter().collect::<Vec<_>>() != [&Party::Client] || case.profile == Profile::Live {
        let parties: Vec<&str> = case.under_test.iter().map(|party| party.word()).collect();
        text += &format!("Tests {}, in the profile {}.\n", parties.join(" and "), case.profile);
    }
    if !case.requires.is_empty() {
        let needs: Vec<String> = case.requires.iter().map(|need| format!("`{need}`")).collect();
        text += &format!("Needs a client that claims {}.\n", needs.join(", "));
    }
    if let Some(twin) = &case.twin {
        text += &format!("Twin: {twin}.\n");
    }
    if !case.kills.is_empty() {
        text += &format!("Kills {}.\n", case.kills.join(", "));
    }
    for (kind, note) in &case.notes {
        text += &format!("\n{kind}: {note}\n");
    }
    text += "\nSteps:\n";
    for (number, line) in dialogue(case).iter().enumerate() {
        text += &format!("  {:>2}  {line}\n", number + 1);
    }
    text
}

fn explain_code(code: &str, book: &RuleBook, suite: &Suite) -> Option<String> {
    if let Some(rule) = code.strip_prefix("ambient.").and_then(|id| book.get(&id.to_uppercase())) {
        return Some(format!(
            "{code}\n\n  a line that the client produced breaks {}: {}\n",
            rule.id, rule.text
        ));
    }
    let own = suite.codes.get(code).map(|code| (code.means.as_str(), code.fix.as_str()));
    let sections = || suite.cases.iter().any(|case| code.split('.').next() == Some(case.section()));
    let (means, fix) = own.or_else(|| general_code(code).filter(|_| sections()))?;
    let mut text = format!("{code}\n\n  what happened   {means}\n  what to change  {fix}\n");
    let cases: Vec<&str> = suite
        .cases
        .iter()
        .filter(|case| case.codes().any(|own| own == code))
        .map(|case| case.id.as_str())
        .collect();
    if !cases.is_empty() {
        text += &format!("\nCases that fail with it: {}\n", cases.join(", "));
    }
    Some(text)
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first)
}
