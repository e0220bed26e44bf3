//! Each case as a test of its own, against the built-in client in every role that it tests: `cargo test framing/` runs
//! a section.

fn main() -> std::process::ExitCode {
    thrum_conform::harness([env!("CARGO_BIN_EXE_thrum-conform"), "testee"])
}
