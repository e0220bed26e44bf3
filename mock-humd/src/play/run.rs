//! Plays a script from its first step to its last.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Player;
use crate::engine::Engine;
use crate::pattern::Scope;
use crate::script::{Missed, Op, Script, Step, Verb};

/// How far a script has come. Its clones say the same: they may look on while it is played, and once a run has been
/// dropped they say what was waited for.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The step that is under way: where it stands, and its text.
    at: Arc<Mutex<Option<(String, String)>>>,
}

/// A step that could not be played to its end.
#[derive(Debug)]
pub struct Unmet {
    /// Which.
    pub at: String,
    /// Why.
    pub why: String,
    /// The step as written.
    pub text: String,
}

/// Plays one script on one daemon.
#[derive(Debug)]
pub struct Run<'a> {
    player: Player<'a>,
    progress: Progress,
    step_max: Duration,
    steps: usize,
    played: usize,
    scope: Scope,
    /// The connection that a name stands for.
    names: HashMap<&'a str, usize>,
    accepted: usize,
}

impl<'a> Run<'a> {
    /// Plays on this daemon, which must have been made with the script's `greets` and `rules`. One step may take as
    /// long as `step_max`, pauses besides.
    pub fn new(engine: &'a mut Engine, progress: &Progress, step_max: Duration) -> Self {
        let mut scope = Scope { written_ms: now_ms(), ..Scope::default() };
        let dir = engine.path().parent().map(Path::display).map(|dir| dir.to_string()).unwrap_or_default();
        scope.variables.insert("dir".to_owned(), dir);
        scope.variables.insert("uid".to_owned(), rustix::process::getuid().as_raw().to_string());
        let player = Player::new(engine);
        let progress = progress.clone();
        Self { player, progress, step_max, steps: 0, played: 0, scope, names: HashMap::new(), accepted: 0 }
    }

    /// Plays to the end.
    pub async fn play(&mut self, script: &'a Script) -> Result<(), Unmet> {
        self.steps = script.len();
        self.all(&script.steps).await
    }

    async fn all(&mut self, steps: &'a [Step]) -> Result<(), Unmet> {
        for step in steps {
            if let Verb::Repeat { times, name, steps } = &step.verb {
                for round in 0..*times {
                    if let Some(name) = name {
                        self.scope.variables.insert(name.clone(), round.to_string());
                        self.scope.bound.insert(name.clone(), round.into());
                    }
                    Box::pin(self.all(steps)).await?;
                }
                continue;
            }
            let place = step.line.map_or_else(|| step.pointer.clone(), |line| format!("line {line}"));
            let at = format!("step {} of {} ({place})", self.played + 1, self.steps);
            self.progress.set(Some((at.clone(), step.text.clone())));
            // steps that wait for nothing do not keep the daemon from its bees
            tokio::task::yield_now().await;
            let played = self.step(step).await;
            played.map_err(|why| Unmet { at, why, text: step.text.clone() })?;
            self.played += 1;
            self.progress.set(None);
        }
        Ok(())
    }

    async fn step(&mut self, step: &'a Step) -> Result<(), String> {
        if let Verb::Pause(pause) = step.verb {
            tokio::time::sleep(pause).await;
            return Ok(());
        }
        let step_max = self.step_max;
        match tokio::time::timeout(step_max, self.bounded(step)).await {
            Ok(done) => done,
            Err(_) => Err(format!("still waiting after {step_max:?}")),
        }
    }

    async fn bounded(&mut self, step: &'a Step) -> Result<(), String> {
        let said = |missed: Missed| missed.to_string();
        match &step.verb {
            Verb::Accept { name } => {
                let k = self.accepted;
                self.player.play(&Op::Accept, k, &mut self.scope).await.map_err(said)?;
                self.accepted += 1;
                self.names.insert(name, k);
            }
            Verb::Op(op) => return self.op(op, self.connection(step)).await,
            Verb::Stall => self.player.stall(self.connection(step)).await.map_err(said)?,
            Verb::Fault(change) => {
                let handle = self.player.engine().handle();
                handle.change(|nest| nest.set_faults(change.apply(&nest.config().faults)));
            }
            Verb::Restart => self.player.engine().restart().await.map_err(|error| error.to_string())?,
            Verb::Pause(_) | Verb::Repeat { .. } => {}
        }
        Ok(())
    }

    async fn op(&mut self, op: &Op, k: usize) -> Result<(), String> {
        self.scope.read_ms = now_ms();
        if let Op::Expect { .. } = op {
            // the tone is read at some time before the deadline
            self.scope.read_ms += i64::try_from(self.step_max.as_millis()).unwrap_or(i64::MAX / 2);
        } else {
            self.scope.written_ms = self.scope.read_ms;
        }
        let done = self.player.play(op, k, &mut self.scope).await.map_err(|missed| missed.to_string())?;
        if done.mismatches.is_empty() {
            return Ok(());
        }
        let mismatches: Vec<_> = done.mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect();
        Err(format!("the bee's tone does not match{}", mismatches.concat()))
    }

    fn connection(&self, step: &Step) -> usize {
        let last = self.accepted.saturating_sub(1);
        step.on.as_ref().and_then(|on| self.names.get(&**on)).copied().unwrap_or(last)
    }
}

impl Progress {
    /// What was waited for when the run was dropped, if it was.
    pub fn waiting(&self) -> Option<Unmet> {
        let (at, text) = self.at.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(Unmet { at, why: "still waiting".to_owned(), text })
    }

    /// Forgets it.
    pub fn clear(&self) {
        self.set(None);
    }

    fn set(&self, at: Option<(String, String)>) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  {}", self.at, self.why, self.text)
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
