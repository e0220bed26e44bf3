//! The guide to the rules: why each matters, and how each language usually breaks it.
//!
//! It explains and demands nothing, so it belongs to no release of the vectors. Rules are worded in WIRE.md alone;
//! [`Guide::lint`] asks that what is said here is said of rules that are there, and of every rule that counts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fault::{Fault, Log, near};
use super::json::Document;
use super::model::{Place, Suite};
use super::schema;
use crate::rule::RuleBook;

/// The languages with mistakes of their own: the key in the guide, and the name.
pub const LANGUAGES: [(&str, &str); 4] =
    [("rust", "Rust"), ("typescript", "TypeScript"), ("python", "Python"), ("go", "Go")];

/// What there is to say about rules.
#[derive(Debug, Clone, Default)]
pub struct Guide {
    advice: BTreeMap<String, Advice>,
}

/// What there is to say about one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What goes wrong for whom where it is broken.
    pub why: String,
    /// The name of a language and its usual mistake, in the order of [`LANGUAGES`].
    pub mistakes: Vec<(&'static str, String)>,
    /// The section of WIRE.md that the file is about, as the fragment that links to it.
    section: String,
    place: Place,
}

impl Guide {
    /// The guide that is built in; errors are all faults of form.
    pub fn embedded() -> Result<Self, Vec<Fault>> {
        let files = thrum_vectors::guide();
        Self::read(files.iter().map(|(name, text)| (name.as_str(), *text)))
    }

    /// Reads files of the guide, as pairs of name and text.
    pub fn read<'t>(files: impl Iterator<Item = (&'t str, &'t str)>) -> Result<Self, Vec<Fault>> {
        let (mut guide, mut faults) = (Self::default(), Vec::new());
        for (name, text) in files {
            match Document::parse(name, text) {
                Ok(doc) => faults.extend(guide.add(&doc)),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(guide) } else { Err(faults) }
    }

    /// What is said about a rule.
    pub fn about(&self, rule: &str) -> Option<&Advice> {
        self.advice.get(rule)
    }

    /// The ids of the rules that it says something about.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.advice.keys().map(String::as_str)
    }

    /// The faults of the guide beside these rules and cases.
    pub fn lint(&self, book: &RuleBook, suite: &Suite) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (id, advice) in &self.advice {
            let message = match book.get(id) {
                None => {
                    let hint = near(id, book.rules().map(|rule| rule.id.as_str()));
                    format!("WIRE.md has no rule `{id}`{hint}")
                }
                Some(rule) if rule.anchor != advice.section => {
                    format!("`{id}` belongs to the section `{}`", rule.anchor)
                }
                Some(_) => continue,
            };
            let Place { file, line } = advice.place.clone();
            faults.push(Fault { file, line, pointer: format!("/rules/{id}"), message });
        }
        for rule in book.rules().filter(|rule| suite.scores(rule) && self.about(&rule.id).is_none()) {
            let message = format!("says nothing about `{}`, which counts", rule.id);
            let file = format!("guide/{}.json", rule.anchor);
            faults.push(Fault { file, line: 0, pointer: String::new(), message });
        }
        faults
    }

    /// Adds what one file says; gives its faults.
    fn add(&mut self, doc: &Document<'_>) -> Vec<Fault> {
        let mut log = Log::new(doc);
        log.extend(doc.duplicates());
        schema::check_guide(&doc.value, &mut log);
        let section = doc.value["section"].as_str().unwrap_or_default();
        for (id, node) in doc.value["rules"].as_object().into_iter().flatten() {
            let pointer = format!("/rules/{id}");
            let place = Place { file: log.file().to_owned(), line: log.line(&pointer) };
            if let Some(first) = self.advice.get(id) {
                log.add(pointer, format!("duplicate rule `{id}`, first in {}", first.place.file));
                continue;
            }
            let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let mistake = |(key, name): (&str, &'static str)| Some((name, said(node["mistakes"].get(key)?)));
            let mistakes = LANGUAGES.into_iter().filter_map(mistake).collect();
            let advice = Advice { why: said(&node["why"]), mistakes, section: section.to_owned(), place };
            self.advice.insert(id.clone(), advice);
        }
        log.into_faults()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::vector::{Source, load};

    /// A why of fewer words says nothing that the rule does not.
    const WORDS_MIN: usize = 12;

    fn book() -> RuleBook {
        RuleBook::parse(thrum_vectors::WIRE_DOC).unwrap()
    }

    #[test]
    fn each_rule_that_counts_has_a_why_of_its_own() {
        let (guide, book) = (Guide::embedded().unwrap(), book());
        let suite = load(&Source::Embedded, &book).unwrap();
        assert_eq!(guide.lint(&book, &suite), []);
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect()
        };
        let mut seen = BTreeSet::new();
        for (id, advice) in &guide.advice {
            let why = words(&advice.why);
            assert!(why.len() >= WORDS_MIN, "{id}: {}", advice.why);
            assert!(seen.insert(why.clone()), "{id} has the why of another rule: {}", advice.why);
            let rule = book.get(id).unwrap();
            // neither the sentence itself, nor the explanation that stands behind it
            for sentence in rule.text.split(['.', ';', ':']).map(words).filter(|said| said.len() >= 6) {
                assert!(
                    !why.windows(sentence.len()).any(|said| said == sentence),
                    "{id} says again: {sentence:?}"
                );
            }
            for (language, mistake) in &advice.mistakes {
                assert!(words(mistake).len() >= 3 && mistake.ends_with('.'), "{id} {language}: {mistake}");
            }
        }
    }

    #[test]
    fn each_language_has_mistakes_of_its_own() {
        let guide = Guide::embedded().unwrap();
        for (_, name) in LANGUAGES {
            let own =
                guide.advice.values().filter(|advice| advice.mistakes.iter().any(|(own, _)| *own == name));
            assert!(own.count() >= 40, "{name}");
        }
    }

    #[test]
    fn a_file_is_laid_out_as_all_are() {
        for (name, text) in thrum_vectors::guide() {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(text, serde_json::to_string_pretty(&value).unwrap() + "\n", "{name}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_guide_is_told_with_its_place() {
        let good = r#"{"format": 1, "section": "framing", "rules": {
            "FRAME-01": {"why": "w", "mistakes": {"go": "m"}}}}"#;
        for (old, new, line, wanted) in [
            ("\"go\"", "\"java\"", 2, "/rules/FRAME-01/mistakes/java: unknown key `java`"),
            ("\"why\": \"w\", ", "", 2, "/rules/FRAME-01: lacks `why`"),
            ("\"FRAME-01\"", "\"frame\"", 1, "`frame` is no id of a rule, such as `FRAME-01`"),
            ("\"format\": 1", "\"format\": 2", 1, "/format: `2` is not `1`"),
            ("}}}}", "}}, \"FRAME-01\": {\"why\": \"v\"}}}", 2, "duplicate key `FRAME-01`"),
            ("}}}}", "}}}", 1, "is no JSON"),
        ] {
            let text = good.replacen(old, new, 1);
            assert_ne!(text, good);
            let faults = Guide::read([("guide/framing.json", &*text)].into_iter()).unwrap_err();
            let said = faults[0].to_string();
            assert!(
                said.starts_with(&format!("guide/framing.json:{line}: ")) && said.contains(wanted),
                "{said}"
            );
        }
        let twice = Guide::read([("guide/a.json", good), ("guide/b.json", good)].into_iter()).unwrap_err();
        assert_eq!(
            twice[0].to_string(),
            "guide/b.json:2: /rules/FRAME-01: duplicate rule `FRAME-01`, first in guide/a.json"
        );
    }

    #[test]
    fn what_does_not_fit_the_rules_is_a_fault() {
        let book = book();
        let suite = load(&Source::Embedded, &book).unwrap();
        let text = r#"{"format": 1, "section": "framing", "rules": {
            "FRAME-99": {"why": "w"}, "SOCK-01": {"why": "w"}, "FRAME-14": {"why": "w"}}}"#;
        let guide = Guide::read([("guide/framing.json", text)].into_iter()).unwrap();
        let said: Vec<String> = guide.lint(&book, &suite).iter().map(ToString::to_string).collect();
        assert!(said[0].starts_with(
            "guide/framing.json:2: /rules/FRAME-99: WIRE.md has no rule `FRAME-99` (hint: `FRAME-"
        ));
        assert_eq!(
            said[1],
            "guide/framing.json:2: /rules/SOCK-01: `SOCK-01` belongs to the section `socket`"
        );
        assert!(
            said.contains(&"guide/framing.json: says nothing about `FRAME-01`, which counts".to_owned()),
            "{said:?}"
        );
        // a MAY does not count, so that nothing need be said of it
        assert!(!said.iter().any(|fault| fault.contains("FRAME-16")), "{said:?}");
    }
}
