//! `mock-humd`: a daemon to develop bees against. It answers, or plays a script, and prints what
//! crosses.
//!
//! `cli` reads the arguments, `socket` finds the path and keeps off other daemons, `files` makes room for connections,
//! `run` serves, `hook` shows tones to other programs. `service` keeps a daemon in the background, `admin` looks at a
//! running one and steers it, `check` looks at a script. `exit` has the exit codes.

mod admin;
mod check;
mod cli;
mod exit;
mod files;
mod hook;
mod run;
mod service;
mod socket;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use cli::{Args, Command};

fn main() -> ExitCode {
    let done = cli::parse().and_then(|(args, written)| obey(&args, &written));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            say(&stop.to_string());
            ExitCode::from(stop.code())
        }
    }
}

fn obey(args: &Args, written: &[OsString]) -> Result<(), exit::Stop> {
    match &args.command {
        None => run::run(&args.run, written),
        Some(Command::Run(args)) => run::run(args, written),
        Some(Command::Start(args)) => service::start(args, written),
        Some(Command::Stop(args)) => service::stop(args),
        Some(Command::Restart(args)) => service::restart(args, written),
        Some(Command::Status(args)) => service::status(args),
        Some(Command::Peers(args)) => admin::commands::peers(args),
        Some(Command::Tail(args)) => admin::commands::tail(args),
        Some(Command::Send(args)) => admin::commands::send(args),
        Some(Command::Kick(args)) => admin::commands::kick(args),
        Some(Command::Drop(args)) => admin::commands::drop_all(args),
        Some(Command::Record(args)) => admin::record::record(args),
        Some(Command::Play(args)) => admin::commands::play(args),
        Some(Command::Check { script }) => check::check(script),
    }
}

/// Says something to people, if anybody listens: in one write, so that nothing of a hook comes in between.
fn say(text: &str) {
    let _ = io::stderr().write_all(format!("mock-humd: {text}\n").as_bytes());
}

/// Prints; false once nobody reads.
fn try_print(text: &str) -> bool {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}

/// Prints, if anybody reads.
fn print(text: &str) {
    try_print(text);
}
