//! What the admin socket can be asked, and the answers.

use std::time::{Duration, Instant};

use mock_humd::engine::{Filter, Handle, PeerInfo};
use mock_humd::nest::{Ending, Nest};
use mock_humd::play::Progress;
use mock_humd::script::{ListenState, Script};
use mock_humd::wire::chi;
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};

use super::tails::Tails;
use crate::hook::Hook;

/// One step of a script that is played without a time of its own.
const STEP_MAX: Duration = Duration::from_secs(30);

/// What stays the same as long as a daemon runs.
#[derive(Debug)]
pub struct About {
    /// The path of the socket that bees see.
    pub socket: String,
    /// The daemon that it plays.
    pub personality: &'static str,
    /// What decides chance.
    pub seed: u64,
    /// The arguments that it was started with.
    pub args: Vec<String>,
    /// When it was started.
    pub since: Instant,
}

/// A script that is to be played on the running daemon.
#[derive(Debug)]
pub struct Play {
    /// The script.
    pub script: Script,
    /// How long one of its steps may take.
    pub step_max: Duration,
    /// Hears how it ended. Nobody waits for that any more once this is closed.
    pub done: oneshot::Sender<Result<(), String>>,
}

/// Answers requests.
#[derive(Debug)]
pub struct Desk {
    /// The daemon.
    pub handle: Handle,
    /// What stays the same.
    pub about: About,
    /// Those that are shown each tone.
    pub hooks: Vec<Hook>,
    /// How far a script has come.
    pub progress: Progress,
    /// Takes scripts, one at a time.
    pub plays: mpsc::Sender<Play>,
    /// Those who read along.
    pub tails: Tails,
}

/// What a request came to.
pub enum Answer {
    /// A reply.
    Now(Map<String, Value>),
    /// No reply, but what crosses from now on.
    Tail(Filter),
    /// A reply once the script is done.
    Later(oneshot::Receiver<Result<(), String>>),
}

impl Desk {
    /// A desk that nobody has asked anything yet.
    pub fn new(
        handle: Handle,
        about: About,
        hooks: Vec<Hook>,
        progress: Progress,
        plays: mpsc::Sender<Play>,
    ) -> Self {
        Self { handle, about, hooks, progress, plays, tails: Tails::default() }
    }

    /// Does what is asked.
    pub fn answer(&self, request: &Map<String, Value>) -> Result<Answer, String> {
        if request.get("v").and_then(Value::as_u64) != Some(super::VERSION) {
            return Err(format!("/v: wants {}", super::VERSION));
        }
        let reply = match request.get("do").and_then(Value::as_str) {
            Some("status") => self.status(),
            Some("peers") => json!({ "connections": self.peers() }),
            Some("send") => json!({ "count": self.send(request)? }),
            Some("kick") => json!({ "count": self.kick(request)? }),
            Some("drop") => json!({ "count": self.drop_all() }),
            Some("tail") => {
                self.tails.check_room()?;
                return Ok(Answer::Tail(filter(request)?));
            }
            Some("play") => return self.play(request).map(Answer::Later),
            _ => return Err("/do: wants `status`, `peers`, `send`, `kick`, `drop`, `tail` or `play`".into()),
        };
        match reply {
            Value::Object(reply) => Ok(Answer::Now(reply)),
            _ => Ok(Answer::Now(Map::new())),
        }
    }

    fn status(&self) -> Value {
        let About { socket, personality, seed, args, since } = &self.about;
        let up_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let hook = |hook: &Hook| {
            json!({
                "command": hook.command(),
                "skipped": hook.skipped(),
                "starts": hook.starts(),
            })
        };
        json!({
            "pid": std::process::id(),
            "socket": socket,
            "version": env!("CARGO_PKG_VERSION"),
            "personality": personality,
            "seed": seed,
            "up_ms": up_ms,
            "args": args,
            "script": self.progress.waiting().map(|unmet| unmet.to_string()),
            "hooks": self.hooks.iter().map(hook).collect::<Vec<_>>(),
            "tails": self.tails.len(),
            "connections": self.peers(),
        })
    }

    fn peers(&self) -> Vec<Value> {
        let peer = |peer: PeerInfo| {
            json!({
                "conn": peer.conn,
                "bee": peer.bee,
                "hello": peer.hello,
                "worker": peer.is_worker,
                "in": peer.counts.received,
                "out": peer.counts.sent,
                "skipped": peer.counts.skipped,
                "lost": peer.counts.lost,
                "queued": peer.queued,
                "pending": peer.pending,
                "sids": peer.sids,
                "expects": peer.expects,
            })
        };
        self.handle.peers().into_iter().map(peer).collect()
    }

    fn send(&self, request: &Map<String, Value>) -> Result<usize, String> {
        let bee = self.bee(request)?;
        if let Some(line) = request.get("line").and_then(Value::as_str) {
            return Ok(self.handle.send(bee, line.as_bytes()));
        }
        let Some(Value::Object(tone)) = request.get("tone") else {
            return Err("/tone: wants a tone, which is an object".into());
        };
        let Some(name) = tone.get("chi").and_then(Value::as_str) else {
            return Err("/tone/chi: a tone says its type".into());
        };
        if chi::row(name).is_none() {
            return Err(format!("/tone/chi: the wire has no `{name}` (hint: `--raw` sends it all the same)"));
        }
        Ok(self.handle.send_tone(bee, tone))
    }

    fn kick(&self, request: &Map<String, Value>) -> Result<usize, String> {
        let is_crash = request.get("as_crash") == Some(&Value::Bool(true));
        let how = if is_crash { Ending::Reset } else { Ending::Flushed };
        Ok(self.handle.kick(self.bee(request)?, how))
    }

    fn drop_all(&self) -> usize {
        self.handle.change(|nest| {
            let count = nest.peers().count();
            nest.restart();
            count
        })
    }

    /// A bee that is there.
    fn bee<'a>(&self, request: &'a Map<String, Value>) -> Result<&'a str, String> {
        let bee = request.get("bee").and_then(Value::as_str).ok_or("/bee: wants the name of a bee")?;
        self.handle.find(bee).map(|()| bee)
    }

    fn play(&self, request: &Map<String, Value>) -> Result<oneshot::Receiver<Result<(), String>>, String> {
        let text =
            request.get("script").and_then(Value::as_str).ok_or("/script: wants the text of a script")?;
        let script = Script::parse(text).map_err(|faults| {
            let faults: Vec<_> = faults.iter().map(|fault| format!("\n  {fault}")).collect();
            format!("the script has faults{}", faults.concat())
        })?;
        let step_max = match request.get("step_ms") {
            None => STEP_MAX,
            Some(ms) => Duration::from_millis(
                ms.as_u64().filter(|&ms| ms > 0).ok_or("/step_ms: wants a number of ms above 0")?,
            ),
        };
        let (done, ended) = oneshot::channel();
        let sent = self.plays.try_send(Play { script, step_max, done });
        sent.map(|()| ended).map_err(|_| "another script is being played".to_owned())
    }
}

fn filter(request: &Map<String, Value>) -> Result<Filter, String> {
    let list = |key: &str| match request.get(key) {
        None => Ok(Vec::new()),
        Some(list) => {
            let texts = list.as_array().map(|list| list.iter().map(|item| item.as_str().map(str::to_owned)));
            texts.and_then(Iterator::collect).ok_or_else(|| format!("/{key}: wants a list of texts"))
        }
    };
    Ok(Filter { bees: list("bees")?, chis: list("chis")?, sids: list("sids")?, tones_only: false })
}

/// Plays a script on a daemon that runs, until it is done or nobody waits for it any more.
pub async fn play(engine: &mut mock_humd::engine::Engine, play: Play, progress: &Progress) {
    use mock_humd::play::Run;

    let Play { script, step_max, mut done } = play;
    engine.handle().change(|nest| nest.begin_script(&script.greets, script.rules.clone()));
    let run = async {
        Run::new(engine, progress, step_max).play(&script).await.map_err(|unmet| unmet.to_string())?;
        if script.is_empty() { std::future::pending().await } else { Ok(()) }
    };
    let ended = tokio::select! {
        ended = run => Some(ended),
        () = done.closed() => None,
    };
    progress.clear();
    engine.handle().change(Nest::end_script);
    // a script that took the socket away does not end the daemon
    let listens = engine.listen(ListenState::Open).map_err(|error| error.to_string());
    if let Some(ended) = ended {
        // who asked may be gone by now
        let _ = done.send(ended.and(listens));
    }
}
