//! The examples of a call case: asked in one go where nothing ties them to a clock or to each other, one by one
//! otherwise.

use std::path::Path;

use super::evidence::{Evidence, Mark, Saw, Stop, What, Why};
use super::walk::variables;
use crate::testee::{Asked, Reply, Request, Shim, now_ms};
use crate::vector::Example;
use mock_humd::pattern::{Carrier, Scope};

/// Asks the selected examples. The evidence has one step for each example of the case, in its order; those not
/// selected are skipped.
pub(super) async fn run(
    function: &str,
    examples: &[Example],
    selected: &[usize],
    in_order: bool,
    shim: &mut Shim,
    dir: &Path,
) -> Evidence {
    let mut evidence = Evidence::new(variables(dir));
    evidence.steps = vec![saw(What::Skipped, now_ms(), now_ms()); examples.len()];
    for &place in selected {
        // asked, and not answered yet
        evidence.steps[place].what = What::Done;
    }
    let (clocked, plain): (Vec<usize>, Vec<usize>) =
        selected.iter().copied().partition(|place| in_order || examples[*place].now.is_some());
    let outcome = match pipelined(function, examples, &plain, shim, &mut evidence).await {
        Ok(()) => one_by_one(function, examples, &clocked, shim, &mut evidence).await,
        stopped => stopped,
    };
    evidence.stop = outcome.err();
    if evidence.stop.is_some() && !clocked.is_empty() && shim.gone().is_none() {
        // the next case finds the real time; a shim that no longer answers is found out there
        let _ = shim.ask(Request::Clock(None)).await;
    }
    evidence
}

/// Sends every request before it waits for the first reply.
async fn pipelined(
    function: &str,
    examples: &[Example],
    places: &[usize],
    shim: &mut Shim,
    evidence: &mut Evidence,
) -> Result<(), Stop> {
    let mut asked = Vec::with_capacity(places.len());
    let mut cut = Ok(());
    for &place in places {
        let written_ms = now_ms();
        let request =
            request(function, &examples[place], evidence, written_ms).map_err(|why| stop(place, why))?;
        match shim.send(&request).await {
            Ok(id) => asked.push((place, id, written_ms)),
            // the first one without a reply is to blame, not the one being written
            Err(gone) => {
                cut = Err(stop(place, gone.into()));
                break;
            }
        }
    }
    for (place, id, written_ms) in asked {
        let reply = shim.reply(id).await.map_err(|gone| stop(place, gone.into()))?;
        keep(evidence, place, reply, written_ms)?;
    }
    cut
}

/// Sets the clock before each request, and lets it go afterwards.
async fn one_by_one(
    function: &str,
    examples: &[Example],
    places: &[usize],
    shim: &mut Shim,
    evidence: &mut Evidence,
) -> Result<(), Stop> {
    let mut clocked = false;
    for &place in places {
        let example = &examples[place];
        if example.now.is_some() || clocked {
            clocked = example.now.is_some();
            let clock =
                shim.ask(Request::Clock(example.now)).await.map_err(|gone| stop(place, gone.into()))?;
            if !matches!(&clock, Asked::Answer(reply) if matches!(reply.what, Reply::Ok(_))) {
                return Err(stop(place, Why::Unsupported));
            }
        }
        let now = example.now.unwrap_or_else(now_ms);
        let request = request(function, example, evidence, now).map_err(|why| stop(place, why))?;
        let reply = shim.ask(request).await.map_err(|gone| stop(place, gone.into()))?;
        keep(evidence, place, reply, now)?;
        if clocked {
            // the virtual time stands still: what is made from it lies in no wider window
            evidence.steps[place].read_ms = now;
        }
    }
    if clocked {
        let last = places[places.len() - 1];
        shim.ask(Request::Clock(None)).await.map_err(|gone| stop(last, gone.into()))?;
    }
    Ok(())
}

fn request(function: &str, example: &Example, evidence: &Evidence, now: i64) -> Result<Request, Why> {
    let scope =
        Scope { variables: evidence.variables.clone(), written_ms: now, read_ms: now, ..Scope::default() };
    let args = example.args.fill(&scope, Carrier::Shim).map_err(|unbound| Why::Suite(unbound.to_string()))?;
    Ok(Request::Call { function: function.to_owned(), args })
}

fn keep(
    evidence: &mut Evidence,
    place: usize,
    reply: Asked<crate::testee::Stamped<Reply>>,
    written_ms: i64,
) -> Result<(), Stop> {
    match reply {
        Asked::Answer(reply) => {
            evidence.steps[place] = saw(What::Reply(reply.what), written_ms, reply.at_ms);
            Ok(())
        }
        Asked::Late => Err(stop(place, Why::Silent)),
    }
}

fn saw(what: What, written_ms: i64, read_ms: i64) -> Saw {
    Saw { what, before: Mark::default(), after: Mark::default(), written_ms, read_ms }
}

fn stop(step: usize, why: Why) -> Stop {
    Stop { step, why }
}
