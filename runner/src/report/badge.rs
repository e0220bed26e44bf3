//! The report as a badge: JSON for an endpoint badge of Shields, schema version 1.

use std::io::{self, Write};

use serde_json::json;

use super::headline;
use super::model::{Report, Standing};
use crate::exit::Exit;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (mut held, mut musts, mut warned) = (0, 0, 0);
    for side in headline::sides(report) {
        let (of_side, all) = headline::musts(report, side);
        held += of_side;
        musts += all;
        warned += headline::count(report, side, Standing::Warned);
    }
    let (message, color) = match report.exit {
        // nobody is told a verdict that only the whole run has
        Exit::Fine if report.shard.is_some() => ("a shard".to_owned(), "lightgrey"),
        Exit::Fine if warned > 0 => (format!("{held}/{musts} MUST, {warned} warned"), "green"),
        Exit::Fine => (format!("{held}/{musts} MUST"), "brightgreen"),
        Exit::Failed => (format!("{held}/{musts} MUST"), "red"),
        Exit::Incomplete => (format!("{held}/{musts} MUST, incomplete"), "yellow"),
        Exit::Interrupted => ("interrupted".to_owned(), "lightgrey"),
        Exit::Input | Exit::Broken => ("could not be tested".to_owned(), "lightgrey"),
    };
    let label = format!("thrum {}", report.wire);
    let badge = json!({"schemaVersion": 1, "label": label, "message": message, "color": color});
    writeln!(out, "{badge}")
}
