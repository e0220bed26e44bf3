#!/usr/bin/env bash
# Builds the client, its shim and its bee into bin/, with the Go that is installed: nothing is downloaded.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
need go "Go 1.19 or later"
cd "$(dirname "$0")"

# without the state of the repository, which git does not tell in every place that this is built
GOPROXY=off GOTOOLCHAIN=local go build -buildvcs=false -o bin/ ./cmd/shim ./examples/bee
