//! `doctor`: the facts of this machine for a bug report, and whether the suite works on it.

use thrum_conform::environment::{self, Check, Environment};
use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::judge::Verdict;
use thrum_conform::limits::Limits;
use thrum_conform::loaded::{self, Loaded};
use thrum_conform::plan::{self, Selection};
use thrum_conform::run::{self, Keep, Order, Run};

use crate::cli::DoctorArgs;
use crate::interrupt::interrupted;
use crate::play::block_on;
use crate::source;
use crate::target::testee;

/// Needs a socket, a shim process and the kernel's help, and takes milliseconds.
const CASE: &str = "framing/split-inside-a-two-byte-character";

/// `doctor`.
pub fn doctor(args: &DoctorArgs) -> Result<Exit, Error> {
    let loaded = loaded::load(None, None)?;
    let wire = loaded.book.version.to_string();
    let (command, limits) = (testee(&[])?, Limits::default());
    let look = async {
        let mut found = environment::look(&loaded.release, &wire, &command, &limits).await?;
        // where the ground is missing, a case would only say so again
        if found.is_fine() {
            found
                .checks
                .push(Check::new("the built-in client passes a case", passes(&loaded, &limits).await));
        }
        Ok::<Environment, Error>(found)
    };
    let found = block_on(async {
        tokio::select! {
            found = look => found,
            () = interrupted() => Err(Error::Interrupted),
        }
    })?;
    source::print(|out| {
        if args.json { environment::write_json(&found, out) } else { environment::write(&found, out) }
    })?;
    Ok(if found.is_fine() { Exit::Fine } else { Exit::Failed })
}

/// One case against the built-in client.
async fn passes(loaded: &Loaded, limits: &Limits) -> Result<String, (String, String)> {
    let hint = "put this output into a bug report; `thrum-conform client -v` may say more";
    let finding = |why: String| (why, hint.to_owned());
    let selection =
        Selection { run: vec![plan::glob(CASE).map_err(finding)?], ..Selection::all(loaded.book.version) };
    let command = testee(&[]).map_err(|error| finding(error.to_string()))?;
    let run = Run {
        suite: &loaded.suite,
        book: &loaded.book,
        bodies: &loaded.bodies,
        command: &command,
        black_box: false,
        selection: &selection,
        limits,
        order: Order::default(),
        workers: 1,
        fail_fast: false,
        keep: Keep::Nothing,
        trace: None,
    };
    let results = run::run(&run, &|_| (), std::future::pending()).await;
    let cases = results.map_err(|error| finding(error.to_string()))?.cases;
    let passed = !cases.is_empty() && cases.iter().all(|judged| judged.verdicts.iter().all(Verdict::is_good));
    if passed { Ok(CASE.to_owned()) } else { Err(finding(format!("`{CASE}` did not pass"))) }
}
