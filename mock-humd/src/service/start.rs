//! Starting a daemon in the background: this program once more, in a session of its own, that says when it listens.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{Beside, Process, log, pid_file, readable, stop};
use crate::admin::client;
use crate::check::load;
use crate::cli::{RunArgs, StopArgs};
use crate::exit::Stop;
use crate::socket;

/// How long a daemon may take to listen, and to answer a hello.
const START_MAX: Duration = Duration::from_secs(10);

/// How much of the end of a log is shown.
const SHOWN_BYTES_MAX: u64 = 4096;

/// The exit code for a bad argument, script or socket.
const BAD_INPUT: i32 = 2;

/// What a daemon says to whoever has started it.
const LISTENING: &[u8] = b"listening\n";

/// Whoever has started this daemon, and waits for it to listen.
#[derive(Debug)]
pub struct Starter(File);

impl Starter {
    /// Leaves the session of the terminal, and takes hold of the starter's end before stdout becomes the log.
    pub fn leave() -> io::Result<Self> {
        rustix::process::setsid()?;
        Ok(Self(rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?.into()))
    }

    /// Says that the daemon listens.
    pub fn tell(mut self) {
        // a starter that went away does not stop the daemon
        let _ = self.0.write_all(LISTENING);
    }
}

/// Starts a daemon with these arguments, given once more as they were written, and returns once it answers.
pub fn start(args: &RunArgs, written: &[OsString]) -> Result<(), Stop> {
    has_no_stdin(args)?;
    let beside = Beside::new(&args.at.path());
    let path = beside.socket().display();
    if let Some(other) = pid_file::holder(&beside.pid()).map_err(broken)? {
        let pid = other.pid();
        return Err(Stop::Input(format!(
            "{path}: a mock-humd runs here already, process {pid} (hint: `mock-humd restart`)"
        )));
    }
    has_admin(&beside)?;
    socket::make_dir(beside.socket()).map_err(|error| Stop::Input(error.to_string()))?;
    let log_path = args.log.log.clone().unwrap_or_else(|| beside.log());
    let in_log = |error: io::Error| Stop::Input(format!("{}: {error}", log_path.display()));
    let log = log::open(&log_path).map_err(in_log)?;
    let from = log.metadata().map_err(in_log)?.len();
    let mut command = Command::new(std::env::current_exe().map_err(broken)?);
    command.args(["run", "--detached"]).args(written).stdin(Stdio::null()).stderr(log);
    if args.log.log.is_none() {
        command.arg("--log").arg(&log_path);
    }
    let (mut child, said) = spawn(command).map_err(broken)?;
    let answered = match said {
        Said::Listening => shakes_hands(args, beside.socket()),
        Said::End => Err("the daemon has ended".to_owned()),
        Said::Nothing => Err(format!("the daemon does not listen after {START_MAX:?}")),
    };
    let Err(why) = answered else {
        let (pid, log) = (child.id(), log_path.display());
        crate::print(&format!("listening on {path}, process {pid}, log {log}\n"));
        return Ok(());
    };
    let code = end(&mut child, said == Said::End);
    let printed = end_of(&log_path, from).unwrap_or_default();
    let printed: Vec<_> = printed.lines().map(|line| format!("\n  {line}")).collect();
    let why = format!("{why} (log: {}){}", log_path.display(), printed.concat());
    Err(if code == Some(BAD_INPUT) { Stop::Input(why) } else { Stop::Broken(why) })
}

/// What a daemon has said within the time that it has to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Listening,
    /// It ends, or has ended.
    End,
    Nothing,
}

fn spawn(mut command: Command) -> io::Result<(Child, Said)> {
    let (mut hears, says) = io::pipe()?;
    let child = command.stdout(says).spawn()?;
    // or else the pipe would never end
    drop(command);
    if !readable(&hears, START_MAX)? {
        return Ok((child, Said::Nothing));
    }
    let said = hears.read(&mut [0; LISTENING.len()])?;
    Ok((child, if said > 0 { Said::Listening } else { Said::End }))
}

/// Ends the daemon that is there and starts one: with these arguments, or where there are none with those of the former.
/// What can be seen to keep the new one from starting leaves the former one running.
pub fn restart(args: &RunArgs, written: &[OsString]) -> Result<(), Stop> {
    let beside = Beside::new(&args.at.path());
    let is_same = written.is_empty() || only_names_the_socket(written);
    let former = if is_same { client::ask(&beside, "status", client::no_members()).ok() } else { None };
    let former = former.and_then(|status| {
        let args = status.get("args")?.as_array()?;
        Some(args.iter().filter_map(|arg| arg.as_str().map(OsString::from)).collect::<Vec<_>>())
    });
    let stop_args = StopArgs { at: args.at.clone(), timeout: START_MAX, force: false };
    match former {
        None => {
            look_at(args, &beside)?;
            stop(&stop_args)?;
            start(args, written)
        }
        Some(mut former) => {
            if !former.iter().any(|arg| arg.to_string_lossy().starts_with("--socket")) {
                former.extend(written.iter().cloned());
            }
            let args = crate::cli::run_args(&former)?;
            look_at(&args, &beside)?;
            stop(&stop_args)?;
            start(&args, &former)
        }
    }
}

/// Refuses what a daemon with these arguments would refuse once it runs, as far as that can be seen from here.
fn look_at(args: &RunArgs, beside: &Beside) -> Result<(), Stop> {
    has_no_stdin(args)?;
    // the former one listens there, if there is one
    if UnixStream::connect(beside.admin()).is_err() {
        has_admin(beside)?;
    }
    args.script.as_deref().map(load).transpose()?;
    let transcript = Some(&args.transcript).filter(|path| !args.quiet && *path != Path::new("-"));
    // opening a pipe would wait for its reader
    let may_wait = |path: &&PathBuf| std::fs::metadata(path).is_ok_and(|it| !it.is_file() && !it.is_dir());
    for path in args.log.log.iter().chain(transcript).filter(|path| !may_wait(path)) {
        // the former one may be writing it: nothing is changed, and a file that was not there is not left
        let was_there = path.exists();
        log::open(path).map_err(|error| Stop::Input(format!("{}: {error}", path.display())))?;
        if !was_there {
            // somebody else may have removed it already, which is just as well
            let _ = std::fs::remove_file(path);
        }
    }
    Ok(())
}

/// A daemon in the background is found by its admin socket alone.
fn has_admin(beside: &Beside) -> Result<(), Stop> {
    let admin = beside.admin();
    let said = |error: io::Error| Stop::Input(format!("{}: {error}", admin.display()));
    socket::is_stale(&admin).map(drop).map_err(said)
}

fn has_no_stdin(args: &RunArgs) -> Result<(), Stop> {
    if args.until_stdin_ends {
        let why = "`--until-stdin-ends`: a daemon in the background has no stdin (hint: `mock-humd run`)";
        return Err(Stop::Input(why.to_owned()));
    }
    Ok(())
}

fn only_names_the_socket(written: &[OsString]) -> bool {
    let is_flag = |arg: &OsString| arg.to_string_lossy().starts_with("--socket");
    match written {
        [one] => one.to_string_lossy().starts_with("--socket="),
        [flag, _] => is_flag(flag),
        _ => false,
    }
}

/// A hello that gets its breath. A script and faults decide by themselves what becomes of a connection, and it would
/// not be theirs: then it is enough that the daemon listens.
fn shakes_hands(args: &RunArgs, path: &Path) -> Result<(), String> {
    if args.script.is_some() || args.faults.are_any() {
        return Ok(());
    }
    let said = |error: io::Error| format!("{}: no handshake: {error}", path.display());
    let mut stream = UnixStream::connect(path).map_err(said)?;
    stream.set_read_timeout(Some(START_MAX)).map_err(said)?;
    stream.set_write_timeout(Some(START_MAX)).map_err(said)?;
    let hello = serde_json::json!({
        "chi": "hello", "rid": "start-0", "bee": "mock-humd-start",
        "protoVersion": mock_humd::wire::chi::THRUM_VERSION, "chis": ["hello"],
    });
    stream.write_all(format!("{hello}\n").as_bytes()).map_err(said)?;
    for line in BufReader::new(stream).lines() {
        let tone: serde_json::Value = serde_json::from_str(&line.map_err(said)?).unwrap_or_default();
        if tone.get("chi").is_some_and(|chi| chi == "breath") {
            return Ok(());
        }
    }
    Err(format!("{}: no handshake: the daemon closed the connection", path.display()))
}

/// The exit code of a daemon that has ended by itself, or is made to end.
fn end(child: &mut Child, ends_by_itself: bool) -> Option<i32> {
    let ends = |process: Process| {
        let is_told = ends_by_itself || process.terminate().is_ok();
        is_told && process.wait(START_MAX).unwrap_or(false)
    };
    if !Process::of(child).is_ok_and(ends) {
        // it may be gone by now
        let _ = child.kill();
    }
    child.wait().ok()?.code()
}

fn end_of(log: &Path, from: u64) -> io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(from.max(length.saturating_sub(SHOWN_BYTES_MAX)).min(length)))?;
    let mut bytes = Vec::new();
    file.take(SHOWN_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn broken(error: impl std::fmt::Display) -> Stop {
    Stop::Broken(format!("the daemon cannot be started: {error}"))
}
