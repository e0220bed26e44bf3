#!/usr/bin/env bash
# The Rust client's own checks: formatting, lints, tests.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
cd "$(dirname "$0")"

need cargo "Rust 1.88 or later"

cargo fmt --check
cargo clippy --release --locked --target-dir target --all-targets -- -D warnings
cargo test --release --locked --target-dir target
# every case once more, as a test of this client
cargo test --release --locked --quiet --manifest-path conformance/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-../../target}"
