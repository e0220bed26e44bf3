//! The vectors that the suite carries: they load, and what they say agrees with WIRE.md.

use std::collections::BTreeSet;

use thrum_conform::rule::RuleBook;
use thrum_conform::vector::{Bodies, Source, Suite, load};

fn rules() -> RuleBook {
    RuleBook::parse(thrum_vectors::WIRE_DOC).unwrap_or_else(|faults| panic!("WIRE.md: {faults:#?}"))
}

fn suite() -> Suite {
    load(&Source::Embedded, &rules()).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{} faults\n{}", lines.len(), lines.join("\n"))
    })
}

#[test]
fn the_embedded_vectors_load_without_a_fault() {
    assert!(!suite().cases.is_empty());
}

#[test]
fn every_code_that_is_defined_is_used() {
    let embedded = thrum_vectors::vectors();
    let unused: Vec<String> = suite()
        .codes
        .into_keys()
        .filter(|code| !embedded.iter().any(|(_, text)| text.contains(&format!("\"code\": \"{code}\""))))
        .collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn every_chi_of_the_registry_has_a_schema() {
    let bodies = Bodies::load().unwrap_or_else(|fault| panic!("{fault}"));
    let with_schema: BTreeSet<&str> = bodies.chis().collect();
    let registry: BTreeSet<&str> = mock_humd::wire::chi::REGISTRY.iter().map(|row| row.chi).collect();
    assert_eq!(with_schema, registry);
}
