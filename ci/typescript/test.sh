#!/usr/bin/env bash
# The client's own checks: the compiler's, strict, as part of the build, and the tests, also those against mock-humd:
# the one that $MOCK_HUMD names, else this checkout's, which is built where it is missing.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
cd "$(dirname "$0")"

./build.sh
if [ -z "${MOCK_HUMD:-}" ]; then
    root=$(cd ../.. && pwd)
    target=${CARGO_TARGET_DIR:-target}
    case $target in /*) ;; *) target=$root/$target ;; esac
    export MOCK_HUMD=$target/release/mock-humd
    if [ ! -x "$MOCK_HUMD" ]; then
        need cargo "a Rust toolchain, or set MOCK_HUMD to a mock-humd"
        (cd "$root" && cargo build --release --locked -p mock-humd)
    fi
fi
exec node --test --test-timeout=30000 dist/tests/*.test.js
