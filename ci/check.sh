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

step "format" cargo fmt --all --check
step "lints" cargo clippy --release --workspace --all-targets -- -D warnings
if command -v npm >/dev/null 2>&1; then
    step "the readers of reports" npm ci --prefix runner/tests/readers --no-audit --no-fund
else
    left_out+=("the readers of reports (npm is missing)")
fi
step "tests" cargo test --release --workspace
if command -v npm >/dev/null 2>&1; then
    step "the driver of the browser" npm ci --prefix runner/tests/browser --no-audit --no-fund
    step "the pages in a browser" node --test runner/tests/browser/page.test.mjs
else
    left_out+=("the pages in a browser (npm is missing)")
fi
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps

thrum_conform() {
    "${CARGO_TARGET_DIR:-target}/release/thrum-conform" "$@"
}

# groff says on stderr what is wrong with a page, and ends with 0
manual() {
    local pages said
    pages=$(mktemp -d)
    thrum_conform man "$pages"
    said=$(groff -k -man -Tutf8 -ww -z "$pages"/*.1 2>&1)
    rm -r "$pages"
    [ -z "$said" ] || { printf '%s\n' "$said" >&2; return 1; }
}

if command -v groff >/dev/null 2>&1; then
    step "the manual" manual
else
    left_out+=("the manual (groff is missing)")
fi
step "vectors" thrum_conform vectors lint
step "the layout of the vectors" thrum_conform vectors fmt --check
step "the frozen sets" thrum_conform vectors freeze --check
step "the built-in client" thrum_conform client --quiet
step "the suite itself" thrum_conform selftest --quiet
for client in ci/*/conformance.toml; do
    client=$(dirname "$client")
    lang=$(basename "$client")
    code=0
    step "build the client: $lang" "$client/build.sh" || code=$?
    if [ "$code" -eq 69 ]; then
        left_out+=("the client $lang (its toolchain is missing)")
        continue
    fi
    [ "$code" -eq 0 ] || exit "$code"
    step "the client's own tests: $lang" "$client/test.sh" || code=$?
    if [ "$code" -eq 69 ]; then
        left_out+=("some of the tests of the client $lang (a tool is missing)")
        continue
    fi
    [ "$code" -eq 0 ] || exit "$code"
done
step "the gates of the clients" ci/gate.sh

if [ ${#left_out[@]} -gt 0 ]; then
    printf '\nleft out: %s\n' "${left_out[@]}"
    # in CI nothing may be left out in silence
    if [ -n "${CI:-}" ]; then
        exit 1
    fi
fi
printf '\nall checks passed\n'
