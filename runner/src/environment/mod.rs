//! The machine that the suite runs on: what a bug report needs to know of it, and what the suite needs of it.
//!
//! [`look`] collects facts, which cannot be wrong, and makes checks, which can. Nothing here knows clients.

mod checks;
mod facts;
mod tools;
mod write;

use crate::error::Error;
use crate::limits::Limits;
use crate::testee::Command;

pub use write::{to_json, write, write_json};

/// Name and value of something, for people.
pub type Fact = (&'static str, String);

/// What was found.
#[derive(Debug)]
pub struct Environment {
    /// The program: version, vectors, how it was built.
    pub program: Vec<Fact>,
    /// The machine, and the limits that matter.
    pub system: Vec<Fact>,
    /// Toolchains, each with the first line of what it says of its version; none where it is missing.
    pub tools: Vec<(&'static str, Option<String>)>,
    /// Environment variables, and whether each is set; their values may be secrets.
    pub variables: Vec<(&'static str, bool)>,
    /// What the suite needs.
    pub checks: Vec<Check>,
}

/// Something that the suite needs.
#[derive(Debug)]
pub struct Check {
    /// A fragment.
    pub what: String,
    /// What was found; a finding has a message and a hint.
    pub outcome: Result<String, (String, String)>,
}

impl Check {
    /// A check that something passed or did not.
    pub fn new(what: &str, outcome: Result<String, (String, String)>) -> Self {
        Self { what: what.to_owned(), outcome }
    }
}

impl Environment {
    /// Whether every check passed.
    pub fn is_fine(&self) -> bool {
        self.checks.iter().all(|check| check.outcome.is_ok())
    }
}

/// The facts alone, without any check. `vectors` is the release, as it is to be told.
pub async fn describe(vectors: &str, wire: &str) -> Environment {
    Environment {
        program: facts::program(vectors, wire),
        system: facts::system(),
        tools: tools::look().await,
        variables: facts::variables(),
        checks: Vec::new(),
    }
}

/// Looks at everything. `vectors` is the built-in release, `testee` starts the built-in client.
pub async fn look(
    vectors: &str,
    wire: &str,
    testee: &Command,
    limits: &Limits,
) -> Result<Environment, Error> {
    let (facts, checks) = tokio::join!(describe(vectors, wire), checks::make(wire, testee, limits));
    Ok(Environment { checks: checks?, ..facts })
}
