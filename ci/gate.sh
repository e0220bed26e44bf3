#!/usr/bin/env bash
# The gate of a client: builds it, asks whether its shim is one (`smoke`), and runs the suite with its conformance.toml,
# against the shim, and against the whole bee that it names, with no shim (`--black-box`).
#
#   ci/gate.sh LANG     one client; ends with the exit code of the suite, 0 where the bee leaves rules undecided
#   ci/gate.sh          every folder here that has a conformance.toml, and one matrix of them all
#
# Reports are written to ci/reports/LANG (or $REPORTS/LANG), those of the bee as `bee.*`. $THRUM_CONFORM names the
# program; without it, this checkout's is built.
# A missing toolchain is said by name; it fails the gate where CI is set, and leaves the client out elsewhere.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
reports=${REPORTS:-$root/ci/reports}

# of build.sh: a tool is missing
readonly missing=69
# of a black box: nothing is broken, and what crosses no wire is undecided, as it has to be
readonly incomplete=3

clients() {
    local file
    for file in "$root"/ci/*/conformance.toml; do
        basename "$(dirname "$file")"
    done
}

program() {
    if [ -n "${THRUM_CONFORM:-}" ]; then
        printf '%s\n' "$THRUM_CONFORM"
        return
    fi
    (cd "$root" && cargo build --release --quiet -p thrum-conform >&2)
    printf '%s\n' "${CARGO_TARGET_DIR:-$root/target}/release/thrum-conform"
}

# One client, in the words of the suite; ends with its exit code, or with 69 where its toolchain is missing.
gate() {
    local lang=$1 config=$root/ci/$1/conformance.toml out=$reports/$1
    rm -rf "$out"
    mkdir -p "$out"
    "$root/ci/$lang/build.sh" || return
    "$thrum_conform" smoke --config "$config" || return
    local code=0 black_box=0
    "$thrum_conform" client "${@:2}" --config "$config" \
        --report tty --report "json=$out/report.json" --report "junit=$out/junit.xml" \
        --report "md=$out/report.md" --report "badge=$out/badge.json" || code=$?
    if ! grep -q '^bee *= ' "$config"; then
        printf 'no black box: %s names no `bee`\n' "$config"
        return "$code"
    fi
    local said
    said=$("$thrum_conform" client --black-box --config "$config" --color never \
        --report tty --report "json=$out/bee.json" --report "junit=$out/bee.xml" --report "md=$out/bee.md" 2>&1) ||
        black_box=$?
    case $black_box in
        0 | "$incomplete") printf 'black box: %s\n' "$(grep 'MUST held' <<<"$said")" ;;
        *)
            printf 'black box:\n%s\n' "$said"
            [ "$code" -ne 0 ] || code=$black_box
            ;;
    esac
    return "$code"
}

# Of a client whose toolchain is missing: nothing was tested, and in CI that is no pass.
left_out() {
    printf 'left out: %s (its toolchain is missing)\n' "$1"
    [ -z "${CI:-}" ]
}

if [ $# -gt 1 ]; then
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
if [ $# -eq 1 ] && [ ! -f "$root/ci/$1/conformance.toml" ]; then
    printf '`%s` is no client here (hint: there are %s)\n' "$1" "$(clients | xargs)" >&2
    exit 2
fi
thrum_conform=$(program)

if [ $# -eq 1 ]; then
    code=0
    gate "$1" || code=$?
    if [ "$code" -eq $missing ]; then
        left_out "$1" && exit 0
        exit 4
    fi
    exit "$code"
fi

worst=0
tested=()
for lang in $(clients); do
    printf '\n== %s\n' "$lang"
    code=0
    gate "$lang" --quiet || code=$?
    if [ "$code" -eq $missing ]; then
        code=0
        left_out "$lang" || code=4
    elif [ -f "$reports/$lang/report.json" ]; then
        tested+=("$reports/$lang/report.json")
    fi
    [ "$code" -le "$worst" ] || worst=$code
done
if [ ${#tested[@]} -eq 0 ]; then
    printf '\nno client was tested\n' >&2
    exit 4
fi
printf '\n'
"$thrum_conform" report matrix "${tested[@]}"
exit "$worst"
