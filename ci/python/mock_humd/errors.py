"""What a daemon can end with, other than well."""

from __future__ import annotations


class MockHumdError(Exception):
    """The daemon cannot be started, does not end, or ends with a failure; a command is refused."""


class ScriptNotDone(AssertionError):
    """The bee did not keep to the script; in the daemon's own words."""


def raise_for(what: str, code: int, said: str) -> None:
    """Raises what the exit code of `mock-humd` means."""
    __tracebackhide__ = True
    if code == 1:
        raise ScriptNotDone(said)
    if code != 0:
        raise MockHumdError(f"{what} ended with {code}: {said or 'it said nothing'}")
