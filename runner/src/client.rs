//! `client` and `smoke`: has a client tested, and writes the reports.

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::run::Keep;
use thrum_conform::smoke;
use thrum_conform::testee::quoted;

use crate::by_hand;
use crate::cli::{ClientArgs, SmokeArgs};
use crate::failed::Failed;
use crate::interrupt::interrupted;
use crate::play::{Manner, Played, block_on, limits, play};
use crate::progress;
use crate::reports::Reports;
use crate::repro::Repro;
use crate::source;
use crate::target::{Target, command, config};

/// `client`.
pub fn test(args: &ClientArgs) -> Result<Exit, Error> {
    if let (Some(_), Some(None)) = (args.shard, args.test.shuffle) {
        return Err(Error::Input(
            "the shards of a run are shuffled alike\n(hint: `--shuffle=SEED`, with one seed for all of them)"
                .to_owned(),
        ));
    }
    let reports = Reports::open(&args.output, limits(&args.test.patience).start)?;
    match tested(args, &reports) {
        Ok((played, reproduced)) => {
            let told = reports.write(&played.report)?;
            if let Some(said) = reproduced? {
                anstream::eprintln!("{said}");
            }
            match played.broke {
                Some(error) if !told => Err(error),
                _ => Ok(played.report.exit),
            }
        }
        Err(error) => {
            reports.fail(&error);
            Err(error)
        }
    }
}

/// What came of a run, and of the folders that reproduce it.
type Tested = (Played, Result<Option<String>, Error>);

/// Tests what the arguments name.
fn tested(args: &ClientArgs, reports: &Reports) -> Result<Tested, Error> {
    let mut target = Target::new(&args.test)?;
    target.selection.shard = args.shard;
    let failed = Failed::of(&target.command, args.test.black_box);
    if args.failed {
        target.selection.only = Some(failed.cases(&target.loaded.suite)?);
    }
    target.command.launch = by_hand::launch(args)?;
    let repro = args.repro.as_deref().map(|dir| Repro::open(dir, args.repro_all)).transpose()?;
    let keep = match (&repro, args.repro_all) {
        (None, _) => Keep::Nothing,
        (Some(_), false) => Keep::Faults,
        (Some(_), true) => Keep::Everything,
    };
    let bar = !args.output.verbosity.quiet;
    let manner = Manner { fail_fast: args.fail_fast, keep, trace: args.trace, bar };
    let played = play(&target, &args.test, &manner, reports);
    by_hand::end(&target.command);
    let played = played?;
    failed.remember(&played);
    let reproduced = repro.map(|repro| repro.write(&played, &target, &args.test)).transpose();
    Ok((played, reproduced))
}

/// `smoke`.
pub fn smoke(args: &SmokeArgs) -> Result<Exit, Error> {
    let config = config(args.config.as_deref(), args.command.is_empty())?;
    let command = command(&args.command, None, config.as_ref(), false)?;
    let named = match &config {
        _ if !args.command.is_empty() => format!(" -- {}", command.shown()),
        Some(config) => format!(" --config {}", quoted(&config.name)),
        None => String::new(),
    };
    let limits = limits(&args.patience);
    let spinner = progress::spinner();
    let progress = |what: &str| spinner.set_message(format!("{what} …"));
    let smoke = block_on(async {
        tokio::select! {
            smoke = smoke::smoke(&command, &named, &limits, &progress) => smoke,
            () = interrupted() => Err(Error::Interrupted),
        }
    });
    spinner.finish_and_clear();
    let smoke = smoke?;
    source::print(|out| smoke::write(&smoke, out))?;
    Ok(if smoke.findings() == 0 { Exit::Fine } else { Exit::Failed })
}
