#!/usr/bin/env bash
# The client's own tests by unittest, then those of the fixture by pytest, with every warning an error: an awaitable
# that nobody awaits, a socket left open. The standard library has no formatter and no linter.
#
# $MOCK_HUMD names the daemon; without it, this checkout's is built where there is none. pytest goes into .venv.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
cd "$(dirname "$0")"

python3 -X dev -W error -m unittest discover -q -s tests

python=.venv/bin/python
if ! "$python" --version >/dev/null 2>&1 || ! [ .venv/installed -nt requirements-test.txt ]; then
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        printf 'the venv of python3 is missing (hint: install python3-venv)\n' >&2
        exit 69
    fi
    python3 -m venv --clear .venv
    "$python" -m pip install -q --disable-pip-version-check --no-input \
        --require-hashes --only-binary :all: -r requirements-test.txt
    touch .venv/installed
fi

if [ -z "${MOCK_HUMD:-}" ]; then
    export MOCK_HUMD=$target/release/mock-humd
    [ -x "$MOCK_HUMD" ] || cargo build --release --locked -p mock-humd --target-dir "$target"
fi
exec "$python" -X dev -W error -m pytest -q
