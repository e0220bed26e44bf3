//! `mock-humd`: a daemon to develop bees against. It answers, or plays a script, and prints what
//! crosses.
//!
//! `cli` reads the arguments, `socket` finds the path and keeps off other daemons, `files` makes room for
//! connections, `run` serves.

mod cli;
mod files;
mod run;
mod socket;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = cli::Args::parse();
    let done = match &args.command {
        Some(cli::Command::Run(args)) => run::run(args),
        Some(cli::Command::Check { script }) => run::load(script).map(|_| ()),
        None => run::run(&args.run),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            // nobody may be listening
            let _ = writeln!(std::io::stderr(), "mock-humd: {stop}");
            ExitCode::from(stop.code())
        }
    }
}
