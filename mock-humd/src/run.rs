//! Runs a daemon in the foreground: until somebody ends it, or until its script is done.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use mock_humd::engine::{Engine, Recorder, Recording};
use mock_humd::nest::Config;
use mock_humd::play::{Progress, Run};
use mock_humd::script::{ListenState, Script};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::RunArgs;
use crate::{files, socket};

/// How long bees have to read what waits for them, once the daemon is to end.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why the program ends with an exit code of its own.
#[derive(Debug)]
pub enum Stop {
    /// The script was not kept to: the step, and what was wrong.
    Unmet(String),
    /// The script, an argument or the socket is no good.
    Input(String),
    /// Ctrl-C; with the step of the script that was waited for.
    Interrupted(Option<String>),
}

impl Stop {
    /// The program's exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Unmet(_) => 1,
            Self::Input(_) => 2,
            Self::Interrupted(_) => 130,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmet(text) | Self::Input(text) => f.write_str(text),
            Self::Interrupted(None) => f.write_str("interrupted"),
            Self::Interrupted(Some(step)) => write!(f, "interrupted at {step}"),
        }
    }
}

/// Runs the daemon that the arguments describe, to the end of its script if it has one with steps.
pub fn run(args: &RunArgs) -> Result<(), Stop> {
    let script = args.script.as_deref().map(load).transpose()?.unwrap_or_default();
    let path = args.socket.clone().unwrap_or_else(socket::default_path);
    socket::claim(&path).map_err(input)?;
    let seed = args.faults.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
    let mut config =
        Config { scripted: script.greets.clone(), rules: script.rules.clone(), ..args.config(seed) };
    config.limits.peers_max = files::make_room(config.limits.peers_max);
    let (tap, recording) = transcript(args)?.unzip();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(input)?;
    let done = runtime.block_on(async {
        let mut engine = Engine::new(config, &path);
        if let Some(tap) = tap {
            engine.handle().attach(Box::new(tap));
        }
        let done = serve(&mut engine, &script, args).await;
        // a bee that does not read its last tones does not keep the daemon
        let _ = tokio::time::timeout(FAREWELL, engine.shut()).await;
        done
    });
    // what has crossed is written before the program ends
    drop::<Option<Recording>>(recording);
    done
}

/// Reads a script file, and says all that is wrong with it.
pub fn load(path: &Path) -> Result<Script, Stop> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Stop::Input(format!("{name}: {error}")))?;
    Script::parse(&text).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(|fault| format!("\n  {name}: {fault}")).collect();
        Stop::Input(format!("the script has faults{}", faults.concat()))
    })
}

async fn serve(engine: &mut Engine, script: &Script, args: &RunArgs) -> Result<(), Stop> {
    let mut progress = Progress::default();
    let done = tokio::select! {
        // in this order, so that no moment is left in which a signal would leave the socket file behind
        biased;
        stop = asked_to_end() => stop,
        done = play(engine, script, args, &mut progress) => return done,
    };
    match progress.waiting() {
        Some(unmet) if done.is_ok() => Err(Stop::Unmet(unmet.to_string())),
        Some(unmet) => done.map_err(|_| Stop::Interrupted(Some(unmet.to_string()))),
        None => done,
    }
}

async fn play(
    engine: &mut Engine,
    script: &Script,
    args: &RunArgs,
    progress: &mut Progress,
) -> Result<(), Stop> {
    if !script.listens_by_itself() {
        engine.listen(ListenState::Open).map_err(input)?;
    }
    announce(engine);
    Run::new(engine, progress, args.timeout)
        .play(script)
        .await
        .map_err(|unmet| Stop::Unmet(unmet.to_string()))?;
    if script.is_empty() { std::future::pending().await } else { Ok(()) }
}

fn announce(engine: &Engine) {
    let config = engine.config();
    let seed = if config.faults.is_chancy() { format!(", seed {}", config.seed) } else { String::new() };
    // nobody may be listening
    let _ = writeln!(io::stderr(), "mock-humd: listening on {}{seed}", engine.path().display());
}

/// The tap that writes the transcript, if one is wanted.
fn transcript(args: &RunArgs) -> Result<Option<(Recorder, Recording)>, Stop> {
    if args.quiet {
        return Ok(None);
    }
    if args.transcript == Path::new("-") {
        return Ok(Some(Recorder::start(io::stdout())));
    }
    let file = File::create(&args.transcript)
        .map_err(|error| Stop::Input(format!("{}: {error}", args.transcript.display())))?;
    Ok(Some(Recorder::start(file)))
}

fn input(error: impl fmt::Display) -> Stop {
    Stop::Input(error.to_string())
}

/// Waits for Ctrl-C, or for a request to end, which is a good end.
async fn asked_to_end() -> Result<(), Stop> {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => Err(Stop::Interrupted(None)),
        Some(()) = terminated => Ok(()),
        else => std::future::pending().await,
    }
}
