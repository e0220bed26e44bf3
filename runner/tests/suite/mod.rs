//! What the tests share: the suite, loaded once, and runs of it against a testee of the binary's own.

use std::sync::OnceLock;
use std::time::Duration;

use thrum_conform::error::Error;
use thrum_conform::limits::{Limits, STACK_BYTES};
use thrum_conform::loaded::{Loaded, load};
use thrum_conform::plan::{Selection, glob};
use thrum_conform::report::Report;
use thrum_conform::rule::Level;
use thrum_conform::run::{Keep, Order, Run, run};
use thrum_conform::score::{Scoring, score};
use thrum_conform::testee::Command;
use thrum_conform::vector::Status;

/// The embedded suite.
pub fn loaded() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(|| load(None, None).expect("what is built in can be read"))
}

/// Runs the suite, or the cases that match, against the built-in testee with these arguments; `--bee` is one without
/// a shim.
pub fn test(arguments: &[&str], cases: &[&str], reply: Duration) -> Result<Report, Error> {
    let mut argv = vec![env!("CARGO_BIN_EXE_thrum-conform").to_owned(), "testee".to_owned()];
    argv.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    let command = Command { argv, ..Command::default() };
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || {
            let loaded = loaded();
            let globs = cases.iter().map(|case| glob(case).expect("a case id is a glob")).collect();
            // what is not scored is left to the tests of single cases
            let provisional = loaded.suite.cases.iter().filter(|case| case.status == Status::Provisional);
            let provisional = provisional.map(|case| glob(&case.id).expect("a case id is a glob")).collect();
            let skip = if cases.is_empty() { provisional } else { Vec::new() };
            let selection = Selection { run: globs, skip, ..Selection::all(loaded.book.version) };
            let limits = Limits { reply, start: reply * 5, ..Limits::default() };
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
            let results = runtime.block_on(run(
                &Run {
                    suite: &loaded.suite,
                    book: &loaded.book,
                    bodies: &loaded.bodies,
                    command: &command,
                    black_box: arguments.contains(&"--bee"),
                    selection: &selection,
                    limits: &limits,
                    order: Order::default(),
                    workers: 1,
                    fail_fast: false,
                    keep: Keep::Nothing,
                    trace: None,
                },
                &|_| (),
                std::future::pending(),
            ))?;
            let results = results.whole()?;
            Ok(score(
                results,
                &Scoring {
                    book: &loaded.book,
                    suite: &loaded.suite,
                    required: Level::Must,
                    rules: &[],
                    all: cases.is_empty(),
                    baseline: None,
                    config: None,
                    command: String::new(),
                    wire: loaded.book.version,
                    vectors: String::new(),
                },
            ))
        });
        worker.expect("a thread starts").join().expect("the run does not panic")
    })
}
