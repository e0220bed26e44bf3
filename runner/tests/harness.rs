//! What a client's own `cargo test` shows through [`thrum_conform::harness()`]. The harness reads the arguments of its
//! process, so this program starts itself once more for each row, as the test of a client.

use std::process::ExitCode;

use assert_cmd::Command;
use libtest_mimic::{Arguments, Failed, Trial};

/// Holds the client's command in the process that plays a client's test, one word a line.
const CLIENT: &str = "CLIENT_UNDER_TEST";

struct Row {
    name: &'static str,
    /// Behind the program; `None` for a command that does not exist.
    testee: Option<&'static [&'static str]>,
    arguments: &'static [&'static str],
    exit: i32,
    /// Must stand in what is printed, on either stream.
    says: &'static [&'static str],
}

const ROWS: [Row; 6] = [
    Row {
        name: "a client that holds everything passes",
        testee: Some(&[]),
        arguments: &["framing/", "--skip", "worker-"],
        exit: 0,
        says: &["[wire] framing/array-line-is-no-tone", "test result: ok", "0 failed"],
    },
    Row {
        name: "a broken case fails and explains itself",
        testee: Some(&["--mutant", "decode-per-read"]),
        arguments: &["--exact", "framing/split-inside-a-two-byte-character"],
        exit: 101,
        says: &[
            "framing.split-corrupts",
            "FRAME-10 MUST",
            "rerun thrum-conform client --run framing/split",
            "1 failed",
        ],
    },
    Row {
        name: "a broken rule of every line fails by its own name",
        testee: Some(&["--mutant", "cr-before-lf"]),
        arguments: &["--exact", "ambient/frame-03"],
        exit: 101,
        says: &["[rule] ambient/frame-03", "FRAME-03 MUST", "1 failed"],
    },
    Row {
        name: "what the client does not offer is ignored with the reason",
        testee: Some(&["--without", "tools"]),
        arguments: &["tools/round-trip"],
        exit: 0,
        says: &["ignored (the client does not claim the surface `tools`)"],
    },
    Row {
        name: "a list starts no client",
        testee: None,
        arguments: &["--list", "framing/array-line"],
        exit: 0,
        says: &["framing/array-line-is-no-tone: test"],
    },
    Row {
        name: "a client that cannot be started is said once",
        testee: None,
        arguments: &[],
        exit: 4,
        says: &["error: cannot run `./no-such-shim`"],
    },
];

fn main() -> ExitCode {
    if let Ok(command) = std::env::var(CLIENT) {
        return thrum_conform::harness(command.lines());
    }
    let trials = ROWS.iter().map(|row| Trial::test(row.name, move || check(row))).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn check(row: &Row) -> Result<(), Failed> {
    let command = match row.testee {
        Some(testee) => {
            [env!("CARGO_BIN_EXE_thrum-conform"), "testee"].iter().chain(testee).copied().collect()
        }
        None => vec!["./no-such-shim"],
    };
    let output = Command::new(std::env::current_exe()?)
        .env(CLIENT, command.join("\n"))
        .args(row.arguments)
        .output()?;
    let said = format!("{}{}", String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    if output.status.code() != Some(row.exit) {
        return Err(format!("ended with {}, wanted {}\n{said}", output.status, row.exit).into());
    }
    match row.says.iter().find(|wanted| !said.contains(**wanted)) {
        Some(missing) => Err(format!("`{missing}` is not in\n{said}").into()),
        None => Ok(()),
    }
}
