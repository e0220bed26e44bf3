#!/usr/bin/env bash
# Measures the daemon beside bare programs, in turns, and prints a table with the bounds; exits with 1 where one is
# missed. It takes about a minute; where other programs want the processors too, compare the ratios.
# usage: mock-humd/benches/run.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo bench --quiet -p mock-humd --bench load
