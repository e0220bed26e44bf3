//! What an exchange saw, kept in a file: everything that [`crate::judge`] needs, so that a case can be judged again
//! without its client.
//!
//! [`take`] makes transcripts of a run, [`Transcript::to_text`] and [`Transcript::read`] write and read them in the form
//! of `vectors/schema/transcript.json`, and [`replay`] judges them with these vectors or with others.

mod file;
mod replay;

use serde_json::Value;

use crate::exchange::Evidence;
use crate::rule::Side;
use crate::run::{Gate, Judged, Results};
use crate::testee::Identity;

pub use file::FORMAT;
pub use replay::{Replay, replay};

/// One case, as it was played once.
#[derive(Debug)]
pub struct Transcript {
    /// The id of the case.
    pub case: String,
    /// As whom the client was tested.
    pub side: Side,
    /// Who was tested, as it was judged.
    pub client: Identity,
    /// The circumstances.
    pub about: About,
    /// What keeps the client from being tested, where something does.
    pub gate: Option<Gate>,
    /// Whether it passed in a fresh process, though it failed in a used one.
    pub leaked: bool,
    /// The course of the case: what was to happen, see [`crate::vector::Case`].
    pub course: Vec<Value>,
    /// What was seen.
    pub evidence: Evidence,
}

/// The circumstances of a run that a transcript tells of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// What names the client at the end of a command line, for rerun lines; empty for the built-in client.
    pub command: String,
    /// The wire version.
    pub wire: String,
    /// The release of the vectors.
    pub vectors: String,
    /// What made the order of the cases, where it was one of chance.
    pub seed: Option<u64>,
}

/// The transcripts of what was kept in a run, in the order of its plan.
pub fn take(results: &mut Results<'_>, about: &About) -> Vec<Transcript> {
    let (client, gate) = (&results.identity, &results.gate);
    let kept = |judged: &mut Judged<'_>| {
        Some(Transcript {
            case: judged.case.id.clone(),
            side: judged.side,
            client: client.clone(),
            about: about.clone(),
            gate: gate.clone(),
            leaked: judged.leaked,
            course: judged.case.course.clone(),
            evidence: judged.evidence.take()?,
        })
    };
    results.cases.iter_mut().filter_map(kept).collect()
}
