#!/usr/bin/env bash
# Packs the program for a release: an archive for this machine's kind, and its checksum. action.yml installs them.
#
#   ci/pack.sh FOLDER      $THRUM_CONFORM names the program; without it, this checkout's is built
set -euo pipefail
cd "$(dirname "$0")/.."

out=$1
program=${THRUM_CONFORM:-}
if [ -z "$program" ]; then
    cargo build --release --locked -p thrum-conform
    program=${CARGO_TARGET_DIR:-target}/release/thrum-conform
fi
archive=thrum-conform-$(rustc -vV | sed -n 's/^host: //p').tar.gz
mkdir -p "$out"
tar -czf "$out/$archive" -C "$(dirname "$program")" thrum-conform
cd "$out"
if command -v sha256sum >/dev/null; then
    sha256sum "$archive" > "$archive.sha256"
else
    shasum -a 256 "$archive" > "$archive.sha256"
fi
