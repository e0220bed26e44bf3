//! `mock-humd`: a daemon to develop bees against. It plays one script and prints what crosses.
//!
//! `cli` reads the arguments, `socket` finds the path and keeps off other daemons, `run` plays the script.

mod cli;
mod run;
mod socket;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = cli::Args::parse();
    match run::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("mock-humd: {stop}");
            ExitCode::from(stop.code())
        }
    }
}
