//! Each case of the suite as a test of the client in the folder above: `cargo test framing/` runs a section.
//! `build.sh` there builds the shim.

fn main() -> std::process::ExitCode {
    thrum_conform::harness([concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/thrum-shim")])
}
