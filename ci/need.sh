# Sourced by build scripts: `need TOOL WHAT-TO-INSTALL` ends the script with 69 where the tool is missing.
need() {
    command -v "$1" >/dev/null 2>&1 && return
    printf '%s is missing (hint: install %s)\n' "$1" "$2" >&2
    exit 69
}
