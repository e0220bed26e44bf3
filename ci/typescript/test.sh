#!/usr/bin/env bash
# The client's own checks: the compiler's, strict, as part of the build, and the unit tests.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
need node "Node 20 or later"
cd "$(dirname "$0")"

./build.sh
node --test --test-timeout=10000 dist/tests/*.test.js
