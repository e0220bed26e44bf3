//! The arguments of `baseline`: keeping the known failures of a client.

use clap::{Args, Subcommand};

use super::{ColorArg, TestArgs};

const WRITES: &str = "\
Runs the client and adds an entry at the end of the file for each failure that
is not known yet: one for each case and code. Nothing else in the file changes.
Each new entry has the reason `FIXME: why?`, which fails the gate until somebody
writes one. With `--repeat`, what fails only at times becomes flaky.

What the shim answers with `unsupported` is no failure of the client, and is not
written: finish the shim, claim less, or write one entry by hand, such as

  [[expect]]
  case = \"rule:DUSK-06\"
  status = \"unsupported\"
  reason = \"the shim has no access to the clock yet\"

Examples:
  thrum-conform baseline write
  thrum-conform baseline write --config ci/conformance.toml --repeat 10

Exit codes: 0 fine · 2 wrong usage or input · 3 the client cannot be tested ·
4 the suite or the shim broke · 130 interrupted; nothing is written then";

const CHECKS: &str = "\
Runs the client and says only what is wrong with the entries: those that pass,
name nothing, do not apply, double another, fail otherwise, have expired, or
give no reason. New failures are left to `client`.

Exit codes: 0 fine · 1 a finding · 2 wrong usage or input · 3 the client cannot
be tested · 4 the suite or the shim broke · 130 interrupted";

const PRUNES: &str = "\
Runs the client and takes out the entries that have nothing left to say: those
that pass, name nothing, do not apply, or double another, each with the comment
right above it. What must be mended by hand is only named.

Exit codes: 0 fine · 2 wrong usage or input · 3 the client cannot be tested ·
4 the suite or the shim broke · 130 interrupted; nothing is written then";

/// What `baseline --help` ends with.
pub(super) const NOTES: &str = "\
A known failure still runs, and has to fail as its entry says:

  [[expect]]
  case = \"framing/*\"        # or a case, `case#7` for an example, rule:FRAME-10
  status = \"fail\"           # or flaky, or unsupported (then without a code)
  code = \"framing.split-corrupts\"
  reason = \"decodes each read on its own until the reader is rewritten\"
  until = 2027-03-31          # it may have an `issue` too

Examples:
  thrum-conform baseline write    add what fails now
  thrum-conform baseline check    is every entry still true?
  thrum-conform baseline prune    take out those that are not needed any more";

/// `baseline`.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Add an entry for each failure that is not known yet
    #[command(after_help = WRITES)]
    Write(BaselineArgs),
    /// Say which entries no longer tell the truth
    #[command(after_help = CHECKS)]
    Check(BaselineArgs),
    /// Take out the entries that have nothing left to say
    #[command(after_help = PRUNES)]
    Prune(BaselineArgs),
}

/// What the commands of `baseline` share.
#[derive(Debug, Args)]
pub struct BaselineArgs {
    #[command(flatten)]
    pub test: TestArgs,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorArg::Auto)]
    pub color: ColorArg,
}
