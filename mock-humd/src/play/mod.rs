//! Plays scripts on the daemon that answers: the connections of a script are its own, and all others are answered as
//! ever.
//!
//! [`Player`] does single operations, as the library's users and scripts want them; [`Run`] plays a whole script.

mod run;

use std::io;
use std::path::PathBuf;

use crate::engine::{Engine, Handle};
use crate::nest::{Ending, Nest, Slot, Writing};
use crate::pattern::{Carrier, Mismatch, Pattern, Scope, Template};
use crate::script::{How, ListenState, Missed, Op, Split, bytes_of, take};
use crate::transcript::Line;
use crate::wire::tone::Tone;

pub use run::{Progress, Run, Unmet};

/// Does what a script says, on connections that are its own.
///
/// No method has a deadline of its own: a caller wraps it in one, and a future that is dropped has taken nothing.
#[derive(Debug)]
pub struct Player<'a> {
    engine: &'a mut Engine,
}

/// What an operation came to.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// The lines that it took, in the order of the patterns.
    pub taken: Vec<Line>,
    /// Where they differ from the patterns.
    pub mismatches: Vec<Mismatch>,
}

impl<'a> Player<'a> {
    /// Plays on this daemon.
    pub fn new(engine: &'a mut Engine) -> Self {
        Self { engine }
    }

    /// The daemon.
    pub fn engine(&mut self) -> &mut Engine {
        self.engine
    }

    /// Performs an operation on the k-th connection, waiting for that connection and its greeting where the operation
    /// needs them. The scope's times are the caller's to set.
    pub async fn play(&mut self, op: &Op, k: usize, scope: &mut Scope) -> Result<Done, Missed> {
        let handle = self.engine.handle();
        match op {
            Op::Listen { state, at } => self.listen(*state, at.as_deref(), scope)?,
            Op::Accept => {
                // one that has gone again has come all the same
                handle.until(|nest| nest.scripted(k).is_none_or(|own| own.has_come).then_some(())).await;
            }
            Op::Send { tones } => {
                let slot = greeted(&handle, k).await?;
                for tone in tones {
                    send(&handle, slot, tone, scope)?;
                }
            }
            Op::Raw { parts, split } => {
                let slot = greeted(&handle, k).await?;
                let bytes = bytes_of(parts, scope)?;
                handle.change(|nest| nest.send_raw(slot, &bytes, split));
                if *split != Split::Whole {
                    flushed(&handle, k).await?;
                }
            }
            Op::Expect { patterns, any_order } => {
                return expect(&handle, k, patterns, *any_order, scope).await;
            }
            Op::Hold => hold(&handle, present(&handle, k).await?, true),
            Op::Resume => {
                let slot = present(&handle, k).await?;
                hold(&handle, slot, false);
                stall(&handle, slot, Writing::Open);
            }
            Op::Close { how } => close(&handle, k, *how).await?,
            Op::AwaitEnd => {
                handle.until(|nest| nest.scripted(k)?.has_ended.then_some(())).await;
            }
        }
        Ok(Done::default())
    }

    /// Writes nothing more to the k-th connection, until it is resumed.
    pub async fn stall(&mut self, k: usize) -> Result<(), Missed> {
        let handle = self.engine.handle();
        stall(&handle, present(&handle, k).await?, Writing::Stopped);
        Ok(())
    }

    fn listen(&mut self, state: ListenState, at: Option<&str>, scope: &Scope) -> io::Result<()> {
        match at {
            Some(at) => self.engine.listen_at(&PathBuf::from(scope.expand(at)), state),
            None => self.engine.listen(state),
        }
    }
}

/// Waits until the connection is there.
async fn present(handle: &Handle, k: usize) -> Result<Slot, Missed> {
    handle
        .until(|nest| {
            let Some(scripted) = nest.scripted(k) else { return Some(Err(Missed::NoConnection)) };
            scripted.has_come.then(|| scripted.slot.ok_or(Missed::Ended))
        })
        .await
}

/// Waits until the connection is there and the greeting that is not the script's is done.
async fn greeted(handle: &Handle, k: usize) -> Result<Slot, Missed> {
    handle
        .until(|nest| {
            let Some(scripted) = nest.scripted(k) else { return Some(Err(Missed::NoConnection)) };
            match scripted.slot {
                None => scripted.has_come.then_some(Err(Missed::Ended)),
                Some(slot) if scripted.is_greeted => Some(Ok(slot)),
                Some(_) => scripted.has_ended.then_some(Err(Missed::Ended)),
            }
        })
        .await
}

/// Waits until everything is written.
async fn flushed(handle: &Handle, k: usize) -> Result<(), Missed> {
    handle
        .until(|nest| match nest.scripted(k)?.slot {
            None => Some(Err(Missed::Ended)),
            Some(slot) => nest.peer(slot)?.out.is_empty().then_some(Ok(())),
        })
        .await
}

fn send(handle: &Handle, slot: Slot, tone: &Template, scope: &Scope) -> Result<(), Missed> {
    let tone = tone.fill(scope, Carrier::Wire)?;
    handle.change(|nest| nest.send_value(slot, &tone));
    Ok(())
}

async fn expect(
    handle: &Handle,
    k: usize,
    patterns: &[Pattern],
    any_order: bool,
    scope: &mut Scope,
) -> Result<Done, Missed> {
    handle
        .until(|nest| {
            let Some(scripted) = nest.scripted(k) else { return Some(Err(Missed::NoConnection)) };
            let found = take::look(scripted.inbox().enumerate(), patterns, any_order, false, scope);
            if !found.decided {
                return scripted.has_ended.then_some(Err(Missed::Ended));
            }
            let places = found.expected.taken;
            let lines = places.iter().filter_map(|&place| scripted.inbox().nth(place).cloned()).collect();
            nest.take_scripted(k, &places);
            let mismatches =
                if found.expected.met { Vec::new() } else { differences(patterns, &lines, scope) };
            *scope = found.scope;
            Some(Ok(Done { taken: lines, mismatches }))
        })
        .await
}

fn differences(patterns: &[Pattern], lines: &Vec<Line>, scope: &Scope) -> Vec<Mismatch> {
    let mut scope = scope.clone();
    let each = |(pattern, line): (&Pattern, &Line)| {
        pattern.check(line.decoded.tone.as_ref().map(Tone::as_value), &mut scope)
    };
    patterns.iter().zip(lines).flat_map(each).collect()
}

fn hold(handle: &Handle, slot: Slot, held: bool) {
    handle.change(|nest| {
        if let Some(peer) = nest.peer(slot) {
            peer.held = held;
        }
        nest.wake(slot);
    });
}

fn stall(handle: &Handle, slot: Slot, writing: Writing) {
    handle.change(|nest| {
        if let Some(peer) = nest.peer(slot) {
            peer.writing = writing;
        }
        nest.wake(slot);
    });
}

async fn close(handle: &Handle, k: usize, how: How) -> Result<(), Missed> {
    let slot = match present(handle, k).await {
        // the bee was faster
        Err(Missed::Ended) => return Ok(()),
        slot => slot?,
    };
    if how == How::Full {
        hold(handle, slot, false);
    }
    if how != How::Reset {
        // a bee that never says hello can be closed all the same
        match greeted(handle, k).await {
            Ok(_) | Err(Missed::Ended) => {}
            Err(missed) => return Err(missed),
        }
    }
    let ending = match how {
        How::Full => Ending::Flushed,
        How::WriteHalf => Ending::Half,
        How::Reset => Ending::Reset,
    };
    handle.change(|nest| nest.close(slot, ending));
    handle
        .until(|nest: &mut Nest| match nest.scripted(k)?.slot {
            None => Some(()),
            Some(slot) => (nest.peer(slot)?.ending.is_none()).then_some(()),
        })
        .await;
    Ok(())
}
