//! From evidence to verdicts, as pure functions: no clock, no socket, no printing.
//!
//! [`judge`] decides the rules of one case; [`ambient::look`] decides, on every line that the client
//! produced, the rules that hold everywhere. The way of judging is described in `vectors/README.md`.

pub mod ambient;
mod call;
mod failure;
mod happened;
mod interrupted;
mod scene;
mod verdict;
mod wire;

pub use failure::{Crossing, Difference, Failure, general_code};
pub use scene::{Arrow, Raw, Scene, Way};
pub use verdict::{Cause, Outcome, Root, Verdict};

use crate::exchange::Evidence;
use crate::rule::RuleBook;
use crate::vector::{Body, Case};

/// One verdict for each rule that the case decides.
pub fn judge(case: &Case, evidence: &Evidence, book: &RuleBook) -> Vec<Verdict> {
    let findings = match &case.body {
        Body::Wire { steps, .. } => wire::findings(case, steps, evidence),
        Body::Call { examples, .. } => call::findings(case, examples, evidence),
    };
    verdict::verdicts(case, &findings, evidence, book)
}

/// The exchange as a picture: what crossed or was asked, when, which way, with the wrong place marked.
pub fn scene(case: &Case, evidence: &Evidence, failure: Option<&Failure>) -> Scene {
    scene::draw(case, evidence, failure)
}
