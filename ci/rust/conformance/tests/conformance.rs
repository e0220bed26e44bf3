//! Each case of the suite as a test of the client in the folder above, by its conformance.toml: `cargo test framing/`
//! runs a section. `build.sh` there builds the shim.

fn main() -> std::process::ExitCode {
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance.toml");
    thrum_conform::harness_with(config, [concat!(env!("CARGO_MANIFEST_DIR"), "/../target/release/thrum-shim")])
}
