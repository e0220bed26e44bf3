#!/usr/bin/env bash
# The client's own checks: the compiler's, strict, as part of the build, and the unit tests.
set -euo pipefail
cd "$(dirname "$0")"

./build.sh
exec node --test --test-timeout=30000 dist/tests/*.test.js
