//! What `smoke` says: a line for each check, and under it each mistake with what was sent, what came and what
//! is right.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::{Fault, Level, Outcome, Smoke};

/// Writes it for people.
pub fn write(smoke: &Smoke, out: &mut dyn Write) -> io::Result<()> {
    let (green, red) = (AnsiColor::Green.on_default(), AnsiColor::Red.on_default());
    for check in &smoke.checks {
        let what = &check.what;
        match &check.outcome {
            Outcome::Good(found) if found.is_empty() => writeln!(out, "{green}ok{green:#}   {what}")?,
            Outcome::Good(found) => writeln!(out, "{green}ok{green:#}   {what}: {found}")?,
            Outcome::NotYet(why) => writeln!(out, "-    {what}: not yet, {why}")?,
            Outcome::Bad(faults) => {
                writeln!(out, "{red}no{red:#}   {what}")?;
                faults.iter().try_for_each(|fault| write_fault(fault, out))?;
            }
        }
    }
    writeln!(out)?;
    match smoke.findings() {
        0 => writeln!(out, "{}\nnext: {}", level(smoke.level), smoke.next),
        1 => writeln!(out, "1 finding"),
        findings => writeln!(out, "{findings} findings; begin with the first, others may come from it"),
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Protocol => "level 0 of 2: your shim speaks the protocol, and answers nothing yet",
        Level::Helpers => "level 1 of 2: your shim speaks the protocol and calls helpers",
        Level::Wire => "level 2 of 2: your shim speaks the protocol and drives the client",
    }
}

fn write_fault(fault: &Fault, out: &mut dyn Write) -> io::Result<()> {
    let dim = anstyle::Style::new().dimmed();
    if let Some(sent) = &fault.sent {
        writeln!(out, "     sent {dim}{sent}{dim:#}")?;
    }
    if let Some(got) = &fault.got {
        writeln!(out, "     got  {dim}{}{dim:#}", got.replace('\n', "\n          "))?;
    }
    writeln!(out, "          {}", fault.why.replace('\n', "\n          "))?;
    writeln!(out, "     (hint: {})", fault.hint)
}
