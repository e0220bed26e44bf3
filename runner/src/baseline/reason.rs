//! Is a reason one that a reader can use?

/// Words that stand where a reason is still to come.
const PLACEHOLDERS: [&str; 6] = ["todo", "fixme", "tbd", "xxx", "reason", "wip"];
/// Bytes that a reason has at least; a short sentence has more.
const BYTES_MIN: usize = 10;

/// Why a reason says nothing, a fragment; `None` where it may say something.
pub(super) fn emptiness(reason: &str) -> Option<&'static str> {
    let text = reason.trim();
    let first = text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    let first = first.unwrap_or_default().to_lowercase();
    if first.is_empty() {
        return Some("it gives no reason");
    }
    if PLACEHOLDERS.contains(&first.as_str()) {
        return Some("its reason is a placeholder");
    }
    if text.len() < BYTES_MIN {
        return Some("its reason is too short to be one");
    }
    // a sentence of some scripts has no spaces
    if text.is_ascii() && !text.contains(char::is_whitespace) {
        return Some("its reason is a single word");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_reason_from_a_placeholder() {
        for (reason, empty) in [
            ("", true),
            ("  ", true),
            ("…", true),
            ("...", true),
            ("TODO", true),
            ("TODO: find out", true),
            ("FIXME: why?", true),
            ("fixme(later) this one", true),
            ("tbd", true),
            ("reason", true),
            ("a bug", true),
            ("wontfixanymore", true),
            ("decodes each read on its own until the reader is rewritten", false),
            ("the todo list of the reader is long", false),
            ("逐块解码直到重写", false),
        ] {
            assert_eq!(emptiness(reason).is_some(), empty, "`{reason}`");
        }
    }
}
