#!/usr/bin/env bash
# The client's own tests, with every warning an error: an awaitable that nobody awaits, a socket left open.
# The standard library has no formatter and no linter.
set -euo pipefail
cd "$(dirname "$0")"

exec python3 -X dev -W error -m unittest discover -q -s tests
