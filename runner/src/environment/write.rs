//! The facts as text to paste, and as JSON.

use std::io::{self, Write};

use anstyle::AnsiColor;
use serde_json::{Map, Value, json};

use super::{Environment, Fact};

/// Writes it for people.
pub fn write(found: &Environment, out: &mut dyn Write) -> io::Result<()> {
    let (green, red) = (AnsiColor::Green.on_default(), AnsiColor::Red.on_default());
    writeln!(out, "thrum-conform")?;
    rows(&found.program, out)?;
    writeln!(out, "\nmachine")?;
    rows(&found.system, out)?;
    writeln!(out, "\ntoolchains")?;
    for (tool, version) in &found.tools {
        row(tool, version.as_deref().unwrap_or("missing"), out)?;
    }
    let names = |wanted: bool| {
        let names = found.variables.iter().filter(|(_, set)| *set == wanted).map(|(name, _)| *name);
        names.collect::<Vec<_>>().join(" ")
    };
    writeln!(out, "\nenvironment variables")?;
    row("set", &names(true), out)?;
    row("not set", &names(false), out)?;
    writeln!(out, "\nchecks")?;
    for check in &found.checks {
        match &check.outcome {
            Ok(said) if said.is_empty() => writeln!(out, "  {green}ok{green:#}   {}", check.what)?,
            Ok(said) => writeln!(out, "  {green}ok{green:#}   {}: {said}", check.what)?,
            Err((why, hint)) => {
                writeln!(out, "  {red}no{red:#}   {}\n       {why}\n       (hint: {hint})", check.what)?;
            }
        }
    }
    match found.checks.iter().filter(|check| check.outcome.is_err()).count() {
        0 => writeln!(out, "\nthe suite works here"),
        1 => writeln!(out, "\n1 finding"),
        findings => writeln!(out, "\n{findings} findings"),
    }
}

fn rows(facts: &[Fact], out: &mut dyn Write) -> io::Result<()> {
    facts.iter().try_for_each(|(name, value)| row(name, value, out))
}

fn row(name: &str, value: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", format!("  {name:<17} {value}").trim_end())
}

/// Writes it for programs.
pub fn write_json(found: &Environment, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:#}", to_json(found))
}

/// The same as a value.
pub fn to_json(found: &Environment) -> Value {
    let facts = |facts: &[Fact]| -> Map<String, Value> {
        facts.iter().map(|(name, value)| (name.replace(' ', "_"), json!(value))).collect()
    };
    let checks = found.checks.iter().map(|check| match &check.outcome {
        Ok(said) => json!({"what": check.what, "ok": true, "found": said}),
        Err((why, hint)) => json!({"what": check.what, "ok": false, "why": why, "hint": hint}),
    });
    json!({
        "program": facts(&found.program),
        "machine": facts(&found.system),
        "toolchains": found.tools.iter().map(|(tool, version)| ((*tool).to_owned(), json!(version))).collect::<Map<_, _>>(),
        "variables_set": found.variables.iter().map(|(name, set)| ((*name).to_owned(), json!(set))).collect::<Map<_, _>>(),
        "checks": checks.collect::<Vec<_>>(),
    })
}
