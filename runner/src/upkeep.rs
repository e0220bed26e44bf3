//! `baseline`: runs a client, and keeps its known failures in order.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use anstyle::AnsiColor;
use thrum_conform::baseline::{Fault, Place, Target as Aim};
use thrum_conform::config::edit::{self, Addition};
use thrum_conform::config::{self, Config};
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::report::{self, CaseRow, CaseVerdict, Diagnosis, Report, Standing, Verbosity};

use crate::cli::{BaselineArgs, BaselineCommand};
use crate::play::{Manner, Played, play};
use crate::reports::Reports;
use crate::sink::Sink;
use crate::target::{self, Target};
use crate::terminal;

/// `baseline`.
pub fn run(command: &BaselineCommand) -> Result<Exit, Error> {
    let (BaselineCommand::Write(args) | BaselineCommand::Check(args) | BaselineCommand::Prune(args)) =
        command;
    let target = Target::with(&args.test, target::config(args.test.config.as_deref(), true)?)?;
    let Some(config) = &target.config else {
        return Err(Error::Input(format!(
            "there is no {} in the current folder\n(hint: `--config FILE` names one)",
            config::NAME
        )));
    };
    let manner = Manner { bar: true, ..Manner::default() };
    let Played { report, broke, .. } = play(&target, &args.test, &manner, &Reports::default())?;
    if let Some(broke) = broke {
        return Err(broke);
    }
    if report.exit == Exit::Interrupted {
        return Err(Error::Interrupted);
    }
    if let Some(Diagnosis { what, hint }) = &report.diagnosis {
        Sink::Stdout(args.color).write(|out| writeln!(out, "{what}\n(hint: {hint})"))?;
        return Ok(Exit::Incomplete);
    }
    match command {
        BaselineCommand::Write(args) => write(&report, &target, config, args),
        BaselineCommand::Check(args) => check(&report, config, args),
        BaselineCommand::Prune(args) => prune(&report, config, args),
    }
}

fn write(report: &Report, target: &Target, config: &Config, args: &BaselineArgs) -> Result<Exit, Error> {
    let additions: Vec<Addition> = new_failures(report, target).into_iter().collect();
    replace(config, &edit::with(&config.text, &additions))?;
    let green = AnsiColor::Green.on_default();
    Sink::Stdout(args.color).write(|out| {
        for Addition { target, code, flaky } in &additions {
            let flaky = if *flaky { "  flaky" } else { "" };
            writeln!(out, "{green}+{green:#} {target}  {code}{flaky}")?;
        }
        match additions.len() {
            0 => writeln!(out, "no failure that {} does not know: nothing was written", config.name),
            added => writeln!(
                out,
                "\n{} added to {} (hint: give each a reason in place of `{}`)",
                counted(added, "entry", "entries"),
                config.name,
                edit::PLACEHOLDER
            ),
        }
    })?;
    Ok(Exit::Fine)
}

fn check(report: &Report, config: &Config, args: &BaselineArgs) -> Result<Exit, Error> {
    Sink::Stdout(args.color).write(|out| {
        report::write_findings(report, terminal::look(Verbosity::Normal, &io::stdout()), out)?;
        let entries = counted(config.entries.len(), "entry", "entries");
        let found = match report.waivers.len() {
            0 => "no finding".to_owned(),
            found => counted(found, "finding", "findings"),
        };
        writeln!(out, "{}: {entries}, {found}", config.name)?;
        let new = report.cases.iter().filter(|row| row.scored && row.verdict == CaseVerdict::Fail).count();
        if new > 0 {
            let many = counted(new, "case fails", "cases fail");
            writeln!(out, "{many} beside them (hint: `thrum-conform client` explains each)")?;
        }
        Ok(())
    })?;
    Ok(if report.waivers.is_empty() { Exit::Fine } else { Exit::Failed })
}

fn prune(report: &Report, config: &Config, args: &BaselineArgs) -> Result<Exit, Error> {
    let (stale, other): (Vec<_>, Vec<_>) =
        report.waivers.iter().partition(|finding| finding.fault.is_stale());
    let lines: BTreeSet<usize> = stale.iter().map(|finding| finding.line).collect();
    let gone = config.entries.iter().map(|entry| &entry.place).filter(|place| lines.contains(&place.first));
    let gone: Vec<&Place> = gone.collect();
    replace(config, &edit::without(&config.text, &gone))?;
    let red = AnsiColor::Red.on_default();
    Sink::Stdout(args.color).write(|out| {
        for finding in &stale {
            writeln!(out, "{red}-{red:#} {}: {}", finding.entry, finding.why)?;
        }
        match gone.len() {
            0 => writeln!(out, "no entry is stale: nothing was written")?,
            gone => writeln!(out, "\n{} taken out of {}", counted(gone, "entry", "entries"), config.name)?,
        }
        if !other.is_empty() {
            let (many, line) =
                (counted(other.len(), "entry is", "entries are"), "thrum-conform baseline check");
            writeln!(out, "{many} to be mended by hand (hint: `{line}` says how)")?;
        }
        Ok(())
    })?;
    Ok(Exit::Fine)
}

/// Each failure that no entry speaks of, as one for each case and code.
fn new_failures(report: &Report, target: &Target) -> BTreeSet<Addition> {
    // an entry that has expired still speaks of its failures: it is to be looked at, and not to be doubled
    let over: Vec<Aim> = report
        .waivers
        .iter()
        .filter(|finding| finding.fault == Fault::Expired)
        .filter_map(|finding| Aim::parse(&finding.entry).ok())
        .collect();
    // a case that only warns fails nothing, but for what it or its twin leaves undecided
    let blocks = |row: &CaseRow| {
        let same = |other: &&CaseRow| other.side == row.side && other.verdict == CaseVerdict::Inconclusive;
        let mut open = report.cases.iter().filter(same).filter_map(|other| other.twin.as_ref());
        let mut rules = report.rules.iter().filter(|rule| rule.side == row.side);
        open.any(|twin| twin.id == row.id)
            || rules.any(|rule| rule.standing == Standing::Undecided && row.rules.contains(&rule.id))
    };
    let mut additions = BTreeSet::new();
    for row in report.cases.iter().filter(|row| row.scored) {
        let wanted = row.verdict == CaseVerdict::Fail || (row.verdict == CaseVerdict::Warn && blocks(row));
        if !wanted {
            continue;
        }
        let flaky =
            report.unsteady.iter().any(|unsteady| unsteady.case == row.id && unsteady.side == row.side);
        let mut examples: BTreeMap<&str, Vec<Option<u64>>> = BTreeMap::new();
        for failure in row.failures.iter().filter(|failure| {
            !failure.waived && (failure.level >= target.required || row.verdict == CaseVerdict::Warn)
        }) {
            for one in failure.failure.each() {
                if !over.iter().any(|aim| aim.names(&row.id, &one.rule, one.example)) {
                    examples.entry(&one.code).or_default().push(one.example);
                }
            }
        }
        additions.extend(examples.into_iter().map(|(code, examples)| Addition {
            target: match examples.as_slice() {
                [Some(one)] => format!("{}#{one}", row.id),
                _ => row.id.clone(),
            },
            code: code.to_owned(),
            flaky,
        }));
    }
    additions
}

/// Writes the configuration anew, unless somebody else has in the meantime.
fn replace(config: &Config, text: &str) -> Result<(), Error> {
    if text == config.text {
        return Ok(());
    }
    let path = Path::new(&config.name);
    let fault = |error: io::Error| Error::Input(format!("{}: cannot be written: {error}", config.name));
    if std::fs::read_to_string(path).map_err(fault)? != config.text {
        let hint = "(hint: run it again)";
        return Err(Error::Input(format!(
            "{} was changed during the run: nothing was written\n{hint}",
            config.name
        )));
    }
    edit::replace(path, text).map_err(fault)
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
