#!/usr/bin/env bash
# Checks everything: formatting, lints, tests, docs, vectors, clients, and the suite itself. Says by name what it left
# out for want of a toolchain. Exits non-zero at the first thing that is not right.
set -euo pipefail
cd "$(dirname "$0")/.."

left_out=()

step() {
    printf '\n== %s\n' "$1"
    shift
    "$@"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

step "format" cargo fmt --all --check
step "lints" cargo clippy --release --workspace --all-targets -- -D warnings
step "tests" cargo test --release --workspace
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps

thrum_conform() {
    "${CARGO_TARGET_DIR:-target}/release/thrum-conform" "$@"
}

step "vectors" thrum_conform vectors lint
step "the layout of the vectors" thrum_conform vectors fmt --check
step "the frozen sets" thrum_conform vectors freeze --check
step "the built-in client" thrum_conform client --quiet
step "the suite itself" thrum_conform selftest --quiet
if have python3; then
    step "the Python client's own tests" python3 -m unittest discover -q -s ci/python/tests
    step "the Python shim" thrum_conform smoke -- python3 ci/python/shim.py
    step "the Python client" thrum_conform client --quiet -- python3 ci/python/shim.py
else
    left_out+=("the Python client (python3 is missing)")
fi

if [ ${#left_out[@]} -gt 0 ]; then
    printf '\nleft out: %s\n' "${left_out[@]}"
    # in CI nothing may be left out in silence
    if [ -n "${CI:-}" ]; then
        exit 1
    fi
fi
printf '\nall checks passed\n'
