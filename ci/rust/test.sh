#!/usr/bin/env bash
# The Rust client's own checks: formatting, lints, tests.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
cd "$(dirname "$0")"

need cargo "Rust 1.88 or later"

cargo fmt --check
cargo clippy --release --locked --target-dir target --all-targets -- -D warnings
cargo test --release --locked --target-dir target
