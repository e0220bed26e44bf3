//! The closed list of capabilities that a shim may claim.

/// Surfaces gate rules: without the surface its rules are not applicable. Seams only make examples visible.
/// Besides these there is `verb.CHI` for each chi that the client has a method for.
pub const CAPABILITIES: &[&str] = &[
    "hello",
    "handlers.async",
    "threads",
    "tools",
    "permits",
    "tendrils",
    "turns",
    "reconnect.auto",
    "reconnect.manual",
    "wane.wired",
    "wane.merge",
    "worker",
    "clock.virtual",
    "timeouts",
];

/// Whether a capability is a surface; the others are seams.
pub fn is_surface(cap: &str) -> bool {
    !matches!(cap, "clock.virtual" | "timeouts")
}

/// Says what is wrong with a claimed capability, with the nearest name that exists.
pub fn unknown_capability(cap: &str) -> Option<String> {
    let nearest = nearest_capability(cap)?;
    Some(format!("the shim claims the unknown capability `{cap}`\n(hint: did you mean `{nearest}`?)"))
}

/// The nearest capability to a name that is none; `None` where it is one.
pub fn nearest_capability(cap: &str) -> Option<String> {
    let known = |cap: &str| match cap.strip_prefix("verb.") {
        Some(chi) => mock_humd::wire::chi::row(chi).is_some(),
        None => CAPABILITIES.contains(&cap),
    };
    if known(cap) {
        return None;
    }
    let verbs = mock_humd::wire::chi::REGISTRY.iter().map(|row| format!("verb.{}", row.chi));
    let all = CAPABILITIES.iter().map(|name| (*name).to_owned()).chain(verbs);
    all.min_by_key(|name| strsim::damerau_levenshtein(name, cap))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_nearest_capability() {
        for (cap, wanted) in [
            ("tool", Some("`tools`")),
            ("verb.cancle", Some("`verb.cancel`")),
            ("hello", None),
            ("verb.log", None),
        ] {
            let said = unknown_capability(cap);
            assert_eq!(said.is_some(), wanted.is_some(), "{cap}");
            assert!(said.unwrap_or_default().contains(wanted.unwrap_or_default()), "{cap}");
        }
    }
}
