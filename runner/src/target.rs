//! What to test, and with what: the arguments, and what a `conformance.toml` adds to them.

use std::path::Path;

use thrum_conform::baseline::Baseline;
use thrum_conform::config::{self, Config};
use thrum_conform::error::Error;
use thrum_conform::loaded::{self, Loaded};
use thrum_conform::plan::{self, Narrow, Selection};
use thrum_conform::report::Facts;
use thrum_conform::rule::{Level, Party, Profile};
use thrum_conform::run::Results;
use thrum_conform::testee::Command;
use time::{Date, OffsetDateTime};

use crate::cli::{LevelArg, ProfileArg, RoleArg, SourceArgs, TestArgs};
use crate::reference;

/// A client, and what is asked of it.
pub struct Target {
    pub config: Option<Config>,
    pub loaded: Loaded,
    pub selection: Selection,
    pub command: Command,
    pub required: Level,
    /// What names the client at the end of a command line: `-- CMD`, or `--mutant NAME`; empty where it is the built-in
    /// client, or the configuration names it.
    pub shown: String,
    today: Date,
}

impl Target {
    /// Reads the arguments, the configuration and the vectors. The configuration of the current folder is taken where
    /// nothing else says whom to test.
    pub fn new(args: &TestArgs) -> Result<Self, Error> {
        let wanted = args.mutant.is_none() && args.command.is_empty();
        Self::with(args, config(args.config.as_deref(), wanted)?)
    }

    /// The same with this configuration.
    pub fn with(args: &TestArgs, config: Option<Config>) -> Result<Self, Error> {
        let loaded = loaded(&args.source, config.as_ref())?;
        if let Some(config) = &config {
            config.unknown_codes(&loaded.suite, &loaded.book)?;
        }
        let client = config.as_ref().map(|config| &config.client);
        let globs = |texts: &[String]| {
            texts.iter().map(|text| plan::glob(text).map_err(Error::Input)).collect::<Result<Vec<_>, _>>()
        };
        let selection = Selection {
            run: globs(&args.run)?,
            skip: globs(&args.skip)?,
            only: None,
            rules: args.rule.iter().map(|rule| rule.to_uppercase()).collect(),
            wire: loaded.wire(args.wire.or(client.and_then(|client| client.wire)))?,
            profile: args.profile.map(|profile| match profile {
                ProfileArg::Document => Profile::Document,
                ProfileArg::Live => Profile::Live,
            }),
            role: args.role.map(|role| match role {
                RoleArg::Client => Party::Client,
                RoleArg::Worker => Party::Worker,
            }),
            // a whole bee claims nothing: what it is seen to do is judged
            narrow: client
                .filter(|_| !args.black_box)
                .map_or_else(Narrow::default, |client| client.narrow.clone()),
            shard: None,
        };
        let command = command(&args.command, args.mutant.as_deref(), config.as_ref(), args.black_box)?;
        Ok(Self {
            required: client
                .and_then(|client| client.level)
                .filter(|_| args.level.is_none())
                .unwrap_or(level(args.level)),
            shown: match &args.mutant {
                Some(mutant) => format!("--mutant {mutant}"),
                None if args.command.is_empty() => String::new(),
                None => format!("-- {}", command.shown()),
            },
            today: OffsetDateTime::now_utc().date(),
            config,
            loaded,
            selection,
            command,
        })
    }

    /// The known failures, where there is a configuration to hold them.
    pub fn baseline(&self) -> Option<Baseline<'_>> {
        let config = self.config.as_ref()?;
        Some(config.baseline(self.today, &self.selection))
    }

    /// What a shard's report holds for those who join it with the others.
    pub fn facts(&self, results: &Results<'_>) -> Facts {
        Facts::of(results, &self.selection, self.required, self.baseline().as_ref(), self.today)
    }

    /// What a reader of the report should know: whether less is judged than the shim claims.
    pub fn notes(&self) -> Vec<String> {
        let Narrow { source, capabilities, profiles } = &self.selection.narrow;
        let note = |what: &str, names: &Option<Vec<(String, usize)>>| {
            let names: Vec<&str> = names.as_ref()?.iter().map(|(name, _)| name.as_str()).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Some(format!("{source} narrows what the shim claims to the {what} {names}"))
        };
        note("capabilities", capabilities).into_iter().chain(note("profiles", profiles)).collect()
    }
}

/// From which level on a broken rule fails.
pub fn level(asked: Option<LevelArg>) -> Level {
    match asked {
        Some(LevelArg::Should) => Level::Should,
        Some(LevelArg::Must) | None => Level::Must,
    }
}

/// The configuration that the user names; without that the one in the current folder, where one is `wanted`.
pub fn config(named: Option<&Path>, wanted: bool) -> Result<Option<Config>, Error> {
    match named {
        Some(path) => Config::read(path).map(Some),
        None if wanted && Path::new(config::NAME).is_file() => {
            anstream::eprintln!("taking {} from the current folder", config::NAME);
            Config::read(Path::new(config::NAME)).map(Some)
        }
        None => Ok(None),
    }
}

/// The client's command: as it was given, that of the configuration, or this program as the reference client. Of each
/// the shim, or the whole bee where that is what to test.
pub fn command(
    given: &[String],
    mutant: Option<&str>,
    config: Option<&Config>,
    black_box: bool,
) -> Result<Command, Error> {
    let env = config.map(|config| config.client.env.clone()).unwrap_or_default();
    if !given.is_empty() {
        return Ok(Command { argv: given.to_vec(), env, ..Command::default() });
    }
    let kind: &[&str] = if black_box { &["--bee"] } else { &[] };
    if let Some(mutant) = mutant {
        reference::known(mutant).map_err(Error::Input)?;
        return testee(&[kind, &["--mutant", mutant]].concat());
    }
    let Some(config) = config else { return testee(kind) };
    let (key, argv) =
        if black_box { ("bee", &config.client.bee) } else { ("command", &config.client.command) };
    if argv.is_empty() {
        return Err(Error::Input(format!(
            "{}: there is no `{key}`\n(hint: put `{key} = [\"…\"]` below `[client]`, or give the command after `--`)",
            config.name
        )));
    }
    Ok(Command { argv: argv.clone(), dir: Some(config.folder.clone()), env, ..Command::default() })
}

/// This program as a testee.
pub fn testee(arguments: &[&str]) -> Result<Command, Error> {
    let own = std::env::current_exe()
        .map_err(|error| Error::Broken(format!("cannot find this program: {error}")))?;
    let arguments = arguments.iter().map(|argument| (*argument).to_owned());
    let argv = [own.display().to_string(), "testee".to_owned()].into_iter().chain(arguments).collect();
    Ok(Command { argv, ..Command::default() })
}

/// The vectors that the arguments name; without that those that the configuration pins.
fn loaded(args: &SourceArgs, config: Option<&Config>) -> Result<Loaded, Error> {
    let doc = args.wire_doc.as_deref();
    match config.filter(|_| args.vectors.is_none()) {
        Some(config) => loaded::pinned(config, doc),
        None => loaded::load(args.vectors.as_deref(), doc),
    }
}
