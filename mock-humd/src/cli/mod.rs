//! The arguments, and the help that teaches them. `run` has those of a daemon, `faults` what it is to do wrong,
//! `commands` those of what finds a running one; `config` reads the file that may stand behind them, `wrong` says what is wrong with
//! them.

mod commands;
mod config;
mod faults;
mod run;
mod values;
mod wrong;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::exit::Stop;

pub use commands::{
    FilterArgs, KickArgs, PlayArgs, RecordArgs, SendArgs, SocketArgs, StatusArgs, StopArgs, TailArgs,
};
pub use run::RunArgs;

use values::script;

const HELP: &str = r#"Examples:
  mock-humd                                listens where a bee looks, and answers
  mock-humd --socket /tmp/thrum.sock &     listens there
  HUM_THRUM_SOCK=/tmp/thrum.sock my-bee
  mock-humd --personality live             speaks as deployed daemons do
  mock-humd --latency 50ms --jitter 20ms   is slow
  mock-humd --drop 1/10 --seed 7           loses one tone in ten, the same ones every time
  mock-humd --script greet.yaml            plays a script

  mock-humd start                          the same in the background; returns once it answers
  mock-humd status                         is it up, and who is connected?
  mock-humd tail --chi prompt,finish       what crosses
  mock-humd send adder-bee '{"chi":"log","level":"info","message":"hello"}'
  mock-humd kick adder-bee                 closes its connection; `drop` does so as a crash would
  mock-humd record session.json            what a bee does from now on, as a script
  mock-humd play session.json              plays it for the next bee that comes
  mock-humd stop

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

Beside the socket stand PATH.admin (the admin socket, for this user alone), PATH.pid (locked by the
daemon) and, for one in the background, PATH.log. All but the log go when it ends.

Options come from the command line, else from the environment (HUM_MOCK_HOOKS), else from the
config file: --config, else $XDG_CONFIG_HOME/mock-humd.toml, else ~/.config/mock-humd.toml.
It holds the options of `run` by their names, but not the socket, by which all commands find
a daemon: latency = "50ms", hook = ["cat >> tones.ndjson"].

Exit: 0 done or stopped, 1 a script was not kept to, 2 bad argument, script or socket,
3 no daemon runs, 4 it does not start, stop or answer, 130 interrupted."#;

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
    /// Runs in the background; returns once it answers a hello
    ///
    /// With a script or with faults, which a hello of its own would disturb, it returns once the daemon listens.
    /// What the daemon prints goes to a log: beside the socket, unless `--log` says where.
    Start(Box<RunArgs>),
    /// Stops the daemon, and waits until it is gone
    Stop(StopArgs),
    /// Stops the daemon if there is one, and starts one in the background
    ///
    /// Without options, or with `--socket` alone, with the options of the former one. Where they are no good, the former
    /// one goes on.
    Restart(Box<RunArgs>),
    /// Says whether the daemon is up, and who is connected; exits with 3 if it is not
    Status(StatusArgs),
    /// Lists the connections: what they said of themselves, what crossed, what is waited for
    Peers(StatusArgs),
    /// Shows what crosses, as it does; `>` is from a bee, `<` to it
    Tail(TailArgs),
    /// Sends a tone to a bee
    Send(SendArgs),
    /// Closes the connections of a bee, once what waits for it is written
    Kick(KickArgs),
    /// Closes all connections and forgets all sessions, as a crash would; the daemon goes on
    Drop(SocketArgs),
    /// Writes what bees that come from now on do as a script
    ///
    /// It ends with Ctrl-C, with the daemon, or after `--tones`.
    Record(RecordArgs),
    /// Plays a script on the running daemon: its connections are the next ones that come
    ///
    /// Returns once the script is done, with 1 if it was not kept to. Other bees are answered as ever.
    Play(PlayArgs),
    /// Reads a script and says all that is wrong with it, with lines
    ///
    /// It warns of a `chi` that the wire does not have, which a script may use on purpose.
    Check {
        /// The script, YAML or JSON
        #[arg(value_parser = script())]
        script: PathBuf,
    },
}

/// Reads the arguments, with the config file behind them; gives also those of the command as they were written.
pub fn parse() -> Result<(Args, Vec<OsString>), Stop> {
    let given: Vec<_> = std::env::args_os().collect();
    let matches = wrong::matches(Args::command(), &given)?;
    let at = if matches.subcommand_name().is_some() { 2 } else { 1 };
    let written = given[at..].to_vec();
    Ok((with_config(&given[..at], &written, &matches)?, written))
}

/// The arguments of a daemon that was started with these.
pub fn run_args(written: &[OsString]) -> Result<RunArgs, Stop> {
    let before = [OsString::from("mock-humd"), "run".into()];
    let matches = wrong::matches(Args::command(), &[&before, written].concat())?;
    let args = with_config(&before, written, &matches)?;
    Ok(match args.command {
        Some(Command::Run(run)) => *run,
        _ => args.run,
    })
}

fn with_config(before: &[OsString], written: &[OsString], matches: &ArgMatches) -> Result<Args, Stop> {
    let command = Args::command();
    let help = wrong::help(&command, before.get(1));
    let stop = |error: clap::Error| wrong::stop(&error, &help);
    let (command, of_command) = match matches.subcommand() {
        None => (&command, matches),
        Some((name @ ("run" | "start" | "restart"), of_command)) => {
            (command.find_subcommand(name).unwrap_or(&command), of_command)
        }
        Some(_) => return Args::from_arg_matches(matches).map_err(stop),
    };
    let Some((path, options)) = config::options(command, of_command).map_err(Stop::Input)? else {
        return Args::from_arg_matches(matches).map_err(stop);
    };
    let all = before.iter().chain(&options).chain(written);
    Args::try_parse_from(all).map_err(|error| Stop::Input(format!("{}: {}", path.display(), stop(error))))
}
