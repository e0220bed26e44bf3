#!/usr/bin/env bash
# Times whole runs: start included, N times (default 10), the minimum and the median in ms; then 20,000 helper
# examples, and the selftest.
# usage: runner/benches/run.sh [N]
set -euo pipefail
cd "$(dirname "$0")/../.."
n=${1:-10}
cargo build --release --quiet
binary="${CARGO_TARGET_DIR:-target}/release/thrum-conform"

bench() {
    local name=$1
    shift
    for _ in $(seq "$n"); do
        local before after
        before=$(date +%s%N)
        "$binary" client --quiet "$@" >/dev/null
        after=$(date +%s%N)
        echo $(((after - before) / 1000000))
    done | sort -n | awk -v name="$name" '{ t[NR] = $1 } END { printf "%-22s min %5d ms   median %5d ms\n", name, t[1], t[int((NR + 1) / 2)] }'
}

bench "built-in client"
bench "Python client" -- python3 ci/python/shim.py
"$binary" client --verbose | grep -A6 "cases a second"

examples=$(mktemp -d)
trap 'rm -rf "$examples"' EXIT
python3 - "$examples/sigil.json" <<'PYTHON'
import hashlib, json, sys

cite = {"rule": "SIGIL-01", "code": "sigil.value"}
sigil = lambda sid: hashlib.sha256(f"claude-cli:{sid}".encode()).hexdigest()[:12]
examples = [
    {"tc": n, "args": {"sid": f"hum-{n}", "nest": "claude-cli"}, "returns": sigil(f"hum-{n}"), **cite}
    for n in range(1, 20001)
]
case = {"id": "sigil/many", "title": "many sigils", "kind": "call", "fn": "sigil", "under_test": ["client"],
        "decides": ["SIGIL-01"], "since": "0.5.0", "status": "scored", "examples": examples}
codes = {"sigil.value": {"means": "another value", "fix": "see WIRE.md"}}
file = {"format": 1, "section": "sigil", "title": "sigils", "frame": "ndjson", "codes": codes, "cases": [case]}
json.dump(file, open(sys.argv[1], "w"))
PYTHON
echo "20,000 helper examples:"
"$binary" client --quiet --jobs 1 --vectors "$examples" | tail -1
"$binary" client --quiet --jobs 1 --vectors "$examples" -- python3 ci/python/shim.py | tail -1
"$binary" selftest --quiet
