//! One case, judged, and whether what was seen of it is kept.

use std::time::Duration;

use crate::exchange::Evidence;
use crate::judge::ambient::{self, Sighting};
use crate::judge::{self, Outcome, Root, Scene, Verdict};
use crate::rule::Side;
use crate::vector::{Bodies, Case};

/// Of which cases the evidence is kept, for transcripts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    /// Of none.
    #[default]
    Nothing,
    /// Of those that broke a rule, or could not be seen for a reason of their own.
    Faults,
    /// Of every one.
    Everything,
}

/// One case, judged.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The case.
    pub case: &'a Case,
    /// As whom the client was tested.
    pub side: Side,
    /// One for each rule that it decides.
    pub verdicts: Vec<Verdict>,
    /// What it says about the ambient rules.
    pub sightings: Vec<Sighting>,
    /// From the first step to the last.
    pub took: Duration,
    /// The picture, where it failed.
    pub scene: Option<Scene>,
    /// What the process wrote to stderr, where it failed.
    pub stderr: String,
    /// Whether it passed in a fresh process, though it failed in a used one.
    pub leaked: bool,
    /// All that was seen, where it was to be kept.
    pub evidence: Option<Evidence>,
}

impl<'a> Judged<'a> {
    /// Judges what was seen of a case; keeps it where it was to be kept.
    pub(crate) fn new(
        (case, side): (&'a Case, Side),
        verdicts: Vec<Verdict>,
        evidence: Evidence,
        bodies: &Bodies,
        keep: Keep,
    ) -> Self {
        let failure = verdicts.iter().find_map(|verdict| match &verdict.outcome {
            Outcome::Broken(failure) => Some(&**failure),
            _ => None,
        });
        let scene = failure.is_some().then(|| judge::scene(case, &evidence, failure));
        let stderr = if failure.is_some() { evidence.stderr.clone() } else { String::new() };
        let sightings = ambient::look(&evidence, bodies, side);
        let took = evidence.took;
        let mut judged =
            Self { case, side, sightings, took, scene, stderr, verdicts, leaked: false, evidence: None };
        let keeps = match keep {
            Keep::Nothing => false,
            Keep::Faults => judged.is_faulty(),
            Keep::Everything => true,
        };
        judged.evidence = keeps.then_some(evidence);
        judged
    }

    /// Whether a rule was broken.
    pub fn is_broken(&self) -> bool {
        self.verdicts.iter().any(|verdict| matches!(verdict.outcome, Outcome::Broken(_)))
    }

    /// Whether something was broken, also on a line, or could not be seen for a reason that lies in this case.
    fn is_faulty(&self) -> bool {
        let own = |verdict: &Verdict| matches!(&verdict.outcome, Outcome::Inconclusive(cause) if cause.root == Root::Itself);
        self.is_broken()
            || self.verdicts.iter().any(own)
            || self.sightings.iter().any(|sighting| sighting.offence.is_some())
    }

    /// The verdict depends on what the process saw before: that is a failure of its own.
    pub(crate) fn mark_state_leak(&mut self) {
        self.leaked = true;
        for verdict in &mut self.verdicts {
            if let Outcome::Broken(failure) = &mut verdict.outcome {
                failure.got = format!("{} (in a fresh process the case passes)", failure.got);
                let code = format!("{}.state-leak", self.case.section());
                for other in &mut failure.also {
                    other.code.clone_from(&code);
                }
                failure.code = code;
            }
        }
    }
}
