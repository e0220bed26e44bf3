//! Plays a script to its end, and prints what crosses while it does.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use mock_humd::pattern::Scope;
use mock_humd::script::{ListenState, Op, Script, ScriptStep};
use mock_humd::server::{Daemon, Limits, Played, Tap};
use mock_humd::transcript::{Crossed, Entry};
use mock_humd::wire::tone::Tone;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::Args;
use crate::socket;

/// Why the program ends before the script does.
#[derive(Debug)]
pub enum Stop {
    /// A tone did not match or did not come: the step, and what was wrong.
    Unmet(String),
    /// The script, an argument or the socket is no good.
    Input(String),
    /// Somebody asked for it.
    Interrupted,
}

impl Stop {
    /// The program's exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Unmet(_) => 1,
            Self::Input(_) => 2,
            Self::Interrupted => 130,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmet(text) | Self::Input(text) => f.write_str(text),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

/// Plays the script of the arguments.
pub fn run(args: &Args) -> Result<(), Stop> {
    let script = load(args)?;
    let path = args.socket.clone().unwrap_or_else(socket::default_path);
    socket::claim(&path).map_err(|error| Stop::Input(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::Input(format!("the runtime does not start: {error}")))?;
    runtime.block_on(async {
        let mut daemon = Daemon::new(Limits::default(), Instant::now()).at(&path);
        let mut tap = daemon.tap();
        let done = tokio::select! {
            // in this order, so that no moment is left in which a signal would leave the socket file behind
            biased;
            stop = interrupt() => Err(stop),
            done = play(&mut daemon, &script, path, args) => done,
            never = print(&mut tap) => match never {},
        };
        write(&tap.rest());
        done
    })
}

fn load(args: &Args) -> Result<Script, Stop> {
    let name = args.script.display();
    let text =
        std::fs::read_to_string(&args.script).map_err(|error| Stop::Input(format!("{name}: {error}")))?;
    Script::parse(&text).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(|fault| format!("\n  {name}: {fault}")).collect();
        Stop::Input(format!("the script has faults{}", faults.concat()))
    })
}

async fn play(daemon: &mut Daemon, script: &Script, path: PathBuf, args: &Args) -> Result<(), Stop> {
    daemon.expect_connections(script.greets.clone());
    let listens_by_itself = matches!(script.steps.first(), Some(ScriptStep { op: Op::Listen { .. }, .. }));
    if !listens_by_itself {
        daemon.listen(&path, ListenState::Open).map_err(|error| Stop::Input(error.to_string()))?;
    }
    eprintln!("mock-humd: listening on {}", path.display());
    let mut scope = Scope { written_ms: now_ms(), ..Scope::default() };
    let dir = path.parent().map(|dir| dir.display().to_string()).unwrap_or_default();
    scope.variables.insert("dir".to_owned(), dir);
    scope.variables.insert("uid".to_owned(), rustix::process::getuid().as_raw().to_string());
    for (index, step) in script.steps.iter().enumerate() {
        play_step(daemon, step, &mut scope, args).await.map_err(|stop| match stop {
            Stop::Unmet(text) => {
                Stop::Unmet(format!("step {} of {}: {text}\n  {}", index + 1, script.steps.len(), step.text))
            }
            other => other,
        })?;
    }
    // the script is done: a client that does not read its last tones does not change that
    let _ = tokio::time::timeout(args.timeout, daemon.shut()).await;
    Ok(())
}

async fn play_step(
    daemon: &mut Daemon,
    step: &ScriptStep,
    scope: &mut Scope,
    args: &Args,
) -> Result<(), Stop> {
    scope.read_ms = now_ms();
    if let Op::Expect { .. } = step.op {
        // the tone is read at some time before the deadline
        scope.read_ms += i64::try_from(args.timeout.as_millis()).unwrap_or(i64::MAX / 2);
    } else {
        scope.written_ms = scope.read_ms;
    }
    let played = tokio::time::timeout(args.timeout, daemon.play(&step.op, step.conn, scope)).await;
    match played {
        Ok(Ok(played)) if played.met => Ok(()),
        Ok(Ok(played)) => Err(Stop::Unmet(differences(daemon, &step.op, &played, scope))),
        Ok(Err(missed)) => Err(Stop::Unmet(missed.to_string())),
        Err(_) => Err(Stop::Unmet(format!("still waiting after {:?}", args.timeout))),
    }
}

/// How the tones that an expectation took differ from its patterns.
fn differences(daemon: &Daemon, op: &Op, played: &Played, scope: &Scope) -> String {
    let Op::Expect { patterns, .. } = op else { return String::new() };
    let entries = daemon.transcript().entries;
    let mut text = "the client's tone does not match".to_owned();
    for (pattern, &index) in patterns.iter().zip(&played.taken) {
        let Some(Crossed::FromClient(line)) = entries.get(index).map(|entry| &entry.what) else { continue };
        let tone = line.decoded.tone.as_ref().map(Tone::as_value);
        for mismatch in pattern.check(tone, &mut scope.clone()) {
            text.push_str("\n  ");
            text.push_str(&mismatch.to_string());
        }
    }
    text
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A type without values: this future never comes to an end.
enum Never {}

async fn print(tap: &mut Tap) -> Never {
    loop {
        write(&tap.next().await);
    }
}

/// Writes entries to stdout. A reader that went away does not stop the script.
fn write(entries: &[Entry]) {
    let mut out = io::stdout().lock();
    let _ = entries.iter().try_for_each(|entry| writeln!(out, "{entry}")).and_then(|()| out.flush());
}

/// Waits for Ctrl-C or a request to end.
async fn interrupt() -> Stop {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => Stop::Interrupted,
        Some(()) = terminated => Stop::Interrupted,
        else => std::future::pending().await,
    }
}
