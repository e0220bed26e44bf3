//! Tries `properties::line` with bytes of the fuzzer's making.

#![no_main]

#[path = "../properties/line.rs"]
mod line;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| line::holds(bytes));
