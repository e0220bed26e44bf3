//! The config file: the options of a daemon but for its socket, each by its name without the dashes. What the command
//! line or the environment says goes before it.
//!
//! ```toml
//! personality = "live"
//! latency = "50ms"
//! hook = ["jq -r .tone.chi", "cat >> tones.ndjson"]
//! ```

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use toml::de::{DeTable, DeValue};

use super::values::unread;

/// What only the command line can say.
const NOT_HERE: [&str; 2] = ["config", "until-stdin-ends"];

/// What is no option of a daemon, as far as people are told.
const HIDDEN: [&str; 3] = ["detached", "help", "version"];

/// Every command finds a daemon by its socket, and most of them read no file.
const SOCKET: &str =
    "`socket` is no option of the file (hint: HUM_THRUM_SOCK names it for all commands, and for bees)";

/// The options of the file that are to be added to the arguments, and the file; none where there is no file.
pub fn options(command: &Command, matches: &ArgMatches) -> Result<Option<(PathBuf, Vec<OsString>)>, String> {
    let given = matches.get_one::<PathBuf>("config").filter(|path| !path.as_os_str().is_empty());
    let Some(path) = given.cloned().or_else(default_path) else { return Ok(None) };
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound && given.is_none() => return Ok(None),
        text => text.map_err(|error| {
            let option = if given.is_some() { "--config " } else { "" };
            let why = unread(&path, &error, "`mock-humd run --help` says where a config file is looked for");
            format!("{option}{}: {why}", path.display())
        })?,
    };
    let options = read(&text, command, matches).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(|fault| format!("\n  {}: {fault}", path.display())).collect();
        format!("the config file has faults{}", faults.concat())
    })?;
    Ok(Some((path, options)))
}

/// `$XDG_CONFIG_HOME/mock-humd.toml`, else `~/.config/mock-humd.toml`. An empty variable counts as unset.
fn default_path() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || set("HOME").map(|home| home.join(".config"));
    Some(set("XDG_CONFIG_HOME").or_else(home)?.join(Path::new("mock-humd.toml")))
}

fn read(text: &str, command: &Command, matches: &ArgMatches) -> Result<Vec<OsString>, Vec<String>> {
    let table = DeTable::parse(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        vec![format!("line {}: {}", before.matches('\n').count() + 1, error.message())]
    })?;
    let mut faults = Vec::new();
    let mut options = Vec::new();
    for (key, value) in table.get_ref() {
        let key: &str = key.get_ref();
        if key == "socket" {
            faults.push(SOCKET.to_owned());
            continue;
        }
        if NOT_HERE.contains(&key) {
            faults.push(format!("`{key}` is for the command line alone"));
            continue;
        }
        let known = command.get_arguments().find(|arg| arg.get_long() == Some(key));
        let Some(known) = known.filter(|_| !HIDDEN.contains(&key)) else {
            faults.push(format!("`{key}` is no option (hint: `mock-humd run --help` lists them)"));
            continue;
        };
        let values = if let DeValue::Array(items) = value.get_ref() {
            items.iter().map(|item| option(key, item.get_ref())).collect::<Option<Vec<_>>>()
        } else {
            option(key, value.get_ref()).map(|option| vec![option])
        };
        let Some(values) = values else {
            faults.push(format!("`{key}` wants a text, a number, `true` or `false`, or a list of them"));
            continue;
        };
        let is_said = |arg: &Arg| {
            let source = matches.value_source(arg.get_id().as_str());
            matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
        };
        let excludes = |arg: &&Arg| {
            command.get_arg_conflicts_with(arg).contains(&known)
                || command.get_arg_conflicts_with(known).contains(arg)
        };
        if !is_said(known) && !command.get_arguments().filter(excludes).any(is_said) {
            options.extend(values.into_iter().filter(|option| !option.is_empty()));
        }
    }
    if faults.is_empty() { Ok(options) } else { Err(faults) }
}

/// The option as it stands on a command line; empty for one that is switched off.
fn option(key: &str, value: &DeValue<'_>) -> Option<OsString> {
    Some(match value {
        DeValue::String(text) => format!("--{key}={text}").into(),
        DeValue::Integer(number) => format!("--{key}={number}").into(),
        DeValue::Boolean(true) => format!("--{key}").into(),
        DeValue::Boolean(false) => OsString::new(),
        _ => return None,
    })
}
