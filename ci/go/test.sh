#!/usr/bin/env bash
# The checks of the Go client: layout, vet, and its unit tests, with the race detector where there is a C compiler.
set -euo pipefail
. "$(dirname "$0")/../need.sh"
need go "Go 1.19 or later"
need gofmt "Go 1.19 or later"
cd "$(dirname "$0")"

export GOPROXY=off GOTOOLCHAIN=local
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
    printf '%s: not formatted (hint: run gofmt -w)\n' $unformatted >&2
    exit 1
fi
go vet ./...
if [ "$(go env CGO_ENABLED)" = 1 ] && command -v "$(go env CC)" >/dev/null 2>&1; then
    go test -race ./...
else
    printf 'without the race detector: it needs cgo and a C compiler\n'
    go test ./...
fi
