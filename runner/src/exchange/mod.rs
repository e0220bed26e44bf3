//! Plays one case against one client and writes down what was seen.
//!
//! [`run`] takes a job and gives [`Evidence`]: what crossed the wire, what the shim reported, and what each
//! step saw. It waits with patterns, but it does not judge: nothing here knows verdicts.

mod act;
mod arguments;
mod ask;
mod barrier;
mod bee;
mod call;
mod crossed;
mod evidence;
mod hello;
mod look;
mod meet;
mod walk;

pub use barrier::MARKER;
pub use evidence::{Evidence, Mark, Reported, Saw, Stop, What, Why};
pub use hello::default_hello;
pub use meet::{Meeting, meet};

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use crate::limits::Limits;
use crate::plan::Job;
use crate::testee::{Event, Stamped, Testee};
use crate::trace::Trace;
use crate::vector::Body;

/// Runs a job in a directory of its own (short, mode 0700), which holds the case's socket.
pub async fn run(
    job: &Job<'_>,
    testee: &mut Testee,
    dir: &Path,
    limits: &Limits,
    trace: Option<&Trace>,
) -> Evidence {
    let began = Instant::now();
    // what came between two cases belongs to neither
    testee.take_heard();
    let has_wire = matches!(job.case.body, Body::Wire { .. });
    let ear = trace.map(|trace| trace.of(&job.case.id, began, has_wire));
    testee.tell(ear.clone());
    let mut evidence = match &job.case.body {
        Body::Wire { .. } => walk::run(job, testee, dir, limits, (began, ear.as_ref())).await,
        Body::Call { function, examples } => match testee {
            Testee::Shim(shim) => {
                call::run(function, examples, &job.examples, job.case.fresh, shim, dir).await
            }
            Testee::Bee(_) => {
                let mut evidence = Evidence::new(BTreeMap::new());
                evidence.stop = Some(Stop { step: 0, why: Why::Unsupported });
                evidence
            }
        },
    };
    testee.tell(None);
    let heard = testee.take_heard();
    let reported =
        |event: Stamped<Event>| Reported { at: event.at.saturating_duration_since(began), what: event.what };
    evidence.events = heard.events.into_iter().map(reported).collect();
    evidence.noise = heard.noise;
    evidence.stderr = String::from_utf8_lossy(&heard.stderr.into_iter().collect::<Vec<u8>>()).into_owned();
    evidence.took = began.elapsed();
    evidence
}
