//! What changes for a client from one release to the next, as Markdown.

use super::diff::Change;
use super::kind::Kind;
use super::set::Set;

/// The changelog of a set. Without changes it says so; the first release of all has none to speak of.
pub fn changelog(set: &Set, changes: &[Change]) -> String {
    let mut text = format!("# Vectors {}\n\n", set.version);
    let draft = if set.released { "" } else { " This is a draft: it may change under the same name." };
    match set.follows {
        None => text += &format!("The first release: {}.{draft}\n", size(set)),
        Some(old) if changes.is_empty() => text += &format!("The same as {old}.{draft}\n"),
        Some(old) => text += &format!("What changed since {old}; now {}.{draft}\n", size(set)),
    }
    for kind in Kind::ALL {
        let mut of_kind = changes.iter().filter(|change| change.kind == kind).peekable();
        if of_kind.peek().is_some() {
            text += &format!("\n## {}\n\n{}.\n\n", capital(kind.title()), capital(kind.effect()));
        }
        for change in of_kind {
            text += &format!("- {change}\n");
        }
    }
    text
}

fn size(set: &Set) -> String {
    let examples: usize = set.cases.values().map(|case| case.examples.len()).sum();
    format!(
        "{} chi, {} rules, {} cases with {examples} examples",
        set.chi.len(),
        set.rules.len(),
        set.cases.len()
    )
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
