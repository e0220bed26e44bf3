"""Tests of a bee against `mock-humd`: each gets a daemon of its own.

    with MockHumd("--personality", "live") as humd:
        subprocess.run(["./my-bee"], env=humd.env)
        assert humd.transcript()

Standard library only. Start at `daemon.MockHumd`; `plugin` makes fixtures for pytest of it.
"""

from .daemon import MockHumd
from .errors import MockHumdError, ScriptNotDone

__all__ = ["MockHumd", "MockHumdError", "ScriptNotDone"]
