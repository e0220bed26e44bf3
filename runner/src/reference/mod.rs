//! The built-in reference client: a testee that keeps every rule of the wire, or breaks chosen ones on
//! demand.
//!
//! The suite tests itself with it. Nothing of it is linked into the library: it runs as a process of its own
//! (`thrum-conform testee`) and is driven through the shim protocol like any other client.
//!
//! - [`client`] is the client, an async library that knows nothing of shims;
//! - [`shim`] is the shim on top of it;
//! - [`bee`] is a whole bee on top of it;
//! - [`helper`] holds the functions that every library offers: rid, sigil, dusk, wane, socket path;
//! - [`fault`] and [`mutants`] give it one bug at a time, [`odd`] makes it strange but right;
//! - [`scout`] tells which faults act in which case;
//! - [`null`] holds the testees that observe nothing.

mod bee;
mod client;
mod fault;
mod helper;
mod mutants;
mod null;
mod odd;
pub mod scout;
mod shim;

use std::path::PathBuf;
use std::process::ExitCode;

pub use bee::{habits, nulls as null_bees};
pub use fault::{Mutant, mutants};
pub use null::nulls;
pub use odd::odds;

/// A testee by name, and what it does.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// How it is chosen on the command line.
    pub name: &'static str,
    /// What is special about it.
    pub about: &'static str,
}

/// Which testee to be; without any of these, the reference client.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Carry one deliberate fault
    #[arg(long, value_name = "NAME")]
    mutant: Option<String>,
    /// Behave oddly, but as the wire allows
    #[arg(long, value_name = "NAME", conflicts_with = "null")]
    odd: Option<String>,
    /// Be no client at all, but something that only looks like a testee
    #[arg(long, value_name = "NAME", conflicts_with = "mutant")]
    null: Option<String>,
    /// Carry no fault, and add to this file which faults would have acted in which case
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mutant", "odd", "null"])]
    scout: Option<PathBuf>,
    /// Be a whole bee, without a shim
    #[arg(long, conflicts_with_all = ["scout", "with", "without"])]
    bee: bool,
    /// As a bee, do one thing otherwise
    #[arg(long, value_name = "NAME", requires = "bee")]
    habit: Option<String>,
    /// Claim this capability as well, whether it exists or not
    #[arg(long, value_name = "CAP")]
    with: Vec<String>,
    /// Claim this capability not, and do nothing that goes with it
    #[arg(long, value_name = "CAP")]
    without: Vec<String>,
}

/// Speaks shim protocol 1 on stdin and stdout until told to stop.
pub fn run(args: &Args) -> ExitCode {
    if let Some(name) = &args.mutant
        && !fault::activate(name)
    {
        return unknown("mutant", name, mutants().iter().map(|mutant| mutant.name));
    }
    if let Some(name) = &args.odd
        && !odd::activate(name)
    {
        return unknown("odd testee", name, odds().iter().map(|variant| variant.name));
    }
    if let Some(file) = &args.scout
        && let Err(error) = scout::begin(file)
    {
        eprintln!("{}: {error}", file.display());
        return ExitCode::from(2);
    }
    if args.bee {
        return run_bee(args);
    }
    if let Some(name) = &args.null {
        return match null::find(name) {
            Some(testee) => testee.run(),
            None => unknown("null testee", name, nulls().iter().map(|variant| variant.name)),
        };
    }
    if let Some(cap) = args.without.iter().find(|cap| !shim::CAPS.contains(&cap.as_str())) {
        return unknown("capability", cap, shim::CAPS.into_iter());
    }
    shim::change_caps(&args.with, &args.without);
    shim::run()
}

fn run_bee(args: &Args) -> ExitCode {
    if let Some(name) = &args.null {
        return match bee::find_null(name) {
            Some(null) => null.run(),
            None => unknown("null bee", name, null_bees().map(|variant| variant.name)),
        };
    }
    match args.habit.as_deref().map(|name| (name, bee::find_habit(name))) {
        Some((name, None)) => unknown("habit", name, habits().map(|variant| variant.name)),
        Some((_, habit)) => bee::run(habit),
        None => bee::run(None),
    }
}

/// Whether a mutant exists; the error names the nearest one.
pub fn known(mutant: &str) -> Result<(), String> {
    let mut names = mutants().iter().map(|mutant| mutant.name);
    if names.any(|name| name == mutant) {
        Ok(())
    } else {
        Err(nearest("mutant", mutant, mutants().iter().map(|mutant| mutant.name)))
    }
}

fn unknown(what: &str, name: &str, known: impl Iterator<Item = &'static str>) -> ExitCode {
    eprintln!("{}", nearest(what, name, known));
    ExitCode::from(2)
}

fn nearest(what: &str, name: &str, known: impl Iterator<Item = &'static str>) -> String {
    let nearest =
        known.max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
    format!("no {what} is called `{name}`\n(hint: the nearest name is `{}`)", nearest.unwrap_or("none"))
}
