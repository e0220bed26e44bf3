#!/usr/bin/env bash
# Times whole runs: start included, N times (default 10), the minimum and the median in ms.
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
