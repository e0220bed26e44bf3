//! What a client's own `cargo test` shows through [`thrum_conform::harness()`], and with a configuration through
//! [`thrum_conform::harness_with`]. The harness reads the arguments of its
//! process, so this program starts itself once more for each row, as the test of a client.

use std::process::ExitCode;

use assert_cmd::Command;
use libtest_mimic::{Arguments, Failed, Trial};

/// Holds the client's command in the process that plays a client's test, one word a line.
const CLIENT: &str = "CLIENT_UNDER_TEST";
/// Names the client's configuration there, if it has one.
const CONFIG: &str = "CONFIG_UNDER_TEST";

/// A known failure that has its reason, in the lines 1 to 5.
const SPLIT: &str = r#"[[expect]]
case = "framing/split-inside-a-two-byte-character"
status = "fail"
code = "framing.split-corrupts"
reason = "decodes each read on its own"
"#;

struct Row {
    name: &'static str,
    /// The text of the configuration; `None` for a client without one.
    config: Option<&'static str>,
    /// Behind the program; `None` for a command that does not exist.
    testee: Option<&'static [&'static str]>,
    arguments: &'static [&'static str],
    exit: i32,
    /// Must stand in what is printed, on either stream.
    says: &'static [&'static str],
}

const ROWS: [Row; 14] = [
    Row {
        name: "a client that holds everything passes",
        config: None,
        testee: Some(&[]),
        arguments: &["framing/", "--skip", "worker-"],
        exit: 0,
        says: &["[wire] framing/array-line-is-no-tone", "test result: ok", "0 failed"],
    },
    Row {
        name: "a broken case fails and explains itself",
        config: None,
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
        config: None,
        testee: Some(&["--mutant", "cr-before-lf"]),
        arguments: &["--exact", "ambient/frame-03"],
        exit: 101,
        says: &["[rule] ambient/frame-03", "FRAME-03 MUST", "1 failed"],
    },
    Row {
        name: "what the client does not offer is ignored with the reason",
        config: None,
        testee: Some(&["--without", "tools"]),
        arguments: &["tools/round-trip"],
        exit: 0,
        says: &["ignored (the client does not claim the surface `tools`)"],
    },
    Row {
        name: "a list starts no client",
        config: None,
        testee: None,
        arguments: &["--list", "framing/array-line"],
        exit: 0,
        says: &["framing/array-line-is-no-tone: test"],
    },
    Row {
        name: "a client that cannot be started is said once",
        config: None,
        testee: None,
        arguments: &[],
        exit: 4,
        says: &["error: cannot run `./no-such-shim`"],
    },
    Row {
        name: "a known failure is ignored with its reason, and its entry is a test",
        config: Some(SPLIT),
        testee: Some(&["--mutant", "decode-per-read"]),
        arguments: &["split-inside-a-two-byte-character"],
        exit: 0,
        says: &[
            "ignored (xfail: framing.split-corrupts: decodes each read on its own (",
            "conformance.toml:1))",
            "[known] expect/framing/split-inside-a-two-byte-character",
            "1 passed; 0 failed; 1 ignored",
        ],
    },
    Row {
        name: "a known failure that passes fails, with the lines that go",
        config: Some(SPLIT),
        testee: Some(&[]),
        arguments: &["split-inside-a-two-byte-character"],
        exit: 101,
        says: &["xpass: passes: decodes each read on its own", "it passes", "1 - [[expect]]", "2 failed"],
    },
    Row {
        name: "a known failure that has expired fails again",
        config: Some(concat!(
            "[[expect]]\ncase = \"framing/split-inside-a-two-byte-character\"\nstatus = \"fail\"\n",
            "code = \"framing.split-corrupts\"\nreason = \"decodes each read on its own\"\nuntil = 2020-01-31\n"
        )),
        testee: Some(&["--mutant", "decode-per-read"]),
        arguments: &["split-inside-a-two-byte-character"],
        exit: 101,
        says: &["FRAME-10 MUST", "it expired with 2020-01-31", "6 - until = 2020-01-31", "2 failed"],
    },
    Row {
        name: "a rule of every line can be known to be broken",
        config: Some(
            "[[expect]]\ncase = \"ambient/frame-03\"\nstatus = \"fail\"\ncode = \"ambient.frame-03\"\nreason = \"lines end as on another system\"\n",
        ),
        testee: Some(&["--mutant", "cr-before-lf"]),
        arguments: &["ambient/frame-03"],
        exit: 0,
        says: &["ignored (xfail: ambient.frame-03: lines end as on another system (", "1 passed; 0 failed"],
    },
    Row {
        name: "an entry that is about no case has all of them run",
        config: Some(
            "[[expect]]\ncase = \"framing/split-in\"\nstatus = \"fail\"\ncode = \"framing.split-corrupts\"\nreason = \"decodes each read on its own\"\n",
        ),
        testee: Some(&[]),
        arguments: &["--exact", "expect/framing/split-in"],
        exit: 101,
        says: &["there is no such case", "0 passed; 1 failed"],
    },
    Row {
        name: "an entry about nothing fails alone",
        config: Some(
            "[[expect]]\ncase = \"framing/split-in\"\nstatus = \"fail\"\ncode = \"framing.split-corrupts\"\nreason = \"decodes each read on its own\"\n",
        ),
        testee: Some(&[]),
        arguments: &["framing/split-in"],
        exit: 101,
        says: &["there is no such case (hint: the nearest are `framing/split-in", "1 failed"],
    },
    Row {
        name: "the configuration narrows what is judged",
        config: Some("[client]\ncapabilities = [\"hello\"]\n"),
        testee: Some(&[]),
        arguments: &["tools/round-trip"],
        exit: 0,
        says: &["ignored (the client does not claim the surface `tools`)"],
    },
    Row {
        name: "a configuration that is wrong is said with its line",
        config: Some("[client]\ncomand = 3\n[vectors]\nrelease = \"0.1.0+1\"\n"),
        testee: Some(&[]),
        arguments: &["tools/round-trip"],
        exit: 2,
        says: &["conformance.toml:2: `comand` is no key of [client]"],
    },
];

fn main() -> ExitCode {
    if let Ok(command) = std::env::var(CLIENT) {
        return match std::env::var(CONFIG) {
            Ok(config) => thrum_conform::harness_with(config, command.lines()),
            Err(_) => thrum_conform::harness(command.lines()),
        };
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
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("conformance.toml");
    let mut client = Command::new(std::env::current_exe()?);
    client.env(CLIENT, command.join("\n")).args(row.arguments);
    if let Some(text) = row.config {
        std::fs::write(&config, text)?;
        client.env(CONFIG, &config);
    }
    let output = client.output()?;
    let said = format!("{}{}", String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    if output.status.code() != Some(row.exit) {
        return Err(format!("ended with {}, wanted {}\n{said}", output.status, row.exit).into());
    }
    match row.says.iter().find(|wanted| !said.contains(**wanted)) {
        Some(missing) => Err(format!("`{missing}` is not in\n{said}").into()),
        None => Ok(()),
    }
}
