//! The command line: reads the arguments, has the work done, and picks the exit code.

mod by_hand;
mod cli;
mod client;
mod doctor;
mod failed;
mod init;
mod interrupt;
mod live;
mod lookup;
mod play;
mod progress;
mod reference;
mod replay;
mod reports;
mod repro;
mod selftest;
mod shell;
mod sink;
mod source;
mod stored;
mod stream;
mod target;
mod terminal;
mod upkeep;
mod vectors;

use std::process::ExitCode;

use clap::Parser;
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::limits::STACK_BYTES;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || run(cli));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) => ExitCode::from(Exit::Broken.code()),
        Err(error) => end(&Error::Broken(format!("cannot start a thread: {error}"))),
    }
}

fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Client(args) => client::test(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Smoke(args) => client::smoke(&args),
        Command::Baseline(command) => upkeep::run(&command),
        Command::Init(args) => init::init(&args),
        Command::Doctor(args) => doctor::doctor(&args),
        Command::Selftest(args) => selftest::selftest(&args),
        Command::List(args) => lookup::list(&args, reference::mutants()),
        Command::Explain(args) => lookup::explain(&args, reference::mutants()),
        Command::Vectors(command) => vectors::run(&command, reference::mutants()),
        Command::Report(command) => stored::run(&command),
        Command::Completions(args) => shell::completions(args.shell),
        Command::Man(args) => shell::man(&args),
        Command::Testee(args) => return reference::run(&args),
    };
    match outcome {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => end(&error),
    }
}

/// An error that ends the run: said once, on stderr.
fn end(error: &Error) -> ExitCode {
    anstream::eprintln!("{}error{:#}: {error}", cli::RED, cli::RED);
    ExitCode::from(error.exit().code())
}
