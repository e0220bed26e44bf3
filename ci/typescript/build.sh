#!/usr/bin/env bash
# Builds the client, the shim and the example bee into dist/, with the compiler that package-lock.json pins.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
need node "Node 20 or later"
need npm "npm, which comes with Node"
cd "$(dirname "$0")"

if ! node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
    printf 'node %s is too old (hint: install Node 20 or later)\n' "$(node --version)" >&2
    exit 69
fi
# npm leaves its own copy of the lock file behind where it has installed
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent
rm -rf dist # with what a renamed source file left behind
npx --no-install tsc
