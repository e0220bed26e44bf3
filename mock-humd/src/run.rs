//! Runs a daemon in the foreground: until somebody ends it, or until its script is done.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_humd::engine::{Engine, Recorder, Recording};
use mock_humd::nest::Config;
use mock_humd::play::{Progress, Run};
use mock_humd::script::{ListenState, Script};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use crate::admin::{self, About, Desk, Play, Server};
use crate::cli::RunArgs;
use crate::exit::Stop;
use crate::hook::Hook;
use crate::service::{Beside, Log, PidFile, Starter, manager};
use crate::{check, files, socket};

/// How long bees have to read what waits for them, once the daemon is to end; and how long each other reader has.
const FAREWELL: Duration = Duration::from_secs(1);

/// Whoever ends a program may tell the process, and its group too: so soon after the first, it is the same request.
const SAME_REQUEST: Duration = Duration::from_millis(100);

/// Runs the daemon that the arguments describe, to the end of its script if it has one with steps. They are given
/// once more as they were written.
pub fn run(args: &RunArgs, written: &[OsString]) -> Result<(), Stop> {
    let script = args.script.as_deref().map(check::load).transpose()?.unwrap_or_default();
    let starter = args.detached.then(Starter::leave).transpose().map_err(input)?;
    // a pipe that nobody reads is waited for here, where a signal still ends the program and nothing is left behind
    let transcript = transcript_file(args)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(input)?;
    runtime.block_on(async {
        // from here on a signal leaves nothing behind
        let mut signals = Signals::new(args.until_stdin_ends).map_err(input)?;
        let stand = Stand::take(args)?;
        let seed = args.faults.seed.unwrap_or_else(|| fastrand::u64(..1_000_000));
        let mut config =
            Config { scripted: script.greets.clone(), rules: script.rules.clone(), ..args.config(seed) };
        config.limits.peers_max = files::make_room(config.limits.peers_max);
        let mut engine = Engine::new(config, stand.beside.socket());
        let recording = record(args, transcript)?.map(|(tap, recording)| {
            engine.handle().attach(Box::new(tap));
            recording
        });
        let (plays, to_play) = mpsc::channel(1);
        // while a script is played from the start, no other one is taken
        let to_play = script.is_empty().then_some(to_play);
        let mut show = Show { script: &script, args, progress: Progress::default(), to_play };
        let about = About {
            socket: stand.beside.socket().display().to_string(),
            personality: args.personality.name(),
            seed,
            args: written
                .iter()
                .map(|arg| arg.to_string_lossy().into())
                .filter(|arg| arg != "--detached" && arg != "--until-stdin-ends")
                .collect(),
            since: Instant::now(),
        };
        let hooks = hooks(args, &engine)?;
        let desk = Arc::new(Desk::new(engine.handle(), about, hooks, show.progress.clone(), plays));
        let admin = Server::bind(&stand.beside.admin(), Arc::clone(&desk));
        if let Err(error) = &admin {
            crate::say(&format!("there is no admin socket: {}: {error}", stand.beside.admin().display()));
        }
        let done = serve(&mut engine, stand.lent, &mut show, starter, &mut signals).await;
        manager::tell("STOPPING=1");
        let records = recording.is_some();
        let is_cut = tokio::select! {
            is_cut = farewell(&mut engine, &desk, recording) => is_cut,
            () = signals.ask_again() => {
                desk.hooks.iter().for_each(|hook| hook.end(Duration::ZERO));
                records
            }
        };
        // where nobody reads stderr either, nothing is left behind all the same
        drop((admin, engine, stand.pid_file));
        if is_cut {
            crate::say("the transcript may lack its end: the daemon ended before all of it was read");
        }
        done
    })
}

/// Lets everybody read what waits for them, but for those who do not: nobody keeps the daemon. Whether the transcript
/// lacks its end.
async fn farewell(engine: &mut Engine, desk: &Arc<Desk>, recording: Option<Recording>) -> bool {
    let _ = tokio::time::timeout(FAREWELL, engine.shut()).await;
    let desk = Arc::clone(desk);
    let (tell, told) = oneshot::channel();
    // on a thread of its own, so that a signal is heard meanwhile
    std::thread::spawn(move || {
        desk.hooks.iter().for_each(|hook| hook.end(FAREWELL));
        desk.tails.end(FAREWELL);
        let is_whole = recording.is_none_or(|recording| recording.end(FAREWELL));
        // nobody listens once a signal has come
        let _ = tell.send(!is_whole);
    });
    told.await.unwrap_or(true)
}

/// Where the daemon stands, and nobody else.
struct Stand {
    beside: Beside,
    /// The socket, where the service manager has bound it.
    lent: Option<UnixListener>,
    pid_file: Option<PidFile>,
}

impl Stand {
    fn take(args: &RunArgs) -> Result<Self, Stop> {
        let lent = manager::socket().map_err(input)?;
        let at = lent.as_ref().and_then(|lent| lent.local_addr().ok()?.as_pathname().map(Path::to_owned));
        let beside = Beside::new(&at.unwrap_or_else(|| args.at.path()));
        if lent.is_some() {
            // the manager has it once, and what is beside may not be ours to write
            return Ok(Self { beside, lent, pid_file: None });
        }
        socket::make_dir(beside.socket()).map_err(input)?;
        let name = beside.pid();
        let pid_file =
            PidFile::claim(&name).map_err(|error| input(format!("{}: {error}", name.display())))?;
        socket::claim(beside.socket()).map_err(input)?;
        Ok(Self { beside, lent, pid_file: Some(pid_file) })
    }
}

/// What is played, first and then on request.
struct Show<'a> {
    script: &'a Script,
    args: &'a RunArgs,
    progress: Progress,
    to_play: Option<mpsc::Receiver<Play>>,
}

/// Starts the hooks, and lets them see what crosses.
fn hooks(args: &RunArgs, engine: &Engine) -> Result<Vec<Hook>, Stop> {
    let commands = args.hook.iter().filter(|command| !command.trim().is_empty());
    let start = |command: &String| {
        let (hook, tap) =
            Hook::start(command).map_err(|error| input(format!("hook `{command}`: {error}")))?;
        engine.handle().attach(Box::new(tap));
        Ok(hook)
    };
    commands.map(start).collect()
}

async fn serve(
    engine: &mut Engine,
    lent: Option<UnixListener>,
    show: &mut Show<'_>,
    starter: Option<Starter>,
    signals: &mut Signals,
) -> Result<(), Stop> {
    let has_steps = !show.script.is_empty();
    let progress = show.progress.clone();
    let done = tokio::select! {
        // in this order, so that no moment is left in which a signal would leave the socket file behind
        biased;
        stop = signals.ask_to_end() => stop,
        done = play(engine, lent, show, starter) => return done,
    };
    match progress.waiting().filter(|_| has_steps) {
        Some(unmet) if done.is_ok() => Err(Stop::Unmet(unmet.to_string())),
        Some(unmet) => done.map_err(|_| Stop::Interrupted(Some(unmet.to_string()))),
        None => done,
    }
}

async fn play(
    engine: &mut Engine,
    lent: Option<UnixListener>,
    show: &mut Show<'_>,
    starter: Option<Starter>,
) -> Result<(), Stop> {
    if let Some(lent) = lent {
        engine.lend(lent).map_err(input)?;
    }
    if !show.script.listens_by_itself() {
        engine.listen(ListenState::Open).map_err(input)?;
    }
    announce(engine, show.script);
    if let Some(starter) = starter {
        starter.tell();
    }
    manager::tell("READY=1");
    Run::new(engine, &show.progress, show.args.timeout)
        .play(show.script)
        .await
        .map_err(|unmet| Stop::Unmet(unmet.to_string()))?;
    let Some(to_play) = &mut show.to_play else { return Ok(()) };
    while let Some(asked) = to_play.recv().await {
        admin::play(engine, asked, &show.progress).await;
    }
    Ok(())
}

fn announce(engine: &Engine, script: &Script) {
    let config = engine.config();
    let seed = if config.faults.is_chancy() || script.changes_faults() {
        format!(", seed {}", config.seed)
    } else {
        String::new()
    };
    crate::say(&format!("listening on {}{seed}", engine.path().display()));
}

/// The file for the transcript, if it is to go to one. It is not emptied yet: another daemon may be writing it.
fn transcript_file(args: &RunArgs) -> Result<Option<File>, Stop> {
    if args.quiet || args.transcript == Path::new("-") {
        return Ok(None);
    }
    let opened = File::options().write(true).create(true).truncate(false).open(&args.transcript);
    opened.map(Some).map_err(|error| input(format!("{}: {error}", args.transcript.display())))
}

/// The tap that writes the transcript, if one is wanted. From here on all that is printed goes to the log, if there is
/// to be one.
fn record(args: &RunArgs, transcript: Option<File>) -> Result<Option<(Recorder, Recording)>, Stop> {
    let log = args.log.rotation().map(|rotation| {
        let name = rotation.path.clone();
        Log::open(rotation).map_err(|error| input(format!("{}: {error}", name.display())))
    });
    let log = log.transpose()?;
    if args.quiet {
        return Ok(None);
    }
    let Some(file) = transcript else {
        return Ok(Some(log.map_or_else(|| Recorder::start(io::stdout()), Recorder::start)));
    };
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if is_file {
        file.set_len(0).map_err(|error| input(format!("{}: {error}", args.transcript.display())))?;
    }
    Ok(Some(Recorder::start(file)))
}

fn input(error: impl fmt::Display) -> Stop {
    Stop::Input(error.to_string())
}

/// What ends the daemon: Ctrl-C, a request, the end of its terminal, and of its stdin if it is to.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    stdin: Option<oneshot::Receiver<()>>,
}

impl Signals {
    fn new(until_stdin_ends: bool) -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            stdin: until_stdin_ends.then(end_of_stdin),
        })
    }

    /// Waits for one; all but Ctrl-C are a good end.
    async fn ask_to_end(&mut self) -> Result<(), Stop> {
        tokio::select! {
            _ = self.interrupt.recv() => Err(Stop::Interrupted(None)),
            _ = self.terminate.recv() => Ok(()),
            _ = self.hang_up.recv() => Ok(()),
            () = ended(&mut self.stdin) => Ok(()),
        }
    }

    /// Waits for another one, by somebody who does not want to wait.
    async fn ask_again(&mut self) {
        // the first one may come twice
        let same = async {
            loop {
                self.ask_hard().await;
            }
        };
        let _: Result<(), _> = tokio::time::timeout(SAME_REQUEST, same).await;
        self.ask_hard().await;
    }

    async fn ask_hard(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Hears when stdin has ended; what comes on it is nobody's.
fn end_of_stdin() -> oneshot::Receiver<()> {
    let (end, ended) = oneshot::channel();
    // the thread waits in a read that nothing interrupts, and ends with the program
    std::thread::spawn(move || {
        // a stdin that cannot be read is at its end too
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        drop(end);
    });
    ended
}

async fn ended(stdin: &mut Option<oneshot::Receiver<()>>) {
    match stdin {
        // the other end says nothing, it only goes
        Some(stdin) => drop(stdin.await),
        None => std::future::pending().await,
    }
}
