//! What is wrong with the arguments, in one line: which one, what, and where to go from there.

use std::error::Error as _;
use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{ArgMatches, Command};

use crate::exit::Stop;

/// Understands the arguments. Help that is asked for is printed, and ends the program.
pub fn matches(command: Command, given: &[OsString]) -> Result<ArgMatches, Stop> {
    let help = help(&command, given.get(1));
    command.try_get_matches_from(given).map_err(|error| stop(&error, &help))
}

/// The same for arguments that are read into something.
pub fn stop(error: &Error, help: &str) -> Stop {
    if !error.use_stderr() {
        error.exit();
    }
    Stop::Input(said(error, help))
}

/// The command that prints the help of what was asked for.
pub fn help(command: &Command, word: Option<&OsString>) -> String {
    let known = word.and_then(|word| command.find_subcommand(word));
    known.map_or_else(|| "mock-humd --help".to_owned(), |it| format!("mock-humd {} --help", it.get_name()))
}

fn said(error: &Error, help: &str) -> String {
    let text = |kind| texts(error, kind).join(", ");
    let name = |kind| names(error, kind).join(" and ");
    let value = text(ContextKind::InvalidValue);
    let arg = name(ContextKind::InvalidArg);
    let help = format!("`{help}`");
    let near = |kind| {
        let near: Vec<_> = texts(error, kind).iter().map(|near| format!("`{near}`")).collect();
        if near.is_empty() { help.clone() } else { near.join(", ") }
    };
    let (what, hint) = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => (format!("{arg}: wants a value"), help),
        ErrorKind::InvalidValue => {
            let valid: Vec<_> =
                texts(error, ContextKind::ValidValue).iter().map(|it| format!("`{it}`")).collect();
            let what = format!("{arg} {value}: wants {}", valid.join(" or "));
            (what, near(ContextKind::SuggestedValue))
        }
        ErrorKind::ValueValidation => {
            let why = match error.source().map(ToString::to_string).unwrap_or_default() {
                why if why == "invalid digit found in string" => "wants a whole number".to_owned(),
                why => why,
            };
            // an argument without a name is its value
            let place = if arg.starts_with('-') { format!("{arg} {value}") } else { value };
            if why.contains("(hint: ") {
                return format!("{place}: {why}");
            }
            (format!("{place}: {why}"), help)
        }
        ErrorKind::UnknownArgument if arg.starts_with('-') => {
            (format!("{arg}: no such option"), near(ContextKind::SuggestedArg))
        }
        ErrorKind::UnknownArgument => (format!("{arg}: nothing is wanted here"), help),
        ErrorKind::InvalidSubcommand => {
            let word = text(ContextKind::InvalidSubcommand);
            if Path::new(&word).is_file() {
                return format!("{word}: is no command (hint: `--script {word}` plays a script)");
            }
            (format!("{word}: no such command"), near(ContextKind::SuggestedSubcommand))
        }
        ErrorKind::MissingRequiredArgument => (format!("wants {}", text(ContextKind::InvalidArg)), help),
        ErrorKind::ArgumentConflict if arg == name(ContextKind::PriorArg) => {
            (format!("{arg}: is given twice"), help)
        }
        ErrorKind::ArgumentConflict => {
            let other = name(ContextKind::PriorArg);
            let command = text(ContextKind::InvalidSubcommand);
            if !command.is_empty() {
                return format!("{other}: stands behind the command (hint: `mock-humd {command} {other}`)");
            }
            (format!("{arg} and {other} exclude each other"), help)
        }
        _ => (plain(error), help),
    };
    format!("{what} (hint: {hint})")
}

/// The first line of what is said of an error that is rare.
fn plain(error: &Error) -> String {
    let text = error.render().to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn texts(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// Names of arguments, without what their values are called.
fn names(error: &Error, kind: ContextKind) -> Vec<String> {
    let name = |text: &String| text.split([' ', '=']).next().unwrap_or_default().to_owned();
    texts(error, kind).iter().map(name).collect()
}
