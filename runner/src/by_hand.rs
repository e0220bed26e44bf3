//! `--wait-for-debugger` and `--attach`: a person has a hand in the start of each process, and no deadline applies.

use std::io::BufRead as _;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use futures_util::future::BoxFuture;
use thrum_conform::error::Error;
use thrum_conform::limits::Limits;
use thrum_conform::testee::{Call, Command, Door, Launch, quoted};
use tokio::sync::watch;

use crate::cli::ClientArgs;

/// How often the system is asked for a debugger: nothing tells of one.
const LOOK: Duration = Duration::from_millis(50);

/// How the client's processes are started.
pub fn launch(args: &ClientArgs) -> Result<Launch, Error> {
    match &args.attach {
        Some(dir) => {
            let fault =
                |error| Error::Input(format!("{}: cannot make a door for a shim: {error}", dir.display()));
            Door::new(dir, ask).map(Launch::ByHand).map_err(fault)
        }
        None if args.wait_for_debugger => Ok(Launch::Held(hold)),
        None => Ok(Launch::Alone),
    }
}

/// The limits for a command: none of time where somebody holds it up by hand.
pub fn limits(limits: Limits, command: &Command) -> Limits {
    if command.is_by_hand() { limits.without_deadlines() } else { limits }
}

/// Takes the pipes away.
pub fn end(command: &Command) {
    if let Launch::ByHand(door) = &command.launch {
        // what cannot be taken away does no harm to what the run came to
        let _ = door.close();
    }
}

/// Says who is waiting for what.
fn ask(call: &Call) {
    let path = |path: &Path| quoted(&path.display().to_string());
    let (stdin, stdout) = (path(&call.stdin), path(&call.stdout));
    anstream::eprintln!(
        "waiting for a shim: start it in another terminal\n  {} < {stdin} > {stdout}",
        call.command
    );
    for (name, value) in &call.variables {
        match value {
            Some(value) => anstream::eprintln!("  and the variable {name}={}", quoted(value)),
            None => anstream::eprintln!("  and without the variable {name}"),
        }
    }
}

/// Waits until somebody presses Enter or traces the process.
fn hold(id: u32) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        anstream::eprintln!(
            "the shim is process {id}: attach a debugger, or press Enter to go on without one"
        );
        tokio::select! {
            () = enter() => {}
            () = traced(id) => anstream::eprintln!("process {id} is traced: going on"),
        }
    })
}

/// Resolves at the next line of stdin; never where stdin is over.
async fn enter() {
    static LINES: OnceLock<watch::Receiver<()>> = OnceLock::new();
    let mut lines = LINES.get_or_init(read_lines).clone();
    lines.mark_unchanged();
    if lines.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Reads stdin on a thread of its own, which ends with the process: a read from a terminal cannot be called off.
fn read_lines() -> watch::Receiver<()> {
    let (sender, receiver) = watch::channel(());
    let _ = std::thread::Builder::new().spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() || sender.send(()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Resolves when a debugger traces the process, or it has ended.
async fn traced(id: u32) {
    let status = format!("/proc/{id}/status");
    if !Path::new("/proc/self/status").exists() {
        // a system that does not say
        std::future::pending::<()>().await;
    }
    loop {
        let Ok(text) = std::fs::read_to_string(&status) else { return };
        let of = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
        if of("TracerPid:").is_some_and(|tracer| tracer != "0")
            || of("State:").is_some_and(|state| state.starts_with('Z'))
        {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}
