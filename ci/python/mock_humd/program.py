"""Where the program `mock-humd` is."""

from __future__ import annotations

import os
import shutil

from .errors import MockHumdError

_HINT = "(hint: `cargo install --path mock-humd`, or set MOCK_HUMD to the program)"


def find(binary: str | os.PathLike[str] | None) -> str:
    """The absolute path of `binary`, else of $MOCK_HUMD, else of `mock-humd` on PATH."""
    __tracebackhide__ = True
    named = binary or os.environ.get("MOCK_HUMD")
    found = shutil.which(named or "mock-humd")
    if found:
        return os.path.abspath(found)  # a test may change the folder
    if named:
        raise MockHumdError(f"{os.fspath(named)}: no program is there {_HINT}")
    raise MockHumdError(f"`mock-humd` is not on PATH {_HINT}")
