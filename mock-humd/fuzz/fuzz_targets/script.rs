//! Tries `properties::script` with bytes of the fuzzer's making.

#![no_main]

#[path = "../properties/script.rs"]
mod script;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| script::holds(bytes));
