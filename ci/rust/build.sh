#!/usr/bin/env bash
# Builds the Rust client, its shim and its bee, into `target` beside this script, where conformance.toml looks for them.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
cd "$(dirname "$0")"

need cargo "Rust 1.88 or later"

cargo build --release --locked --target-dir target --lib --bins --examples
