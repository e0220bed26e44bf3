//! The arguments, and the help that teaches them. `run` has those of a daemon, `faults` what it is to do wrong.

mod faults;
mod run;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use run::RunArgs;

const HELP: &str = r#"Examples:
  mock-humd                                listens where a bee looks, and answers
  mock-humd --socket /tmp/thrum.sock &     listens there
  HUM_THRUM_SOCK=/tmp/thrum.sock my-bee
  mock-humd --personality live             speaks as deployed daemons do
  mock-humd --latency 50ms --jitter 20ms   is slow
  mock-humd --drop 1/10 --seed 7           loses one tone in ten, the same ones every time
  mock-humd --script greet.yaml            plays a script

What a prompt may ask for:
  hello there                  session-ready, a few chunks that quote it, finish
  @tool add {"a":2,"b":3}      calls the tool, and streams its result back
  @permit May I?               asks for a permit, and streams the decision back
  @tendril dig {}              reaches for a sub-agent
  @error no luck               fails the turn
  @wait                        goes on until it is cancelled

A script is a list of steps; the mock does what comes from the daemon and waits for
what comes from the client:

  format: 1
  when:                          # answered whenever they match
    - tone: { chi: cancel, sid: { $bind: sid } }
      send: [ { chi: error, rid: e-1, sid: { $ref: sid }, code: no, message: no } ]
  steps:                         # one after the other
    - { tone: { chi: prompt, sid: { $bind: sid } }, from: client }
    - { tone: { chi: finish, rid: f-1, sid: { $ref: sid }, finishReason: stop, usage: {} },
        from: daemon }

Verbs: listen, accept, tone, tones, raw, hold, stall, resume, repeat, pause, fault, restart,
close. mock-humd/README.md describes them.

A bee whose hello says that it is a worker serves the prompts of the others.

Exit: 0 done or stopped, 1 a script was not kept to, 2 bad argument, script or socket, 130 interrupted."#;

/// A stand-in for humd: listens on a Unix socket, answers bees, and prints what crosses, as JSON lines.
#[derive(Debug, Parser)]
#[command(version, after_help = HELP, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do; by default, to run in the foreground.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What else it does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs in the foreground, as it does without a command
    Run(Box<RunArgs>),
    /// Reads a script and says all that is wrong with it, with lines
    Check {
        /// The script, YAML or JSON
        script: PathBuf,
    },
}
