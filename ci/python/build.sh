#!/usr/bin/env bash
# Builds the client, its shim, its bee and the fixture: to bytecode, which shows whether all of it is Python that this
# one reads.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
need python3 "python3 3.10 or later"
cd "$(dirname "$0")"

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    printf '%s is too old (hint: install python3 3.10 or later)\n' "$(python3 --version 2>&1)" >&2
    exit 69
fi
python3 -m compileall -q thrum mock_humd examples shim.py shim_values.py
